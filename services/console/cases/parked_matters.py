"""Parked events in an official's words: which case, what did not arrive, what that means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import event_words

Event = Mapping[str, Any]

_NUMBERS: Final = ("claim_number", "number", "month")
_FIRMS: Final = ("borrower_name", "firm_name")
_PAGES: Final = (("claim_id", "/claims/"), ("recovery_id", "/recoveries/"), ("loan_id", "/cases/"))
"""Of what an event names, the first that has a page."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Everything of one case that waits: the first of it stands in the way of the rest."""

    service: str
    name: str
    page: str
    """Where its case is; "" where it has none."""
    words: str
    """What did not arrive."""
    waits: int
    """How many wait behind it."""
    is_failed: bool
    """False: it waits for what another list of the same case holds up."""
    first: Event
    events: Sequence[Event]


def matters_of(service: str, events: Sequence[Event], texts: Texts) -> list[Matter]:
    """The parked events of a service, by what they are about, the longest parked first."""
    by_key: dict[tuple[str, str], list[Event]] = {}
    for one in events:
        by_key.setdefault((one["topic"], one["key"]), []).append(one)
    return [_matter(service, together, texts) for together in by_key.values()]


def _matter(service: str, events: Sequence[Event], texts: Texts) -> Matter:
    first = events[0]
    body = first["body"] if isinstance(first["body"], Mapping) else {}
    said = [next((str(body[name]) for name in names if body.get(name)), "") for names in (
        _NUMBERS, _FIRMS)]  # fmt: skip
    named = " ".join(part for part in said if part) or str(body.get("pool_code") or "")
    page = next((leads + str(body[name]) for name, leads in _PAGES if body.get(name)), "")
    return Matter(
        service=service,
        name=named or texts("parked.unknown-matter"),
        page=page,
        words=event_words(str(first["type"]), texts),
        waits=len(events) - 1,
        is_failed=first["reason"] == "failed",
        first=first,
        events=events,
    )
