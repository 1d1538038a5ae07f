"""How deep a run goes: `make test` stands before every landing, `make proof` shows everything.

Both run every rule. What is repeated to find the rare (points at which a process dies, programmes
walked by the same steps, lines of a long statement) is repeated less in the first.
"""

import os
from typing import TypeVar

T = TypeVar("T")

WHOLE = os.environ.get("ZHIDAI_DEPTH") == "whole"


def depth(usual: T, whole: T) -> T:
    """Which of the two this run takes."""
    return whole if WHOLE else usual
