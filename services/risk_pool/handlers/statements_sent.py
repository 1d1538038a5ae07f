"""The statements of a posted month, signed and told: each party's pack by mail encloses its own."""

import asyncio
import base64
from typing import Any, Final, get_args

import asyncpg

from services.risk_pool.domain.open_items import DUE_WORKING_DAYS
from services.risk_pool.domain.parties import BANK
from services.risk_pool.handlers.settlements import lines_of
from services.risk_pool.handlers.signed_statements import signed_pdf
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.statements import statement as statement_of
from services.risk_pool.reports.signing import Signing
from services.risk_pool.reports.words import Language
from services.risk_pool.tables import settlements
from shared.context import Context
from shared.contracts.risk_pool import StatementFile, StatementSignedV1
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE

LARGEST_FILE: Final = 300_000
"""In bytes: two languages in base64 stay below what a broker takes as one message. Loans and entries
beyond four hundred stand in an annex, so that a statement is smaller."""


async def send_statements(context: Context, signing: Signing) -> None:
    """Sign and tell the statements of every month that was posted since the last look. Dies it in
    between, what was signed is found and the rest is signed; told is a month as a whole, once."""
    async with context.database.looking(EVERYWHERE) as conn:
        months = await settlements.to_be_sent(conn)
    for month in months:
        async with context.database.looking(EVERYWHERE) as conn:
            rows = await known.statements(conn, month["id"])
        own = (month["pool_code"],)
        told = [
            await _signed(context, signing, month, rows, row["party_code"])
            for row in rows
            if row["party_role"] == BANK or row["party_code"] in own
        ]
        async with context.database.begin(EVERYWHERE) as conn:
            if await settlements.are_sent(conn, month["id"]):
                await outbox.append(conn, told, now=context.clock.now())


async def _signed(
    context: Context,
    signing: Signing,
    month: asyncpg.Record,
    rows: list[asyncpg.Record],
    party: str,
) -> StatementSignedV1:
    bank = None if party == month["pool_code"] else party
    async with context.database.looking(EVERYWHERE) as conn:
        statement: dict[str, Any] | None = await statement_of(conn, month, party)
    assert statement is not None
    files = []
    for language in get_args(Language):
        pdf = await signed_pdf(
            context.database, signing, month, statement, bank,
            language=language, now=context.clock.now(),
        )  # fmt: skip
        if len(pdf) <= LARGEST_FILE:
            files.append(
                StatementFile(
                    language=language,
                    filename=f"{month['pool_code']}-{month['month']}-{party}.pdf",
                    pdf=await asyncio.to_thread(lambda raw: base64.b64encode(raw).decode(), pdf),
                )
            )
    return StatementSignedV1(
        pool_code=month["pool_code"],
        settlement_id=month["id"],
        month=month["month"],
        party_code=party,
        bank_code=bank or "",
        statements=lines_of([row for row in rows if bank is None or row["party_code"] == bank]),
        posted_on=month["posted_on"],
        due_on=context.working_days.add(month["posted_on"], DUE_WORKING_DAYS),
        files=tuple(files),
    )
