"""The conditions of a list: those that were asked for, as SQL with their arguments."""

from collections.abc import Mapping, Sequence
from typing import Any


def conditions(asked: Mapping[str, Any], given: Sequence[Any] = ()) -> tuple[str, list[Any]]:
    """`{"claimed_on >= {}": day}` as `claimed_on >= $1`; what is None was not asked for.

    The keys are ours, the values travel as arguments; a tuple gives one to each place. `given`: what
    stands before them, as $1, $2, ….
    """
    parts: list[str] = []
    arguments: list[Any] = [*given]
    for condition, value in asked.items():
        if value is not None:
            values = value if isinstance(value, tuple) else (value,)
            first = len(arguments) + 1
            parts.append(condition.format(*(f"${first + at}" for at in range(len(values)))))
            arguments += values
    return " and ".join(parts) or "true", arguments


def between(column: str, bounds: tuple[Any, Any]) -> dict[str, Any]:
    """A column between two bounds, both counted in; None is no bound."""
    first, last = bounds
    return {f"{column} >= {{}}": first, f"{column} <= {{}}": last}
