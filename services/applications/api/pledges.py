"""Pledges in their registers: the file to register with, what was entered since, and the end."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.pledge_workbook import workbook
from services.applications.api.requests import OpinionBody
from services.applications.api.right_requests import Day
from services.applications.api.rights import Reader
from services.applications.api.workbooks import XLSX
from services.applications.domain.pledge import LIFE_CYCLE, LIVING, Action, State
from services.applications.domain.pledge_file import REGISTERS, PledgeFile, Register, pledge_files
from services.applications.domain.submission import RightKey
from services.applications.handlers import pledges as handler
from services.applications.handlers.pledges import Entry
from services.applications.queries import pledge_files as reads
from services.applications.queries import ranks, register
from services.applications.tables import pledges
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import LongText, RequestBody, ShortText
from shared.months import add_months
from shared.refusals import NotFound

router = APIRouter(tags=["pledges"])

Changer = Annotated[Identity, part_in(LIFE_CYCLE, Action.CHANGE)]
Extender = Annotated[Identity, part_in(LIFE_CYCLE, Action.EXTEND)]
Canceller = Annotated[Identity, part_in(LIFE_CYCLE, Action.CANCEL)]
Confirmer = Annotated[Identity, part_in(LIFE_CYCLE, Action.CONFIRM_COVER)]
Invalidator = Annotated[Identity, part_in(LIFE_CYCLE, Action.INVALIDATE)]


class EntryBody(RequestBody):
    """What the register has entered: on which day, and why."""

    on: Day
    reason: LongText

    def as_entry(self) -> Entry:
        """What is kept."""
        return Entry(on=self.on, reason=self.reason)


class ChangeBody(EntryBody):
    """A change: what it is of, before and after, as the register's form asks for."""

    item: ShortText = Field(examples=["质权人名称"])
    before: ShortText
    after: ShortText

    def as_entry(self) -> Entry:
        """What is kept."""
        return Entry(
            on=self.on, reason=self.reason, item=self.item, before=self.before, after=self.after
        )


class ExtensionBody(EntryBody):
    """A longer term of the secured debt."""

    term_until: Day

    def as_entry(self) -> Entry:
        """What is kept."""
        return Entry(on=self.on, reason=self.reason, term_until=self.term_until)


class PledgeMove(BaseModel):
    """What happened to a pledge, when, by whom."""

    action: Action
    target: State
    reason: str
    detail: dict[str, Any]
    name: str
    role: str
    at: datetime


class RankChange(BaseModel):
    """A pledge has taken a later rank of its right, or has moved up in it."""

    from_rank: int | None = Field(description="None: the case began in the rank that follows.")
    to_rank: int
    at: datetime


class PledgeAnswer(BaseModel):
    """A pledge as it stands in its register."""

    id: UUID
    case_id: UUID
    collateral_no: int
    right_kind: str
    right_number: str
    nice_class: int | None
    right_name: str
    registry: str
    registration_no: str
    registered_on: date
    state: State
    version: int
    term_until: date | None
    ended_on: date | None
    cover_confirmed_by: str | None
    rank: int | None = Field(
        description="1: nobody's pledge on the right is older; none where this one has ended."
    )
    is_second: bool = Field(description="Another's living pledge was entered before.")
    rank_changes: list[RankChange] = Field(description="Ranks that it had, the first change first.")
    pending_actions: list[Action]
    history: list[PledgeMove]


class FormFieldAnswer(BaseModel):
    """A field of the register's form."""

    name: str
    zh: str
    en: str
    value: str
    missing: bool


class FilePaper(BaseModel):
    """A paper that the register asks for."""

    zh: str
    en: str
    there: bool | None = Field(description="None: it is signed for the registration.")


class FileObstacle(BaseModel):
    """A ground on which the register would refuse."""

    code: str
    zh: str
    en: str
    right: str


class PledgeFileAnswer(BaseModel):
    """The file for one register, prepared from the case."""

    register_code: Register
    zh: str
    en: str
    takes_zh: str = Field(description="How long the register takes.")
    takes_en: str
    source: str
    fields: list[FormFieldAnswer]
    rights: list[str]
    papers: list[FilePaper]
    obstacles: list[FileObstacle]
    missing: list[str] = Field(description="Names of the fields that are to be filled in.")


@router.get("/applications/{case_id}/pledges")
async def read_pledges(
    case_id: UUID, caller: Reader, context: CurrentContext
) -> Page[PledgeAnswer]:
    """The pledges of a case with all that their registers have entered."""
    async with context.database.looking(caller.institution) as conn:
        await reads.case(conn, case_id)
        return Page(items=await _answers(conn, case_id, caller))


@router.get("/applications/{case_id}/pledge-files")
async def read_pledge_files(
    case_id: UUID, caller: Reader, context: CurrentContext
) -> Page[PledgeFileAnswer]:
    """What each register asks for, filled in from the case: fields, papers, what is missing, and on
    which grounds it would refuse."""
    files = await _files(case_id, caller, context)
    return Page(items=[_file(one) for one in files])


@router.get(
    "/applications/{case_id}/pledge-files/{register_code}",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The file as a workbook."}},
)
async def read_pledge_workbook(
    case_id: UUID, register_code: Register, caller: Reader, context: CurrentContext
) -> Response:
    """The file of one register as a workbook (XLSX): form, list of rights, papers and obstacles."""
    files = await _files(case_id, caller, context)
    file = next((one for one in files if one.register == register_code), None)
    if file is None:
        raise NotFound("本案没有这类权利", "The case has no right of that register.")
    name = f"pledge-{register_code}-{case_id}.xlsx"
    return Response(
        await asyncio.to_thread(workbook, file),
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/pledges/{pledge_id}/change", response_model=PledgeAnswer)
async def change_pledge(
    pledge_id: UUID, body: ChangeBody, request: Request, caller: Changer, context: CurrentContext
) -> Response:
    """The register has entered a change: a party's name, the secured amount."""
    return await _enter(pledge_id, Action.CHANGE, body, request, caller, context)


@router.post("/pledges/{pledge_id}/extend", response_model=PledgeAnswer)
async def extend_pledge(
    pledge_id: UUID, body: ExtensionBody, request: Request, caller: Extender,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The register has entered a longer term, within that of the right."""
    return await _enter(pledge_id, Action.EXTEND, body, request, caller, context)


@router.post("/pledges/{pledge_id}/cancel", response_model=PledgeAnswer)
async def cancel_pledge(
    pledge_id: UUID, body: EntryBody, request: Request, caller: Canceller, context: CurrentContext
) -> Response:
    """The pledge is released and its entry cancelled: only once the debt is gone, or a reviewer has
    confirmed that what is left covers it. The right may be pledged again."""
    return await _enter(pledge_id, Action.CANCEL, body, request, caller, context)


@router.post("/pledges/{pledge_id}/invalidate", response_model=PledgeAnswer)
async def invalidate_pledge(
    pledge_id: UUID, body: EntryBody, request: Request, caller: Invalidator,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """The register has found the entry invalid."""
    return await _enter(pledge_id, Action.INVALIDATE, body, request, caller, context)


@router.post("/pledges/{pledge_id}/confirm-cover", response_model=PledgeAnswer)
async def confirm_cover(
    pledge_id: UUID, body: OpinionBody, request: Request, caller: Confirmer,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """As a reviewer, confirm that the loan is covered without this pledge: the bank may cancel it."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.confirm_cover(
            conn, pledge_id, opinion=body.opinion, by=caller, now=context.clock.now()
        )
        return Answer(200, await _answer(conn, pledge_id, caller))

    return await idempotently(request, caller, context.database, work)


async def _enter(
    pledge_id: UUID, action: Action, body: EntryBody, request: Request, caller: Identity,
    context: CurrentContext,
) -> Response:  # fmt: skip
    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.enter(
            conn, pledge_id, action, body.as_entry(), by=caller, now=context.clock.now()
        )
        return Answer(200, await _answer(conn, pledge_id, caller))

    return await idempotently(request, caller, context.database, work)


async def _answer(conn: asyncpg.Connection, pledge_id: UUID, caller: Identity) -> PledgeAnswer:
    case_id = await pledges.case_of(conn, pledge_id)
    assert case_id is not None, "it was in hand"
    return next(one for one in await _answers(conn, case_id, caller) if one.id == pledge_id)


async def _answers(conn: asyncpg.Connection, case_id: UUID, caller: Identity) -> list[PledgeAnswer]:
    rows = await pledges.of_case(conn, case_id)
    earlier = await pledges.earlier_pledges(conn, rows)
    held = (await ranks.held_by(conn, [case_id])).get(case_id, {})
    changes = await ranks.changes_of(conn, case_id, institution=caller.institution)
    history = await reads.history(conn, [row["id"] for row in rows])
    return [
        _pledge(
            row, caller, history=history.get(row["id"], []),
            # What the register of burdens knows may be the same pledge that a live case holds.
            earlier=max(earlier.get(row["id"], 0), held.get(_right(row), 1) - 1),
            changes=[one for one in changes if register.key_of(one) == _right(row)],
        )
        for row in rows
    ]  # fmt: skip


def _right(row: Mapping[str, Any]) -> RightKey:
    return RightKey(row["kind"], row["right_number"], row["nice_class"])


def _pledge(
    row: Mapping[str, Any], caller: Identity, *, earlier: int,
    history: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]],
) -> PledgeAnswer:  # fmt: skip
    lives = row["state"] in LIVING
    return PledgeAnswer(
        **{
            name: row[name]
            for name in (
                "id", "collateral_no", "right_number", "right_name", "registration_no",
                "registered_on", "state", "version", "term_until", "ended_on",
                "cover_confirmed_by",
            )
        },
        case_id=row["application_id"],
        right_kind=row["kind"],
        nice_class=row["nice_class"] or None,
        registry=row["register_name"],
        rank=earlier + 1 if lives else None,
        is_second=lives and earlier > 0,
        rank_changes=[RankChange(**dict(one)) for one in changes],
        pending_actions=[Action(one) for one in LIFE_CYCLE.open_to(row, caller)],
        history=[PledgeMove(**dict(one)) for one in history],
    )  # fmt: skip


async def _files(
    case_id: UUID, caller: Identity, context: CurrentContext
) -> tuple[PledgeFile, ...]:
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await reads.case(conn, case_id)
        return pledge_files(
            row,
            await reads.rights(conn, row),
            bank=await reads.bank(conn, row["bank_code"]),
            papers=await reads.papers(conn, row),
            matures_on=row["matures_on"]
            or add_months(row["approved_on"] or today, row["tenor_months"]),
        )


def _file(file: PledgeFile) -> PledgeFileAnswer:
    rule = REGISTERS[file.register]
    return PledgeFileAnswer(
        register_code=file.register,
        zh=rule.zh,
        en=rule.en,
        takes_zh=rule.takes_zh,
        takes_en=rule.takes_en,
        source=rule.source,
        fields=[
            FormFieldAnswer(
                name=one.name, zh=one.zh, en=one.en, value=one.value, missing=one.is_missing
            )
            for one in file.fields
        ],
        rights=[str(one["number"]) for one in file.rights],
        papers=[FilePaper(zh=zh, en=en, there=there) for zh, en, there in file.papers],
        obstacles=[
            FileObstacle(code=one.code, zh=one.zh, en=one.en, right=one.right)
            for one in file.obstacles
        ],
        missing=[one.name for one in file.fields if one.is_missing],
    )
