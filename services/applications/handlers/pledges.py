"""What becomes of a pledge in its register: begun, changed, extended, cancelled, found invalid."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.domain.pledge import LIVING, Action
from services.applications.handlers.case_in_hand import locked_case
from services.applications.tables import pledges
from services.applications.tables.pledges import PLEDGES
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.rights import LoanPledgesStandV1, StandingPledge
from shared.life_cycle import Person, Row
from shared.messaging import outbox
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, Transition, apply_transition, apply_transitions


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the register has entered: when, why, and what was before and after."""

    on: date
    reason: str
    item: str = ""
    before: str = ""
    after: str = ""
    term_until: date | None = None


_WHAT = {
    Action.CHANGE: "changed",
    Action.EXTEND: "extended",
    Action.CANCEL: "cancelled",
    Action.INVALIDATE: "invalid",
}


async def begin(
    conn: asyncpg.Connection, rows: Sequence[Mapping[str, Any]], *, by: Person, now: datetime
) -> None:
    """The history of pledges begins with their registration; their rows are kept already."""
    steps = [
        Step(
            case={**dict(row), "id": UUID(str(row["id"])), "state": None, "version": 0},
            action=Action.REGISTER,
            by=by,
            detail={
                "registration_no": row["registration_no"],
                "on": str(row["registered_on"]),
            },
        )
        for row in rows
    ]
    await apply_transitions(conn, PLEDGES, steps, now=now)


async def tell_standing(
    conn: asyncpg.Connection, case_ids: Collection[UUID], *, now: datetime
) -> None:
    """The pool hears how all pledges of these cases stand now."""
    pledges.entered(conn, case_ids)
    rows = await pledges.standing(conn, list(case_ids))
    told = []
    for case_id, of_case in groupby(rows, key=lambda row: row["application_id"]):
        own = list(of_case)
        names = ("number", "bank_code", "pool_code", "borrower_uscc", "borrower_name")
        about = {name: own[0][name] for name in names}
        stand = tuple(_stands(one) for one in own)
        told.append(LoanPledgesStandV1(loan_id=case_id, **about, pledges=stand))
    await outbox.append(conn, told, now=now)


def _stands(row: Row) -> StandingPledge:
    names = ("nice_class", "right_name", "owner_name", "registered_on", "term_until", "ended_on")
    return StandingPledge(
        pledge_id=row["id"],
        right_kind=row["kind"],
        right_number=row["right_number"],
        registry=row["register_name"],
        registration_number=row["registration_no"],
        end="" if row["state"] in LIVING else row["state"],
        **{name: row[name] for name in names},
    )


async def in_hand(conn: asyncpg.Connection, pledge_id: UUID, *, today: date) -> asyncpg.Record:
    """A pledge and its case, both locked, the case first. Raises NotFound."""
    case_id = await pledges.case_of(conn, pledge_id)
    if case_id is None:
        raise NotFound("没有这项质押登记", "There is no such pledge.")
    await locked_case(conn, case_id, today=today)
    return await pledges.locked(conn, pledge_id)


async def enter(
    conn: asyncpg.Connection,
    pledge_id: UUID,
    action: Action,
    entry: Entry,
    *,
    by: Identity,
    now: datetime,
) -> Transition:
    """What its register has entered of a pledge. Raises FieldsWrong and what the life cycle
    refuses."""
    row = await in_hand(conn, pledge_id, today=business_date(now))
    PLEDGES.life_cycle.require(row, action, by)
    _must_fit(row, action, entry, today=business_date(now))
    ends = action in (Action.CANCEL, Action.INVALIDATE)
    changes = {"ended_on": entry.on} if ends else {}
    if action == Action.EXTEND:
        changes = {"term_until": entry.term_until}  # type: ignore[dict-item]
    step = Step(
        case=row,
        action=action,
        by=by,
        reason=entry.reason,
        detail={
            "on": str(entry.on),
            **({"item": entry.item, "before": entry.before, "after": entry.after}
               if entry.item else {}),
            **({"term_until": str(entry.term_until)} if entry.term_until else {}),
        },
        changes=changes,
        facts={"what": _WHAT[action], "on": entry.on, "reason": entry.reason},
    )  # fmt: skip
    done = await apply_transition(conn, PLEDGES, step, now=now)
    if action == Action.CANCEL:
        await pledges.let_go(conn, row, now=now)
    await tell_standing(conn, [row["application_id"]], now=now)
    return done


async def confirm_cover(
    conn: asyncpg.Connection, pledge_id: UUID, *, opinion: str, by: Identity, now: datetime
) -> Transition:
    """A reviewer finds that the loan is covered without this pledge: it may be cancelled."""
    row = await in_hand(conn, pledge_id, today=business_date(now))
    step = Step(
        case=row,
        action=Action.CONFIRM_COVER,
        by=by,
        reason=opinion,
        changes={"cover_confirmed_by": by.subject},
    )
    return await apply_transition(conn, PLEDGES, step, now=now)


def _must_fit(row: Mapping[str, Any], action: Action, entry: Entry, *, today: date) -> None:
    """Between the registration and today; a longer term ends later, and not after the right."""
    faults = []
    if not row["registered_on"] <= entry.on <= today:
        faults.append(
            FieldFault(("on",), "out-of-order", f"须在 {row['registered_on']} 至今日之间",
                       f"Between {row['registered_on']} and today.")
        )  # fmt: skip
    if action == Action.EXTEND:
        before = row["entered_until"] or row["registered_on"]
        if entry.term_until is None or entry.term_until <= before:
            faults.append(
                FieldFault(("term_until",), "not-later", f"须晚于 {before}",
                           f"It must be later than {before}.")
            )  # fmt: skip
        elif entry.term_until > row["expires_on"]:
            faults.append(
                FieldFault(("term_until",), "beyond-the-right",
                           f"晚于权利届满日 {row['expires_on']}",
                           f"Later than the right's end on {row['expires_on']}.")
            )  # fmt: skip
    if faults:
        raise FieldsWrong(faults)
