"""All words of the console, one catalogue per language; pages hold none.

A catalogue is a TOML file; `[case]` `title = "…"` is read as `case.title`. Both have the same
keys and the same places for values, which a test holds to.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from shared.glossary import OF_FIELDS, TERMS
from shared.schemes import vocabulary
from shared.schemes.terms import RULES

FOLDER = Path(__file__).parents[1] / "texts"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""The catalogue's name → the language as HTML calls it."""

DEFAULT = "zh"


class Texts:
    """The words of one language."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self.html_language = LANGUAGES[language]
        self._words = words

    def __call__(self, key: str, **values: Any) -> str:
        """The text of a key with its values filled in. Raises KeyError for an unknown one."""
        return self._words[key].format_map(values) if values else self._words[key]

    def term(self, kind: str, code: object) -> str:
        """What people call a code of the services; a code that is new to us stays as it is."""
        return self._words.get(f"{kind}.{code}", str(code))

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._words

    def codes(self, kind: str) -> list[str]:
        """Every code that people have a word for, in the catalogue's order."""
        begins = f"{kind}."
        return [key.removeprefix(begins) for key in self._words if key.startswith(begins)]

    def of(self, words: Mapping[str, Any] | None) -> str:
        """Our language's side of a value that the services give in two: {"zh": …, "en": …}."""
        return str((words or {}).get(self.language, "") or "")

    @property
    def keys(self) -> frozenset[str]:
        """All keys."""
        return frozenset(self._words)


@cache
def texts(language: str) -> Texts:
    """The catalogue of a language; Chinese for one that we do not have."""
    known = language if language in LANGUAGES else DEFAULT
    content = tomllib.loads((FOLDER / f"{known}.toml").read_text())
    words = dict(_vocabulary(known)) | dict(_explained(known))
    return Texts(known, words | dict(_flat(content, "")))


def _flat(content: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def _explained(language: str) -> Iterator[tuple[str, str]]:
    """What the fields of forms are, in the glossary's words: the help beside them."""
    for field, name in OF_FIELDS.items():
        yield f"help.{field}", TERMS[name].says(language)


def _vocabulary(language: str) -> Iterator[tuple[str, str]]:
    """The words of the scheme files, which have both languages at home."""
    kinds: dict[str, Mapping[str, vocabulary.Words | vocabulary.Fact]] = {
        "party": {**vocabulary.PARTIES, **vocabulary.OUTSIDERS},
        "ip_kind": vocabulary.IP_KINDS,
        "document": vocabulary.DOCUMENTS,
        "purpose": vocabulary.PURPOSES,
        "industry": vocabulary.INDUSTRIES,
        "risk_class": vocabulary.RISK_CLASSES,
        "credit_list": vocabulary.CREDIT_LISTS,
        "input": {**vocabulary.FIGURES, **vocabulary.FACTS},
    }
    for name, rule in RULES.items():
        yield f"rule.{name}", rule.zh if language == "zh" else rule.en
    for kind, words in kinds.items():
        for code, word in words.items():
            yield f"{kind}.{code}", word.zh if language == "zh" else word.en
