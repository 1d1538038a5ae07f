"""What this person has to do, of all services, as one list by last day."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.client import Api
from services.console.upstream.optional import items, or_none

MOST = 100
"""So many things of each service are shown at once; more are found by kind."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """The nearest things to do and how many there are; a service that does not answer is named."""

    rows: Sequence[dict[str, Any]]
    kinds: Sequence[dict[str, Any]]
    open: int
    overdue: int
    near: int
    silent: Sequence[str]
    next_cursor: str | None
    """Where the list goes on; only where one service was asked."""


async def read_to_do(page: PageContext, *, limit: int = MOST, **wanted: str) -> ToDo:
    """The list of this person, or of the kind that is asked for. Raises Problem where a list is
    refused."""
    apis = _asked_of(page)
    whose = wanted.get("whose", "mine")
    answers = await asyncio.gather(
        *(or_none(api.get("/to-do/figures", whose=whose)) for api in apis.values())
    )
    figures = dict(zip(apis, answers, strict=True))
    kind = wanted.get("kind", "")
    asked = [
        name
        for name, found in figures.items()
        if found and (not kind or kind in {one["case_kind"] for one in found["kinds"]})
    ]
    # Not left out where it is refused: a list that was not read is not one with nothing in it.
    lists = await asyncio.gather(
        *(apis[name].get("/to-do", limit=limit, **wanted) for name in asked)
    )
    rows = [one for found in lists for one in items(found)]
    known = [found for found in answers if found]
    return ToDo(
        rows=sorted(rows, key=lambda one: (one["due_on"] or "9999", one["since"]))[:limit],
        kinds=[one for found in known for one in found["kinds"]],
        open=sum(found["open"] for found in known),
        overdue=sum(found["overdue"] for found in known),
        near=sum(found["near"] for found in known),
        silent=[name for name, found in figures.items() if found is None],
        next_cursor=lists[0]["next_cursor"] if kind and lists else None,
    )


def _asked_of(page: PageContext) -> dict[str, Api]:
    """The services in which something may wait for this person."""
    if page.person is not None and page.person.party:
        return {"risk_pool": page.risk_pool}
    apis = {"notifications": page.notifications}
    if page.person is None or page.person.roles - {"admin"}:
        # An admin reads no cases.
        apis |= {"applications": page.applications, "risk_pool": page.risk_pool}
    return apis
