"""Where the banks of a pool stand: exposure, line, breaker, and what they promised to lend."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import asyncpg

from services.risk_pool.domain import breakers
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.parties import BANK
from shared.money import round_half_up
from shared.ratios import WHOLE_BP
from shared.schemes.terms import Terms


def basis_points(part_fen: int, whole_fen: int) -> int | None:
    """A share in basis points, rounded half-up; None of nothing."""
    return round_half_up(Fraction(part_fen * WHOLE_BP, whole_fen)) if whole_fen > 0 else None


async def standings(
    conn: asyncpg.Connection,
    pool_code: str,
    held: dict[str, int],
    lines: dict[str, asyncpg.Record],
    known_breakers: dict[str, asyncpg.Record],
    terms: Terms | None,
    once: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Where every bank of a pool stands."""
    banks = await conn.fetch(
        "select code, name from parties where pool_code = $1 and role = $2 order by code",
        pool_code,
        BANK,
    )
    return [
        standing_of(
            bank["code"],
            bank["name"],
            covered_fen=held.get(accounts.covered_of(bank["code"]), 0),
            reserved_fen=held.get(accounts.reserved_for(bank["code"]), 0),
            counted_once_fen=once.get(bank["code"], 0),
            line=lines.get(bank["code"]),
            breaker=known_breakers.get(bank["code"]),
            terms=terms,
        )
        for bank in banks
    ]


async def breakers_of(conn: asyncpg.Connection, pool_code: str) -> dict[str, asyncpg.Record]:
    """Bank → its breaker as last looked at; "" is the pool's own."""
    rows = await conn.fetch(
        """select bank_code, state, month, numerator_fen, denominator_fen
           from breakers where pool_code = $1""",
        pool_code,
    )
    return {row["bank_code"]: row for row in rows}


async def breakers_of_bank(conn: asyncpg.Connection, bank_code: str) -> dict[str, asyncpg.Record]:
    """Pool → the bank's breaker there as last looked at."""
    rows = await conn.fetch(
        """select pool_code, state, month, numerator_fen, denominator_fen
           from breakers where bank_code = $1""",
        bank_code,
    )
    return {row["pool_code"]: row for row in rows}


def standing_of(
    bank_code: str,
    name: str,
    *,
    covered_fen: int,
    reserved_fen: int,
    counted_once_fen: int,
    line: asyncpg.Record | None,
    breaker: asyncpg.Record | None,
    terms: Terms | None,
) -> dict[str, Any]:
    """Where one bank stands, from its exposure, its line today and its breaker. What a loan and its
    renewal hold together (`counted_once_fen`) uses the line once."""
    minimum_fen = None
    if terms and terms.minimum_leverage and line and line["pool_share_fen"]:
        minimum_fen = round_half_up(terms.minimum_leverage * line["pool_share_fen"])
    return {
        "bank_code": bank_code,
        "name": name,
        "covered_fen": covered_fen,
        "reserved_fen": reserved_fen,
        "line_fen": line["line_fen"] if line else None,
        "counted_once_fen": counted_once_fen,
        "room_fen": (
            line["line_fen"] - covered_fen - reserved_fen + counted_once_fen if line else None
        ),
        "breaker": breakers.shown(breaker["state"] if breaker else None),
        "bad_fen": breaker["numerator_fen"] if breaker else 0,
        "bad_ratio_bp": (
            basis_points(breaker["numerator_fen"], breaker["denominator_fen"]) if breaker else None
        ),
        "evaluated_month": breaker["month"] if breaker else None,
        "minimum_line_fen": minimum_fen,
        "shortfall_fen": (
            max(minimum_fen - line["line_fen"], 0) if minimum_fen is not None and line else None
        ),
    }
