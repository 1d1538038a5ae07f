"""The register of rights: what is known of each, across cases, with who said it."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.right_answers import (
    KeptAnswer,
    RightAnswer,
    right_answer,
)
from services.applications.api.right_requests import Day, RightNamed
from services.applications.domain.right_facts import FIELDS, Burden, LegalStatus, Said
from services.applications.handlers import register as handler
from services.applications.queries import register
from services.applications.tables.right_burdens import NewBurden
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import Uscc
from shared.roles import BANK_ROLES, BUREAU_ROLES

router = APIRouter(tags=["rights"])

Reader = Annotated[
    Identity, Depends(requires(*sorted(BANK_ROLES | BUREAU_ROLES - {"admin"})))
]  # fmt: skip
Keeper = Annotated[Identity, Depends(requires("bank_operator", "reviewer", "approver"))]
Words = Annotated[str | None, Query(max_length=200, pattern=r"^[^\u0000]*$")]
Code = Annotated[str | None, Query(max_length=18, pattern=r"^[0-9A-Z]{18}$")]

_SAID: Final[dict[str, Any]] = {
    "kind": "invention",
    "number": "ZL 2015 1 0958772.0",
    "source": "extract",
    "reference": "专利登记簿副本 2026-03-02",
    "as_of": "2026-03-02",
    "legal_status": "in_force",
    "fees_paid_to": "2026-12-18",
}
_BURDEN: Final[dict[str, Any]] = {
    "burden": "preservation",
    "party": "天津市第三中级人民法院",
    "reference": "（2026）津03执保12号",
    "began_on": "2026-02-20",
}


class SaidBody(RightNamed):
    """What you say of a right; what is left out, you say nothing of."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAID]})

    source: Literal["extract", "entry"]
    reference: ShortText | None = Field(None, description="The extract's own number or name.")
    as_of: Day = Field(description="The day of which you speak.")
    document: UUID | None = Field(None, description="The stored extract.")
    name: ShortText | None = None
    owner_uscc: Uscc | None = None
    owner_name: ShortText | None = None
    legal_status: LegalStatus | None = None
    filed_on: Day | None = None
    granted_on: Day | None = None
    fees_paid_to: Day | None = Field(None, description="Annual fees are paid up to this day.")
    renewed_on: Day | None = None
    expires_on: Day | None = None
    note: LongText | None = None

    def as_said(self) -> Said:
        """What is kept."""
        asked = self.as_asked()
        return Said(
            key=asked.key,
            number_as_given=self.number,
            source=self.source,
            reference=self.reference or "",
            as_of=self.as_of,
            document_id=self.document,
            note=self.note or "",
            **{name: getattr(self, name) for name in FIELDS},
        )


class BurdenBody(RequestBody):
    """What lies on a right: a licence, a preservation, a dispute."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BURDEN]})

    burden: Burden
    party: ShortText = Field(description="The licensee, the court, the other side.")
    reference: ShortText | None = None
    began_on: Day
    document: UUID | None = None
    note: LongText | None = None

    def as_burden(self) -> NewBurden:
        """What is kept."""
        return NewBurden(
            burden=self.burden,
            party=self.party,
            reference=self.reference or "",
            began_on=self.began_on,
            note=self.note or "",
            source="extract" if self.document else "entry",
            document_id=self.document,
        )


class BurdenEndBody(RequestBody):
    """That a burden has ended, when and why."""

    ended_on: Day
    reason: LongText = Field(examples=["法院裁定解除保全"])


@router.get("/rights/{right_id}")
async def read_right(right_id: UUID, caller: Reader, context: CurrentContext) -> RightAnswer:
    """One right: every fact with who said it, all that was said, what lies on it, and the cases that
    pledge it, as far as you may see them; of others' pledges only whether there is one."""
    async with context.database.looking(caller.institution) as conn:
        row = await register.right(conn, right_id)
        return await _whole(conn, row)


async def _whole(conn: asyncpg.Connection, row: asyncpg.Record) -> RightAnswer:
    key = register.key_of(row)
    said = await register.statements(conn, [key])
    return right_answer(
        row,
        said[key],
        burdens=await register.burdens_of(conn, key),
        cases=await register.cases_of(conn, key),
    )


@router.post("/rights", status_code=201, response_model=KeptAnswer)
async def say_of_right(
    body: SaidBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Say something of a right, from an extract of its register or as you know it. It stands beside
    what was said before; a right that nobody knew is known from now on. What a bank says, itself
    and the bureau read; what the bureau says, everybody."""

    async def work(conn: asyncpg.Connection) -> Answer:
        right_id = await handler.say(conn, body.as_said(), by=caller, now=context.clock.now())
        return Answer(201, KeptAnswer(id=right_id))

    return await idempotently(request, caller, context.database, work)


@router.post("/rights/{right_id}/burdens", status_code=201, response_model=RightAnswer)
async def add_burden(
    right_id: UUID, body: BurdenBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Enter a licence, a preservation, a dispute or another burden on a right."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.burden(
            conn, right_id, body.as_burden(), by=caller, now=context.clock.now()
        )  # fmt: skip
        return Answer(201, await _whole(conn, await register.right(conn, right_id)))

    return await idempotently(request, caller, context.database, work)


@router.post("/right-burdens/{burden_id}/end", response_model=RightAnswer)
async def end_burden(
    burden_id: UUID, body: BurdenEndBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Say that a burden which your institution entered has ended."""

    async def work(conn: asyncpg.Connection) -> Answer:
        key = await handler.end_burden(
            conn,
            burden_id,
            ended_on=body.ended_on,
            reason=body.reason,
            by=caller,
            now=context.clock.now(),
        )
        right_id = await register.right_id_of(conn, key)
        return Answer(200, await _whole(conn, await register.right(conn, right_id)))

    return await idempotently(request, caller, context.database, work)
