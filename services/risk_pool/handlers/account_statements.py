"""A statement of account is imported: what is new of it becomes lines, and is matched at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.account_continuity import (
    Continued,
    continued,
    keyed,
    require_account,
    require_days,
)
from services.risk_pool.domain.account_statement import (
    Statement,
    StatementRead,
    checked,
)
from services.risk_pool.domain.pool_account import NoAccount
from services.risk_pool.handlers.account_confirming import match_and_confirm
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import account_lines as known
from services.risk_pool.tables import account_statements
from services.risk_pool.tables.ledger import lock_pool
from shared import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBeside:
    """What the person says who sends the file, for files that do not say it themselves."""

    account_number: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    covers_until: date | None = None
    file_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file. `statement_id` is None where nothing in it was new."""

    account_number: str
    statement: Statement
    part: Continued
    repeats: UUID | None
    """The statement that came from this very file."""
    statement_id: UUID | None = None
    matched: int = 0


async def import_statement(
    conn: asyncpg.Connection,
    pool_code: str,
    content: bytes,
    read: StatementRead,
    stated: StatedBeside,
    context: StepContext,
) -> Imported:
    """Keep what is new in a file that has been read.

    Raises NoAccount, OtherAccount, StatementGap, CoversNothing, and whatever speaks against the
    file itself.
    """
    pool = await lock_pool(conn, pool_code)
    account = await _account(conn, pool.code, read, stated)
    require_account(read, account["account_number"])
    statement = checked(read, opening_fen=stated.opening_fen, closing_fen=stated.closing_fen)
    digest = sha256(content).digest()
    keys = [key for key, _ in keyed(statement.entries)]
    part = continued(
        statement,
        known_keys=await known.known_keys(conn, account["id"], keys),
        last_closing_fen=await known.last_closing_fen(conn, account["id"]),
    )
    imported = Imported(
        account_number=account["account_number"],
        statement=statement,
        part=part,
        repeats=await known.same_file(conn, account["id"], digest),
    )
    until = require_days(read, statement, stated_until=stated.covers_until, today=context.today)
    if not part.new and (part.known or imported.repeats):
        return imported

    row = {
        "id": uuid7(),
        "pool_code": pool.code,
        "account_id": account["id"],
        "format": read.format,
        "file_name": stated.file_name,
        "file_sha256": digest,
        "covers_until": until,
        "opening_fen": statement.opening_fen,
        "closing_fen": statement.closing_fen,
        "entries_new": len(part.new),
        "entries_known": len(part.known),
        "rows_passed_over": sum(one.outcome == "passed_over" for one in read.rows),
        "imported_at": context.now,
        "imported_by": context.by.subject,
        "imported_name": context.by.name,
    }
    last = await known.last_line(conn, account["id"])
    await account_statements.insert(conn, row, list(_lines(row, statement, part, after=last)))
    matched = await match_and_confirm(conn, pool, context)
    return replace(imported, statement_id=row["id"], matched=matched)


async def _account(
    conn: asyncpg.Connection, pool_code: str, read: StatementRead, stated: StatedBeside
) -> asyncpg.Record:
    """The account that is named beside the file, else the pool's one. Raises NoAccount."""
    in_use = await known.in_use(conn, pool_code)
    wanted = stated.account_number
    if not wanted and len(in_use) > 1:
        wanted = read.account_number
    form = canonical.account(wanted)
    fitting = [one for one in in_use if form in ("", one["account_number_canonical"])]
    if len(fitting) != 1:
        numbers = [one["account_number"] for one in in_use]
        raise NoAccount(
            "资金池没有已复核的专户。" if not numbers else f"请指明专户：{'、'.join(numbers)}。",
            "The pool has no account in use."
            if not numbers
            else f"Name the account: {', '.join(numbers)}.",
            accounts=numbers,
        )
    return fitting[0]


def _lines(
    row: dict[str, Any],
    statement: Statement,
    part: Continued,
    *,
    after: asyncpg.Record | None,
) -> Iterator[dict[str, Any]]:
    """The lines of what is new; before the first of an account, what it held already."""
    same = {name: row[name] for name in ("pool_code", "account_id")} | {"statement_id": row["id"]}
    position = 0 if after is None else after["position"] + 1
    if after is None and statement.opening_fen:
        first = min((one.booked_on for one in statement.entries), default=row["covers_until"])
        yield same | {
            "id": uuid7(),
            "position": position,
            "is_opening": True,
            "line": 0,
            "booked_on": date.fromordinal(first.toordinal() - 1),
            "amount_fen": statement.opening_fen,
            "balance_fen": statement.opening_fen,
            "reference": "",
            "counterparty_name": "",
            "counterparty_account": "",
            "purpose": "",
            "key": "opening",
        }
        position += 1
    new = frozenset(part.new)
    for key, one in keyed(statement.entries):
        if one not in new:
            continue
        yield same | {
            "id": uuid7(),
            "position": position,
            "is_opening": False,
            "line": one.line,
            "booked_on": one.booked_on,
            "amount_fen": one.amount_fen,
            "balance_fen": one.balance_fen,
            "reference": one.reference,
            "counterparty_name": one.counterparty_name,
            "counterparty_account": one.counterparty_account,
            "purpose": one.purpose,
            "key": key,
        }
        position += 1
