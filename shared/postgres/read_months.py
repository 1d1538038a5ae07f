"""Looks by month: each month is a table of its own below `reads`, made ahead, and dropped when it may go.

Old looks then go by dropping a table, at once, and leave no dead rows behind; a day's looks lie together.
What was there before is the first part, of all months up to the change. What falls into a month that
nobody has made lies in `reads_elsewhere`, so that no look is ever refused. Decision 54.
"""

from typing import Any

import asyncpg

from shared.postgres.reads import LEAST_KEPT_DAYS, NAMES

MONTHS_AHEAD = 3

_PARENT = f"""
create table reads (
    id bigint not null default nextval('reads_number'),
    {", ".join(f"{name} {'timestamptz' if name == 'at' else 'text'} not null" for name in NAMES)}
) partition by range (at)
"""

_MONTH = "date_trunc('month', {} at time zone 'Asia/Shanghai')"
"""The first moment of a moment's month in China, without its zone."""

_MADE_AHEAD = f"""
create function make_months_of_reads(months integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
    month timestamp;
    name text;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('months of reads'));
    for ahead in 0..least(months, 24) loop
        month := {_MONTH.format("now()")} + make_interval(months => ahead);
        name := 'reads_' || to_char(month, 'YYYY_MM');
        continue when to_regclass('public.' || name) is not null
            or month < (select until from reads_begin)
            or exists (select from reads_elsewhere
                       where at >= month at time zone 'Asia/Shanghai'
                         and at < (month + interval '1 month') at time zone 'Asia/Shanghai');
        execute format('create table public.%I partition of public.reads for values from (%L) to (%L)', name,
                       month at time zone 'Asia/Shanghai',
                       (month + interval '1 month') at time zone 'Asia/Shanghai');
        execute format('revoke all on public.%I from SERVICE', name);
        made := made + 1;
    end loop;
    return made;
end $$
"""

_GO = f"""
create or replace function forget_reads(before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
    part record;
    name text;
    gone integer := 0;
    these integer;
    until timestamptz := least(before, now() - interval '{LEAST_KEPT_DAYS} days');
begin
    for part in
        select c.relname as name
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'reads'::regclass and c.relname ~ '^reads_[0-9]{{4}}_[0-9]{{2}}$'
          and (to_date(substr(c.relname, 7), 'YYYY_MM') + interval '1 month')
              at time zone 'Asia/Shanghai' <= until
        order by 1
    loop
        execute format('select count(*) from public.%I', part.name) into these;
        execute format('drop table public.%I', part.name);
        gone := gone + these;
    end loop;
    -- What lies in no month of its own goes row by row.
    foreach name in array array['reads_until', 'reads_elsewhere'] loop
        exit when gone >= most;
        execute format('delete from public.%I where id in (select id from public.%I where at < $1 order by at limit $2)',
                       name, name) using until, most - gone;
        get diagnostics these = row_count;
        gone := gone + these;
    end loop;
    return gone;
end $$
"""


def ready(op: Any) -> None:
    """Before the change, outside its transaction: the old table says which months it can have, and is read
    through once for it while everybody goes on reading and writing."""
    op.execute("create table if not exists reads_begin (until timestamp not null)")
    op.execute("delete from reads_begin")
    # A sandbox's looks may be of a later month than this.
    op.execute(
        f"""
        insert into reads_begin
        select greatest({_MONTH.format("now()")} + interval '2 months',
                        {_MONTH.format("max(at)")} + interval '1 month') from reads
        """
    )
    op.execute("alter table reads drop constraint if exists reads_until_month")
    op.execute(
        """
        do $$ begin execute format(
            'alter table reads add constraint reads_until_month check (at < %L) not valid',
            (select until at time zone 'Asia/Shanghai' from reads_begin));
        end $$
        """
    )
    op.execute("alter table reads validate constraint reads_until_month")


def change(op: Any, *, service: str, more: str = "") -> None:
    """In one transaction: the table becomes the first part of one by month. Nothing is moved or read; it
    holds `reads` for some milliseconds, in which looks wait in memory. `more` as in `create_table`."""
    of_service = _MADE_AHEAD.replace("SERVICE", service)
    for statement in (
        "alter table reads rename to reads_until",
        "create sequence reads_number",
        "select setval('reads_number', coalesce((select max(id) from reads_until), 0) + 1, false)",
        _PARENT,
        "alter table reads_until alter column id drop identity",
        "alter table reads_until rename constraint reads_pkey to reads_until_pkey",
        *(
            f"alter index {name} rename to reads_until_{name.removeprefix('reads_')}"
            for name in ("reads_at", "reads_of_thing", "reads_of_person")
        ),
        "drop trigger never_changed on reads_until",
        "create index reads_at on reads (at)",
        "create index reads_of_thing on reads (kind, thing, at) where thing <> ''",
        "create index reads_of_person on reads (subject, at)",
        """
        do $$ begin execute format(
            'alter table reads attach partition reads_until for values from (minvalue) to (%L)',
            (select until at time zone 'Asia/Shanghai' from reads_begin));
        end $$
        """,
        "create table reads_elsewhere partition of reads default",
        "alter table reads enable row level security",
        "create policy bureau_only on reads using (current_setting('zhidai.institution', true) = '*')",
        "create trigger never_changed before update or delete on reads "
        "for each row execute function refuse_change_of_reads()",
        "create trigger never_emptied before truncate on reads "
        "for each statement execute function refuse_change_of_reads()",
        f"revoke update, delete, truncate, trigger on reads from {service}",
        f"revoke all on reads_until, reads_elsewhere, reads_begin from {service}",
        f"""
        create or replace view all_reads with (security_invoker = true) as
            select lpad(id::text, 20, '0') as key, {", ".join(NAMES)} from reads
            {f"union all {more}" if more else ""}
        """,
        of_service,
        "revoke execute on function make_months_of_reads from public",
        f"grant execute on function make_months_of_reads to {service}",
        _GO,
        f"select make_months_of_reads({MONTHS_AHEAD})",
    ):
        op.execute(statement)


async def make_months(conn: asyncpg.Connection) -> int:
    """Make the tables of the coming months where they are missing; how many. May be called at any time, by
    several at once."""
    made: int = await conn.fetchval("select make_months_of_reads($1)", MONTHS_AHEAD)
    return made
