"""Open a figure: find it with the caller's own eyes, then put together all that stands behind it.

A bank's figure is looked up under row-level security, so that what is not its own is not found; what
is then told of it (the transfers on its accounts, the rule's text) is read as the house, for the
ledger itself shows no rows to banks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain.figure import (
    Address,
    Figure,
    parse_address,
    seen_by_bank,
    told_to_bank,
)
from services.risk_pool.domain.statement import in_words
from services.risk_pool.queries.explained import (
    accounts,
    agreed,
    banks,
    breakers,
    cases,
    collections,
    disposals,
    items,
    ledger,
    limits,
    months,
    plans,
    rules,
    top_ups,
)
from services.risk_pool.queries.facts import fact_behind
from services.risk_pool.queries.ledger import find_explanation, find_transfer
from services.risk_pool.queries.parties import party_names
from shared.auth.identity import Identity
from shared.postgres.database import EVERYWHERE, Database
from shared.schemes.sources import Citation
from shared.transitions import history_of


async def periods_for(
    conn: asyncpg.Connection, caller: Identity, version: str
) -> Mapping[str, str] | None:
    """The code of each cap → over what it counts, for whoever is told only of his own; None for the
    house, which is told everything."""
    if caller.institution == EVERYWHERE:
        return None
    bound = await rules.bound_by(conn, version)
    return bound.periods if bound else {}


async def as_read(
    conn: asyncpg.Connection, caller: Identity, stored: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A stored explanation as the caller may read it: a bank without the figures of others."""
    version = str(stored.get("version") or stored.get("explanation", {}).get("version") or "")
    periods = await periods_for(conn, caller, version)
    return stored if periods is None else told_to_bank(stored, periods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A figure with everything that it opens to."""

    figure: Figure
    steps: Sequence[tuple[Mapping[str, Any], tuple[Citation, ...]]]
    bound: rules.Bound | None
    version: str
    transfers: Sequence[Mapping[str, Any]]
    transfers_in_all: int
    fact: Mapping[str, Any] | None
    people: Sequence[Mapping[str, Any]]
    is_bank: bool


async def explain(database: Database, caller: Identity, text: str, *, today: date) -> Opened:
    """Everything behind a figure, as far as the caller may know it. Raises NoSuchFigure."""
    at = parse_address(text)
    bank = caller.bank
    async with database.looking(caller.institution) as own:
        figure = await _own_figure(own, at, bank)
        moves = await history_of(own, figure.case_id) if figure and figure.case_id else []
    async with database.looking(EVERYWHERE) as conn:
        if figure is None:
            figure = await _figure(conn, at, bank, today)
            moves = await history_of(conn, figure.case_id) if figure.case_id else []
        if not caller.sees(figure.pool_code):
            raise at.missing()
        return await _opened(conn, figure, bank, moves)


async def _own_figure(own: asyncpg.Connection, at: Address, bank: str | None) -> Figure | None:
    """Figures whose rows have row-level security of their own."""
    if bank is not None and not at.form.for_banks:
        raise at.missing()
    match at.kind:
        case "claim":
            return await cases.claim(own, at)
        case "recovery":
            return await cases.recovery(own, at)
        case "subsidy":
            return await cases.subsidy(own, at)
        case "disposal":
            return await disposals.figure(own, at, bank)
        case "collection":
            return await collections.figure(own, at, bank)
        case "statement":
            return await months.statement(own, at, bank)
        case "statement-line":
            return await months.line(own, at, bank)
        case "month":
            return await months.movement(own, at, bank)
    return None


async def _figure(conn: asyncpg.Connection, at: Address, bank: str | None, today: date) -> Figure:
    """Figures of the ledger, which is the house's: a bank's are those on accounts of its name."""
    match at.kind:
        case "transfer":
            return await ledger.transfer(conn, at, bank)
        case "balance":
            return await ledger.balance(conn, at, bank)
        case "pool":
            return await ledger.pool_figure(conn, at)
        case "open-item":
            return await items.item(conn, at, bank)
        case "bank":
            return await banks.standing(conn, at, bank, today)
        case "breaker":
            return await breakers.look(conn, at, bank)
        case "account":
            return await accounts.balance(conn, at, today)
        case "account-line":
            return await accounts.line(conn, at)
        case "planned":
            return await plans.planned(conn, at, bank)
        case "contribution":
            return await plans.contribution(conn, at, bank, today)
        case "agreement":
            return await agreed.agreement(conn, at, bank, today)
        case "top-up":
            return await top_ups.standing(conn, at, today)
        case "top-up-call":
            return await top_ups.call(conn, at)
        case _:
            return await limits.limit(conn, at, today)


async def _opened(
    conn: asyncpg.Connection,
    figure: Figure,
    bank: str | None,
    moves: Sequence[Mapping[str, Any]],
) -> Opened:
    why = await find_explanation(conn, figure.pool_code, figure.explanation_id)
    stored = why["explanation"] if why is not None else {}
    inner = stored.get("explanation", stored)
    version = str(inner.get("version") or figure.version)
    bound = await rules.bound_by(conn, version)
    steps = list(inner.get("steps") or figure.steps)
    if bank is not None:
        steps = [seen_by_bank(step, bound.periods if bound else {}) for step in steps]
    found, count = (
        await ledger.transfers_behind(conn, figure.booked, bank) if figure.booked else ([], 0)
    )
    names = await party_names(conn, figure.pool_code)
    fact = None
    if figure.booked is not None and figure.booked.seq is not None:
        row = await find_transfer(conn, figure.pool_code, figure.booked.seq)
        assert row is not None
        fact = await fact_behind(conn, row, figure.pool_code)
    return Opened(
        figure=figure,
        steps=[(step, rules.opened(step, bound)) for step in steps],
        bound=bound,
        version=version,
        transfers=[{**row, **in_words(row, names)} for row in found],
        transfers_in_all=count,
        fact=fact,
        people=[dict(one) for one in (moves or figure.people or (fact["people"] if fact else []))],
        is_bank=bank is not None,
    )
