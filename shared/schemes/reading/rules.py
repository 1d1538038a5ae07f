"""What may stand under each rule of a scheme file, from its declaration in `Terms`.

A rule's value is dated: under its name stand the days from which values hold, each with
`value`, `source` and, where it was not read in the source, a `mark`. See docs/schemes.
"""

from collections.abc import Mapping

from shared.schemes.reading.derived import shape_of
from shared.schemes.reading.shape import Shape
from shared.schemes.reading.tiers import SharingShape, TieredAmount
from shared.schemes.terms import RULES

_WRITTEN_IN_TIERS: Mapping[str, Shape] = {
    "sharing": SharingShape(),
    "loan_cap_by": TieredAmount(),
}
"""Rules whose parts stand in the file in another way than in the terms."""

SHAPES: Mapping[str, Shape] = {
    name: _WRITTEN_IN_TIERS.get(name) or shape_of(rule.hint) for name, rule in RULES.items()
}
