"""Somebody says something of a right: it is added to the register, beside what was said before."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.right_facts import FIELDS, Said
from services.applications.domain.submission import RightKey
from services.applications.handlers.paper_references import stored_paper
from services.applications.queries import register
from services.applications.tables import right_burdens, right_statements
from services.applications.tables.right_burdens import NewBurden
from services.applications.tables.stored_papers import use
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.papers import PaperNamed
from shared.refusals import FieldFault, FieldsWrong, Refused


class BurdenEnded(Refused):
    """What ended once has ended."""

    code = "burden-ended"


class NotYourEntry(Refused):
    """Who entered a burden says when it ended; another's word is another entry."""

    code = "not-your-entry"
    status = 403


def faults_of(said: Said, *, today: date, place: Sequence[str | int] = ()) -> list[FieldFault]:
    """Something is said, of a day that has been, and its days stand in their order."""
    faults = []
    if all(getattr(said, name) is None for name in FIELDS):
        faults.append(
            FieldFault((*place,), "nothing-said", "至少填写一项事实", "State one fact at least.")
        )
    if said.as_of > today:
        faults.append(_ahead((*place, "as_of")))
    for name in ("filed_on", "granted_on", "renewed_on"):
        day = getattr(said, name)
        if day is not None and day > today:
            faults.append(_ahead((*place, name)))
    if said.filed_on and said.expires_on and said.expires_on <= said.filed_on:
        faults.append(
            FieldFault((*place, "expires_on"), "ends-before-it-begins",
                       "届满日须晚于申请日", "It ends before it was filed.")
        )  # fmt: skip
    if said.filed_on and said.granted_on and said.granted_on < said.filed_on:
        faults.append(
            FieldFault((*place, "granted_on"), "granted-before-filed",
                       "授权日不能早于申请日", "It was granted before it was filed.")
        )  # fmt: skip
    return faults


def _ahead(place: tuple[str | int, ...]) -> FieldFault:
    return FieldFault(place, "in-future", "日期晚于今日", "The day lies ahead.")


async def say(conn: asyncpg.Connection, said: Said, *, by: Identity, now: datetime) -> UUID:
    """Add what a person says of a right; the answer is the right's id. Raises FieldsWrong."""
    faults = faults_of(said, today=business_date(now))
    faults += await refer(conn, said.document_id, by=by)
    if faults:
        raise FieldsWrong(faults)
    await right_statements.add(conn, [said], bank_code=by.institution, by=by, now=now)
    right_id = await register.right_id_of(conn, said.key)
    await use_paper(conn, said.document_id, place=f"right:{right_id}", by=by, now=now)
    return right_id


async def burden(
    conn: asyncpg.Connection, right_id: UUID, new: NewBurden, *, by: Identity, now: datetime
) -> RightKey:
    """Add what lies on a right. Raises FieldsWrong, NotFound."""
    row = await register.right(conn, right_id)
    key = register.key_of(row)
    faults = [_ahead(("began_on",))] if new.began_on > business_date(now) else []
    faults += await refer(conn, new.document_id, by=by)
    if faults:
        raise FieldsWrong(faults)
    await right_burdens.add(conn, uuid7(), key, new, bank_code=by.institution, by=by, now=now)
    await use_paper(conn, new.document_id, place=f"right:{right_id}", by=by, now=now)
    return key


async def end_burden(
    conn: asyncpg.Connection,
    burden_id: UUID,
    *,
    ended_on: date,
    reason: str,
    by: Identity,
    now: datetime,
) -> RightKey:
    """Say that a burden has ended; the answer is its right. Raises NotFound, NotYourEntry, BurdenEnded, FieldsWrong."""
    row = await register.burden(conn, burden_id)
    if row["bank_code"] != by.institution:
        raise NotYourEntry(
            "该记载由他方登记，由登记方解除",
            "Another institution entered it, and says when it has ended.",
        )
    if ended_on > business_date(now) or ended_on < row["began_on"]:
        raise FieldsWrong(
            [FieldFault(("ended_on",), "out-of-order",
                        f"须在 {row['began_on']} 至今日之间",
                        f"Between {row['began_on']} and today.")]
        )  # fmt: skip
    if not await right_burdens.end(
        conn, burden_id, bank_code=by.institution, ended_on=ended_on, reason=reason, by=by, now=now
    ):
        raise BurdenEnded("该记载已解除", "It has ended already.")
    return register.key_of(row)


async def refer(
    conn: asyncpg.Connection, document_id: UUID | None, *, by: Identity
) -> list[FieldFault]:
    """A paper that is referred to is a stored one of the same institution."""
    if document_id is None:
        return []
    named = PaperNamed(place=(), document_id=document_id)
    _, faults = await stored_paper(conn, named, bank_code=by.institution)
    return list(faults)


async def use_paper(
    conn: asyncpg.Connection, document_id: UUID | None, *, place: str, by: Identity, now: datetime
) -> None:
    """That the register refers to a paper, so that nobody withdraws it."""
    if document_id is not None:
        await use(conn, [document_id], bank_code=by.institution, place=place, now=now)
