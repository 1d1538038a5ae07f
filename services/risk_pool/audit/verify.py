"""Verify a ledger where it lies: in the database, or in an export on an auditor's own machine."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from services.risk_pool.domain.audit import Verifier
from services.risk_pool.domain.audit_checks import Cash, Check, Head, Row, Sealed, Totals
from services.risk_pool.domain.chain import FORMAT, moment
from services.risk_pool.domain.claim import AWAITS_PAYMENT
from services.risk_pool.domain.opening import BALANCE as OPENING_BALANCE
from services.risk_pool.domain.opening import BOOKED as OPENED
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.domain.suspense import MOVES_CASH
from shared.money import parse_fen
from shared.others_turn import giving_way
from shared.postgres.database import EVERYWHERE, prepare_connection
from shared.postgres.literals import literals
from shared.postgres.pools_seen import look_as

PREFETCH = 5_000

Progress = Callable[[int, int], None]
"""Called with how many transfers are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the audit of one pool's ledger came to."""

    pool_code: str
    name: str
    transfers: int
    checks: list[Check]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


class NotAnExport(Exception):
    """The file is not an export of a ledger, or not a whole one; says on which line."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees one moment of the whole database, and can change nothing."""
    conn = await asyncpg.connect(url, timeout=10)
    try:
        await prepare_connection(conn)
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await look_as(conn, EVERYWHERE)
            yield conn
    finally:
        await conn.close()


async def pools_of(conn: asyncpg.Connection) -> list[str]:
    """The codes of all pools."""
    return [row["code"] for row in await conn.fetch("select code from pools order by code")]


async def audit_pool(
    conn: asyncpg.Connection, pool_code: str, progress: Progress = lambda done, of: None
) -> Report | None:
    """Verify one pool of a database; None where there is no such pool."""
    pool = await conn.fetchrow(
        "select name, last_seq, last_hash from pools where code = $1", pool_code
    )
    if pool is None:
        return None
    verifier = Verifier(pool_code)
    done = 0
    rows = conn.cursor(
        """select seq, reference, debit, credit, amount_fen, business_date, kind, explanation_id,
                  loan_id, booked_at, hash
           from transfers where pool_code = $1 order by seq""",
        pool_code,
        prefetch=PREFETCH,
    )
    at, at_text = None, ""
    async for row in giving_way(rows):
        if row["booked_at"] != at:
            at, at_text = row["booked_at"], moment(row["booked_at"])
        verifier.transfer(_row(row, at_text))
        done += 1
        if done % PREFETCH == 0:
            progress(done, pool["last_seq"])
    explained = conn.cursor(
        """select id, bank_code, kind, explanation, people, stored_at
           from explanations where pool_code = $1""",
        pool_code,
        prefetch=PREFETCH,
    )
    async for row in giving_way(explained):
        verifier.explanation(
            Sealed(
                str(row["id"]),
                row["bank_code"],
                row["kind"],
                row["explanation"],
                row["people"],
                moment(row["stored_at"]),
            )
        )
    progress(done, pool["last_seq"])
    head = Head(
        pool_code=pool_code,
        transfers=pool["last_seq"],
        last_hash=pool["last_hash"],
        balances=await _balances(conn, pool_code),
        closed_months=await closed_months(conn, pool_code),
        exposure=await _exposure(conn, pool_code),
        cash=await released_cash(conn, pool_code, last_seq=pool["last_seq"]),
    )
    return Report(pool_code, pool["name"], done, verifier.finish(head))


def _row(row: asyncpg.Record, booked_at: str) -> Row:
    explanation_id, loan_id = row["explanation_id"], row["loan_id"]
    return Row(
        row["seq"],
        row["reference"],
        row["debit"],
        row["credit"],
        row["amount_fen"],
        row["business_date"].isoformat(),
        row["kind"],
        str(explanation_id) if explanation_id else "",
        str(loan_id) if loan_id else "",
        booked_at,
        row["hash"],
    )


async def _balances(conn: asyncpg.Connection, pool_code: str) -> Totals:
    rows = await conn.fetch(
        "select account, debited_fen, credited_fen from account_balances where pool_code = $1",
        pool_code,
    )
    return {row["account"]: (row["debited_fen"], row["credited_fen"]) for row in rows}


async def closed_months(conn: asyncpg.Connection, pool_code: str) -> dict[str, Totals]:
    """What every posted settlement found at its month's end: account → cumulative totals."""
    rows = await conn.fetch(
        """select s.month, m.account, sum(m.debited_fen)::bigint as debited_fen,
                  sum(m.credited_fen)::bigint as credited_fen
           from settlements s join settlement_movements m on m.settlement_id = s.id
           where s.pool_code = $1 and s.state = any($2)
           group by s.month, m.account""",
        pool_code,
        list(BOOKS_CLOSED),
    )
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["month"], {})[row["account"]] = (
            row["debited_fen"],
            row["credited_fen"],
        )
    return dict(found)


async def released_cash(conn: asyncpg.Connection, pool_code: str, *, last_seq: int) -> list[Cash]:
    """The released cash entries of a pool, what was taken into suspense or paid back out of it, and
    what its account held when it was taken over, but for those that were booked after `last_seq`."""
    rows = await conn.fetch(
        f"""select reference, number, amount_fen, entered_by, released_by from cash_entries as entry
           where pool_code = $1 and reference is not null and not exists (
               select from transfers as booked
               where booked.pool_code = $1 and booked.reference = entry.reference and seq > $2)
           union all
           select 'suspense:' || number, number, amount_fen, proposed_by, released_by
           from account_bookings
           where pool_code = $1 and seq <= $2 and kind in ({literals(MOVES_CASH)})
           union all
           select '{OPENING_BALANCE}', number, balance_fen, proposed_by, taken_over_by from openings
           where pool_code = $1 and $2 > 0 and state in ({literals(OPENED)}) and balance_fen > 0
           order by number""",
        pool_code,
        last_seq,
    )
    return [Cash(**row) for row in rows]


async def _exposure(conn: asyncpg.Connection, pool_code: str) -> dict[str, int]:
    rows = await conn.fetch(
        """select bank_code, sum(reserved_fen)::bigint as reserved_fen,
                  sum(covered_fen)::bigint as covered_fen
           from coverages where pool_code = $1 group by bank_code""",
        pool_code,
    )
    held = await conn.fetch(
        f"""select bank_code, sum(held_fen)::bigint as escrow_fen,
                   coalesce(sum(pool_pays_fen) filter (
                       where escrow and state in ({literals(AWAITS_PAYMENT)})), 0)::bigint
                       as earmarked_fen
            from claims where pool_code = $1 group by bank_code""",
        pool_code,
    )
    kinds = ((rows, ("reserved", "covered")), (held, ("escrow", "earmarked")))
    return {
        f"{kind}:{row['bank_code']}": row[f"{kind}_fen"]
        for found, names in kinds
        for row in found
        for kind in names
    }


def audit_file(path: Path, progress: Progress = lambda done, of: None) -> Report:
    """Verify an export, line by line. Raises NotAnExport."""
    with path.open("rb") as lines:
        members = _members(lines)
        first = next(members, None)
        if first is None or first.get("type") != "ledger" or first.get("format") != FORMAT:
            raise NotAnExport(f"{path} does not begin as an export of the format {FORMAT}")
        verifier = Verifier(first["pool"])
        expected = int(first["transfers"])
        done = 0
        months: dict[str, Totals] = {}
        # An export that ends without its entries was made before there were any.
        cash: list[Cash] | None = None
        for line in members:
            kind = line["type"]
            if kind == "transfer":
                verifier.transfer(_exported_row(line))
                done += 1
                if done % PREFETCH == 0:
                    progress(done, expected)
            elif kind == "explanation":
                verifier.explanation(Sealed(**{name: line[name] for name in Sealed._fields}))
            elif kind == "closed-month":
                months[line["month"]] = _totals(line["accounts"])
            elif kind == "cash-entry":
                cash = [*(cash or ()), _cash(line)]
            elif kind == "end":
                if "cash-entry" in line.get("counts", {}):
                    cash = cash or []
                progress(done, expected)
                head = Head(
                    pool_code=first["pool"],
                    transfers=int(line["transfers"]),
                    last_hash=bytes.fromhex(line["last_hash"]),
                    balances=_totals(line["balances"]),
                    closed_months=months,
                    cash=cash,
                )
                return Report(first["pool"], first["name"], done, verifier.finish(head))
        raise NotAnExport(f"{path} breaks off after {done} transfers; its last line is missing")


def _members(lines: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        try:
            read = orjson.loads(line)
            if not isinstance(read, dict) or "type" not in read:
                raise ValueError("it has no type")
        except ValueError as error:
            raise NotAnExport(f"line {number} cannot be read: {error}") from error
        yield read


def _exported_row(line: dict[str, Any]) -> Row:
    try:
        return Row(
            int(line["seq"]),
            line["reference"],
            line["debit"],
            line["credit"],
            parse_fen(line["amount"]),
            line["business_date"],
            line["kind"],
            line["explanation_id"] or "",
            line["loan_id"] or "",
            line["booked_at"],
            bytes.fromhex(line["hash"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnExport(f"transfer {line.get('seq', '?')} is not whole: {error!r}") from error


def _cash(line: dict[str, Any]) -> Cash:
    try:
        return Cash(
            line["reference"],
            line["number"],
            parse_fen(line["amount"]),
            line["entered_by"],
            line["released_by"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotAnExport(f"the entry {line.get('number', '?')} is not whole: {error!r}") from error


def _totals(accounts: dict[str, dict[str, str]]) -> Totals:
    return {
        account: (parse_fen(two["debited"]), parse_fen(two["credited"]))
        for account, two in accounts.items()
    }
