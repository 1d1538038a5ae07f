"""What a case would add to its firm's and its bank's principal, beside the decision."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.applications.domain.meeting import SITS
from services.applications.domain.paid_out import PaidOut
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries.effect import owed_before
from services.applications.queries.related_firms import owed_by_group
from services.applications.queries.renewals import renewed
from services.applications.queries.submitted import case_row
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.life_cycle import Row, Words
from shared.money import MONEY_NAMES, Fen

router = APIRouter(tags=["reviews"])

Reader = Annotated[Identity, Depends(requires(*sorted(SITS), "auditor"))]
Whose = Literal["borrower_in_pool", "borrower_everywhere", "group_everywhere", "bank_in_pool"]

_WORDS: dict[Whose, Words] = {
    "borrower_in_pool": Words("企业在本资金池的贷款本金", "the firm's principal in this pool"),
    "borrower_everywhere": Words(
        "企业在您可见的各资金池的贷款本金", "the firm's principal in the pools that you see"
    ),
    "group_everywhere": Words(
        "关联企业“{group}”{firms} 家在您可见的各资金池的贷款本金",
        "principal of the {firms} firms of the group {group} in the pools that you see",
    ),
    "bank_in_pool": Words("银行在本资金池的贷款本金", "the bank's principal in this pool"),
}


class ExposureAnswer(BaseModel):
    """Principal before and after the case, and the ceiling where the programme sets one."""

    model_config = MONEY_NAMES

    whose: Whose
    zh: str
    en: str
    before_fen: Fen
    after_fen: Fen
    ceiling_fen: Fen | None
    exceeded: bool
    source: str


class EffectAnswer(BaseModel):
    """The whole principal of loans, whatever part of it the pool covers. What the pool has room for
    says `GET /pools/{code}/entry-effect` of the pool's service."""

    model_config = MONEY_NAMES

    on: date
    amount_fen: Fen
    owed_fen: Fen = Field(
        description="What the case adds: its amount; of a loan that was filed after it was paid out "
        "what is owed of it."
    )
    exposures: list[ExposureAnswer] = Field(
        description="Other loans that are out, what may still be drawn, and what is approved and "
        "not paid out."
    )


@router.get("/applications/{case_id}/effect")
async def read_effect(case_id: UUID, caller: Reader, context: CurrentContext) -> EffectAnswer:
    """What the case adds to what its firm owes in this pool and in the pools that you see, over all
    banks, to what the firm's group owes, and to what its bank has lent in this pool: before, after,
    and the programme's ceiling of today. A renewal and what is left of the loan that it renews are
    one debt, as large as the larger."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await case_row(conn, case_id)
        before = dict(await owed_before(conn, row))
        group = await owed_by_group(conn, case_id=row["id"], uscc=row["borrower_uscc"])
        paid = PaidOut.of_data(row["paid_out"])
        owed_fen = row["amount_fen"] if paid is None else paid.outstanding_fen
        once_fen = await _one_debt(conn, row, owed_fen)
        terms = await terms_or_none(conn, row["programme"], row["mode"], today)
    cap = terms.borrower_cap_fen if terms else None
    source = terms.source("borrower_cap") if terms else ""

    if group is not None:
        before["group_everywhere"] = group["owed"]
    named = {"group": group["name"], "firms": group["firms"]} if group else {}

    def exposure(whose: Whose) -> ExposureAnswer:
        after = before[whose] + owed_fen - once_fen
        ceiling = cap if whose == "borrower_in_pool" else None
        return ExposureAnswer(
            whose=whose, zh=_WORDS[whose].zh.format(**named), en=_WORDS[whose].en.format(**named),
            before_fen=before[whose],
            after_fen=after, ceiling_fen=ceiling, exceeded=ceiling is not None and after > ceiling,
            source=source if ceiling is not None else "",
        )  # fmt: skip

    return EffectAnswer(
        on=today,
        amount_fen=row["amount_fen"],
        owed_fen=owed_fen,
        exposures=[exposure(one) for one in _WORDS if one in before],
    )


async def _one_debt(conn: asyncpg.Connection, row: Row, owed_fen: int) -> int:
    """What of a renewal the loan that it renews owes already, in fen."""
    if row["renews"] is None:
        return 0
    loan = await renewed(conn, row["renews"], bank_code=row["bank_code"], by=row["id"])
    return 0 if loan is None else min(loan.rest_fen, owed_fen)
