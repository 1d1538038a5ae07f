"""The chain of a loan: its first filing, its extensions and its renewals, read at one place."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.applications.api.common import Anyone
from services.applications.domain.life_cycle import HOLDS_ITS_RIGHTS, RENEWS_NOTHING, State
from services.applications.domain.loan_change import Kind
from services.applications.domain.loan_change import State as ChangeState
from services.applications.domain.renewal import reported_repaid_by
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries.renewals import chain_of
from shared.calendar import WorkingDays
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, Fen
from shared.refusals import NotFound

router = APIRouter(tags=["applications"])


class MaturityChange(BaseModel):
    """A later maturity of a loan that was asked for: an extension (展期) or a restructuring."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: Kind
    matured_on: date
    matures_on: date
    state: ChangeState
    decided_on: date | None


class LinkAnswer(BaseModel):
    """A case of the chain, its loan and what became of the loan's maturity."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    number: str
    state: State
    renews: UUID | None
    submitted_at: datetime
    amount_fen: Fen
    loan_no: str | None
    lent_fen: Fen | None
    disbursed_on: date | None
    matures_on: date | None
    outstanding_fen: Fen | None
    renewed_by: UUID | None = Field(description="The live case that renews it.")
    report_repaid_by: date | None = Field(
        description="The loan's renewal is paid out and this one is still out: the day by which the "
        "report that shows it repaid is due. Until then no claim is taken for either."
    )
    changes: list[MaturityChange]


class ChainAnswer(Page[LinkAnswer]):
    """The chain, the first filing first. Renewals that came to nothing stand in it as well."""

    first: UUID = Field(description="The first filing.")


@router.get("/applications/{case_id}/chain")
async def read_chain(case_id: UUID, caller: Anyone, context: CurrentContext) -> ChainAnswer:
    """The chain that a case belongs to: first filing, extensions, renewals. A case that renews
    nothing and is renewed by nobody is a chain of itself."""
    async with context.database.looking(caller.institution) as conn:
        cases, changes = await chain_of(conn, case_id)
        if not cases:
            raise NotFound("没有这个申请", "There is no such application.")
        days = await _repaid_by(conn, cases, context.working_days)
    return ChainAnswer(
        first=cases[0]["id"],
        items=[
            LinkAnswer(
                **{name: one[name] for name in one.keys() & LinkAnswer.model_fields.keys()},
                renewed_by=_renewal_of(one, cases),
                report_repaid_by=days.get(one["id"]),
                changes=[
                    MaturityChange(**dict(change)) for change in changes if change["loan_id"] == one["id"]
                ],
            )
            for one in cases
        ],
    )  # fmt: skip


def _renewal_of(one: Row, cases: Sequence[Row]) -> UUID | None:
    found = (
        other["id"]
        for other in cases
        if other["renews"] == one["id"] and other["state"] not in RENEWS_NOTHING
    )
    return next(found, None)


async def _repaid_by(
    conn: asyncpg.Connection, cases: Sequence[Row], working_days: WorkingDays
) -> dict[UUID, date]:
    """Of loans that are out beside their renewal: until when that is to end."""
    out = {one["id"] for one in cases if one["state"] in HOLDS_ITS_RIGHTS}
    days = {}
    for one in cases:
        if one["renews"] in out and one["disbursed_on"] is not None:
            terms = await terms_or_none(conn, one["programme"], one["mode"], one["approved_on"])
            days[one["renews"]] = reported_repaid_by(one["disbursed_on"], terms, working_days)
    return days
