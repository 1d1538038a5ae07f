"""The words of a message: templates/words.yaml, filled with what its reader may know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from ruamel.yaml import YAML

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.messages import MessageText
from services.notifications.templates.filters import (
    LANGUAGES,
    NAMES,
    NOBODY_NAMED,
    TESTS,
    Labels,
    filters,
)
from shared.roles import party_of

TEMPLATES = Path(__file__).parent

EMAIL_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "lang": "zh-CN",
        "open": "在系统中查看",
        "footer": "本邮件由知识产权质押融资风险补偿系统发出，请勿回复。可在系统中退订。",
    },
    "en": {
        "lang": "en",
        "open": "Open in the console",
        "footer": "Sent by the risk-compensation pool's system; please do not reply. "
        "You can unsubscribe in the console.",
    },
}

_Text = tuple[str, str, str, str]
"""The type of an event, the reader, the language, title or text."""


class Catalogue:
    """All texts, each compiled when it is first read: all at once takes seconds of every start. A field
    that the reader may not know, or that the event does not have, makes rendering fail: the tests
    render every text for everyone who gets it."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        source = YAML(typ="safe").load((folder / "words.yaml").read_text())
        self.labels: Labels = source["labels"]
        self._sources: Mapping[str, Mapping[str, Any]] = source["events"]
        self._plain = Environment(undefined=StrictUndefined, autoescape=False)
        self._plain.filters |= filters(self.labels)
        self._plain.tests |= TESTS
        self._texts: dict[_Text, str] = {}
        self._compiled: dict[_Text, Template] = {}
        for event_type, texts in source["events"].items():
            for_banks = texts.get("bank", texts)
            readers = {"bureau": texts, "bank": for_banks, "party": texts.get("party", for_banks)}
            for reader, chosen in readers.items():
                for language in LANGUAGES:
                    for part in ("title", "text"):
                        self._texts[event_type, reader, language, part] = chosen[language][part]
        self.event_types = frozenset(source["events"])
        loader = FileSystemLoader(folder)
        self._email_text = Environment(
            loader=loader, undefined=StrictUndefined, keep_trailing_newline=True
        ).get_template("email.txt.j2")
        self._email_html = Environment(
            loader=loader, undefined=StrictUndefined, autoescape=True
        ).get_template("email.html.j2")

    def words(
        self,
        institution: str,
        event_type: str,
        told: Mapping[str, Any],
        names: Mapping[str, str] = NOBODY_NAMED,
    ) -> MessageText:
        """What an institution reads of an event; `told` is what it may know of it, `names` what codes
        are called."""
        reader = "bureau" if institution == BUREAU else "bank"
        reader = "party" if party_of(institution) else reader

        def render(language: str, part: str) -> str:
            template = self._template((event_type, reader, language, part))
            return template.render({**told, NAMES: names}).strip()

        return MessageText(
            title_zh=render("zh", "title"),
            text_zh=render("zh", "text"),
            title_en=render("en", "title"),
            text_en=render("en", "text"),
        )

    def _template(self, text: _Text) -> Template:
        if text not in self._compiled:
            self._compiled[text] = self._plain.from_string(self._texts[text])
        return self._compiled[text]

    def source(self, event_type: str, *, for_bank: bool) -> MessageText:
        """The house's own text of a type as it is written, before anything is filled in."""
        texts = self._sources[event_type]
        chosen = texts.get("bank", texts) if for_bank else texts
        return MessageText(
            title_zh=chosen["zh"]["title"],
            text_zh=chosen["zh"]["text"],
            title_en=chosen["en"]["title"],
            text_en=chosen["en"]["text"],
        )

    def email(self, language: str, *, title: str, text: str, url: str) -> tuple[str, str]:
        """The body of an e-mail, as plain text and as HTML."""
        around = {"title": title, "text": text, "url": url, "words": EMAIL_WORDS[language]}
        return self._email_text.render(around), self._email_html.render(around)


CATALOGUE = Catalogue()
"""The texts of this service, read when it starts: one that is missing stops the start."""
