"""What SQL text and patterns are made of: names of our own, and words that are looked for.

Names of our own stand in SQL text where a parameter would keep a partial index from being used.

A state's name is written once, in its life cycle; a statement that must say it as a literal, to
match an index's predicate, takes it from there.
"""

import re
from collections.abc import Iterable

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def literals(names: Iterable[str]) -> str:
    """`'reserved', 'active'` for `state in (…)`. Names of ours only: raises ValueError for others."""
    found = sorted(names)
    for name in found:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is not a name of ours")
    return ", ".join(f"'{name}'" for name in found)


def containing(words: str) -> str:
    """The pattern of `like` for what contains these words; what means something in a pattern stands
    for itself."""
    escaped = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
