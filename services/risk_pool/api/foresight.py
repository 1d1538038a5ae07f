"""Foresight over HTTP: what may become of a pool, under assumptions that the reader may change."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from services.risk_pool.api.report_responses import ReportAnswer, Said
from services.risk_pool.api.reports import XLSX
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.foresight_assumptions import ASSUMPTIONS, Assumption, Assumptions
from services.risk_pool.domain.report_tables import Report
from services.risk_pool.foresight.made import look_ahead, read
from services.risk_pool.reports.table_workbook import as_workbook
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.money import RequestFenOrZero, format_fen

router = APIRouter(tags=["foresight"], prefix="/pools/{code}")

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


class ForesightAnswer(ReportAnswer):
    """A look ahead: the assumptions, then what they lead to."""

    available: str = Field(description="The pool's own money that it starts from.")
    loans: int
    firms: int
    version: int | None
    assumptions: list[AssumptionAnswer]


@router.get("/foresight")
async def show_foresight(
    code: PoolCode, caller: Bureau, context: CurrentContext, asked: Asked
) -> ForesightAnswer:
    """Stress and run-off of the pool on its own book: losses, balance, exhaustion, top-up needed.

    Many futures are drawn from the seed; the same question has the same answer, to the byte. Each
    claim in each future is split and capped by the terms of its loan. Nothing is kept.
    """
    made, more = await _made(context, caller, code, asked)
    return ForesightAnswer.model_validate(made.as_data() | more)


@router.get(
    "/foresight.xlsx",
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
    made, _ = await _made(context, caller, code, asked)
    body = await asyncio.to_thread(as_workbook, made.as_data(), language=asked.lang)
    name = f"{code}-foresight-{made.first}.xlsx"
    return Response(
        body,
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _made(
    context: Context, caller: Identity, code: str, asked: Any
) -> tuple[Report, dict[str, Any]]:
    given = {one.field: getattr(asked, one.name) for one in ASSUMPTIONS}
    assumptions = Assumptions(**given)
    day = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        start = await read(conn, code, day, asked.version)
    made = await asyncio.to_thread(look_ahead, start, assumptions)
    return made, {
        "available": format_fen(start.available_fen),
        "loans": len(start.loans),
        "firms": len({loan["borrower_uscc"] for loan in start.loans}),
        "version": asked.version,
        "assumptions": [_answered(one, assumptions) for one in ASSUMPTIONS],
    }


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
