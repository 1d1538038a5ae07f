"""Cover of all loans of a firm: seen together, and asked for in one step.

A call stays one of a loan: its own rights carry it, its own measures answer it and its own figures cure
it. What a firm is short of is the sum over its loans.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.cover_call import CallExists, LoanNotOut, NothingShort
from services.applications.domain.valuations import Cover
from services.applications.handlers import cover_calls
from services.applications.handlers.case_in_hand import CaseInHand, locked_case
from services.applications.handlers.right_values import covers
from services.applications.queries import firm_cover as known
from shared.life_cycle import Row

MOST_LOANS: Final = 200
"""Loans of a firm that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanCover:
    """A loan of the firm that is out, what covers it, and its call that has not come to its end."""

    row: Mapping[str, Any]
    cover: Cover
    call: Row | None


async def of_firm(
    conn: asyncpg.Connection, uscc: str, *, institution: str, day: date
) -> list[LoanCover]:
    """The loans of a firm that are out and that an institution may see, by case."""
    ids = await known.loans_out(conn, uscc, institution=institution, limit=MOST_LOANS)
    return await _among(conn, ids, day=day)


async def _among(conn: asyncpg.Connection, ids: Sequence[UUID], *, day: date) -> list[LoanCover]:
    if not ids:
        return []
    calls = await known.live_calls(conn, ids)
    found = await covers(conn, bank=None, after=None, loans=len(ids), day=day, among=ids)
    return [LoanCover(row=row, cover=one, call=calls.get(row["id"])) for row, one in found]


async def ask(begun: CaseInHand, uscc: str, *, cover_by: date, reason: str) -> list[UUID]:
    """Ask for what every loan of the firm is short of that has no call yet; the calls. `begun` has no
    case: it says who asks, and when. Each notice says what the firm is short of in all at the bank.

    Raises FieldsWrong, LoanNotOut, NothingShort, CallExists.
    """
    conn, today = begun.conn, begun.today
    cover_calls.require_later(cover_by, by=begun.caller, today=today)
    ids = await known.loans_out(conn, uscc, institution=begun.caller.institution, limit=MOST_LOANS)
    cases = {}
    for case_id in ids:  # In their order, as whoever locks several does.
        row = await locked_case(conn, case_id, today=today)
        cases[case_id] = CaseInHand(
            row=row, conn=conn, caller=begun.caller, working_days=begun.working_days, now=begun.now
        )
    short = [one for one in await _among(conn, ids, day=today) if one.cover.shortfall_fen]
    if not ids:
        raise LoanNotOut("该企业没有未清偿的贷款。", "The firm has no loan that is out.")
    if not short:
        raise NothingShort(
            "该企业各笔贷款担保足额，无须补足。", "The firm's loans are covered: nothing is short."
        )
    open_ones = [one for one in short if one.call is None]
    if not open_ones:
        raise CallExists(
            "该企业担保不足的贷款均已有未了结的补足担保通知。",
            "Every loan of the firm that is short has a call that has not come to its end.",
            cover_call=str(short[0].call["id"]) if short[0].call else "",
        )
    made = {
        one.row["id"]: await cover_calls.keep(
            cases[one.row["id"]], one.cover, cover_by=cover_by, reason=reason
        )
        for one in open_ones
    }
    for case_id, call_id in made.items():
        await cover_calls.tell(cases[case_id], call_id)
    return list(made.values())
