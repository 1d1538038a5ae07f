"""Every GET that shows somebody something is noted; an auditor searches what was noted."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.identity import CALLER, Forbidden, Identity, requires
from shared.http.context import context_of
from shared.http.disposition import disposition
from shared.http.field_messages import ONE_LINE
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import IsoDateTime
from shared.observability.telemetry import route_of
from shared.observability.tracing import current_request_id
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import ALL, pools_of
from shared.postgres.reads import NAMES, Read, Wanted, find
from shared.read_log import ReadLog
from shared.refusals import FieldFault, FieldsWrong

ROOT = "/api/v1/"
NOT_NOTED = {
    "bank-import-template", "banks", "calendar", "coming-days", "document-links", "ended-logins", "event-types", "events",
    "foresight-assumptions", "idempotency-keys", "inbox", "my-acts", "my-figures", "opening-template", "party-import-template",
    "party-names", "people", "pool-duties", "programmes", "public",
    "reads", "sandbox", "signing-certificate", "staff", "survey-templates", "templates", "to-do",
    "worded-types",
}  # fmt: skip
"""Where nothing of a case, a firm or money is shown, or everything of everybody in turn (`events`)."""
NOTED_ELSEWHERE = ("/content", "/pages/{page}")
"""Ends of routes that write a look of their own, which `all_reads` joins (papers)."""
_LONGEST_QUERY = 500
_ROWS_AT_ONCE = 1000
_MOST_ROWS = 200_000


class ReadsMiddleware:
    """Notes who was shown what, once the answer begins. It waits for no database."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                _note(scope)
            await send(message)

        await self.app(scope, receive, outwards)


def _note(scope: Scope) -> None:
    caller: Identity | None = scope.get(CALLER)
    route = route_of(scope)
    if caller is None or not route.startswith(ROOT):
        return
    kind = route.removeprefix(ROOT).split("/", 1)[0]
    if kind in NOT_NOTED or (kind == "documents" and route.endswith(NOTED_ELSEWHERE)):
        return
    log: ReadLog = scope["app"].state.context.reads
    named = list((scope.get("path_params") or {}).values())
    log.note(
        Read(
            at=datetime.now(UTC),
            subject=caller.subject,
            account=caller.account,
            name=caller.name,
            roles=",".join(sorted(caller.roles)),
            institution=str(caller.institution),
            kind=kind,
            thing=str(named[0])[:200].replace("\x00", "") if named else "",
            route=route.removeprefix(ROOT.rstrip("/")),
            path=scope["path"][:500].replace("\x00", ""),
            query=scope.get("query_string", b"").decode("ascii", "replace")[:_LONGEST_QUERY],
            request_id=current_request_id(),
        )
    )


_Text = Annotated[str | None, Query(max_length=200, pattern=ONE_LINE)]


def kinds_of(app: FastAPI) -> frozenset[str]:
    """The kinds of things whose looks a service notes: the first words of what it answers."""
    known: frozenset[str] | None = getattr(app.state, "kinds_read", None)
    if known is None:
        paths = (str(one.path_format) for one in iter_route_contexts(app.routes))
        words = {one.removeprefix(ROOT).split("/", 1)[0] for one in paths if one.startswith(ROOT)}
        app.state.kinds_read = known = frozenset(words - NOT_NOTED)
    return known


def _wanted(
    request: Request,
    person: Annotated[_Text, Query(description="The person or one of his accounts.")] = None,
    kind: Annotated[_Text, Query(description="applications, claims, firms, pools, …")] = None,
    thing: Annotated[_Text, Query(description="The id, number or code in the address.")] = None,
    institution: Annotated[_Text, Query(description="A bank's code, or * for the bureau.")] = None,
    since: IsoDateTime | None = None,
    until: IsoDateTime | None = None,
) -> Wanted:
    if kind is not None and kind not in kinds_of(request.app):
        raise FieldsWrong(
            [
                FieldFault(
                    ("kind",), "choice-unknown", "该服务没有这一类内容，请从所列类别中选择",
                    "This service has no such kind of things; choose one that it answers.",
                    location="query",
                )
            ]
        )  # fmt: skip
    return Wanted(
        person=person, kind=kind, thing=thing, institution=institution, since=since, until=until
    )


async def _auditor(caller: Annotated[Identity, Depends(requires("auditor"))]) -> Identity:
    if pools_of(caller.institution) != ALL:
        raise Forbidden(
            "查阅记录含全部资金池，仅供属于全部资金池的审计人员查询。",
            "What was read is of every pool; it is for auditors who belong to all of them.",
        )
    return caller


router = APIRouter(tags=["reads"])
_Wanted = Annotated[Wanted, Depends(_wanted)]
_Auditor = Annotated[Identity, Depends(_auditor)]


class ReadAnswer(BaseModel):
    """That somebody was shown something."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    subject: str
    account: str
    name: str
    roles: str
    institution: str
    kind: str = Field(examples=["applications"])
    thing: str = Field(description="The id, number or code; empty for a list.")
    route: str = Field(examples=["/applications/{case_id}"])
    path: str
    query: str
    request_id: str


@router.get("/reads")
async def read_reads(
    request: Request,
    caller: _Auditor,
    wanted: _Wanted,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
) -> Page[ReadAnswer]:
    """Who was shown what, the latest first (auditors of every pool). Papers' looks are among it. What
    was shown within the last second may not be there yet."""
    context = context_of(request)
    after = decode_cursor(cursor, datetime, str) if cursor else None
    async with context.database.looking(EVERYWHERE) as conn:
        rows = await find(conn, wanted, after=after, limit=limit + 1)
    found = page_of(rows, limit, lambda row: encode_cursor(row["at"], row["key"]))
    return Page(
        items=[ReadAnswer.model_validate(dict(row)) for row in found.items],
        next_cursor=found.next_cursor,
    )


@router.get(
    "/reads/export.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_reads(request: Request, caller: _Auditor, wanted: _Wanted) -> StreamingResponse:
    """The same as a file, 200,000 rows at most."""
    return StreamingResponse(
        _lines(request, wanted),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition("查阅记录.csv")},
    )


async def _lines(request: Request, wanted: Wanted) -> AsyncIterator[bytes]:
    yield "\ufeff".encode() + _csv([dict(zip(NAMES, NAMES, strict=True))])
    after: tuple[datetime, str] | None = None
    for _ in range(_MOST_ROWS // _ROWS_AT_ONCE):
        async with context_of(request).database.looking(EVERYWHERE) as conn:
            rows = await find(conn, wanted, after=after, limit=_ROWS_AT_ONCE)
        if rows:
            yield _csv(rows)
            after = (rows[-1]["at"], rows[-1]["key"])
        if len(rows) < _ROWS_AT_ONCE:
            return


def _csv(rows: list[Any] | list[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    written = csv.writer(text)
    # A text that a spreadsheet would take for a formula is shown as the text it is.
    written.writerows([[_shown(row[name]) for name in NAMES] for row in rows])
    return text.getvalue().encode()


def _shown(value: Any) -> str:
    said = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{said}" if said[:1] in ("=", "+", "-", "@", "\t") else said
