"""An auditor's samples over HTTP: drawn, kept, drawn again, taken along as a file."""

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from uuid6 import uuid7

from shared.audit.samples import (
    MOST,
    RISKS,
    Ask,
    Draw,
    Kept,
    Population,
    draw,
    keep,
    sample,
    samples,
)
from shared.auth.identity import Identity, requires
from shared.clock import SHANGHAI
from shared.http.context import CurrentContext
from shared.http.disposition import disposition
from shared.http.grid_files import FILE, XLSX, Form, pieces
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.problem import prefers_english
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFenOrZero, format_fen
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.sheets.table_files import FileColumn, Table, as_csv, as_workbook

Auditor = Annotated[Identity, Depends(requires("auditor"))]
Risk = Literal["random", "amount", "haste", "one_person", "overdue", "changed"]
Seed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$")]


class NewSample(RequestBody):
    """What is to be drawn."""

    model_config = ConfigDict(**MONEY_NAMES)

    kind: Code = Field(examples=["case"], description="case; loan or claim.")
    risk: Risk = Field("random", description="At random, or those first that have most of it.")
    size: int = Field(ge=1, le=MOST)
    seed: Seed | None = Field(None, description="Left out: made here, kept and told.")
    first: IsoDate = Field(description="Decided from this day on.")
    last: IsoDate
    pool_code: Code = ""
    bank_code: Code = ""
    amount_from_fen: RequestFenOrZero = Field(0, json_schema_extra={"default": "0.00"})
    reason: ShortText = Field(examples=["2026 年三季度专项审计"])


class Drawn(BaseModel):
    """One that was drawn, as it was then."""

    model_config = ConfigDict(**MONEY_NAMES, extra="ignore")

    place: int
    id: UUID
    number: str
    firm: str
    bank_code: str
    pool_code: str
    amount_fen: Fen
    day: date
    page: str
    trail_id: UUID = Field(description="The loan whose trail it is in.")
    decided_name: str
    decisions: int = Field(description="How many of the population the same person decided.")
    haste_minutes: int | None
    overdue_days: int
    changes: int


class SampleAnswer(BaseModel):
    """A sample: how it was drawn, out of what, and what came out."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    kind: str
    kind_zh: str
    kind_en: str
    risk: Risk
    risk_zh: str
    risk_en: str
    seed: str
    size: int
    first: date
    last: date
    pool_code: str
    bank_code: str
    amount_from_fen: Fen
    reason: str
    population: int = Field(description="How many there were to draw from.")
    population_sha256: str = Field(description="Of their ids in order, joined by commas.")
    drawn: list[Drawn] = Field(description="Empty in a list of samples.")
    drawn_at: datetime
    drawn_by: str
    drawn_name: str


class DrawnAgain(BaseModel):
    """The same draw, made anew now."""

    same_population: bool
    same_draw: bool
    population: int
    population_sha256: str
    missing: list[UUID] = Field(description="Drawn then, not now.")
    new: list[UUID] = Field(description="Drawn now, not then.")


COLUMNS = (
    FileColumn("序", "Place", lambda one: one.place, "count"),
    FileColumn("编号", "Number", lambda one: one.number),
    FileColumn("企业", "Firm", lambda one: one.firm),
    FileColumn("银行", "Bank", lambda one: one.bank_code),
    FileColumn("资金池", "Pool", lambda one: one.pool_code),
    FileColumn("金额（元）", "Amount (yuan)", lambda one: format_fen(one.amount_fen), "money"),
    FileColumn("决定日", "Decided on", lambda one: one.day, "day"),
    FileColumn("决定人", "Decided by", lambda one: one.decided_name),
    FileColumn("该人决定数", "Decisions of that person", lambda one: one.decisions, "count"),
    FileColumn("办理分钟", "Minutes to decision", lambda one: one.haste_minutes, "count"),
    FileColumn("逾期天数", "Days overdue", lambda one: one.overdue_days, "count"),
    FileColumn("批准后变更", "Changes after approval", lambda one: one.changes, "count"),
)


def samples_router(populations: Sequence[Population]) -> APIRouter:
    """The routes of a service: its auditors draw from these."""
    router = APIRouter(tags=["audit"])
    known = {one.kind: one for one in populations}
    _serve_drawing(router, known)
    _serve_reading(router, known)
    return router


def _serve_drawing(router: APIRouter, known: Mapping[str, Population]) -> None:

    @router.post("/audit-samples", status_code=201, response_model=SampleAnswer)
    async def draw_sample(
        body: NewSample, request: Request, caller: Auditor, context: CurrentContext
    ) -> Response:
        """Draw a sample and keep it: by the same seed the same can be drawn again by anybody."""
        ask = _ask(body, known)
        kept = Kept(
            id=uuid7(), reason=body.reason, at=context.clock.now(), by=caller.subject,
            name=caller.name,
        )  # fmt: skip

        async def work(conn: asyncpg.Connection) -> Answer:
            await keep(conn, ask, await draw(conn, known[ask.kind], ask), kept)
            return Answer(201, _answer(await sample(conn, kept.id), known))

        return await idempotently(request, caller, context.database, work)


def _serve_reading(router: APIRouter, known: Mapping[str, Population]) -> None:
    @router.get("/audit-samples")
    async def list_samples(
        caller: Auditor,
        context: CurrentContext,
        cursor: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
    ) -> Page[SampleAnswer]:
        """What was drawn, the latest first."""
        after = decode_cursor(cursor, datetime, UUID) if cursor else None
        async with context.database.looking(caller.institution) as conn:
            rows = await samples(conn, after=after, limit=limit + 1)
        items = [_answer(row, known) for row in rows]
        return page_of(items, limit, lambda one: encode_cursor(one.drawn_at, one.id))

    @router.get("/audit-samples/{sample_id}")
    async def show_sample(
        sample_id: UUID, caller: Auditor, context: CurrentContext
    ) -> SampleAnswer:
        """A sample as it was drawn."""
        async with context.database.looking(caller.institution) as conn:
            return _answer(await sample(conn, sample_id), known)

    @router.get("/audit-samples/{sample_id}/again")
    async def draw_again(sample_id: UUID, caller: Auditor, context: CurrentContext) -> DrawnAgain:
        """Draw the same once more, from what is there now, and say whether it is the same."""
        async with context.database.looking(caller.institution) as conn:
            then = _answer(await sample(conn, sample_id), known)
            now = await draw(conn, known[then.kind], _asked(then))
        return _compared(then, now)

    @router.get(
        "/audit-samples/{sample_id}/export.{file_form}",
        response_class=StreamingResponse,
        responses=FILE,
    )
    async def export_sample(
        sample_id: UUID, file_form: Form, request: Request, caller: Auditor,
        context: CurrentContext,
    ) -> StreamingResponse:  # fmt: skip
        """The sample as a file, with how it was drawn on top of the workbook."""
        async with context.database.looking(caller.institution) as conn:
            found = _answer(await sample(conn, sample_id), known)
        return await _file(found, file_form, request)


def _ask(body: NewSample, known: Mapping[str, Population]) -> Ask:
    faults = []
    if body.kind not in known:
        names = "、".join(known)
        faults.append(FieldFault(("kind",), "unknown", f"须为：{names}", f"one of {names}"))
    if body.last < body.first:
        faults.append(
            FieldFault(("last",), "before-first", "不得早于起始日", "is before the first day")
        )
    if faults:
        raise FieldsWrong(faults)
    return Ask(
        kind=body.kind, risk=body.risk, seed=body.seed or secrets.token_hex(8), size=body.size,
        first=body.first, last=body.last, pool_code=body.pool_code, bank_code=body.bank_code,
        amount_from_fen=body.amount_from_fen,
    )  # fmt: skip


def _asked(one: SampleAnswer) -> Ask:
    return Ask(
        kind=one.kind, risk=one.risk, seed=one.seed, size=one.size, first=one.first, last=one.last,
        pool_code=one.pool_code, bank_code=one.bank_code, amount_from_fen=one.amount_from_fen,
    )  # fmt: skip


def _answer(row: Mapping[str, Any] | None, known: Mapping[str, Population]) -> SampleAnswer:
    if row is None:
        raise NotFound("没有这个样本", "There is no such sample.")
    kind, risk = known[row["kind"]].words, RISKS[row["risk"]]
    return SampleAnswer.model_validate(
        {
            **row,
            "population_sha256": row["population_sha256"].hex(),
            "kind_zh": kind.zh,
            "kind_en": kind.en,
            "risk_zh": risk.zh,
            "risk_en": risk.en,
        }
    )


def _compared(then: SampleAnswer, now: Draw) -> DrawnAgain:
    before = [one.id for one in then.drawn]
    after = [UUID(str(one["id"])) for one in now.rows]
    digest = now.population_sha256.hex()
    return DrawnAgain(
        same_population=digest == then.population_sha256,
        same_draw=before == after,
        population=now.population,
        population_sha256=digest,
        missing=[one for one in before if one not in after],
        new=[one for one in after if one not in before],
    )


async def _file(found: SampleAnswer, form: Form, request: Request) -> StreamingResponse:
    english = prefers_english(request.headers.get("accept-language", ""))
    at = found.drawn_at.astimezone(SHANGHAI)
    table = Table(
        title="Sample" if english else "审计样本",
        above=(
            f"{found.kind_en if english else found.kind_zh} · "
            f"{found.risk_en if english else found.risk_zh} · {found.first} — {found.last}",
            f"seed {found.seed} · {found.population} · SHA-256 {found.population_sha256}",
            f"{at:%Y-%m-%d %H:%M} {found.drawn_name} · {found.reason}",
        ),
        columns=COLUMNS,
        names={},
        english=english,
    )

    async def rows() -> AsyncGenerator[list[Drawn]]:
        yield found.drawn

    async with aclosing(rows()) as some:
        file = await (as_csv if form == "csv" else as_workbook)(table, some)
    return StreamingResponse(
        pieces(file),
        media_type="text/csv; charset=utf-8" if form == "csv" else XLSX,
        headers={"Content-Disposition": disposition(f"{table.title}-{found.seed}.{form}")},
    )
