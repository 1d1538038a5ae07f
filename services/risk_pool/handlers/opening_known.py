"""What a draft of an opening is held against: the pool's parties, and the terms of the loans' days."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.risk_pool.domain.opening_draft import Draft, Known, Member, checked_draft
from services.risk_pool.domain.opening_row import Finding, SheetRow
from services.risk_pool.domain.opening_sheets import CLAIMS, LOANS
from services.risk_pool.queries.parties import list_parties
from services.risk_pool.tables.ledger import LockedPool
from shared.postgres.published_schemes import terms_on
from shared.refusals import Refused
from shared.schemes.scheme import NoSuchScheme
from shared.schemes.terms import Terms


async def draft_of(conn: asyncpg.Connection, pool: LockedPool, rows: Sequence[SheetRow]) -> Draft:
    """The rows checked as a whole, by what the pool knows now."""
    terms = await _terms(conn, pool.programme, rows)
    members = [
        Member(code=one["code"], role=one["role"], name=one["name"])
        for one in await list_parties(conn, pool.code)
    ]
    known = Known(
        opened_on=pool.opened_on,
        members=members,
        terms_of=lambda day, mode: terms[day, mode],
    )
    return checked_draft(rows, known)


async def _terms(
    conn: asyncpg.Connection, programme: str, rows: Sequence[SheetRow]
) -> dict[tuple[date, str], Terms | Finding]:
    """Each approval day and mode that the loans name, once."""
    asked = {
        (date.fromisoformat(row.values["approved_on"]), str(row.values["mode"]))
        for row in rows
        if row.sheet in (CLAIMS, LOANS) and {"approved_on", "mode"} <= row.values.keys()
    }
    found: dict[tuple[date, str], Terms | Finding] = {}
    for day, mode in sorted(asked):
        try:
            found[day, mode] = await terms_on(conn, programme, day, mode)
        except Refused as refused:
            column = "合作模式" if isinstance(refused, NoSuchScheme) else "批准日"
            code = "mode-unknown" if isinstance(refused, NoSuchScheme) else refused.code
            found[day, mode] = Finding(column=column, code=code, zh=refused.zh, en=refused.en)
    return found
