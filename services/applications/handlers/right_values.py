"""Valuations beside those of the cases, and whether loans are still covered by what they found."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.valuations import Cover, cover
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.handlers.register import refer, use_paper
from services.applications.queries import ranks, register, valuations
from services.applications.tables import right_valuations
from services.applications.tables.right_valuations import NewValuation
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldFault, FieldsWrong


async def add(
    conn: asyncpg.Connection, right_id: UUID, new: NewValuation, *, by: Identity, now: datetime
) -> asyncpg.Record:
    """Keep a valuation; the answer is its right. Raises NotFound, FieldsWrong."""
    row = await register.right(conn, right_id)
    faults = []
    if new.valued_on > business_date(now):
        faults.append(
            FieldFault(("valued_on",), "in-future", "日期晚于今日", "The day lies ahead.")
        )
    if new.valid_until is not None and new.valid_until < new.valued_on:
        faults.append(
            FieldFault(("valid_until",), "ends-before-it-begins", "早于评估基准日",
                       "It ends before its base day.")
        )  # fmt: skip
    if new.related_to is not None and not new.relation_note:
        faults.append(
            FieldFault(
                ("relation_note",), "required", "须写明关联关系", "Say what the relation is."
            )
        )
    faults += await refer(conn, new.document_id, by=by)
    if faults:
        raise FieldsWrong(faults)
    await right_valuations.add(conn, uuid7(), register.key_of(row), new, by=by, now=now)
    await use_paper(conn, new.document_id, place=f"right:{right_id}", by=by, now=now)
    return row


async def covers(
    conn: asyncpg.Connection,
    *,
    bank: str | None,
    after: UUID | None,
    loans: int,
    day: date,
    among: Sequence[UUID] | None = None,
    asked_by: str | None = None,
) -> list[tuple[Mapping[str, Any], Cover]]:
    """So many loans behind `after`, each with what covers it. Of valuations, those of the loan's
    own bank and of the bureau are looked at; the rates are those of the loan's own terms. `asked_by`:
    the bank that asks; `among`: of these cases only."""
    rows = await valuations.loans(
        conn, own=asked_by, bank=bank, after=after, limit=loans, among=among
    )
    case_ids = [row["id"] for row in rows]
    pledged = await valuations.pledged(conn, rows)
    other = await valuations.other_collateral(conn, case_ids)
    earlier = await ranks.secured_before(conn, case_ids)
    keys = {register.key_of(one) for own in pledged.values() for one in own}
    worths = await valuations.of_rights(conn, sorted(keys))
    rates: dict[tuple[str, str, date], Mapping[str, Fraction]] = {}
    found = []
    for row in rows:
        bound = (row["programme"], row["mode"], row["approved_on"] or day)
        if bound not in rates:
            terms = await terms_or_none(conn, *bound)
            rates[bound] = terms.pledge_rates if terms is not None else {}
        own = pledged.get(row["id"], [])
        readers = ("*", row["bank_code"])
        seen = [
            [one for one in worths.get(register.key_of(right), []) if one.bank_code in readers]
            for right in own
        ]
        covered = cover(
            row, own, seen, rates=rates[bound], day=day, other_fen=other.get(row["id"], 0),
            earlier=[earlier.get((row["id"], register.key_of(right)), 0) for right in own],
        )  # fmt: skip
        found.append((row, covered))
    return found
