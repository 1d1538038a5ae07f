"""Where the steps lie in a stored explanation, whichever decision made it."""

from collections.abc import Mapping, Sequence
from typing import Any


def steps_of(explanation: Any) -> list[Mapping[str, Any]]:
    """The steps of a decision, in the order in which they were reckoned; empty where it has none."""
    if isinstance(explanation, Mapping):
        steps = explanation.get("steps")
        if isinstance(steps, Sequence) and not isinstance(steps, str):
            return list(steps)
        return steps_of(explanation.get("explanation"))
    return []


def version_of(explanation: Any) -> str:
    """The scheme version that a decision was taken under; "" where it names none."""
    if isinstance(explanation, Mapping):
        return str(explanation.get("version") or version_of(explanation.get("explanation")) or "")
    return ""
