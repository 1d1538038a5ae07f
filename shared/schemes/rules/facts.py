"""Which facts a scheme asks for, who states them and as of which day."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from shared.schemes.rules.declare import OneOf, Says
from shared.schemes.vocabulary import FACTS, Words

FactName = Annotated[str, OneOf(FACTS)]


@dataclass(frozen=True, slots=True)
class FactRule:
    """A fact as a scheme wants it; what it leaves open is as usual (`shared/schemes/facts.py`)."""

    at: Annotated[
        Literal["approval", "disbursement", "claim"] | None, Says("截至何日", "as of which day")
    ] = None
    by: Annotated[Literal["bank", "bureau"] | None, Says("由谁说明", "who states it")] = None
    source: str = ""

    def faults(self) -> Iterator[Words]:
        if self.at is None and self.by is None:
            yield Words(
                "写明 at（截至何日）或 by（由谁说明）",
                "say at (as of which day) or by (who states it)",
            )
