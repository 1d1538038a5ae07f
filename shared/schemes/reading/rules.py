"""What may stand under each rule of a scheme file, from its declaration in `Terms`.

A rule's value is dated: under its name stand the days from which values hold, each with
`value`, `source` and, where it was not read in the source, a `mark`. See docs/schemes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.schemes.problems import At, Problem
from shared.schemes.reading.derived import shape_of
from shared.schemes.reading.shape import MapOf, Shape
from shared.schemes.reading.tiers import SharingShape, TieredAmount
from shared.schemes.rules.claims import NO_DEADLINE, Deadline
from shared.schemes.terms import RULES
from shared.schemes.vocabulary import STEPS

NONE = "none"
"""What a scheme writes where it says expressly that there is no such rule."""


@dataclass(frozen=True)
class _OrNone:
    """A step's time limit, or that it has none."""

    shape: Shape

    def read(self, at: At, problems: list[Problem]) -> Any:
        return NO_DEADLINE if at.node == NONE else self.shape.read(at, problems)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"const": NONE}, self.shape.schema()]}


_WRITTEN_OTHERWISE: Mapping[str, Shape] = {
    "sharing": SharingShape(),
    "loan_cap_by": TieredAmount(),
    "deadlines": MapOf(tuple(STEPS), _OrNone(shape_of(Deadline))),
}
"""Rules whose parts stand in the file in another way than in the terms."""

SHAPES: Mapping[str, Shape] = {
    name: _WRITTEN_OTHERWISE.get(name) or shape_of(rule.hint) for name, rule in RULES.items()
}
