"""The lines by which a month asks a party for something, which it can dispute, over HTTP."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.statements import MonthText, PoolCode, found_or_refused
from services.risk_pool.domain.dispute import LIFE_CYCLE, LIVE, WINDOW_WORKING_DAYS
from services.risk_pool.domain.dispute_filing import is_disputable
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.domain.stated_lines import stated_fen
from services.risk_pool.domain.statement import in_words, kind_words
from services.risk_pool.queries import disputes as known
from services.risk_pool.queries import settlements
from services.risk_pool.queries.parties import party_names
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.money import Fen
from shared.months import Month
from shared.postgres.database import seeing_everything
from shared.refusals import NotFound

router = APIRouter(tags=["disputes"])


class DisputeOfLine(Money):
    """The last dispute of a line."""

    id: UUID
    number: str
    state: str
    state_zh: str
    state_en: str
    difference_fen: Fen
    upheld_fen: Fen | None


class AskedLine(Money):
    """A line and what it adds to the net of the statement."""

    seq: int
    day: date
    reference: str
    kind: str
    zh: str
    en: str
    debit_zh: str
    debit_en: str
    credit_zh: str
    credit_en: str
    loan_number: str | None
    amount_fen: Fen
    stated_fen: Fen = Field(
        description="Positive: the pool owes it to the party; negative: the party owes it."
    )
    is_disputable: bool
    dispute: DisputeOfLine | None


class AskedLines(Money):
    """What the month asks for, line by line; the lines add up to the net."""

    net_fen: Fen
    until: date | None = Field(description="The last day to dispute one; none before the posting.")
    is_open: bool
    lines: list[AskedLine]


@router.get("/pools/{code}/settlements/{month}/statements/{party_code}/disputes")
async def list_disputable_lines(
    code: PoolCode,
    month: MonthText,
    party_code: Annotated[str, Path(max_length=40, examples=["ICBC-TJ"])],
    caller: Anyone,
    context: CurrentContext,
) -> AskedLines:
    """The lines that make the net of a party's statement, with the dispute of each. A bank sees its
    own statement's."""
    async with context.database.looking(caller.institution) as conn:
        settlement = await found_or_refused(conn, code, Month.parse(month))
        statement = await settlements.statement_of(conn, settlement["id"], party_code)
        if statement is None or party_code == code:
            raise NotFound("没有该对账单", "There is no such statement.")
        async with seeing_everything(conn):
            rows = await known.asked_lines(conn, settlement, party_code)
            names = await party_names(conn, code)
    until = None
    if settlement["state"] in BOOKS_CLOSED:
        until = context.working_days.add(settlement["posted_on"], WINDOW_WORKING_DAYS)
    return AskedLines(
        net_fen=statement["net_fen"],
        until=until,
        is_open=until is not None and business_date(context.clock.now()) <= until,
        lines=[_line(row, party_code, names) for row in rows if stated_fen(row, party_code)],
    )


def _line(row: Mapping[str, Any], party: str, names: Mapping[str, str]) -> AskedLine:
    words = kind_words(row["kind"])
    dispute = None
    if row["dispute_id"] is not None:
        state = LIFE_CYCLE.states[row["dispute_state"]]
        dispute = DisputeOfLine(
            id=row["dispute_id"],
            number=row["dispute_number"],
            state=row["dispute_state"],
            state_zh=state.zh,
            state_en=state.en,
            difference_fen=row["difference_fen"],
            upheld_fen=row["upheld_fen"],
        )
    return AskedLine(
        seq=row["seq"],
        day=row["business_date"],
        reference=row["reference"],
        kind=row["kind"],
        zh=words.zh,
        en=words.en,
        **in_words(row, names),
        loan_number=row["loan_number"],
        amount_fen=row["amount_fen"],
        stated_fen=stated_fen(row, party),
        is_disputable=is_disputable(row, party) and (dispute is None or dispute.state not in LIVE),
        dispute=dispute,
    )
