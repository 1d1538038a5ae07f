"""Who has called a service: for the house's admin and auditor, and for a bank's admin of his own people."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import context_of
from shared.http.list_filters import Words
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.people import person_key
from shared.postgres import people_seen, pool_duties
from shared.postgres.database import EVERYWHERE
from shared.roles import BANK_ADMIN_ROLES, party_of

router = APIRouter(tags=["people"])
_Reader = Annotated[
    Identity, Depends(requires("admin", "auditor", "pool_manager", "approver", *BANK_ADMIN_ROLES))
]


class PersonSeen(BaseModel):
    """Somebody whose token this service has believed, as the last one said."""

    account: str = Field(description="The token's `sub`.")
    person: str = Field(description="Who it is: the same for several accounts of one person.")
    name: str
    roles: list[str]
    institution: str = Field(description="A bank's code, another party's, or * for the bureau.")
    pools: list[str] = Field(
        description="Of the bureau's people, as the token says; * is every pool."
    )
    duty_pools: list[str] | None = Field(
        description="The pools that two persons gave to look after, from today on; the narrower counts."
    )
    first_seen_at: datetime
    last_seen_at: datetime = Field(description="To ten minutes.")


@router.get("/people")
async def list_people(
    request: Request,
    caller: _Reader,
    institution: Annotated[
        str, Query(max_length=64, description="Only of this institution; * for the bureau's.")
    ] = "",
    q: Annotated[Words, Query(description="A part of the name or of the account.")] = None,
    role: Annotated[
        str | None, Query(max_length=40, pattern="^[a-z_]+$", description="Who has this role.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
) -> Page[PersonSeen]:
    """Who was seen here, by account. People are kept by the identity provider: this says who has come,
    and as what. A bank's admin sees his own bank's people."""
    here = context_of(request)
    after = decode_cursor(cursor, str)[0] if cursor else ""
    today = business_date(here.clock.now())
    async with here.database.looking(caller.institution) as conn:
        rows = await people_seen.page(
            conn, institution=institution, after=after, limit=limit + 1,
            words=(q or "").strip(), role=role or "",
        )  # fmt: skip

    async with here.database.looking(EVERYWHERE) as conn:
        duties = {
            person_key(row["person"]): list(row["pools"])
            for row in await pool_duties.in_force(conn, on=today)
        }
    items = []
    for row in rows:
        of_bureau = row["institution"] == EVERYWHERE
        shown = dict(row) | {
            "institution": party_of(row["institution"]) or row["institution"],
            "pools": list(row["pools"]) if of_bureau else [],
            "duty_pools": duties.get(person_key(row["person"])) if of_bureau else None,
        }
        items.append(PersonSeen(**shown))
    return page_of(items, limit, lambda one: encode_cursor(one.account))
