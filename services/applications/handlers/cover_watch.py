"""Calls for cover are looked at again and again: the figures cure them, open them again, end them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.cover_call import (
    NOTHING_PROPOSED,
    SHORT,
    Action,
    action_after,
    figures,
)
from services.applications.domain.valuations import Cover
from services.applications.handlers.right_values import covers
from services.applications.tables import cover_calls as tables
from services.applications.tables.cover_calls import COVER_CALLS
from shared.clock import business_date
from shared.contracts.cover_calls import CoverCallChangedV1
from shared.life_cycle import SYSTEM
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step, apply_transition

AT_ONCE: Final = 200
"""Calls per transaction."""
_WHAT: Final = {
    Action.CURE: "cured",
    Action.FALL_SHORT: "fell_short",
    Action.END: "ended",
}


async def watch_cover(database: Database, now: Callable[[], datetime]) -> None:
    """A due job: every call that has not come to its end is looked at with the figures of now."""
    moment = now()
    after: UUID | None = None
    while True:
        async with database.begin(EVERYWHERE) as conn:
            calls = await tables.locked_live(conn, after=after, limit=AT_ONCE)
            await look(conn, calls, now=moment)
        if len(calls) < AT_ONCE:
            return
        after = calls[-1]["id"]


async def look(
    conn: asyncpg.Connection, calls: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """What the figures of now do to locked calls; a day for cover that has passed is told once."""
    if not calls:
        return
    today = business_date(now)
    among = [call["application_id"] for call in calls]
    found = await covers(conn, bank=None, after=None, loans=len(calls), day=today, among=among)
    by_case = {row["id"]: cover for row, cover in found}
    shortfalls = {
        call["id"]: by_case[call["application_id"]].shortfall_fen
        for call in calls
        if call["application_id"] in by_case
    }
    await tables.looked(conn, shortfalls, now=now)
    firms = await tables.short_of_firms(conn, calls)
    for call in calls:
        cover = by_case.get(call["application_id"])
        action = action_after(call["state"], cover)
        if action is not None:
            await _move(conn, call, action, cover, firms, now=now)
    late = [
        call
        for call in calls
        if call["state"] in SHORT
        and call["cover_by"] < today
        and call["overdue_told"] is None
        and shortfalls.get(call["id"])
    ]
    await tables.told_overdue(conn, [call["id"] for call in late], on=today)
    told_late = [
        CoverCallChangedV1(
            **COVER_CALLS.about(call),
            **told("overdue", shortfalls[call["id"]], "", on=today, firm=firm_of(firms, call)),
        )
        for call in late
    ]
    await outbox.append(conn, told_late, now=now)


async def _move(
    conn: asyncpg.Connection,
    call: Mapping[str, Any],
    action: Action,
    cover: Cover | None,
    firms: Mapping[tuple[str, str], tuple[int, int]],
    *,
    now: datetime,
) -> None:
    today = business_date(now)
    short = cover.shortfall_fen if cover else 0
    changes: dict[str, Any] = {"shortfall_fen": short}
    if action == Action.CURE:
        changes |= {"cured_on": today, **NOTHING_PROPOSED}
    until = call["cover_by"]
    if action == Action.FALL_SHORT:
        # As many days again as the bank was given at first.
        until = today + (call["cover_by"] - call["asked_on"])
        changes |= {"cured_on": None, "times": call["times"] + 1, "asked_on": today,
                    "cover_by": until, "overdue_told": None}  # fmt: skip
    step = Step(
        case={**dict(call), "cover_by": until}, action=action, by=SYSTEM, changes=changes,
        detail={} if cover is None else figures(cover),
        facts=told(_WHAT[action], short, "", on=today, firm=firm_of(firms, call)),
        term=lambda wait: until if action == Action.FALL_SHORT else None,
    )  # fmt: skip
    await apply_transition(conn, COVER_CALLS, step, now=now)


def firm_of(
    firms: Mapping[tuple[str, str], tuple[int, int]], call: Mapping[str, Any]
) -> tuple[int, int]:
    """What a call's firm is short of at the call's bank: loans, and fen together."""
    return firms.get((call["bank_code"], call["borrower_uscc"]), (0, 0))


def told(
    what: str,
    shortfall_fen: int,
    reason: str,
    *,
    on: date,
    firm: tuple[int, int],
    measure: str = "",
    outcome: str = "",
) -> dict[str, Any]:
    """What an event says beside what every event of a call says."""
    return {
        "what": what,
        "shortfall_fen": shortfall_fen,
        "reason": reason,
        "on": on,
        "firm_calls": firm[0],
        "firm_shortfall_fen": firm[1],
        "measure": measure,
        "outcome": outcome,
    }
