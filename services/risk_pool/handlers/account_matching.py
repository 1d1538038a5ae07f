"""The account is matched with the books: by the machine where its rules leave no doubt, else by a
person; any match may be undone with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.account_match import (
    How,
    NothingOpen,
    OpenSide,
    Part,
    how_matched,
    parts_of,
    require_return,
)
from services.risk_pool.domain.account_matching import (
    Known,
    Line,
    Movement,
    Rule,
    Waiting,
    automatic,
    confirms,
    of_opening,
)
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import account_lines, account_matches, expected_money
from services.risk_pool.tables import account_matches as table
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from shared.refusals import NotFound


@dataclass(frozen=True, slots=True)
class LineNamed:
    """A line that a person matches; a part of it where an amount is named."""

    id: UUID
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class MovementNamed:
    """A movement that a person matches; a part of it where an amount is named."""

    seq: int
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class MatchedOpen:
    """What the machine did, and what it found that is entered and not booked yet."""

    made: int
    shown: tuple[tuple[Line, Waiting, Rule], ...] = ()
    """Lines that confirm what one person has entered."""


async def match_open(
    conn: asyncpg.Connection, pool: LockedPool, context: StepContext
) -> MatchedOpen:
    """Match what the rules leave no doubt of. The pool is locked."""
    lines = await account_lines.lines(conn, pool.code, only_open=True)
    movements = await expected_money.open_movements(conn, pool.code)
    waiting = await expected_money.waiting(conn, pool.code)
    made, taken = 0, set[int]()
    for opening in (line for line in lines if line.is_opening):
        before = of_opening(opening, [one for one in movements if one.seq not in taken])
        if before:
            parts = [Part(opening.id, None, opening.open_fen)]
            parts += [Part(None, one.seq, one.open_fen) for one in before]
            await _keep(conn, pool, parts, context, how="automatic", rule="opening")
            taken |= {one.seq for one in before}
            made += 1
    known: list[Known] = [one for one in movements if one.seq not in taken]
    shown = []
    # What is booked and what is entered are asked together: a line that may be either is neither.
    for line, found in automatic(lines, [*known, *waiting], working_days=context.working_days):
        match found.known:
            case Movement(seq=seq):
                parts = [Part(line.id, None, line.open_fen), Part(None, seq, line.open_fen)]
                await _keep(conn, pool, parts, context, how="automatic", rule=found.rule)
                made += 1
            case Waiting() as entry if confirms(line, entry):
                shown.append((line, entry, found.rule))
    return MatchedOpen(made, tuple(shown))


async def match(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    lines: Sequence[LineNamed],
    movements: Sequence[MovementNamed],
    difference_fen: int = 0,
    note: str = "",
) -> UUID:
    """A person says what is the same money. Raises NotFound, NothingOpen, SumsDiffer."""
    pool = await lock_pool(conn, pool_code)
    named_lines = [await _line(conn, pool, one) for one in lines]
    named_movements = await _movements(conn, pool, movements)
    parts = parts_of(named_lines, named_movements, difference_fen=difference_fen)
    return await _keep(
        conn,
        pool,
        parts,
        context,
        how=how_matched(named_lines, named_movements),
        difference_fen=difference_fen,
        note=note,
    )


async def mark_as_return(
    conn: asyncpg.Connection,
    line_id: UUID,
    context: StepContext,
    *,
    of_line: UUID,
    reason: str,
) -> UUID:
    """A credit is a payment that came back: the two lines stand against each other, and what the
    payment was matched with in the books is open again. Raises NotFound, NothingOpen, NoReturn."""
    pool_code = (await _found(conn, line_id))["pool_code"]
    pool = await lock_pool(conn, pool_code)
    for one in await account_matches.live_of_line(conn, of_line):
        await _undo(conn, pool, one, context, reason=reason)
    credit = await _line(conn, pool, LineNamed(line_id))
    debit = await _line(conn, pool, LineNamed(of_line))
    require_return(credit.open_fen, debit.open_fen)
    return await _keep(
        conn, pool, parts_of([debit, credit], []), context, how="return", note=reason
    )


async def undo(
    conn: asyncpg.Connection, match_id: UUID, context: StepContext, *, reason: str
) -> None:
    """What was matched is open again. Raises NotFound, NothingOpen where it was undone before."""
    made = await account_matches.find(conn, match_id)
    if made is None:
        raise NotFound("没有该勾对", "There is no such match.")
    pool = await lock_pool(conn, made["pool_code"])
    await _undo(conn, pool, match_id, context, reason=reason)


async def undo_of_movement(
    conn: asyncpg.Connection, pool: LockedPool, seq: int, context: StepContext, *, reason: str
) -> None:
    """Every match of a movement is undone. The pool is locked."""
    for one in await account_matches.live_of_movement(conn, pool.code, seq):
        await _undo(conn, pool, one, context, reason=reason)


async def match_booked(
    conn: asyncpg.Connection,
    pool: LockedPool,
    context: StepContext,
    *,
    line_id: UUID,
    seq: int,
    amount_fen: int,
    rule: str = "booked",
) -> None:
    """What was booked for a line is matched with it; the machine has found it where a `rule` of its
    own is named. `amount_fen`: money in is positive. The pool is locked. Raises NothingOpen."""
    line = await _line(conn, pool, LineNamed(line_id, amount_fen))
    movement = OpenSide(seq=seq, open_fen=amount_fen)
    parts = parts_of([line], [movement])
    how: How = "by_hand" if rule == "booked" else "automatic"
    await _keep(conn, pool, parts, context, how=how, rule=rule)


async def match_reversal(
    conn: asyncpg.Connection, pool: LockedPool, context: StepContext, *, seqs: Sequence[int]
) -> None:
    """A booking and its reversal, of which the account shows nothing. The pool is locked."""
    sides = await _movements(conn, pool, [MovementNamed(seq) for seq in seqs])
    await _keep(conn, pool, parts_of([], sides), context, how="reversal")


async def _undo(
    conn: asyncpg.Connection, pool: LockedPool, match_id: UUID, context: StepContext, *, reason: str
) -> None:
    made = await account_matches.find(conn, match_id)
    assert made is not None
    if made["undone_at"] is not None:
        raise NothingOpen(
            f"该勾对已由 {made['undone_name']} 撤销。", f"{made['undone_name']} has undone it."
        )
    parts = await account_matches.parts(conn, match_id)
    await table.undo(
        conn, match_id, pool.code, parts, reason=reason, by=context.by, now=context.now
    )


async def _keep(
    conn: asyncpg.Connection,
    pool: LockedPool,
    parts: Sequence[Part],
    context: StepContext,
    *,
    how: How,
    rule: str = "",
    difference_fen: int = 0,
    note: str = "",
) -> UUID:
    match_id = uuid7()
    made = {
        "id": match_id,
        "pool_code": pool.code,
        "how": how,
        "rule": rule,
        "difference_fen": difference_fen,
        "note": note,
        "made_at": context.now,
        "made_by": context.by.subject,
        "made_name": context.by.name,
    }
    await table.insert(conn, made, parts)
    return match_id


async def _found(conn: asyncpg.Connection, line_id: UUID) -> asyncpg.Record:
    line = await account_lines.find_line(conn, line_id)
    if line is None:
        raise NotFound("没有该账户流水", "There is no such line.")
    return line


async def _line(conn: asyncpg.Connection, pool: LockedPool, named: LineNamed) -> OpenSide:
    line = await _found(conn, named.id)
    if line["pool_code"] != pool.code:
        raise NotFound("没有该账户流水", "There is no such line.")
    return OpenSide(line_id=named.id, open_fen=line["open_fen"], wanted_fen=named.amount_fen)


async def _movements(
    conn: asyncpg.Connection, pool: LockedPool, named: Sequence[MovementNamed]
) -> list[OpenSide]:
    found = await expected_money.movements(conn, pool.code, [one.seq for one in named])
    missing = [one.seq for one in named if one.seq not in found]
    if missing:
        raise NotFound(
            f"第 {missing[0]} 笔不是本资金池的收付", f"Transfer {missing[0]} moves no cash here."
        )
    return [
        OpenSide(seq=one.seq, open_fen=found[one.seq].open_fen, wanted_fen=one.amount_fen)
        for one in named
    ]
