"""Carries moves of a life cycle out: the one place where a case's state is written.

A move is checked against its table, then state, version, time, deadline and history row are
written as one statement for any number of cases, and what the table says is told is appended to
the outbox; all in the caller's transaction, with the cases locked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

import asyncpg

from shared.contracts.envelope import Event
from shared.contracts.registry import EVENTS
from shared.life_cycle import LifeCycle, Move, Person, Row, Term, Words, no_term, role_of
from shared.messaging import outbox
from shared.postgres.touched import touch
from shared.waits.declared import CasesWait, Source, of_life_cycle, to_do_of
from shared.waits.kept import keep

_TABLES = (
    # The version in the key: no two moves of a case can both produce the same one.
    """
    create table case_moves (
        case_kind text not null,
        case_id uuid not null,
        version integer not null,
        bank_code text not null default '',
        source text,
        target text not null,
        action text not null,
        role text not null,
        subject text not null,
        name text not null,
        reason text not null default '',
        detail jsonb not null default '{}',
        at timestamptz not null,
        primary key (case_id, version)
    )
    """,
    "alter table case_moves enable row level security",
    # An unset setting reads as '' after a transaction, so '' must never match a row.
    """
    create policy own_rows on case_moves using (
        current_setting('zhidai.institution', true) = '*'
        or (bank_code <> '' and bank_code = current_setting('zhidai.institution', true)))
    """,
)


def create_tables(op: Any) -> None:
    """The history of a service's cases, in a migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


def nothing_told(case: Row) -> Mapping[str, Any]:
    """For a life cycle that tells nobody."""
    return {}


_NO_CASE = Words("没有该事项", "There is no such case.")


@dataclass(frozen=True, kw_only=True)
class CaseTable:
    """Where the cases of one life cycle are kept.

    The table has the columns `state`, `version`, `state_since`, `due_on`, and the key.
    """

    life_cycle: LifeCycle
    kind: str
    """What the history calls them."""
    table: str
    key: str = "id"
    bank: str | None = "bank_code"
    """The column with the bank whose case it is; None where a case is the bureau's own."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Further columns that a move may change, with their PostgreSQL types."""
    about: Callable[[Row], Mapping[str, Any]] = nothing_told
    """What every event of a case says of it."""
    absent: Words = _NO_CASE
    """What is said to who asks for one that is none, or none of theirs."""
    waits: CasesWait | None = None
    """How they stand among what people have to do; None where they never do."""
    touches: Mapping[str | None, str] = field(default_factory=dict)
    """State (None: not begun) → the fact that duties stand for. A move between two facts, or one
    that stays in its state, touches them."""
    loan: str | None = None
    """The column with the loan that such a fact is about."""
    pool: str | None = None
    """The column with its pool."""
    named: str | None = None
    """The column with its number, where duties go by it."""

    def __post_init__(self) -> None:
        told = {name for move in self.life_cycle.moves for name in move.tells}
        assert told <= EVENTS.keys(), f"no contract has {sorted(told - EVENTS.keys())}"

    def __hash__(self) -> int:
        return hash((self.table, self.kind))

    @cached_property
    def to_do(self) -> frozenset[str]:
        """The states in which people have something to do."""
        return frozenset(to_do_of(self.life_cycle.waits))

    @cached_property
    def source(self) -> Source | None:
        """What waits among them, as a query."""
        if self.waits is None or not self.to_do:
            return None
        return of_life_cycle(
            self.life_cycle, kind=self.kind, table=self.table, key=self.key,
            bank=self.bank, waits=self.waits,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Step:
    """One case that is to be moved on, and what comes with the move."""

    case: Row
    """The locked row: the key, `state`, `version`, its bank, and what guards look at. For a case
    that begins, its values as they were inserted, with `state` None and `version` one before."""
    action: str
    by: Person
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Other columns of the case. All steps carried out together change the same ones."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the events of this move say beside `about`."""
    term: Term = no_term


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A case as a move has left it."""

    case_id: UUID
    move: Move
    version: int
    due_on: date | None
    changes: Mapping[str, Any]

    @property
    def state(self) -> str:
        """Where the case stands now."""
        return self.move.target


class MovedMeanwhile(RuntimeError):
    """A case was moved without its row being locked first: a mistake of ours."""


async def apply_transition(
    conn: asyncpg.Connection, cases: CaseTable, step: Step, *, now: datetime
) -> Transition:
    """Move one case on. Raises what `LifeCycle.require` raises."""
    (done,) = await apply_transitions(conn, cases, [step], now=now)
    return done


async def apply_transitions(
    conn: asyncpg.Connection,
    cases: CaseTable,
    steps: Sequence[Step],
    *,
    now: datetime,
    also: Sequence[Event] = (),
) -> list[Transition]:
    """Move cases on, each once, in a few statements whatever their number.

    Where a case begins, its row has been inserted by the caller with the state that the table
    gives (`LifeCycle.require(None, …).target`); its history and events are written here. `also`
    is told in the same statement: each case's in front of what its move tells, the cases in the
    order of `also`. Raises what `LifeCycle.require` raises, before anything is written.
    """
    done = [checked(cases, step) for step in steps]
    both = list(zip(steps, done, strict=True))
    begun = [one for one in both if one[1].move.source is None]
    moved = [one for one in both if one[1].move.source is not None]
    if moved:
        await _write(conn, cases, moved, now)
    if begun:
        await conn.execute(_BEGIN, *history_arrays(cases, begun, now))
    _touch(conn, cases, both)
    told = events_of(cases, steps, done)
    if also:
        told = _case_by_case([*also, *told])
    await tell_and_keep_waits(conn, cases, done, told, now=now)
    return done


def _touch(
    conn: asyncpg.Connection, cases: CaseTable, both: Sequence[tuple[Step, Transition]]
) -> None:
    """The facts that these moves have begun, changed or ended."""
    for step, one in both:
        before, after = (cases.touches.get(state) for state in (one.move.source, one.move.target))
        if before == after and one.move.source != one.move.target:
            continue
        for fact in {fact for fact in (before, after) if fact is not None}:
            touch(
                conn,
                fact,
                loans=[step.case[cases.loan]] if cases.loan else None,
                pools=[step.case[cases.pool]] if cases.pool else None,
                numbers=[step.case[cases.named]] if cases.named else None,
            )


async def tell_and_keep_waits(
    conn: asyncpg.Connection,
    cases: CaseTable,
    done: Sequence[Transition],
    told: Sequence[Event],
    *,
    now: datetime,
) -> None:
    """What these moves tell, and then what people have to do as they have left it."""
    ids = [one.case_id for one in done if cases.to_do & {one.move.source, one.move.target}]
    if cases.source is None or not ids:
        await outbox.append(conn, told, now=now)
    else:
        await keep(conn, cases.source, ids, now=now, told=told)


def _case_by_case(events: Sequence[Event]) -> list[Event]:
    """The same events, those of one key together."""
    order = {key: n for n, key in enumerate(dict.fromkeys(event.key for event in events))}
    return sorted(events, key=lambda event: order[event.key])


def checked(cases: CaseTable, step: Step) -> Transition:
    """What a step makes of its case, with nothing written yet. Raises as `LifeCycle.require`."""
    life_cycle = cases.life_cycle
    begins = step.case["state"] is None
    move = life_cycle.require(None if begins else step.case, step.action, step.by)
    return Transition(
        case_id=step.case[cases.key],
        move=move,
        version=step.case["version"] + 1,
        due_on=life_cycle.term(move.target, step.term),
        changes=step.changes,
    )


def events_of(cases: CaseTable, steps: Sequence[Step], done: Sequence[Transition]) -> list[Event]:
    """What the moves tell, by the table."""
    return [
        EVENTS[name](**cases.about(step.case), **step.facts)
        for step, one in zip(steps, done, strict=True)
        for name in one.move.tells
    ]


HISTORY = (
    ("case_kind", "text"), ("case_id", "uuid"), ("version", "int"), ("bank_code", "text"),
    ("source", "text"), ("target", "text"), ("action", "text"), ("role", "text"),
    ("subject", "text"), ("name", "text"), ("reason", "text"), ("detail", "jsonb"),
    ("at", "timestamptz"),
)  # fmt: skip
HISTORY_COLUMNS = ", ".join(name for name, _ in HISTORY)
HISTORY_ARRAYS = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(HISTORY, start=1))
"""`unnest` of these are rows of the history: the arguments are `history_arrays`."""

_BEGIN = f"insert into case_moves ({HISTORY_COLUMNS}) select * from unnest({HISTORY_ARRAYS})"


def history_arrays(
    cases: CaseTable, moves: Sequence[tuple[Step, Transition]], now: datetime
) -> list[list[Any]]:
    """The history rows of moves, column by column, in the order of HISTORY."""
    rows = [
        (cases.kind, one.case_id, one.version, step.case[cases.bank] if cases.bank else "", one.move.source,
         one.move.target, one.move.action, role_of(one.move, step.by), step.by.subject,
         step.by.name, step.reason, dict(step.detail), now)
        for step, one in moves
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


@lru_cache(maxsize=256)
def _statement(cases: CaseTable, changed: tuple[str, ...]) -> str:
    """The statement that moves cases of this table on, changing these columns beside the state."""
    first = len(HISTORY) + 1
    arrays = [f"${first}::date[]"]
    arrays += [f"${n}::{cases.columns[name]}[]" for n, name in enumerate(changed, first + 1)]
    names = ["due_on", *changed]
    sets = ", ".join(f"{name} = move.new_{name}{_unwrap(cases, name)}" for name in names)
    news = ", ".join(f"new_{name}" for name in names)
    return f"""
        with move as (
            select * from unnest({HISTORY_ARRAYS}, {", ".join(arrays)})
                as move ({HISTORY_COLUMNS}, {news})
        ), moved as (
            update {cases.table} as kept
            set state = move.target, version = move.version, state_since = move.at, {sets}
            from move
            where kept.{cases.key} = move.case_id and kept.version = move.version - 1
              and kept.state = move.source
            returning kept.{cases.key}
        ), history as (
            insert into case_moves ({HISTORY_COLUMNS})
            select {", ".join(f"move.{name}" for name, _ in HISTORY)}
            from move join moved on moved.{cases.key} = move.case_id
        )
        select count(*) from moved
    """


def _wrap(cases: CaseTable, name: str, value: Any) -> Any:
    """A JSON value inside an object: a list among the values of an array would be its dimension."""
    is_json = cases.columns[name] == "jsonb"
    return {"value": value} if is_json and value is not None else value


def _unwrap(cases: CaseTable, name: str) -> str:
    return " -> 'value'" if cases.columns.get(name) == "jsonb" else ""


async def _write(
    conn: asyncpg.Connection,
    cases: CaseTable,
    moves: Sequence[tuple[Step, Transition]],
    now: datetime,
) -> None:
    changed = tuple(moves[0][0].changes)
    assert all(tuple(step.changes) == changed for step, _ in moves), "all change the same columns"
    written = await conn.fetchval(
        _statement(cases, changed),
        *history_arrays(cases, moves, now),
        [one.due_on for _, one in moves],
        *([_wrap(cases, name, step.changes[name]) for step, _ in moves] for name in changed),
    )
    if written != len(moves):
        raise MovedMeanwhile(f"{len(moves) - written} of {len(moves)} cases had moved on")


async def history_of(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """Every move of a case, the first one first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select version, source, target, action, reason, detail, subject, name, role, at
           from case_moves where case_id = $1 order by version""",
        case_id,
    )
    return rows
