"""The conditions of a list: those that were asked for, as SQL with their arguments."""

from collections.abc import Mapping
from typing import Any


def conditions(asked: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """`{"claimed_on >= {}": day}` as `claimed_on >= $1`; what is None was not asked for.

    The keys are ours, the values travel as arguments.
    """
    parts, arguments = [], []
    for condition, value in asked.items():
        if value is not None:
            arguments.append(value)
            parts.append(condition.format(f"${len(arguments)}"))
    return " and ".join(parts) or "true", arguments
