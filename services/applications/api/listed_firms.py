"""The register of listed firms: its entries, whose they are, and what a person finds of a name."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.list_answers import (
    CreditListAnswer,
    EntryAnswer,
    EntrySummary,
    Lister,
    MatchAnswer,
    OfList,
    SaidOfMatch,
    entry_summary,
    match_answer,
    repair_summary,
)
from services.applications.api.rights import Code, Reader, Words
from services.applications.domain.listed_firms import Verdict
from services.applications.handlers import listed_firms as handler
from services.applications.queries import listed_firms as reads
from shared import canonical
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import LongText, RequestBody
from shared.identifiers import Uscc
from shared.postgres.database import EVERYWHERE
from shared.postgres.literals import containing
from shared.schemes.vocabulary import CREDIT_LISTS

router = APIRouter(tags=["listed firms"])

Stands = Annotated[bool | None, Query(description="True: entries that have not ended.")]


class VerdictBody(RequestBody):
    """What you find of an entry that has only a name: this firm, or another one."""

    borrower_uscc: Uscc
    verdict: Verdict
    reason: LongText


@router.get("/credit-lists")
async def read_credit_lists(caller: Reader, context: CurrentContext) -> Page[CreditListAnswer]:
    """The lists that a scheme may name, and how fresh the register holds each. What it does not hold
    whole, or not freshly enough for the scheme, is looked at by hand."""
    async with context.database.looking(caller.institution) as conn:
        editions = await reads.editions(conn)
        held = await reads.held(conn)
    return Page(
        items=[
            CreditListAnswer(
                name=name,
                zh=words.zh,
                en=words.en,
                edition=editions.get(name),
                standing=held[name]["standing"] if name in held else 0,
                ended=held[name]["ended"] if name in held else 0,
            )
            for name, words in CREDIT_LISTS.items()
        ]
    )


@router.get("/listed-firms")
async def list_listed_firms(
    caller: Reader,
    context: CurrentContext,
    list_name: OfList = None,
    stands: Stands = None,
    q: Words = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EntrySummary]:
    """Entries of the register, the newest first, by credit code or a part of the name; a bank reads
    those that are, or may be, of firms of its own cases."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    words = canonical.name(q) if q else ""
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.page(
            conn, institution=caller.institution, before=before, list_name=list_name,
            stands=stands, uscc=canonical.compact(words) if words else None,
            name_like=containing(words), limit=limit + 1,
        )  # fmt: skip
    return page_of([entry_summary(row) for row in rows], limit, lambda one: encode_cursor(one.id))


@router.get("/listed-firms/{entry_id}")
async def read_listed_firm(entry_id: UUID, caller: Reader, context: CurrentContext) -> EntryAnswer:
    """One entry: whose it is, what was said of it, and its credit repairs."""
    async with context.database.looking(caller.institution) as conn:
        return await _entry(conn, entry_id, caller)


@router.post("/listed-firms/{entry_id}/verdicts", status_code=201, response_model=EntryAnswer)
async def say_of_match(
    entry_id: UUID, body: VerdictBody, request: Request, caller: Lister, context: CurrentContext
) -> Response:
    """Say that an entry by name alone is this firm, or that it is another one of the same name, and
    why. It is kept; the last word counts."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.say_of_match(
            conn, entry_id, borrower_uscc=body.borrower_uscc, verdict=body.verdict,
            reason=body.reason, by=caller, now=context.clock.now(),
        )  # fmt: skip
        return Answer(201, await _entry(conn, entry_id, caller))

    return await idempotently(request, caller, context.database, work)


@router.get("/listed-firm-matches")
async def list_matches(
    caller: Reader,
    context: CurrentContext,
    uscc: Code = None,
    list_name: OfList = None,
    unsaid: Annotated[
        bool | None, Query(description="True: by name alone, and nobody has said yet.")
    ] = None,
    stands: Stands = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[MatchAnswer]:
    """Firms of cases that stand, or may stand, on a list; a bank reads those of its own cases."""
    after = decode_cursor(cursor, UUID, str) if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.matches(
            conn, institution=caller.institution, uscc=uscc, list_name=list_name, unsaid=unsaid,
            stands=stands, after=after, limit=limit + 1,
        )  # fmt: skip
    items = [match_answer(row) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.entry_id, one.borrower_uscc))


async def _entry(conn: asyncpg.Connection, entry_id: UUID, caller: Identity) -> EntryAnswer:
    institution = caller.institution
    row = await reads.entry(conn, entry_id, institution=institution)
    if row is None:
        raise handler.absent()
    matches = await reads.matches(
        conn, institution=institution, entry_id=entry_id, limit=MOST_PER_PAGE
    )
    repairs = await reads.repairs(
        conn, institution=institution, entry_id=entry_id, limit=MOST_PER_PAGE
    )
    said = []
    if institution == EVERYWHERE:
        said = await reads.verdicts(conn, entry_id, [one["borrower_uscc"] for one in matches])
    return EntryAnswer(
        **entry_summary(row).model_dump(),
        matches=[match_answer(one) for one in matches],
        said=[SaidOfMatch.model_validate(dict(one)) for one in said],
        repairs=[repair_summary(one, caller) for one in repairs],
    )
