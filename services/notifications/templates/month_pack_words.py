"""The words of a month's pack: templates/month_pack.yaml, filled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from services.notifications.domain.messages import MessageText
from services.notifications.domain.month_packs import POSTED
from services.notifications.templates.words import CATALOGUE
from shared.said_numbers import month_said

WORDS: Mapping[str, Mapping[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "month_pack.yaml").read_text(encoding="utf-8")
)


def pack_text(
    institution: str, told: Mapping[str, Any], names: Mapping[str, str], *, signed: bool
) -> MessageText:
    """The letter: what the month's notice says, and what is enclosed: with the signed statement or
    without."""
    enclosed = "enclosed_signed" if signed else "enclosed"
    said = CATALOGUE.words(institution, POSTED, told, names)
    pool = names.get(told["pool_code"], told["pool_code"])
    zh, en = ({"pool": pool, "month": month_said(told["month"], one)} for one in ("zh", "en"))
    return MessageText(
        title_zh=WORDS["zh"]["title"].format(**zh),
        text_zh=f"{said.text_zh}\n\n{WORDS['zh'][enclosed]}",
        title_en=WORDS["en"]["title"].format(**en),
        text_en=f"{said.text_en}\n\n{WORDS['en'][enclosed]}",
    )
