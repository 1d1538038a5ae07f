"""Who has read what: rows that are only ever added, written many at a time.

The service's role may insert and select, and a trigger refuses any change, so that nobody who works
with the database of the service can take back that he has looked. Only what is older than the law
wants it kept can go, by a function that asks the database's own clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One look of one caller. `thing` is what the address names first ("" for a list), `kind` where it
    stands: applications, claims, firms, pools, documents."""

    at: datetime
    subject: str
    account: str
    name: str
    roles: str
    institution: str
    kind: str
    thing: str
    route: str
    path: str
    query: str
    request_id: str


NAMES = tuple(one.name for one in fields(Read))
_COLUMNS = ", ".join(NAMES)
_INSERT = f"""
    insert into reads ({_COLUMNS})
    select * from unnest($1::timestamptz[], {", ".join(f"${at}::text[]" for at in range(2, len(NAMES) + 1))})
"""
_FOUND = f"""
    select key, {_COLUMNS} from all_reads
    where ($1::text is null or subject = $1 or account = $1)
      and ($2::text is null or kind = $2) and ($3::text is null or thing = $3)
      and ($4::text is null or institution = $4)
      and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
      and ($7::timestamptz is null or (at, key) < ($7, $8))
    order by at desc, key desc limit $9
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which reads are looked for; None: whatever it is."""

    person: str | None = None
    kind: str | None = None
    thing: str | None = None
    institution: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def create_table(op: Any, *, service: str, more: str = "") -> None:
    """The table in a service's migration (`op` is Alembic's), and `all_reads` over it and what else
    keeps looks: `more` is a select of the same columns with `key` before them."""
    for statement in (
        """
        create table reads (
            id bigint generated always as identity primary key,
            at timestamptz not null,
            subject text not null,
            account text not null,
            name text not null,
            roles text not null,
            institution text not null,
            kind text not null,
            thing text not null,
            route text not null,
            path text not null,
            query text not null,
            request_id text not null
        )
        """,
        "create index reads_at on reads (at)",
        "create index reads_of_thing on reads (kind, thing, at) where thing <> ''",
        "create index reads_of_person on reads (subject, at)",
        "alter table reads enable row level security",
        """
        create policy bureau_only on reads
            using (current_setting('zhidai.institution', true) = '*')
        """,
        """
        create function refuse_change_of_reads() returns trigger language plpgsql as $$
        begin
            raise exception 'who has read what is never changed or removed';
        end $$
        """,
        "create trigger never_changed before update or delete on reads "
        "for each row execute function refuse_change_of_reads()",
        "create trigger never_emptied before truncate on reads "
        "for each statement execute function refuse_change_of_reads()",
        f"revoke update, delete, truncate, trigger on reads from {service}",
        f"""
        create view all_reads with (security_invoker = true) as
            select lpad(id::text, 20, '0') as key, {_COLUMNS} from reads {f"union all {more}" if more else ""}
        """,
    ):
        op.execute(statement)


LEAST_KEPT_DAYS = 1100
"""Three years: records of how personal data is handled (个人信息保护法 art. 56); logs need half a year
(网络安全法 art. 21)."""


def let_old_ones_go(op: Any, *, service: str) -> None:
    """In a service's migration: what is older than the least age may be removed, oldest first, by the
    function `forget_reads` alone; nothing younger, whatever it is asked, and nothing is ever changed."""
    for statement in (
        f"""
        create or replace function refuse_change_of_reads() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' and old.at < now() - interval '{LEAST_KEPT_DAYS} days' then
                return old;
            end if;
            raise exception 'who has read what is never changed or removed';
        end $$
        """,
        f"""
        create function forget_reads(before timestamptz, most integer) returns integer
        language plpgsql security definer set search_path = pg_catalog, public as $$
        declare
            gone integer;
        begin
            delete from reads where id in (
                select id from reads
                where at < least(before, now() - interval '{LEAST_KEPT_DAYS} days')
                order by at limit most);
            get diagnostics gone = row_count;
            return gone;
        end $$
        """,
        "revoke execute on function forget_reads from public",
        f"grant execute on function forget_reads to {service}",
    ):
        op.execute(statement)


async def forget(conn: asyncpg.Connection, *, before: datetime, most: int) -> int:
    """Remove so many of the oldest looks from before a moment; how many there were. What is younger than
    LEAST_KEPT_DAYS stays."""
    gone: int = await conn.fetchval("select forget_reads($1, $2)", before, most)
    return gone


async def add(conn: asyncpg.Connection, reads: Sequence[Read]) -> None:
    """Write all of them in one statement."""
    await conn.execute(_INSERT, *([getattr(one, name) for one in reads] for name in NAMES))


async def find(
    conn: asyncpg.Connection, wanted: Wanted, *, after: tuple[datetime, str] | None, limit: int
) -> list[Mapping[str, Any]]:
    """Those that were looked for, the latest first, from behind `after`."""
    at, key = after or (None, None)
    found: list[Mapping[str, Any]] = await conn.fetch(
        _FOUND, wanted.person, wanted.kind, wanted.thing, wanted.institution, wanted.since,
        wanted.until, at, key, limit,
    )  # fmt: skip
    return found


MOST_LOOKS = 500
_LOOKS = f"""
    select min(at) as first_at, max(at) as last_at, count(*) as times, name, account, institution,
           array_agg(distinct kind order by kind) as kinds
    from all_reads where kind = any ($1::text[]) and thing = any ($2::text[])
    group by (at at time zone 'Asia/Shanghai')::date, name, account, institution
    order by max(at) desc, account limit {MOST_LOOKS + 1}
"""


async def looks_at(
    conn: asyncpg.Connection, kinds: Sequence[str], things: Sequence[str]
) -> list[asyncpg.Record]:
    """Who was shown these things on which day, how often and of which kinds, the latest first:
    `MOST_LOOKS` and one more where there are more."""
    rows: list[asyncpg.Record] = await conn.fetch(_LOOKS, list(kinds), list(things))
    return rows
