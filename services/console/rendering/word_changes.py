"""What one version of words says otherwise than another, piece by piece."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

_PIECES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\w+|\s+|.", re.ASCII | re.DOTALL)
"""A field in its braces is one piece, a word of letters, too; of Chinese every character."""


class Piece(NamedTuple):
    """A run of text that stays, goes or comes."""

    what: Literal["same", "gone", "new"]
    text: str


def changes(before: str, after: str) -> list[Piece]:
    """A text with what it has lost and gained marked, in reading order."""
    return list(_pieces(_PIECES.findall(before), _PIECES.findall(after)))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(before[a:b]))
        if d > c:
            yield Piece("new", "".join(after[c:d]))
