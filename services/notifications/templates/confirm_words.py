"""The words of the letter that asks a mailbox: templates/confirm.yaml, filled."""

from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML

from services.notifications.domain.messages import MessageText

WORDS: Mapping[str, Mapping[str, str]] = YAML(typ="safe").load(
    (Path(__file__).parent / "confirm.yaml").read_text(encoding="utf-8")
)


def confirm_text(name: str, address: str) -> MessageText:
    """What is kept of the letter: everything but its code."""
    named = {"name": name, "address": address}
    return MessageText(
        title_zh=WORDS["zh"]["title"],
        text_zh=WORDS["zh"]["text"].format(**named).strip(),
        title_en=WORDS["en"]["title"],
        text_en=WORDS["en"]["text"].format(**named).strip(),
    )


def code_line(language: str, code: str) -> str:
    """The line that the letter alone has."""
    return WORDS[language]["code"].format(code=code)
