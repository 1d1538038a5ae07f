"""An admin ends somebody's logins in a service: what its tokens from before may do is over at once."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from shared.auth.ended import EndedLogins
from shared.auth.identity import Identity, requires
from shared.http.context import context_of
from shared.http.pages import Page
from shared.http.problem_schema import SAFE_TO_REPEAT
from shared.http.requests import LongText, RequestBody, ShortText
from shared.people import person_key
from shared.postgres import ended_logins
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong
from shared.roles import BANK_ADMIN_ROLES

router = APIRouter(tags=["people"])
_Admin = Annotated[Identity, Depends(requires("admin", *BANK_ADMIN_ROLES))]
_Reader = Annotated[Identity, Depends(requires("admin", "auditor", *BANK_ADMIN_ROLES))]


class EndLogin(RequestBody):
    """Whose logins end, and why."""

    person: ShortText = Field(
        examples=["kc-7f3a"], description="The person or one account (`sub`) of his."
    )
    reason: LongText = Field(examples=["离职"])


class EndedLogin(BaseModel):
    """A person whose tokens from before are over."""

    model_config = ConfigDict(from_attributes=True)

    person: str
    ended_at: datetime
    reason: str
    by_name: str


@router.post("/ended-logins", openapi_extra={SAFE_TO_REPEAT: True})
async def end_login(asked: EndLogin, request: Request, caller: _Admin) -> EndedLogin:
    """End every login of a person in this service (admin; a bank's admin for his own bank's people). Tokens from before are answered 401
    `login-ended` within a second, open streams end. A login from after counts: close the account at
    the identity provider, too.

    Safe to repeat without an Idempotency-Key: it ends what there is then.
    """
    person = person_key(asked.person)
    if not person or person == "*":
        raise FieldsWrong(
            [
                FieldFault(
                    ("person",), "no-person", "请填写人员或账号", "Name a person or an account."
                )
            ]
        )
    said: dict[str, Any] = {
        "at": datetime.now(UTC), "reason": asked.reason,
        "by_subject": caller.subject, "by_name": caller.name,
    }  # fmt: skip
    async with context_of(request).database.begin(EVERYWHERE) as conn:
        if caller.bank is None:
            row = await ended_logins.end(conn, person, **said)
        else:
            # Whoever it is: only tokens of this bank end by it.
            row = await ended_logins.end_of_bank(conn, str(caller.institution), person, **said)
    known: EndedLogins = request.app.state.ended_logins
    known.forget_what_was_read()
    return EndedLogin.model_validate(dict(row))


@router.get("/ended-logins")
async def read_ended_logins(request: Request, caller: _Reader) -> Page[EndedLogin]:
    """Whose logins were ended in the last month, the latest first; a bank's admin sees his own people."""
    async with context_of(request).database.looking(caller.institution) as conn:
        rows = await ended_logins.newest(conn)
    ended = [EndedLogin.model_validate(dict(row)) for row in rows]
    return Page(items=ended, next_cursor=None)
