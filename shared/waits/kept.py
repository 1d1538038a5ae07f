"""Keeps the rows of waits as the cases are: entered, moved and ended by the moves themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.clock import business_date
from shared.contracts.deadlines import (
    CaseDeadlineMetV1,
    CaseDeadlineSetV1,
    PoolDeadlineMetV1,
    PoolDeadlineSetV1,
)
from shared.contracts.envelope import Event
from shared.messaging import outbox
from shared.postgres.database import seeing_everything
from shared.postgres.touched import ALL, About
from shared.roles import BANK_ROLES
from shared.waits.declared import OF_CASES, OF_DUTY, Due, Duty, Source, of_duty

_SET = {"applications": CaseDeadlineSetV1, "risk_pool": PoolDeadlineSetV1}
_MET = {"applications": CaseDeadlineMetV1, "risk_pool": PoolDeadlineMetV1}

_KEPT: Final = (
    "case_id", "step", "state", "roles", "bank_code", "pool_code", "number", "loan_id", "firm", "amount_fen", "person",
    "person_name", "due_on", "since", "what_zh", "what_en", "rule", "page",
)  # fmt: skip
_LIST = ", ".join(_KEPT)
_MAY_CHANGE = tuple(name for name in _KEPT if name not in ("case_id", "step", "since"))
_SAID = "case_id, step, bank_code, pool_code, number, loan_id, firm, person, due_on, roles, what_zh, what_en, rule, page"

_BY_MOVES = """
    coalesce((select case when move.role = any (open.roles) then 'met' else 'stopped' end
              from case_moves move
              where move.case_kind = open.case_kind and move.case_id = open.case_id
              order by move.version desc limit 1), 'stopped')
"""
"""A wait is met where the last move was made by who was waited for."""


def _both(source: Source) -> str:
    """What waits now (`new`) and what waited before (`old`), of the cases that are looked at."""
    return f"""
        with new as (
            {source.sql}
        ), old as (
            select * from waits
            where case_kind = '{source.kind}' and ended_at is null
              and {OF_CASES if source.by_moves else OF_DUTY}
        )
    """


@lru_cache(maxsize=128)
def _statement(source: Source) -> str:
    """Three kinds of rows, none of which touches another's: of what waits and waited before, what has
    changed; what waits no longer; what waits since now."""
    news = ", ".join(f"{name} = new.{name}" for name in _MAY_CHANGE)
    new = ", ".join(f"new.{name}" for name in _MAY_CHANGE)
    old = ", ".join(f"old.{name}" for name in _MAY_CHANGE)
    return f"""
        {_both(source)}, ended as (
            update waits open
            set ended_at = $2, ended = {_BY_MOVES if source.by_moves else "'met'"}
            where open.id in (select old.id from old where not exists (
                select from new where new.case_id = old.case_id and new.step = old.step))
            returning open.*
        ), moved as (
            update waits open
            set {news}, told = case when open.due_on is distinct from new.due_on then 0 else open.told end,
                set_at = case when open.due_on is distinct from new.due_on then $2 else open.set_at end
            from new join old on old.case_id = new.case_id and old.step = new.step
            where open.id = old.id and ({new}) is distinct from ({old})
            returning open.*, old.due_on as was_due_on
        ), begun as (
            insert into waits (case_kind, set_at, {_LIST})
            select '{source.kind}', $2, {", ".join(f"new.{name}" for name in _KEPT)} from new
            where not exists (
                select from old where old.case_id = new.case_id and old.step = new.step)
            -- The scheduler may find a duty in the moment in which a step enters it.
            on conflict (case_kind, case_id, step) where ended_at is null do nothing
            returning *
        )
        select 'ended' as what, {_SAID}, ended, null::date as was_due_on from ended
        union all
        select 'moved', {_SAID}, null, was_due_on from moved where due_on is distinct from was_due_on
        union all
        select 'begun', {_SAID}, null, null from begun where due_on is not null
    """


async def keep(
    conn: asyncpg.Connection,
    source: Source,
    ids: Sequence[UUID] | None,
    *,
    now: datetime,
    told: Sequence[Event] = (),
) -> None:
    """Bring the waits of these cases (None: of all) to where the cases are now, in the transaction
    that moves them, and say what became of their deadlines, in one statement behind what is `told` of
    the moves themselves."""
    await _keep(conn, source, ids, now, now=now, told=told)


async def keep_duty(
    conn: asyncpg.Connection,
    duty: Duty,
    due: Sequence[Due],
    *,
    about: About = ALL,
    now: datetime,
) -> None:
    """The same of a duty: `due` are its open ones of what is looked at."""
    await _keep(conn, of_duty(duty), *_arguments(due, about, now), now=now)


async def out_of_date(
    conn: asyncpg.Connection, duty: Duty, due: Sequence[Due], *, now: datetime
) -> list[asyncpg.Record]:
    """Of which loans and pools the waits of a duty are not what `keep_duty` would make of them."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _differing(of_duty(duty)), *_arguments(due, ALL, now)
    )
    return rows


def _arguments(due: Sequence[Due], about: About, now: datetime) -> list[Any]:
    loans, *others = about.as_arguments()
    return [loans, now, [one.as_data() for one in due], *others]


async def _keep(
    conn: asyncpg.Connection,
    source: Source,
    *arguments: Any,
    now: datetime,
    told: Sequence[Event] = (),
) -> None:
    # A bank that moves a case on may end a wait of the bureau's, which it does not see.
    async with seeing_everything(conn):
        rows = await conn.fetch(_statement(source), *arguments)
    events = [event for row in rows for event in _events(source, row, now)]
    await outbox.append(conn, [*told, *events], now=now)


@lru_cache(maxsize=64)
def _differing(source: Source) -> str:
    new, old = (", ".join(f"{one}.{name}" for name in _MAY_CHANGE) for one in ("new", "old"))
    return f"""
        {_both(source)}
        select distinct coalesce(new.loan_id, old.loan_id) as loan_id,
               coalesce(new.pool_code, old.pool_code) as pool_code
        from new full join old on (new.case_id, new.step) = (old.case_id, old.step)
        where new.case_id is null or old.case_id is null or ({new}) is distinct from ({old})
    """


def _events(source: Source, row: Mapping[str, Any], now: datetime) -> list[Event]:
    if row["what"] != "ended" and row["due_on"] is not None:
        return [_SET[source.topic](**said(source, row), was_due_on=row["was_due_on"])]
    due_on = row["was_due_on"] if row["what"] == "moved" else row["due_on"]
    if due_on is None:
        return []
    today = business_date(now)
    return [
        _MET[source.topic](
            **(said(source, row) | {"due_on": due_on}),
            outcome=row["ended"] or "stopped",
            ended_on=today,
            is_late=today > due_on,
        )
    ]


def said(source: Source, row: Mapping[str, Any]) -> dict[str, Any]:
    """What every event of a deadline says, of its row."""
    is_a_banks = bool(BANK_ROLES.intersection(row["roles"]))
    return {
        "case_kind": source.kind,
        "case_id": row["case_id"],
        "noun_zh": source.noun.zh,
        "noun_en": source.noun.en,
        "number": row["number"],
        "loan_id": row["loan_id"],
        "firm": row["firm"],
        "pool_code": row["pool_code"],
        "bank_code": row["bank_code"] if is_a_banks else "",
        "step": row["step"],
        "what_zh": row["what_zh"],
        "what_en": row["what_en"],
        "roles": tuple(row["roles"]),
        "person": row["person"],
        "due_on": row["due_on"],
        "rule": row["rule"],
        "page": row["page"],
    }
