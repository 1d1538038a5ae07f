"""Why a figure is what it is: steps as plain data, for storing, for an API and for a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.money import format_fen
from shared.schemes.vocabulary import Words
from shared.schemes.wording import spoken

NO_NOTE = Words("", "")


@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied: what went in, what came out, and where it is written."""

    rule: str
    title: Words
    source: str
    inputs: tuple[tuple[str, str], ...]
    result: str
    note: Words = NO_NOTE

    def as_data(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "zh": self.title.zh,
            "en": self.title.en,
            "source": self.source,
            "inputs": dict(self.inputs),
            "result": self.result,
            "note_zh": self.note.zh,
            "note_en": self.note.en,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of one decision under one version of the terms."""

    decision: str
    version: str
    steps: tuple[Step, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON: text and numbers as decimal strings only."""
        return {
            "decision": self.decision,
            "version": self.version,
            "steps": [step.as_data() for step in self.steps],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Explanation":
        """What `as_data` gave, read back from where it was stored."""
        return cls(
            decision=data["decision"],
            version=data["version"],
            steps=tuple(
                Step(
                    rule=step["rule"],
                    title=Words(step["zh"], step["en"]),
                    source=step["source"],
                    inputs=tuple(step["inputs"].items()),
                    result=step["result"],
                    note=Words(step["note_zh"], step["note_en"]),
                )
                for step in data["steps"]
            ),
        )

    def rows(self, language: str = "zh") -> list[tuple[str, str, str, str]]:
        """A table for people: rule, what went in, result (with a note), source."""
        return [
            (
                step.title.said(language),
                "; ".join(
                    f"{spoken(name, language)} {spoken(value, language)}"
                    for name, value in step.inputs
                ),
                spoken(step.result, language) + _in_brackets(step.note, language),
                step.source,
            )
            for step in self.steps
        ]


def _in_brackets(note: Words, language: str) -> str:
    said = note.said(language)
    if not said:
        return ""
    # An English note is prose already; in a Chinese one only identifiers are Latin.
    return f" ({spoken(said, 'zh') if language == 'zh' else said})"


def note_if(binds: bool) -> Words:
    """The note of a limit's step: whether it took something away."""
    return Words("此上限起作用", "this limit binds") if binds else NO_NOTE


def money(fen: int) -> str:
    """Money as it stands in an explanation."""
    return format_fen(fen)


def listed(amounts: Iterable[tuple[str, int]]) -> str:
    """`pool 1.00, bank 2.00`"""
    return ", ".join(f"{name} {money(fen)}" for name, fen in amounts)
