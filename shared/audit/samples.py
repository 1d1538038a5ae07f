"""An auditor's samples: drawn by a seed that is kept, so that anybody can draw the same again.

A population is a query of a service: what was decided in some days. Drawn at random, its members are
put in the order of the SHA-256 of seed, colon and id, and the first ones are taken; drawn by a risk,
those with most of it come first, and the same order decides between equals. What was drawn is kept as
it was then, with the number and the digest of the population.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.life_cycle import Words
from shared.postgres.pool_policies import by_condition
from shared.refusals import Refused

RISKS: Final[Mapping[str, Words]] = {
    "random": Words("随机", "at random"),
    "amount": Words("金额最大", "the largest amounts"),
    "haste": Words("办理最快", "decided in the shortest time"),
    "one_person": Words("同一人决定最多", "most decisions of one person"),
    "overdue": Words("逾期最久", "longest overdue"),
    "changed": Words("批准后有变更", "changed after approval"),
}
"""By what a sample is drawn."""

_ORDER: Final[Mapping[str, str]] = {
    "random": "",
    "amount": "amount_fen desc,",
    "haste": "haste_minutes,",
    "one_person": "decisions desc,",
    "overdue": "overdue_days desc,",
    "changed": "changes desc,",
}
_AT_RISK: Final[Mapping[str, str]] = {
    "random": "true",
    "amount": "true",
    "haste": "haste_minutes is not null",
    "one_person": "decided_by <> ''",
    "overdue": "overdue_days > 0",
    "changed": "changes > 0",
}
MOST: Final = 200
"""So many are drawn at most."""
MOST_OF_POPULATION: Final = 200_000

_TABLE: Final = """
    create table audit_samples (
        id uuid primary key,
        kind text not null,
        risk text not null,
        seed text not null check (seed <> ''),
        size integer not null check (size > 0),
        first date not null,
        last date not null check (last >= first),
        pool_code text not null,
        bank_code text not null,
        amount_from_fen bigint not null,
        reason text not null,
        population integer not null,
        population_sha256 bytea not null,
        drawn jsonb not null,
        drawn_at timestamptz not null,
        drawn_by text not null,
        drawn_name text not null
    )
"""

# A sample of all pools that its auditor sees holds what another auditor may not see.
_SEEN: Final = """
    (pool_code <> '' and pool_code = any (string_to_array(current_setting('zhidai.pools', true), ',')))
    or drawn_by = current_setting('zhidai.person', true)
"""


def create_tables(op: Any, *, service: str) -> None:
    """The samples of a service, in a migration (`op` is Alembic's): only ever added to, and no bank's
    to see."""
    for statement in (
        _TABLE,
        "create index audit_samples_by_time on audit_samples (drawn_at desc, id desc)",
        "alter table audit_samples enable row level security",
        """
        create policy bureau_only on audit_samples
            using (current_setting('zhidai.institution', true) = '*')
        """,
        """
        create function refuse_change_of_samples() returns trigger language plpgsql as $$
        begin
            raise exception 'a sample that was drawn is never changed or removed';
        end $$
        """,
        "create trigger never_changed before update or delete on audit_samples "
        "for each row execute function refuse_change_of_samples()",
        "create trigger never_emptied before truncate on audit_samples "
        "for each statement execute function refuse_change_of_samples()",
        f"revoke update, delete, truncate, trigger on audit_samples from {service}",
    ):
        op.execute(statement)
    by_condition(op, "audit_samples", _SEEN)


class PopulationTooLarge(Refused):
    """More than can be drawn from in one go."""

    code = "population-too-large"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What a sample is drawn from.

    `sql`: $1 and $2 the first and the last day; it returns `id`, `number`, `firm`, `bank_code`,
    `pool_code`, `amount_fen`, `day`, `page`, `trail_id`, and what the risks are read from:
    `decided_by` and `decided_name` ('': nobody), `haste_minutes` (null: not known), `overdue_days`,
    `changes`.
    """

    kind: str
    words: Words
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is drawn: `risk` of `RISKS`, days, and what the population is narrowed by ("": not)."""

    kind: str
    risk: str
    seed: str
    size: int
    first: date
    last: date
    pool_code: str
    bank_code: str
    amount_from_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What was drawn, in the order of the draw, out of how many; the digest is of all their ids."""

    population: int
    population_sha256: bytes
    rows: Sequence[Mapping[str, Any]]


def _drawing(population: Population, risk: str) -> str:
    return f"""
        with named as ({population.sql}), population as materialized (
            select *, count(*) over (partition by decided_by) as decisions from named
            where ($3 = '' or pool_code = $3) and ($4 = '' or bank_code = $4) and amount_fen >= $5
        ), drawn as (
            select *, row_number() over (order by {_ORDER[risk]}
                       sha256(convert_to($6 || ':' || id::text, 'UTF8'))) as place
            from population where {_AT_RISK[risk]}
            order by place limit $7
        )
        select (select count(*) from population) as population,
               (select sha256(convert_to(coalesce(string_agg(id::text, ',' order by id), ''), 'UTF8'))
                from population) as population_sha256,
               coalesce((select jsonb_agg(to_jsonb(drawn) order by place) from drawn), '[]') as rows
    """


async def draw(conn: asyncpg.Connection, population: Population, ask: Ask) -> Draw:
    """Draw, and keep nothing. Raises PopulationTooLarge."""
    many = await conn.fetchval(
        f"select count(*) from (select from ({population.sql}) as named limit {MOST_OF_POPULATION + 1})"
        " as counted",
        ask.first,
        ask.last,
    )
    if many > MOST_OF_POPULATION:
        raise PopulationTooLarge(
            f"总体超过 {MOST_OF_POPULATION:,} 项，请缩短期间。",
            f"More than {MOST_OF_POPULATION:,} to draw from; ask for fewer days.",
            most=MOST_OF_POPULATION,
        )
    row = await conn.fetchrow(
        _drawing(population, ask.risk), ask.first, ask.last, ask.pool_code, ask.bank_code,
        ask.amount_from_fen, ask.seed, ask.size,
    )  # fmt: skip
    return Draw(
        population=row["population"], population_sha256=row["population_sha256"], rows=row["rows"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Who drew when, and why."""

    id: UUID
    reason: str
    at: datetime
    by: str
    name: str


async def keep(conn: asyncpg.Connection, ask: Ask, drawn: Draw, kept: Kept) -> None:
    """Keep a sample as it was drawn."""
    await conn.execute(
        """insert into audit_samples (id, kind, risk, seed, size, first, last, pool_code, bank_code,
               amount_from_fen, reason, population, population_sha256, drawn, drawn_at, drawn_by,
               drawn_name)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        kept.id, ask.kind, ask.risk, ask.seed, ask.size, ask.first, ask.last, ask.pool_code,
        ask.bank_code, ask.amount_from_fen, kept.reason, drawn.population, drawn.population_sha256,
        list(drawn.rows), kept.at, kept.by, kept.name,
    )  # fmt: skip


async def sample(conn: asyncpg.Connection, sample_id: UUID) -> asyncpg.Record | None:
    """A sample as it was drawn; None where there is none."""
    return await conn.fetchrow("select * from audit_samples where id = $1", sample_id)


async def samples(
    conn: asyncpg.Connection, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """Samples without what was drawn, the latest first."""
    at, last = after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        """select id, kind, risk, seed, size, first, last, pool_code, bank_code, amount_from_fen,
                  reason, population, population_sha256, '[]'::jsonb as drawn, drawn_at, drawn_by,
                  drawn_name
           from audit_samples
           where $1::timestamptz is null or (drawn_at, id) < ($1, $2::uuid)
           order by drawn_at desc, id desc limit $3""",
        at,
        last,
        limit,
    )
    return rows
