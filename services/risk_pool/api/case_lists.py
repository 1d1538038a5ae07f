"""Claims and recoveries as lists, and as files."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.risk_pool.api.case_requests import Route
from services.risk_pool.api.case_responses import ClaimInList, RecoveryAnswer
from services.risk_pool.api.cases import Anyone, presented
from services.risk_pool.api.claims import presented_claim, shares_answered
from services.risk_pool.domain import claim, recovery
from services.risk_pool.domain.claim import State
from services.risk_pool.queries import lists, recoveries
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen, format_fen_or_none
from shared.postgres.conditions import between
from shared.sheets.table_files import STATE, FileColumn, coded

router = APIRouter()


async def _claims(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[ClaimInList]:
    return [ClaimInList(**presented_claim(row, caller)) for row in rows]


async def _recoveries(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[RecoveryAnswer]:
    shares = await recoveries.shares(conn, [row["id"] for row in rows])
    return [
        RecoveryAnswer(
            **presented(recovery.LIFE_CYCLE, row, caller), shares=shares_answered(shares[row["id"]])
        )
        for row in rows
    ]


CLAIMS = Listed(
    zh="补偿申请",
    en="Claims",
    grid=lists.CLAIMS,
    answers=_claims,
    names=lists.names,
    said={"state": claim.LIFE_CYCLE.states},
    columns=(
        FileColumn("补偿编号", "claim", lambda one: one.number),
        FileColumn("申请编号", "case", lambda one: one.loan_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("申请日期", "filed on", lambda one: one.claimed_on, "day"),
        FileColumn(
            "未还本金", "outstanding principal",
            lambda one: format_fen(one.outstanding_principal_fen), "money",
        ),
        FileColumn(
            "损失基数", "base",
            lambda one: format_fen_or_none(one.base_fen), "money",
        ),
        FileColumn(
            "资金池承担", "pool pays", lambda one: format_fen(one.pool_pays_fen), "money"
        ),
        FileColumn("已支付", "paid", lambda one: format_fen(one.paid_fen), "money"),
        STATE,
        FileColumn(
            "办理期限", "due on", lambda one: one.waiting_for and one.waiting_for.due_on, "day"
        ),
        FileColumn("批准日期", "approved on", lambda one: one.approved_on, "day"),
        FileColumn("支付日期", "paid on", lambda one: one.paid_on, "day"),
    ),
)  # fmt: skip
_RECOVERIES = Listed(
    zh="追偿回款",
    en="Recoveries",
    grid=lists.RECOVERIES,
    answers=_recoveries,
    names=lists.names,
    said={"state": recovery.LIFE_CYCLE.states, "route": recovery.ROUTE_WORDS},
    columns=(
        FileColumn("回款编号", "recovery", lambda one: one.number),
        FileColumn("补偿编号", "claim", lambda one: one.claim_number),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("到账日期", "received on", lambda one: one.received_on, "day"),
        coded("追偿方式", "way", "route", recovery.ROUTE_WORDS),
        FileColumn("回款总额", "gross", lambda one: format_fen(one.gross_fen), "money"),
        FileColumn("追偿费用", "costs", lambda one: format_fen(one.costs_fen), "money"),
        FileColumn("净额", "net", lambda one: format_fen(one.net_fen), "money"),
        STATE,
        FileColumn("入账日期", "booked on", lambda one: one.booked_on, "day"),
    ),
)  # fmt: skip


async def claims_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    state: State | None = None,
    loan_id: UUID | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    claimed_from: Day = None,
    claimed_to: Day = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of the outstanding principal; `q`: a number, a contract, a firm's name or code."""
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="claims", number="number")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "loan_id = {}": loan_id,
        **between("outstanding_principal_fen", fen_between("amount", amount_from, amount_to)),
        **between("claimed_on", days_between("claimed", claimed_from, claimed_to)),
        **between("due_on", days_between("due", due_from, due_to)),
        **found,
    }


async def _recoveries_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    state: recovery.State | None = None,
    claim_id: UUID | None = None,
    route: Route | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    received_from: Day = None,
    received_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of the gross; `q`: a number, a contract, a firm's name or code."""
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="recoveries", number="number")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "claim_id = {}": claim_id,
        "route = {}": route,
        **between("gross_fen", fen_between("amount", amount_from, amount_to)),
        **between("received_on", days_between("received", received_from, received_to)),
        **found,
    }


serve_list(
    router, "claims", CLAIMS, ClaimInList, caller=Anyone, wanted=claims_wanted, tags=("claims",),
    says="Claims, the newest first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
serve_list(
    router, "recoveries", _RECOVERIES, RecoveryAnswer,
    caller=Anyone, wanted=_recoveries_wanted, tags=("recoveries",),
    says="Recoveries, the newest first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
