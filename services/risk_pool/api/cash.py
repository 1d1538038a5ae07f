"""Cash entries over HTTP: entered by one person, shown with what they may be a double of, released,
refused or withdrawn, and reversed by two persons."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.case_requests import (
    AccountNumber,
    PaymentReference,
    Reason,
    Refusal,
)
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.cash_booking import CashEntered
from services.risk_pool.domain.cash_entry import KIND_WORDS, LIFE_CYCLE, Action, Kind, State
from services.risk_pool.handlers import cash as handlers
from services.risk_pool.handlers import cash_release
from services.risk_pool.queries import cash_entries as known
from shared.amount_in_words import amount_in_words
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["cash"])

Maker = Annotated[Identity, part_in(LIFE_CYCLE, Action.ENTER)]
Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
Entered = Literal["contribution", "interest", "fee", "receipt", "payment", "set_aside"]


class NewCashEntry(RequestBody):
    """What came into the dedicated account or left it, as the bank's statement shows it."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "kind": "contribution",
                    "party_code": "DL-FIN",
                    "amount": "30000000.00",
                    "value_date": "2026-01-05",
                    "bank_reference": "2026010500017",
                    "note": "首期出资",
                }
            ]
        },
    )

    kind: Entered = Field(
        description="`contribution`: a party has paid in. `interest`: the bank has credited it. "
        "`fee`: costs were paid. `receipt`: a party has paid what it owes. `payment`: what is owed "
        "to a party was paid. `set_aside`: the pool's part of a claim was moved into escrow. The "
        "last three name the open item that they settle; the first and `fee` may name what an agreement "
        "has planned."
    )
    party_code: ShortText | None = Field(None, description="Of a contribution: who paid in.")
    amount_fen: RequestFen
    value_date: IsoDate = Field(
        description="When the bank booked it. Kept as it is; where that month is closed, it is "
        "booked on the first open day."
    )
    item: str = Field(
        "",
        max_length=200,
        description="The `reference` of the open item that it settles. A contribution that names none "
        "is the earliest part of its party's plan of which so much is open.",
        examples=["settlement:dongli:2026-03:ICBC", "claim:DL-C-2026-0001"],
    )
    bank_reference: PaymentReference = Field(
        "", description="The number by which it stands on the bank's statement."
    )
    account: AccountNumber = Field(
        "", description="Which dedicated account, where the pool has several."
    )
    note: str = Field("", max_length=400)
    confirm_double_of: UUID | None = Field(
        None, description="The entry that this one resembles, once you know it is another payment."
    )
    line_id: UUID | None = Field(
        None,
        description="The line of the account that shows it. The entry then has its day, reference "
        "and account, and no more than is open of it; its release matches the two.",
    )


class NewReversal(RequestBody):
    """Why a booked entry is taken back."""

    reason: LongText = Field(examples=["金额录入错误，应为 300,000.00 元。"])
    value_date: IsoDate | None = Field(
        None, description="Of money that came back: its own day. The entry's own if left out."
    )
    bank_reference: PaymentReference = Field("", description="Of money that came back.")


class CashEntryAnswer(Money):
    """A cash entry: what was entered, by whom, and once it is released, what it booked."""

    id: UUID
    number: str = Field(examples=["DL-K-2026-0001"])
    pool_code: str
    kind: Kind
    kind_zh: str
    kind_en: str
    of_kind: Kind = Field(description="Of a reversal: the kind of the entry that it is about.")
    reverses: UUID | None
    reverses_number: str
    party_code: str | None
    amount_fen: Fen
    amount_in_words: str = Field(
        description="Read back in capital numerals.", examples=["叁仟万元整"]
    )
    value_date: date
    bank_reference: str
    account: str
    item: str
    claim_id: UUID | None
    note: str
    line_id: UUID | None = Field(
        description="The line of the account that it was entered from, or that has confirmed it."
    )
    double_of: UUID | None = Field(
        description="The entry that it resembles; who entered it says that it is another payment."
    )
    state: State
    state_zh: str
    state_en: str
    version: int
    entered_at: datetime
    entered_by: str
    entered_name: str
    released_by: str | None = Field(
        description="`statement-of-account` where a line of the account has confirmed it."
    )
    released_name: str | None
    released_on: date | None
    booked_on: date | None = Field(description="Its business day in the ledger.")
    reference: str | None = Field(description="Of the transfer that it booked.")
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class CashEntryDetail(CashEntryAnswer):
    """An entry with the one that it resembles, what takes it back, and every move it has made."""

    double: CashEntryAnswer | None
    reversed_by: str | None = Field(
        description="The number of the reversal that stands or waits for its release."
    )
    history: list[MoveAnswer]


@router.post("/pools/{code}/cash-entries", status_code=201, response_model=CashEntryDetail)
async def enter_cash(
    code: str, body: NewCashEntry, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Enter what came in or went out (finance_maker). Nothing is booked before another person has
    released it. What looks like an entry that is there is refused and shown, until it is
    confirmed to be another payment."""
    entering = step_context(request, caller, context)
    entered = CashEntered(**dict(body) | {"kind": Kind(body.kind)})

    async def work(conn: asyncpg.Connection) -> Answer:
        return await _created(conn, await handlers.enter(conn, code, entered, entering), caller)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/cash-entries/{entry_id}/reversal", status_code=201, response_model=CashEntryDetail)
async def reverse_cash(
    entry_id: UUID, body: NewReversal, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Enter that a booked entry is taken back (finance_maker); another person releases that, and
    it is booked in the first open month. Of a reversal: the entry stands again."""
    entering = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        made = await handlers.reverse(conn, entry_id, entering, **dict(body))
        return await _created(conn, made, caller)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _created(conn: asyncpg.Connection, entry_id: UUID, caller: Identity) -> Answer:
    answer = await detail(conn, entry_id, caller)
    where = f"/api/v1/cash-entries/{entry_id}"
    return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})


@router.get("/pools/{code}/cash-entries")
async def list_cash(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    state: State | None = None,
    kind: Kind | None = None,
    item: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[CashEntryAnswer]:
    """Cash entries of a pool, the newest first."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(
            conn,
            pool=code,
            state=state,
            kind=kind,
            item=item,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [CashEntryAnswer(**shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/cash-entries/{entry_id}")
async def show_cash(
    entry_id: UUID, response: Response, caller: Bureau, context: CurrentContext
) -> CashEntryDetail:
    """A cash entry with its amount read back, its likely double, and every move it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, entry_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, entry_id: UUID, caller: Identity) -> CashEntryDetail:
    """An entry as the caller may see it. Raises NotFound."""
    row = await known.find(conn, entry_id)
    if row is None:
        raise NotFound("没有该收付登记", "There is no such cash entry.")
    double = await known.find(conn, row["double_of"]) if row["double_of"] else None
    return CashEntryDetail(
        **shown(row, caller),
        double=CashEntryAnswer(**shown(double, caller)) if double else None,
        reversed_by=await known.live_reversal_of(conn, entry_id),
        history=[MoveAnswer(**move) for move in await history_of(conn, entry_id)],
    )


def shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    """An entry as it is answered."""
    words = KIND_WORDS[row["kind"]]
    return {
        **presented(LIFE_CYCLE, row, caller),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "kind_zh": words.zh,
        "kind_en": words.en,
        "amount_in_words": amount_in_words(row["amount_fen"]),
    }


add_steps(
    router,
    "/cash-entries/{entry_id}",
    (
        CaseStep(
            action=Action.RELEASE,
            handler=cash_release.release,
            body=None,
            name="release_cash_entry",
            description="Another person than who entered it (finance_checker) releases it: it is "
            "booked, and what it settles is settled.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=cash_release.refuse,
            body=Refusal,
            name="refuse_cash_entry",
            description="It is not booked (finance_checker).",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=cash_release.withdraw,
            body=Reason,
            name="withdraw_cash_entry",
            description="Who entered it takes it back before it is released.",
        ),
    ),
    show=detail,
    answer=CashEntryDetail,
)
