"""The policies that a subsidy of a premium may be filed for, as applications tells of them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.queries import subsidised_policies as known
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.life_cycle import Row
from shared.money import Fen

router = APIRouter(tags=["subsidies"])


class PolicyInList(Money):
    """A policy, with the premium that a subsidy counts on."""

    policy_id: UUID
    kind: str = Field(examples=["loan_guarantee"])
    insurer_name: str
    reference: str = Field(description="The policy's number.")
    loan_id: UUID | None = Field(description="None where it is a firm's without a case.")
    loan_number: str
    borrower_uscc: str
    borrower_name: str
    premium_fen: Fen | None = Field(description="None: nobody has said.")
    begins_on: date
    ends_on: date
    ended_on: date | None


class SubsidyPolicy(Money):
    """The policy that a subsidy was filed for."""

    policy_id: UUID
    kind: str
    insurer_name: str
    reference: str
    begins_on: date
    ends_on: date
    ended_on: date | None
    premium_fen: Fen | None = Field(description="What it stated when the subsidy was filed.")
    premium_now_fen: Fen | None = Field(description="What it states now.")


@router.get("/subsidy-policies")
async def list_subsidy_policies(
    caller: Anyone,
    context: CurrentContext,
    loan_id: Annotated[
        UUID | None, Query(description="Of this loan, with those of its firm without a case.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[PolicyInList]:
    """Policies with their premiums, the last recorded first. A bank sees its own."""
    async with context.database.looking(caller.institution) as conn:
        rows = await known.page(
            conn,
            institution=caller.institution,
            loan_id=loan_id,
            before=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [PolicyInList(**dict(row)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.policy_id))


async def policy_of(conn: asyncpg.Connection, subsidy: Row) -> SubsidyPolicy | None:
    """The policy of a subsidy with both premiums; None where it names none."""
    row = await known.of_subsidy(conn, subsidy)
    if row is None:
        return None
    said = dict(row) | {
        "premium_fen": subsidy["policy_premium_fen"],
        "premium_now_fen": row["premium_fen"],
    }
    return SubsidyPolicy(**said)
