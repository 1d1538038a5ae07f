"""The figures of a pool that people ask for, from the ledger and what was agreed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain import breakers
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.coverage import IN_COVER, TAKES_CAPACITY
from services.risk_pool.queries.renewals import counted_once_by_bank, counted_once_by_pool
from services.risk_pool.queries.standings import (
    basis_points,
    breakers_of,
    breakers_of_bank,
    standing_of,
    standings,
)
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import parties
from services.risk_pool.tables.ledger import balances
from shared.money import round_half_up
from shared.postgres.literals import literals
from shared.schemes.terms import Terms


async def seen_by_bank(
    conn: asyncpg.Connection, pool_code: str, bank_code: str, day: date
) -> dict[str, Any]:
    """What a bank may know of a pool: its name and programme, and where the bank itself stands."""
    pool = await _pool(conn, pool_code)
    name = await conn.fetchval(
        "select name from parties where pool_code = $1 and code = $2", pool_code, bank_code
    )
    if name is None:
        return pool
    exposure = await conn.fetchrow(
        f"""select coalesce(sum(covered_fen), 0)::bigint as covered_fen,
                   coalesce(sum(reserved_fen), 0)::bigint as reserved_fen
            from coverages where pool_code = $1 and bank_code = $2
              and state in ({literals(TAKES_CAPACITY)})""",
        pool_code,
        bank_code,
    )
    line = (await parties.lines_on(conn, pool_code, day, (bank_code,))).get(bank_code)
    known_breakers = await breakers_of(conn, pool_code)
    own = standing_of(
        bank_code,
        name,
        covered_fen=exposure["covered_fen"],
        reserved_fen=exposure["reserved_fen"],
        counted_once_fen=(await counted_once_by_bank(conn, pool_code)).get(bank_code, 0),
        line=line,
        breaker=known_breakers.get(bank_code),
        terms=await terms_on(conn, pool["programme"], day),
    )
    return {**pool, "own": own}


async def all_pools(conn: asyncpg.Connection) -> list[dict[str, Any]]:
    """Every pool with its main figures, for the bureau; two statements however many there are."""
    pools = await _pools(conn)
    held: dict[str, dict[str, int]] = {}
    for row in await conn.fetch(
        "select pool_code, account, debited_fen, credited_fen from account_balances"
    ):
        held.setdefault(row["pool_code"], {})[row["account"]] = accounts.natural_balance(
            row["account"], debited_fen=row["debited_fen"], credited_fen=row["credited_fen"]
        )
    return [
        {
            **pool,
            "available_fen": accounts.available_fen(held.get(pool["code"], {})),
            "covered_fen": accounts.held_fen(held.get(pool["code"], {}), "covered"),
            "reserved_fen": accounts.held_fen(held.get(pool["code"], {}), "reserved"),
            "escrow_fen": accounts.held_fen(held.get(pool["code"], {}), "escrow"),
        }
        for pool in pools
    ]


async def ceilings_of_all(
    conn: asyncpg.Connection, pools: Sequence[Mapping[str, Any]], day: date
) -> dict[str, list[dict[str, Any]]]:
    """Pool → what is used today of its ceilings, of the pools as `all_pools` gives them; one statement for all of
    them, and one a programme."""
    once = await counted_once_by_pool(conn)
    programmes = sorted({pool["programme"] for pool in pools})
    terms = {one: await terms_on(conn, one, day) for one in programmes}
    return {
        pool["code"]: _ceilings(
            terms[pool["programme"]],
            available_fen=pool["available_fen"],
            exposure_fen=pool["covered_fen"] + pool["reserved_fen"] - once.get(pool["code"], 0),
        )
        for pool in pools
    }


async def pools_seen_by_bank(
    conn: asyncpg.Connection, bank_code: str, day: date
) -> list[dict[str, Any]]:
    """Every pool by name and programme; those the bank takes part in with its own standing, in a statement of
    each kind however many there are."""
    pools = await _pools(conn)
    names = await parties.names_in_pools(conn, bank_code)
    exposures = {
        row["pool_code"]: row
        for row in await conn.fetch(
            f"""select pool_code, sum(covered_fen)::bigint as covered_fen,
                       sum(reserved_fen)::bigint as reserved_fen
                from coverages where bank_code = $1 and state in ({literals(TAKES_CAPACITY)})
                group by pool_code""",
            bank_code,
        )
    }
    lines = await parties.lines_of_bank_on(conn, bank_code, day)
    known_breakers = await breakers_of_bank(conn, bank_code)
    once = await counted_once_by_pool(conn, bank_code=bank_code)
    programmes = sorted({pool["programme"] for pool in pools if pool["code"] in names})
    terms = {one: await terms_on(conn, one, day) for one in programmes}
    return [
        {
            **pool,
            "own": standing_of(
                bank_code,
                names[code],
                covered_fen=exposures[code]["covered_fen"] if code in exposures else 0,
                reserved_fen=exposures[code]["reserved_fen"] if code in exposures else 0,
                counted_once_fen=once.get(code, 0),
                line=lines.get(code),
                breaker=known_breakers.get(code),
                terms=terms[pool["programme"]],
            ),
        }
        if (code := pool["code"]) in names
        else pool
        for pool in pools
    ]


async def of_pool(
    conn: asyncpg.Connection, pool_code: str, day: date, *, as_of: date | None = None
) -> dict[str, Any]:
    """Everything about where a pool stands under the terms and lines of a day, for the bureau.
    `as_of`: with the money that was booked up to that business day; None: as it is now."""
    pool = await _pool(conn, pool_code)
    head = await conn.fetchrow(
        "select closed_until, last_seq from pools where code = $1", pool_code
    )
    held = await balances(conn, pool_code, as_of=as_of)
    terms = await terms_on(conn, pool["programme"], day)
    available_fen = accounts.available_fen(held)
    paid_in_fen = accounts.paid_in_fen(held)
    covered_fen = accounts.held_fen(held, "covered")
    reserved_fen = accounts.held_fen(held, "reserved")
    once = await counted_once_by_bank(conn, pool_code, as_of=as_of)
    counted_once_fen = sum(once.values())
    exposure_fen = covered_fen + reserved_fen - counted_once_fen
    lines = await parties.lines_on(conn, pool_code, day)
    ceilings = _ceilings(terms, available_fen=available_fen, exposure_fen=exposure_fen)
    known_breakers = await breakers_of(conn, pool_code)
    own_breaker = known_breakers.get("")
    return {
        **pool,
        "scheme_version": terms.version if terms else None,
        "closed_until": head["closed_until"],
        "paid_in_fen": paid_in_fen,
        "available_fen": available_fen,
        "cash_fen": held.get(accounts.CASH, 0),
        "claims_fen": held.get(accounts.CLAIMS, 0),
        "recoveries_fen": held.get(accounts.RECOVERIES, 0),
        "interest_fen": held.get(accounts.INTEREST, 0),
        "fees_fen": held.get(accounts.FEES, 0),
        "subsidies_fen": held.get(accounts.SUBSIDIES, 0),
        "payable_fen": accounts.held_fen(held, "payable"),
        "receivable_fen": accounts.held_fen(held, "receivable"),
        "escrow_fen": accounts.held_fen(held, "escrow"),
        "earmarked_fen": accounts.held_fen(held, "earmarked"),
        "covered_fen": covered_fen,
        "reserved_fen": reserved_fen,
        "counted_once_fen": counted_once_fen,
        "undrawn_fen": await _undrawn_fen(conn, pool_code),
        "utilisation_bp": _utilisation_bp(ceilings),
        "leverage_bp": basis_points(exposure_fen, available_fen),
        "ceilings": ceilings,
        "minimum_leverage": _minimum_leverage(
            terms,
            available_fen=available_fen,
            committed_fen=sum(line["line_fen"] for line in lines.values()),
        ),
        "breaker": breakers.shown(own_breaker["state"] if own_breaker else None),
        "available_ratio_bp": basis_points(available_fen, paid_in_fen),
        "banks": await standings(conn, pool_code, held, lines, known_breakers, terms, once),
        "transfers": head["last_seq"],
    }


async def _undrawn_fen(conn: asyncpg.Connection, pool_code: str) -> int:
    """What is held for further draws of loans that are paid out in parts."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(reserved_fen), 0)::bigint from coverages
            where pool_code = $1 and state in ({literals(IN_COVER)}) and reserved_fen > 0""",
        pool_code,
    )
    return fen


async def _pools(conn: asyncpg.Connection, code: str | None = None) -> list[dict[str, Any]]:
    """Every pool, or one, as all may know it."""
    rows = await conn.fetch(
        """select code, name, programme, opened_on, stopped, run_off_from, closed_on from pools
           where $1::text is null or code = $1 order by code""",
        code,
    )
    return [
        {
            **{name: row[name] for name in ("code", "name", "programme", "opened_on")},
            "state": _state(row),
        }
        for row in rows
    ]


def _state(pool: asyncpg.Record) -> str:
    if pool["closed_on"] is not None:
        return "closed"
    if pool["run_off_from"] is not None:
        return "run_off"
    return "stopped" if pool["stopped"] else "open"


async def _pool(conn: asyncpg.Connection, pool_code: str) -> dict[str, Any]:
    (pool,) = await _pools(conn, pool_code)  # callers have looked it up
    return pool


def _ceilings(
    terms: Terms | None, *, available_fen: int, exposure_fen: int
) -> list[dict[str, Any]]:
    found = []
    if terms and terms.maximum_leverage is not None:
        allowed_fen = int(terms.maximum_leverage * max(available_fen, 0))
        found.append(("maximum_leverage", allowed_fen))
    if terms and terms.programme_covered_cap_fen is not None:
        found.append(("programme_covered_cap", terms.programme_covered_cap_fen))
    return [
        {
            "limit": limit,
            "allowed_fen": allowed_fen,
            "used_fen": exposure_fen,
            "room_fen": allowed_fen - exposure_fen,
            "source": terms.source(limit) if terms else "",
        }
        for limit, allowed_fen in found
    ]


def _utilisation_bp(ceilings: Sequence[Mapping[str, Any]]) -> int | None:
    """How much of the pool's leverage is used; None without a rule."""
    found = (one for one in ceilings if one["limit"] == "maximum_leverage")
    return next((basis_points(one["used_fen"], one["allowed_fen"]) for one in found), None)


def _minimum_leverage(
    terms: Terms | None, *, available_fen: int, committed_fen: int
) -> dict[str, Any] | None:
    """Programmes B.2, H.26: a promise of the banks, shown where it is not kept."""
    if terms is None or terms.minimum_leverage is None:
        return None
    required_fen = round_half_up(terms.minimum_leverage * max(available_fen, 0))
    return {
        "multiple": str(terms.minimum_leverage),
        "required_fen": required_fen,
        "committed_fen": committed_fen,
        "shortfall_fen": max(required_fen - committed_fen, 0),
        "source": terms.source("minimum_leverage"),
    }
