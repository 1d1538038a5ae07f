"""What is to be mended in a file, and where: values that the reader notes and people are told."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file. Lines and columns count from 1, as editors do."""

    line: int
    column: int
    path: str
    zh: str
    en: str

    def text(self, language: str = "zh") -> str:
        """One line for a terminal: where, what is wrong, what would be right."""
        said = self.zh if language == "zh" else self.en
        where = (
            f"第 {self.line} 行第 {self.column} 列"
            if language == "zh"
            else f"line {self.line}, column {self.column}"
        )
        return f"{where} ({self.path or '/'}): {said}"


@dataclass(frozen=True, slots=True)
class At:
    """A node of the file with its place."""

    node: Any
    path: str
    line: int
    column: int

    def problem(self, zh: str, en: str) -> Problem:
        return Problem(self.line, self.column, self.path, zh, en)

    def child(self, key: Any) -> "At":
        """The value under a key or index; its place is that of the value."""
        line, column = _place(self.node, key, value=True, default=(self.line, self.column))
        return At(self.node[key], f"{self.path}/{key}", line, column)

    def key(self, key: Any) -> "At":
        """The key itself, for a complaint about its name."""
        line, column = _place(self.node, key, value=False, default=(self.line, self.column))
        return At(key, f"{self.path}/{key}", line, column)


def _place(node: Any, key: Any, *, value: bool, default: tuple[int, int]) -> tuple[int, int]:
    marks = getattr(node, "lc", None)
    if marks is None or marks.data is None or key not in marks.data:
        return default
    found = marks.data[key]
    line, column = (found[2], found[3]) if value and len(found) == 4 else (found[0], found[1])
    return line + 1, column + 1


def shown(node: Any) -> str:
    """A short picture of what stands there, for a message."""
    if isinstance(node, Mapping):
        return "{…}"
    if isinstance(node, Sequence) and not isinstance(node, str):
        return "[…]"
    text = str(node)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def closest(name: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def unknown(at: At, known: Sequence[str]) -> Problem:
    """A word that is not known here, with the one probably meant."""
    meant = closest(str(at.node), known) if isinstance(at.node, str) else None
    listed = "、".join(known)
    zh = f"不认识 {shown(at.node)}" + (f"，是否要写 “{meant}”？" if meant else "")
    en = f"{shown(at.node)} is not known here" + (f"; did you mean “{meant}”？" if meant else "")
    return at.problem(f"{zh} 可用：{listed}", f"{en} Known: {', '.join(known)}")
