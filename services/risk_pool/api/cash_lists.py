"""Cash entries of every pool, and the transfers of one, as lists and as files."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query

from services.risk_pool.api.cash import CashEntryAnswer
from services.risk_pool.api.cash import shown as shown_entry
from services.risk_pool.api.ledger import TransferInList
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.cash_entry import KIND_WORDS, LIFE_CYCLE, Kind, State
from services.risk_pool.domain.statement import in_words, kind_words
from services.risk_pool.queries import ledger, lists
from services.risk_pool.queries.parties import names_in_pools
from shared import canonical
from shared.auth.identity import Identity, requires
from shared.clock import SHANGHAI
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.http.requests import IsoDate
from shared.money import format_fen
from shared.postgres.conditions import between
from shared.postgres.literals import containing
from shared.sheets.table_files import STATE, FileColumn

router = APIRouter()

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]


class TransferOfPool(TransferInList):
    """A booked transfer, and of which pool it is."""

    pool_code: str


Item = Annotated[str | None, Query(max_length=200, pattern=NO_NUL)]


async def _entries(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[CashEntryAnswer]:
    return [CashEntryAnswer(**shown_entry(row, caller)) for row in rows]


async def _transfers(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[TransferOfPool]:
    names = await names_in_pools(conn, sorted({row["pool_code"] for row in rows}))
    return [
        TransferOfPool(**{**row, **in_words(row, names.get(row["pool_code"], {}))}) for row in rows
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


_ENTRIES = Listed(
    zh="收付登记",
    en="Cash entries",
    grid=lists.CASH_ENTRIES,
    answers=_entries,
    names=lists.names_of_all,
    said={"state": LIFE_CYCLE.states, "kind": KIND_WORDS},
    columns=(
        FileColumn("编号", "number", lambda one: one.number),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("种类", "kind", lambda one: one.kind_zh, in_english=lambda one: one.kind_en),
        FileColumn("冲正的登记", "reverses", lambda one: one.reverses_number),
        FileColumn("往来方", "party", lambda one: one.party_code or "", "name"),
        FileColumn("金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("银行起息日", "value date", lambda one: one.value_date, "day"),
        FileColumn("银行流水号", "bank's reference", lambda one: one.bank_reference),
        FileColumn("备注", "note", lambda one: one.note),
        FileColumn("登记人", "entered by", lambda one: one.entered_name),
        FileColumn("放行人", "released by", lambda one: one.released_name or ""),
        FileColumn("入账日期", "booked on", lambda one: one.booked_on, "day"),
        STATE,
    ),
)  # fmt: skip
_TRANSFERS = Listed(
    zh="账簿流水",
    en="Transfers",
    grid=ledger.TRANSFERS,
    answers=_transfers,
    names=lists.names_of_all,
    columns=(
        FileColumn("序号", "no.", lambda one: one.seq, "count"),
        FileColumn("业务日期", "business date", lambda one: one.business_date, "day"),
        FileColumn(
            "种类", "kind", lambda one: kind_words(one.kind).zh,
            in_english=lambda one: kind_words(one.kind).en,
        ),
        FileColumn(
            "借方账户", "debit", lambda one: one.debit_zh, in_english=lambda one: one.debit_en
        ),
        FileColumn(
            "贷方账户", "credit", lambda one: one.credit_zh, in_english=lambda one: one.credit_en
        ),
        FileColumn("金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("业务参照", "reference", lambda one: one.reference),
        FileColumn("记账时间", "booked at", lambda one: _moment(one.booked_at)),
        FileColumn("校验值", "hash", lambda one: one.hash),
    ),
)  # fmt: skip


async def _entries_wanted(
    caller: Bureau,
    pool: Code = None,
    state: State | None = None,
    kind: Kind | None = None,
    party: Code = None,
    item: Item = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    value_from: Day = None,
    value_to: Day = None,
) -> dict[str, Any]:
    """`q`: an entry's number, the bank's reference, or a part of the party's name."""
    words = canonical.plain(q) if q else ""
    said = """(number = {} or bank_reference_canonical = {} or (pool_code, party_code) in (
        select pool_code, code from parties where name like {}))"""
    return {
        "pool_code = {}": pool,
        "state = {}": state,
        "kind = {}": kind,
        "party_code = {}": party,
        "item = {}": item,
        said: (words, canonical.number(q or "") or words, containing((q or "").strip()))
        if words
        else None,
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
        **between("value_date", days_between("value", value_from, value_to)),
    }


async def _transfers_wanted(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    account: Annotated[
        str | None, Query(max_length=100, pattern=NO_NUL, description="Debited or credited.")
    ] = None,
    reference: Annotated[
        str | None,
        Query(max_length=200, pattern=NO_NUL, description="The beginning of the reference."),
    ] = None,
    kind: Words = None,
    loan_id: UUID | None = None,
    from_day: IsoDate | None = None,
    to_day: IsoDate | None = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
) -> dict[str, Any]:
    """Days are business dates. Raises NotFound."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
    return {
        "pool_code = {}": code,
        **ledger.of_account(account),
        "starts_with(reference, {})": reference,
        "kind = {}": kind,
        "loan_id = {}": loan_id,
        **between("business_date", (from_day, to_day)),
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
    }


serve_list(
    router, "cash-entries", _ENTRIES, CashEntryAnswer,
    caller=Bureau, wanted=_entries_wanted, tags=("cash",), named="all_cash_entries",
    says="Cash entries of all pools, such as those that wait for their release, the newest first where"
    "\n`sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "pools/{code}/transfers", _TRANSFERS, TransferOfPool,
    caller=Bureau, wanted=_transfers_wanted, tags=("ledger",), named="transfers",
    says="Transfers of a pool, the newest first where `sort` says nothing else.",
)  # fmt: skip
