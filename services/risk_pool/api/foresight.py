"""Foresight over HTTP: what may become of a pool, under assumptions that the reader may change."""

import asyncio
import hashlib
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Literal

import asyncpg
import orjson
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from services.risk_pool.api.report_responses import ReportAnswer, Said
from services.risk_pool.api.reports import XLSX
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.foresight_assumptions import (
    ASSUMPTIONS,
    LARGEST_AT_ONCE,
    LOANS_AT_ONCE,
    Assumption,
    Assumptions,
    ForesightTooLarge,
    require_feasible,
)
from services.risk_pool.foresight.made import look_ahead, read
from services.risk_pool.handlers.looks_ahead import LONGEST_SECONDS, as_asked
from services.risk_pool.queries import foresight as known
from services.risk_pool.reports.table_workbook import as_workbook
from services.risk_pool.tables import looks_ahead
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.money import RequestFenOrZero, format_fen
from shared.refusals import Refused

router = APIRouter(tags=["foresight"])

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
PoolCode = Annotated[str, Path(max_length=40, examples=["dongli"])]
_USUAL = Assumptions()


class _Asked(BaseModel):
    """Beside the assumptions, under which other terms."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="A version of the pool's programme, published or only proposed: the same "
        "futures are played as if every loan stood under it.",
    )


def _question(one: Assumption) -> tuple[Any, Any]:
    usual = getattr(_USUAL, one.field)
    if one.unit == "money":
        return RequestFenOrZero, Field(format_fen(usual), description=one.words.en, le=one.most,
                                       validate_default=True)  # fmt: skip
    return int, Field(usual, ge=one.least, le=one.most, description=one.words.en)


_QUESTIONS: dict[str, Any] = {one.name: _question(one) for one in ASSUMPTIONS}
_LANGUAGE: dict[str, Any] = {"lang": (Literal["zh", "en"], "zh")}
ForesightAsked: Any = create_model("ForesightAsked", __base__=_Asked, **_QUESTIONS)
ForesightAskedInLanguage: Any = create_model(
    "ForesightAskedInLanguage", __base__=ForesightAsked, **_LANGUAGE
)
Asked = Annotated[ForesightAsked, Query()]
"""Every assumption, with its bounds and what it usually is."""
AskedInLanguage = Annotated[ForesightAskedInLanguage, Query()]


class AssumptionAnswer(Said):
    """One assumption: percentages are basis points, money is yuan."""

    name: str
    unit: Literal["count", "money", "percent"]
    value: int | str
    usual: int | str
    least: int | str
    most: int | str


class BeingWorkedOut(BaseModel):
    """How far a look ahead from a large book is."""

    asked_at: datetime
    begun_at: datetime | None = Field(description="None: another one is worked out first.")
    played: int = Field(description="Futures that are played.")
    of: int = Field(description="Futures that are to be played.")


class ForesightAnswer(ReportAnswer):
    """A look ahead: the assumptions, then what they lead to."""

    available: str = Field(description="The pool's own money that it starts from.")
    loans: int
    firms: int
    version: int | None
    assumptions: list[AssumptionAnswer]
    made_at: datetime | None = Field(
        None, description="Of a large book, when it was worked out: the same question is answered so "
        "for the rest of the day.",
    )  # fmt: skip


class ForesightToCome(BaseModel):
    """A large book's look ahead is being worked out: ask again."""

    assumptions: list[AssumptionAnswer]
    being_worked_out: BeingWorkedOut


class ForesightNotThere(Refused):
    """The file of a look ahead that is still being worked out."""

    code = "foresight-being-worked-out"
    status = 503
    headers = MappingProxyType({"Retry-After": "10"})


@router.get("/foresight-assumptions")
async def list_assumptions(caller: Bureau) -> Page[AssumptionAnswer]:
    """What a look ahead assumes where nothing else is asked, and within which bounds."""
    return Page(items=[_answered(one, _USUAL) for one in ASSUMPTIONS])


@router.get(
    "/pools/{code}/foresight",
    response_model=ForesightAnswer,
    responses={202: {"model": ForesightToCome, "description": "It is being worked out."}},
)
async def show_foresight(
    code: PoolCode, caller: Bureau, context: CurrentContext, asked: Asked
) -> Response:
    """Stress and run-off of the pool on its own book: losses, balance, exhaustion, top-up needed.

    Many futures are drawn from the seed; the same question has the same answer, to the byte. Each
    claim in each future is split and capped by the terms of its loan. A book of more than 2,000 loans
    is worked out in the background (202), and what was found answers the same question for the day.
    """
    found = await _made(context, caller, code, asked)
    if isinstance(found, ForesightToCome):
        return Response(
            found.model_dump_json(), status_code=202, media_type="application/json",
            headers={"Retry-After": "10"},
        )  # fmt: skip
    answer = ForesightAnswer.model_validate(found)
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get(
    "/pools/{code}/foresight.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def show_foresight_workbook(
    code: PoolCode,
    caller: Bureau,
    context: CurrentContext,
    asked: AskedInLanguage,
) -> Response:
    """The same as a workbook."""
    made = await _made(context, caller, code, asked)
    if isinstance(made, ForesightToCome):
        raise ForesightNotThere(
            "该资金池贷款较多，前瞻正在后台推演，请稍后再试",
            "The pool's book is large: its look ahead is being worked out. Ask again in a moment.",
        )
    body = await asyncio.to_thread(as_workbook, made, language=asked.lang)
    name = f"{code}-foresight-{made['first']}.xlsx"
    return Response(
        body,
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _made(
    context: Context, caller: Identity, code: str, asked: Any
) -> dict[str, Any] | ForesightToCome:
    """The report as plain data, at once of a usual book, else as it was worked out apart."""
    given = {one.field: getattr(asked, one.name) for one in ASSUMPTIONS}
    assumptions = Assumptions(**given)
    day = business_date(context.clock.now())
    more = {
        "version": asked.version,
        "assumptions": [_answered(one, assumptions) for one in ASSUMPTIONS],
    }
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        loans = await known.loans_in_cover(conn, code, most=LOANS_AT_ONCE + 1)
        is_large = loans > LOANS_AT_ONCE or loans * assumptions.scenarios > LARGEST_AT_ONCE
        if not is_large:
            start = await read(conn, code, day, asked.version)
    if not is_large:
        made = await asyncio.to_thread(look_ahead, start, assumptions)
        return {**made.as_data(), **start.size(), **more}
    row = await _kept(context, caller, code, day, assumptions, asked.version)
    if row["ended_at"] is None:
        return ForesightToCome(
            assumptions=more["assumptions"],
            being_worked_out=BeingWorkedOut(
                asked_at=row["asked_at"],
                begun_at=row["begun_at"],
                played=row["played"],
                of=assumptions.scenarios,
            ),
        )
    if row["report"] is None:
        minutes = LONGEST_SECONDS // 60
        raise ForesightTooLarge(
            f"{minutes} 分钟内未能推演完毕，请减少模拟次数",
            f"It could not be worked out within {minutes} minutes: ask for fewer futures.",
        )
    return {**row["report"], **more, "made_at": row["ended_at"]}


async def _kept(
    context: Context, caller: Identity, code: str, day: date, assumptions: Assumptions,
    version: int | None,
) -> asyncpg.Record:  # fmt: skip
    """What became of a question about a large book; asked now, where it is new. Raises
    ForesightTooLarge, NotFound for no such version."""
    asked = as_asked(assumptions, version)
    question = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()
    async with context.database.looking(caller.institution) as conn:
        if row := await looks_ahead.find(conn, code, day, question):
            return row
        await _require_possible(conn, code, assumptions, version)
    async with context.database.begin(caller.institution) as conn:
        return await looks_ahead.ask(conn, code, day, question, asked, now=context.clock.now())


async def _require_possible(
    conn: asyncpg.Connection, code: str, assumptions: Assumptions, version: int | None
) -> None:
    require_feasible(assumptions, await known.firms_in_cover(conn, code))
    if version is not None:
        await known.scheme_of_version(conn, await known.programme_of(conn, code), version)


def _answered(one: Assumption, assumptions: Assumptions) -> AssumptionAnswer:
    def plain(value: int) -> int | str:
        return format_fen(value) if one.unit == "money" else value

    return AssumptionAnswer(
        zh=one.words.zh,
        en=one.words.en,
        name=one.name,
        unit=one.unit,
        value=plain(getattr(assumptions, one.field)),
        usual=plain(getattr(_USUAL, one.field)),
        least=plain(one.least),
        most=plain(one.most),
    )
