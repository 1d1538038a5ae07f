"""Monthly settlements over HTTP: preview, confirm, sign, post; and the statements of a month."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor, version_check
from services.risk_pool.api.roles import require_pool
from services.risk_pool.cases import told
from services.risk_pool.domain.settlement import LIFE_CYCLE
from services.risk_pool.handlers import settlements as handlers
from services.risk_pool.queries import statements
from services.risk_pool.reports.pdf import as_pdf
from services.risk_pool.reports.plain import as_json
from services.risk_pool.reports.workbook import as_xlsx
from services.risk_pool.tables import claims
from services.risk_pool.tables import settlements as rows
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.money import Fen
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound
from shared.schemes.vocabulary import party_name

router = APIRouter(tags=["settlements"], prefix="/pools/{code}/settlements")

PoolCode = Annotated[str, Path(max_length=40, examples=["dongli"])]
MonthText = Annotated[
    str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-03"], alias="month")
]
Anyone = Annotated[Identity, Depends(requires())]


class SettlementInList(BaseModel):
    """A month of a pool in the list."""

    id: UUID
    pool_code: str
    month: str
    state: str
    state_zh: str
    state_en: str
    version: int
    loans: int
    posted_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class FindingAnswer(Money):
    """Something the month lacks (blocking), or that a person should know."""

    code: str = Field(examples=["position-missing"])
    blocking: bool
    zh: str
    en: str
    party_code: str
    count: int
    amount_fen: Fen
    numbers: list[str]


class Completeness(BaseModel):
    """Whether the month can be confirmed, and everything that stands against it."""

    is_complete: bool
    findings: list[FindingAnswer]


class StatementInList(Money):
    """What the month leaves one party: positive to receive, negative to pay."""

    party_code: str
    party_role: str
    party_role_zh: str
    party_role_en: str
    party_name: str
    payable_fen: Fen
    receivable_fen: Fen
    awaiting_payment_fen: Fen = Field(
        description="The pool's share of approved claims that their own payment will pay."
    )
    net_fen: Fen
    loans: dict[str, Any]
    pdf: str
    xlsx: str
    json_: str = Field(serialization_alias="json")


class MovementAnswer(Money):
    """What one kind of fact moved on one account; kind "opening": all before the month."""

    account: str
    kind: str
    debited_fen: Fen
    credited_fen: Fen
    transfers: int


class SettlementAnswer(SettlementInList):
    """A month: its completeness, what moved, the statements, and who did which step."""

    ledger_seq: int = Field(description="The last transfer that the figures know.")
    previewed_at: datetime
    previewed_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    signed_at: datetime | None
    signed_by: str | None
    posted_at: datetime | None
    posted_by: str | None
    completeness: Completeness
    movements: list[MovementAnswer]
    statements: list[StatementInList]
    history: list[MoveAnswer]


class LineAnswer(Money):
    """Where one loan stood at the month's end, and what the pool bore and got back for it."""

    number: str
    loan_id: UUID
    loan_no: str | None
    bank_code: str
    borrower_name: str
    is_covered: bool
    amount_fen: Fen
    outstanding_fen: Fen
    covered_fen: Fen
    overdue_days: int
    risk_class: str | None
    claimed_fen: Fen
    recovered_fen: Fen


def _month(text: str) -> Month:
    return Month.parse(text)


Step = Callable[..., Awaitable[None]]


async def _step(
    step: Step, code: str, month: str, request: Request, caller: Identity, context: Context
) -> Response:
    """One step, in one transaction with its answer; asked again it answers as the month stands."""
    now = context.clock.now()
    asked = _month(month)

    async def work(conn: asyncpg.Connection) -> Answer:
        known = await rows.find(conn, code, asked)
        if known is not None:
            version_check(request)(known["version"])
        await step(conn, code, asked, caller=caller, now=now)
        answer = await _detail(conn, code, asked, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    books = step is not handlers.preview
    return await idempotently(request, caller, context.database, work, keeps_forever=books)


Maker = Annotated[Identity, Depends(requires("finance_maker", "finance_checker"))]


@router.post("/{month}/preview", response_model=SettlementAnswer)
async def preview(
    code: PoolCode, month: MonthText, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Reckon the month (finance_maker). Nothing is booked; do it as often as you like. A month
    that was confirmed or signed loses that; a posted month stays as it is."""
    return await _step(handlers.preview, code, month, request, caller, context)


@router.post("/{month}/confirm", response_model=SettlementAnswer)
async def confirm(
    code: PoolCode, month: MonthText, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Stand by the figures (finance_maker). Refused while something is missing, naming it all."""
    return await _step(handlers.confirm, code, month, request, caller, context)


@router.post("/{month}/sign", response_model=SettlementAnswer)
async def sign(
    code: PoolCode, month: MonthText, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Sign as a second person (finance_checker)."""
    return await _step(handlers.sign, code, month, request, caller, context)


@router.post("/{month}/post", response_model=SettlementAnswer)
async def post(
    code: PoolCode, month: MonthText, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Net, collect and pay, and close the month for ever (finance_maker or finance_checker)."""
    return await _step(handlers.post, code, month, request, caller, context)


@router.get("")
async def list_settlements(
    code: PoolCode,
    caller: Anyone,
    context: CurrentContext,
    state: Literal["previewed", "confirmed", "signed", "posted"] | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[SettlementInList]:
    """The months of a pool, the latest first."""
    before = decode_cursor(cursor, str)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        found = await conn.fetch(
            """select * from settlements
               where pool_code = $1 and ($2::text is null or state = $2)
                 and ($3::text is null or month < $3)
               order by month desc limit $4""",
            code,
            state,
            before,
            limit + 1,
        )
    return Page(
        items=[SettlementInList(**told(LIFE_CYCLE, dict(row), caller)) for row in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1]["month"]) if len(found) > limit else None,
    )


@router.get("/{month}")
async def show_settlement(
    code: PoolCode, month: MonthText, response: Response, caller: Anyone, context: CurrentContext
) -> SettlementAnswer:
    """A month in all its parts. A bank sees what concerns itself."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, code, _month(month), caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/{month}/lines")
async def list_lines(
    code: PoolCode,
    month: MonthText,
    caller: Anyone,
    context: CurrentContext,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[LineAnswer]:
    """A line per loan that was covered in the month, by bank and number."""
    after = decode_cursor(cursor, str, str) if cursor is not None else ("", "")
    async with context.database.looking(caller.institution) as conn:
        settlement = await _found(conn, code, _month(month))
        found = await conn.fetch(
            """select * from settlement_lines
               where settlement_id = $1 and (bank_code, number) > ($2, $3)
                 and ($4::text is null or bank_code = $4)
               order by bank_code, number limit $5""",
            settlement["id"],
            *after,
            bank,
            limit + 1,
        )
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[LineAnswer(**row) for row in found[:limit]],
        next_cursor=encode_cursor(last["bank_code"], last["number"]) if last else None,
    )


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@router.get(
    "/{month}/statements/{party_code}.{form}",
    response_class=Response,
    responses={
        200: {
            "content": {
                MEDIA_TYPES["pdf"]: {"schema": {"type": "string", "format": "binary"}},
                MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
                MEDIA_TYPES["json"]: {"schema": {"type": "object"}},
            }
        }
    },
)
async def show_statement(
    code: PoolCode,
    month: MonthText,
    party_code: Annotated[str, Path(max_length=40, examples=["ICBC-TJ"])],
    form: Literal["pdf", "xlsx", "json"],
    caller: Anyone,
    context: CurrentContext,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """A party's statement, as a PDF to sign, a workbook to calculate with, or JSON. The pool's own
    statement goes by the pool's code. A bank gets its own."""
    async with context.database.looking(caller.institution) as conn:
        settlement = await _found(conn, code, _month(month))
        # Asked with the caller's own eyes: row-level security answers who may see it.
        if not await conn.fetchval(
            """select exists (select from settlement_statements
                              where settlement_id = $1 and party_code = $2)""",
            settlement["id"],
            party_code,
        ):
            raise NotFound("没有该对账单", "There is no such statement.")
    async with context.database.looking(EVERYWHERE) as conn:
        told = await statements.statement(conn, settlement, party_code)
        assert told is not None
        bank = None if party_code == code else party_code
        if form == "json":
            body = await as_json(conn, settlement, told, bank)
        elif form == "xlsx":
            body = await as_xlsx(conn, settlement, told, bank, language=lang)
        else:
            body = await as_pdf(conn, settlement, told, bank, language=lang)
    name = f"{code}-{month}-{party_code}.{form}"
    return Response(
        body,
        media_type=MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": etag(settlement["version"]),
        },
    )


async def _found(conn: asyncpg.Connection, code: str, month: Month) -> asyncpg.Record:
    settlement = await rows.find(conn, code, month)
    if settlement is None:
        raise NotFound("该月尚无结算", "There is no settlement of that month.")
    return settlement


async def _detail(
    conn: asyncpg.Connection, code: str, month: Month, caller: Identity
) -> SettlementAnswer:
    settlement = await _found(conn, code, month)
    lacks = await rows.findings(conn, settlement["id"])
    kept = await conn.fetch(
        "select * from settlement_statements where settlement_id = $1 order by party_code",
        settlement["id"],
    )
    where = f"/api/v1/pools/{code}/settlements/{month}/statements"
    moved = await rows.movements(conn, settlement["id"])
    return SettlementAnswer(
        **told(LIFE_CYCLE, dict(settlement), caller),
        completeness=Completeness(
            is_complete=not any(lack.blocking for lack in lacks),
            findings=[FindingAnswer(**handlers.lack_told(lack)) for lack in lacks],
        ),
        movements=[
            MovementAnswer(
                account=one.account,
                kind=one.kind,
                debited_fen=one.debited_fen,
                credited_fen=one.credited_fen,
                transfers=one.transfers,
            )
            for one in moved
        ],
        statements=[
            StatementInList(
                **dict(row),
                party_role_zh=party_name(row["party_role"], "zh"),
                party_role_en=party_name(row["party_role"], "en"),
                pdf=f"{where}/{row['party_code']}.pdf",
                xlsx=f"{where}/{row['party_code']}.xlsx",
                json_=f"{where}/{row['party_code']}.json",
            )
            for row in kept
        ],
        history=[MoveAnswer(**move) for move in await claims.history(conn, settlement["id"])],
    )
