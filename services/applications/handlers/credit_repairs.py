"""Credit repair: asked for with evidence, recommended by one person, decided by another."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.credit_repair import LIFE_CYCLE, Action, Ground
from services.applications.handlers.listed_firms import absent, tell_cleared
from services.applications.handlers.register import refer, use_paper
from services.applications.queries import listed_firms as reads
from services.applications.tables import credit_repairs, listed_firms
from services.applications.tables.credit_repairs import CREDIT_REPAIRS
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import Row, Term, Wait
from shared.refusals import FieldsWrong, NotFound, Refused
from shared.transitions import Step, Transition, apply_transition


class EntryEnded(Refused):
    """What has ended needs no repair."""

    code = "entry-ended"


async def request(
    conn: asyncpg.Connection,
    entry_id: UUID,
    *,
    borrower_uscc: str,
    ground: Ground,
    reason: str,
    document_id: UUID,
    by: Identity,
    now: datetime,
    working_days: WorkingDays,
) -> UUID:
    """Ask that an entry be ended, with the paper that shows why; a bank asks for firms of its cases.
    Raises NotFound, EntryEnded, FieldsWrong."""
    firm = await reads.firm_of_entry(conn, entry_id, borrower_uscc, bank=by.institution)
    row = None if firm is None else await listed_firms.locked(conn, entry_id)
    if firm is None or row is None:
        raise absent()
    _must_stand(row)
    if faults := await refer(conn, document_id, by=by):
        raise FieldsWrong(faults)
    first = LIFE_CYCLE.require(None, Action.REQUEST, by)
    repair = {
        "id": uuid7(),
        "entry_id": entry_id,
        "bank_code": by.institution,
        "borrower_uscc": borrower_uscc,
        "borrower_name": firm,
        "list_name": row["list_name"],
        "ground": ground,
        "reason": reason,
        "document_id": document_id,
        "requested_by": by.subject,
    }
    term = _term(now, working_days)
    await credit_repairs.add(
        conn, repair, state=first.target, due_on=LIFE_CYCLE.term(first.target, term), now=now
    )
    await use_paper(conn, document_id, place=f"credit_repair:{repair['id']}", by=by, now=now)
    step = Step(
        case={**repair, "state": None, "version": 0}, action=Action.REQUEST, by=by, reason=reason,
        facts={"reason": reason}, term=term,
    )  # fmt: skip
    return (await apply_transition(conn, CREDIT_REPAIRS, step, now=now)).case_id


async def recommend(
    conn: asyncpg.Connection,
    repair_id: UUID,
    *,
    opinion: str,
    by: Identity,
    now: datetime,
    working_days: WorkingDays,
) -> Transition:
    """The first person gives an opinion; another one than who asked. Raises NotFound."""
    _, repair = await _in_hand(conn, repair_id)
    step = Step(
        case=repair, action=Action.RECOMMEND, by=by, reason=opinion,
        changes={"recommended_by": by.subject}, term=_term(now, working_days),
    )  # fmt: skip
    return await apply_transition(conn, CREDIT_REPAIRS, step, now=now)


async def decide(
    conn: asyncpg.Connection,
    repair_id: UUID,
    action: Action,
    *,
    opinion: str,
    by: Identity,
    now: datetime,
) -> Transition:
    """The second person decides. Granted, the entry ends today and is held against nobody from today
    on. Raises NotFound, EntryEnded, and what the life cycle refuses."""
    entry, repair = await _in_hand(conn, repair_id)
    LIFE_CYCLE.require(repair, action, by)
    today, granted = business_date(now), action == Action.APPROVE
    if granted:
        _must_stand(entry)
    step = Step(
        case=repair, action=action, by=by, reason=opinion,
        changes={"decided_by": by.subject, "decided_on": today},
        facts={"granted": granted, "decided_on": today, "opinion": opinion},
    )  # fmt: skip
    done = await apply_transition(conn, CREDIT_REPAIRS, step, now=now)
    if granted:
        await listed_firms.end(
            conn, {entry["id"]: today}, why="credit_repair", import_id=None, by=by, now=now
        )
        await tell_cleared(conn, [entry["id"]], now=now)
    return done


def _must_stand(entry: Row) -> None:
    if entry["ended_on"] is not None:
        raise EntryEnded(
            f"该记录已于 {entry['ended_on']} 移出",
            f"The entry ended on {entry['ended_on']}.",
            ended_on=str(entry["ended_on"]),
        )


async def _in_hand(conn: asyncpg.Connection, repair_id: UUID) -> tuple[Row, Row]:
    """The entry and the repair, both locked, the entry first. Raises NotFound."""
    entry_id = await credit_repairs.entry_of(conn, repair_id)
    if entry_id is None:
        raise NotFound("没有这项信用修复", "There is no such credit repair.")
    entry = await listed_firms.locked(conn, entry_id)
    assert entry is not None, "a repair has an entry"
    return entry, await credit_repairs.locked(conn, repair_id)


def _term(now: datetime, working_days: WorkingDays) -> Term:
    today = business_date(now)

    def until(wait: Wait) -> date | None:
        days = wait.working_days
        return None if days is None else working_days.add(today, days)

    return until
