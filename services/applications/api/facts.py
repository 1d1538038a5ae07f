"""Which facts a mode of a pool asks for, as a list, as JSON Schemas, and as a table to fill in."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.applications.api.common import Anyone
from services.applications.api.requests import Month
from services.applications.api.templates import columns_of, template
from services.applications.api.workbooks import XLSX, workbook
from services.applications.bank_files.columns import POSITION
from services.applications.domain.checklist import words_of
from services.applications.queries import banks as bank_reads
from services.applications.queries import listed_firms
from services.applications.tables.rows import PoolRow
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.http.requests import IsoDate
from shared.postgres.published_schemes import scheme_on, terms_on
from shared.schemes.completeness import live_modes
from shared.schemes.facts import FactDay, facts_needed
from shared.schemes.facts_schema import needed_facts_schema
from shared.schemes.sources import in_words
from shared.schemes.stated import DAYS, UNITS
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS, ENTRIES, PARTIES, FactKind

router = APIRouter(tags=["facts"])

Code = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Mode = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
On = Annotated[
    IsoDate | None, Query(description="As the measures stand on this day; today if left out.")
]

OfRows = Annotated[Month | None, Query(description="Written into the first row.")]


class FactAnswer(BaseModel):
    """One fact that a mode asks for beyond what every loan has."""

    name: str = Field(examples=["unsecured_share"], description="Its key in `attributes`.")
    kind: FactKind
    zh: str = Field(examples=["信用部分占比"])
    en: str
    unit_zh: str = Field(examples=["百分比"])
    unit_en: str
    by: str = Field(description="Who states it: bank or bureau.")
    at: FactDay = Field(description="As of which day: approval, disbursement or claim.")
    at_zh: str
    at_en: str
    required: bool = Field(description="Whether a decision without it is refused.")
    source: str = Field(description="The rule that asks for it.")


class ModeAnswer(BaseModel):
    """A mode of a measure, by its name and for people."""

    mode: str = Field(examples=["direct"])
    zh: str
    en: str


class ListToCheck(BaseModel):
    """A list of dishonest or abnormal firms, to be looked at before approval and disbursement."""

    name: str = Field(examples=["judgment_defaulter"], description="Its name in `lists_checked`.")
    zh: str = Field(examples=["失信被执行人"])
    en: str
    within_days: int | None = Field(
        description="How many days a look holds; 0 the day itself, null where no look is required."
    )
    edition: date | None = Field(
        description="The day of the newest whole list in the register, which looks by itself as "
        "long as that is recent enough."
    )
    source: str


class PaperAskedFor(BaseModel):
    """A kind of paper that an application of the mode needs."""

    kind: str = Field(examples=["business_licence"], description="Its `kind` in `documents`.")
    zh: str
    en: str
    source: str


class PartyAskedFor(BaseModel):
    """A party beside the pool and the bank that the mode has."""

    role: str = Field(examples=["insurer"], description="Its key in `parties`.")
    zh: str
    en: str
    required: bool
    source: str


class FilingAnswer(BaseModel):
    """How loans of the mode enter, and what becomes of one that is filed late."""

    entry: Literal["before_disbursement", "after_disbursement", "either"]
    counted_from: Literal["disbursement", "contract"] = Field(
        description="From which day the term for filing counts."
    )
    late: Literal["refused", "from_approval"]
    zh: str
    en: str
    source: str


class FactsAnswer(BaseModel):
    """The facts of a mode, in the order in which its rules ask for them."""

    pool_code: str
    programme: str
    mode: str
    version: str = Field(description="The version of the measures that asks for them.")
    on: date
    facts: list[FactAnswer]
    lists: list[ListToCheck] = Field(description="On which a firm may not stand.")
    papers: list[PaperAskedFor] = Field(description="Without which an application comes back.")
    parties: list[PartyAskedFor]
    filing: FilingAnswer = Field(description="Whether a `paid_out` loan may be filed, or must be.")
    schemas: dict[str, dict[str, Any]] = Field(
        description="Day (approval, disbursement, claim) → JSON Schema of the `attributes` that a "
        "bank states as of it."
    )


@router.get("/pools/{code}/modes/{mode}/facts")
async def read_facts_of_mode(
    code: Code, mode: Mode, caller: Anyone, context: CurrentContext, on: On = None
) -> FactsAnswer:
    """The facts that a mode asks for: name, type, unit, who states each, as of which day, by which
    rule. Forms and templates are made of this list."""
    day = on or business_date(context.clock.now())
    pool, terms = await _in_force(code, mode, caller, context, day)
    facts = facts_needed(terms)
    async with context.database.looking(caller.institution) as conn:
        editions = await listed_firms.editions(conn)
    return FactsAnswer(
        pool_code=pool.code,
        programme=pool.programme,
        mode=mode,
        version=terms.version,
        on=day,
        facts=[
            FactAnswer(
                name=fact.name,
                kind=fact.kind,
                zh=fact.zh,
                en=fact.en,
                unit_zh=UNITS[fact.kind].zh,
                unit_en=UNITS[fact.kind].en,
                by=fact.by,
                at=fact.at,
                at_zh=DAYS[fact.at].zh,
                at_en=DAYS[fact.at].en,
                required=fact.required,
                source=fact.source,
            )
            for fact in facts
        ],
        lists=[
            ListToCheck(
                name=name,
                zh=CREDIT_LISTS[name].zh,
                en=CREDIT_LISTS[name].en,
                within_days=terms.lists_checked_within_days,
                edition=editions.get(name),
                source=terms.source("credit_lists"),
            )
            for name in terms.credit_lists
        ],
        papers=_papers(terms),
        parties=_parties(terms),
        filing=_filing(terms),
        schemas={
            at: needed_facts_schema(f for f in facts if f.at == at and f.by == "bank")
            for at in DAYS
        },
    )


@router.get(
    "/pools/{code}/modes/{mode}/template.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A table to fill in."}},
)
async def read_template(
    code: Code,
    mode: Mode,
    caller: Anyone,
    context: CurrentContext,
    on: On = None,
    at: Annotated[
        FactDay, Query(description="For which step: approval, disbursement or claim.")
    ] = "approval",
) -> Response:
    """A CSV (UTF-8 with BOM) with a column for each field of the step and each fact that the mode
    asks for: Chinese names in the first row, names of the API in the second, units in the third.
    That of the approval has everything that an application needs, with three rights and the papers
    of the measure: filled in, it is what `POST /bulk-files` takes."""
    day = on or business_date(context.clock.now())
    _, terms = await _in_force(code, mode, caller, context, day)
    return Response(
        template(columns_of(at, terms), {"pool_code": code, "mode": mode}),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{code}-{mode}-{at}.csv"'},
    )


@router.get(
    "/pools/{code}/modes/{mode}/template.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "A workbook to fill in."}},
)
async def read_workbook(
    code: Code,
    mode: Mode,
    caller: Anyone,
    context: CurrentContext,
    on: On = None,
    at: Annotated[
        FactDay, Query(description="For which step: approval, disbursement or claim.")
    ] = "approval",
) -> Response:
    """The same columns as the CSV in a workbook: typed cells, the unit and the rule as a comment of
    each heading, and a second sheet that explains every column."""
    day = on or business_date(context.clock.now())
    _, terms = await _in_force(code, mode, caller, context, day)
    return Response(
        workbook(columns_of(at, terms), {"pool_code": code, "mode": mode}),
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{code}-{mode}-{at}.xlsx"'},
    )


@router.get(
    "/templates/positions.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A table to fill in."}},
)
async def read_template_of_positions(caller: Anyone, month: OfRows = None) -> Response:
    """The table of monthly positions as CSV, to be sent by `POST /bulk-files?kind=positions`."""
    return Response(
        template(POSITION, {"month": month} if month else {}),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="positions.csv"'},
    )


@router.get(
    "/templates/positions.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "A workbook to fill in."}},
)
async def read_workbook_of_positions(caller: Anyone, month: OfRows = None) -> Response:
    """The same table as a workbook, with typed cells and drop-downs."""
    return Response(
        workbook(POSITION, {"month": month} if month else {}),
        media_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="positions.xlsx"'},
    )


@router.get("/pools/{code}/modes")
async def list_modes(
    code: Code, caller: Anyone, context: CurrentContext, on: On = None
) -> Page[ModeAnswer]:
    """The modes of a pool's measure in which an application can be made."""
    day = on or business_date(context.clock.now())
    async with context.database.reading(caller.institution) as session:
        pool = await bank_reads.pool(session, code)
    async with context.database.looking(caller.institution) as conn:
        scheme = await scheme_on(conn, pool.programme, day)
    modes = ((name, scheme.modes[name].name) for name in live_modes(scheme))
    return Page(items=[ModeAnswer(mode=mode, zh=name.zh, en=name.en) for mode, name in modes])


def _papers(terms: Terms) -> list[PaperAskedFor]:
    source = in_words(terms.source("documents"))
    named = {kind: words_of(kind) for kind in terms.documents}
    return [
        PaperAskedFor(kind=kind, zh=zh, en=en, source=source) for kind, (zh, en) in named.items()
    ]


def _filing(terms: Terms) -> FilingAnswer:
    rule, words = terms.filing, ENTRIES[terms.filing.entry]
    return FilingAnswer.model_validate(
        {
            "entry": rule.entry, "counted_from": rule.counted_from, "late": rule.late,
            "zh": words.zh, "en": words.en, "source": in_words(terms.source("filing")),
        }
    )  # fmt: skip


def _parties(terms: Terms) -> list[PartyAskedFor]:
    source = in_words(terms.source("parties"))
    return [
        PartyAskedFor(
            role=role,
            zh=PARTIES[role].zh,
            en=PARTIES[role].en,
            required=role not in terms.behind,
            source=source,
        )
        for role in terms.parties
        if role not in ("pool", "bank")
    ]


async def _in_force(
    code: str, mode: str, caller: Identity, context: Context, day: date
) -> tuple[PoolRow, Terms]:
    """The pool, and the terms of a mode on a day. Raises NotFound, and what the scheme raises."""
    async with context.database.reading(caller.institution) as session:
        pool = await bank_reads.pool(session, code)
    async with context.database.looking(caller.institution) as conn:
        return pool, await terms_on(conn, pool.programme, day, mode)
