"""How deep a run goes: `make test` stands before every landing, `make proof` shows everything.

Both run every rule. What is repeated to find the rare (points at which a process dies, programmes
walked by the same steps, lines of a long statement) is repeated less in the first.
"""

import os
from collections.abc import Sequence
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

WHOLE = os.environ.get("ZHIDAI_DEPTH") == "whole"


def depth(usual: T, whole: T) -> T:
    """Which of the two this run takes."""
    return whole if WHOLE else usual


def some_of(values: Sequence[T], usual: int, *, of: object) -> Sequence[T]:
    """All of them in the whole, else `usual` ones: others for each name, so that a run tries all."""
    if WHOLE or len(values) <= usual:
        return values
    first = crc32(str(of).encode()) % len(values)
    return [values[(first + n) % len(values)] for n in range(usual)]
