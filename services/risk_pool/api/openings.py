"""Openings over HTTP: a county's workbook comes in, is mended, proposed by one person and taken over
by another."""

import asyncio
import hashlib
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_requests import Reason
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.bank_files.opening_book import read_book
from services.risk_pool.bank_files.opening_template import XLSX, template
from services.risk_pool.domain.opening import LIFE_CYCLE, Action, State
from services.risk_pool.domain.opening_row import BookRead
from services.risk_pool.domain.opening_sheets import BY_NAME
from services.risk_pool.handlers import opening_take_over, openings
from services.risk_pool.queries import openings as known
from shared.amount_in_words import amount_in_words
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.money import parse_fen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["openings"])

Maker = Annotated[Identity, part_in(LIFE_CYCLE, Action.BRING_IN)]
Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
SheetName = Literal["totals", "contributions", "items", "loans", "rights", "claims"]

LARGEST_BOOK = 20 * 1024 * 1024
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            form: {"schema": {"type": "string", "format": "binary"}} for form in (XLSX, "text/csv")
        },
    }
}


class FindingAnswer(BaseModel):
    """What is wrong with a row: in which column, by which code."""

    column: str
    code: str
    zh: str
    en: str


class WrongRow(BaseModel):
    """A row that has to be mended."""

    sheet: str
    sheet_zh: str
    file_no: int
    line: int = Field(description="In the file; its heading is a line as well.")
    findings: list[FindingAnswer]


class ReasonAnswer(BaseModel):
    """Why a loan cannot be taken over."""

    code: str
    zh: str
    en: str


class OpeningRowAnswer(WrongRow):
    """A row of the draft: what was read of it, and of a loan, what was answered."""

    content: dict[str, Any] = Field(description="By column; amounts in fen.")
    loan_id: UUID | None
    number: str = Field(description="The case number that a loan is given.")
    answered: bool
    reasons: list[ReasonAnswer]


class ReconciliationLine(BaseModel):
    """One figure twice: as it is stated in total, and as the rows give it."""

    item: str
    zh: str
    en: str
    bank_code: str
    stated: str | None = Field(description="None: it must be stated and is not.")
    in_words: str = Field(description="What is stated, in capital numerals.")
    rows: str
    difference: str
    is_even: bool


class SheetAnswer(BaseModel):
    """How many rows a sheet has, how many are wrong; of loans, how many are answered for."""

    sheet: str
    zh: str
    rows: int
    wrong: int
    proposed: int
    accepted: int
    refused: int


class FileAnswer(BaseModel):
    """A file that was brought in."""

    no: int
    name: str
    sha256: str
    rows: int
    at: datetime
    by: str


class OpeningAnswer(Money):
    """An opening: what was brought in, how it reconciles, who takes it over."""

    id: UUID
    number: str = Field(examples=["DL-O-2026-0001"])
    pool_code: str
    opened_on: date = Field(description="The pool's first day here; booked on the day before.")
    state: State
    state_zh: str
    state_en: str
    version: int
    begun_at: datetime
    begun_name: str
    rows_count: int
    wrong_count: int
    is_even: bool = Field(description="Whether every difference is nought.")
    proposed_name: str | None
    proposed_on: date | None
    taken_over_name: str | None
    taken_over_on: date | None
    explanation_id: UUID | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class OpeningDetail(OpeningAnswer):
    """An opening with its reconciliation, its files, and every move it has made."""

    lines: list[ReconciliationLine]
    sheets: list[SheetAnswer]
    files: list[FileAnswer]
    history: list[MoveAnswer]


class BroughtIn(OpeningDetail):
    """What a file has made of the draft: every row that is wrong, by sheet, line and column."""

    wrong_rows: list[WrongRow] = Field(description="The first thousand.")
    ignored: list[str] = Field(description="Sheets and headings that are not ours.")


@router.get(
    "/opening-template",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def opening_template(caller: Bureau) -> Response:
    """The workbook to fill in."""
    name = "opening-template.xlsx"
    return Response(
        template(),
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post(
    "/pools/{code}/openings", status_code=201, response_model=BroughtIn, openapi_extra=_BODY
)
async def bring_in_opening(
    code: str,
    request: Request,
    caller: Maker,
    context: CurrentContext,
    file_name: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    sheet: Annotated[SheetName | None, Query(description="Of a CSV: which sheet it is.")] = None,
    completes: Annotated[
        bool,
        Query(
            description="The file mends the draft: its rows take the place of those that are wrong, "
            "and of those with the same key. Otherwise they take the place of the whole sheet."
        ),
    ] = False,
) -> Response:
    """Bring the county's book in (finance_maker): XLSX, or a CSV for each sheet, as the body itself.

    What can be read is kept in a draft, and every row that is wrong is named. Again and again until
    nothing is wrong and every difference is nought.
    """
    bringing = step_context(request, caller, context)
    content = await request.body()
    # A large workbook takes seconds; others are served meanwhile.
    read = await asyncio.to_thread(read_book, content, sheet=sheet)
    sha256 = hashlib.sha256(content).hexdigest()

    async def work(conn: asyncpg.Connection) -> Answer:
        opening_id = await openings.bring_in(
            conn, code, read, bringing, file_name=file_name, sha256=sha256, completes=completes
        )
        answer = await _brought_in(conn, opening_id, caller, read)
        where = f"/api/v1/openings/{opening_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _brought_in(
    conn: asyncpg.Connection, opening_id: UUID, caller: Identity, read: BookRead
) -> BroughtIn:
    shown = await detail(conn, opening_id, caller)
    wrong = await known.rows(conn, opening_id, sheet=None, only_wrong=True, after=None, limit=1000)
    return BroughtIn(
        **shown.model_dump(by_alias=False),
        wrong_rows=[WrongRow(**_row(row)) for row in wrong],
        ignored=list(read.ignored),
    )


@router.get("/pools/{code}/openings")
async def list_openings(code: str, caller: Bureau, context: CurrentContext) -> Page[OpeningAnswer]:
    """The openings of a pool, the newest first; one of them at most is not withdrawn."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.of_pool(conn, code)
    return Page(items=[OpeningAnswer(**_shown(row, caller)) for row in rows])


@router.get("/openings")
async def list_all_openings(
    caller: Bureau,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[OpeningAnswer]:
    """The openings of all pools, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        rows = await known.all_openings(conn, before=before, limit=limit + 1)
    items = [OpeningAnswer(**_shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/openings/{opening_id}")
async def show_opening(
    opening_id: UUID, response: Response, caller: Bureau, context: CurrentContext
) -> OpeningDetail:
    """An opening with its reconciliation, and how far its loans are answered for."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, opening_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/openings/{opening_id}/rows")
async def list_opening_rows(
    opening_id: UUID,
    caller: Bureau,
    context: CurrentContext,
    sheet: SheetName | None = None,
    only_wrong: bool = False,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Page[OpeningRowAnswer]:
    """The rows of the draft in their order; with `only_wrong` those that have to be mended, and the
    loans that are refused."""
    after = decode_cursor(cursor, int)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await detail(conn, opening_id, caller)
        rows = await known.rows(
            conn, opening_id, sheet=sheet, only_wrong=only_wrong, after=after, limit=limit + 1
        )
    places = {(row["sheet"], row["file_no"], row["line"]): row["place"] for row in rows}
    items = [OpeningRowAnswer(**_row(row)) for row in rows]
    return page_of(
        items, limit, lambda one: encode_cursor(places[one.sheet, one.file_no, one.line])
    )


async def detail(conn: asyncpg.Connection, opening_id: UUID, caller: Identity) -> OpeningDetail:
    """An opening as the caller may see it. Raises NotFound."""
    row = await known.find(conn, opening_id)
    if row is None:
        raise NotFound("没有该期初接管", "There is no such opening.")
    sheets = await known.sheets(conn, opening_id)
    return OpeningDetail(
        **_shown(row, caller) | {"lines": [_line(line) for line in row["lines"]]},
        sheets=[SheetAnswer(**one, zh=BY_NAME[one["sheet"]].zh) for one in sheets],
        history=[MoveAnswer(**move) for move in await history_of(conn, opening_id)],
    )


def _shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    return {
        **presented(LIFE_CYCLE, row, caller),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "is_even": bool(row["lines"]) and all(line["is_even"] for line in row["lines"]),
    }


def _line(line: dict[str, Any]) -> ReconciliationLine:
    stated = parse_fen(line["stated"] or "0")
    return ReconciliationLine(**line, in_words=amount_in_words(stated) if stated else "")


def _row(row: asyncpg.Record) -> dict[str, Any]:
    return {**row, "sheet_zh": BY_NAME[row["sheet"]].zh}


add_steps(
    router,
    "/openings/{opening_id}",
    (
        CaseStep(
            action=Action.PROPOSE,
            handler=openings.propose,
            body=None,
            name="propose_opening",
            description="Nothing is wrong and every difference is nought (finance_maker): its loans "
            "are announced, their numbers and rights held.",
        ),
        CaseStep(
            action=Action.TAKE_BACK,
            handler=openings.take_back,
            body=Reason,
            name="take_back_opening",
            description="Finance goes on mending it (finance_maker); its loans are let go.",
        ),
        CaseStep(
            action=Action.RETURN,
            handler=openings.send_back,
            body=Reason,
            name="return_opening",
            description="It is sent back to be mended (finance_checker); its loans are let go.",
        ),
        CaseStep(
            action=Action.TAKE_OVER,
            handler=opening_take_over.take_over,
            body=None,
            name="take_over_opening",
            description="Another person than who proposed it (finance_checker) takes it over: all of "
            "it is booked on the eve of the pool's first day.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=openings.withdraw,
            body=Reason,
            name="withdraw_opening",
            description="The draft is given up (finance_maker).",
        ),
    ),
    show=detail,
    answer=OpeningDetail,
)
