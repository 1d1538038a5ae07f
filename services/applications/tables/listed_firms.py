"""Entries of the register of listed firms: begun, ended, matched. Nothing of them is overwritten."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.list_rows import Entry, Key, Standing
from services.applications.domain.listed_firms import Verdict, Why
from shared.life_cycle import Person

_LOCK: Final = "select pg_advisory_xact_lock(hashtext('listed-firms:' || $1))"
_STANDINGS: Final = """
select distinct on (firm, listed_on) firm, listed_on, e.id, x.ended_on, x.why
from unnest($2::text[], $3::date[]) as asked (firm, listed_on)
join lateral (
    select id, list_name from listed_firms
    where uscc = asked.firm and listed_on = asked.listed_on
    union all
    select id, list_name from listed_firms
    where uscc is null and name_canonical = asked.firm and listed_on = asked.listed_on
) as e on e.list_name = $1
left join listed_firm_ends as x on x.entry_id = e.id
order by firm, listed_on, e.id desc
"""
_NOT_NAMED: Final = """
select e.id, greatest(e.listed_on, $3::date) as ended_on
from listed_firms as e
where e.list_name = $1
  -- What a later list has brought in is nothing that this one could name.
  and e.list_date <= $3
  and not exists (select from listed_firm_ends as x where x.entry_id = e.id)
  and not exists (
      select from bulk_rows as b
      where b.file_id = $2
        and b.reference = coalesce(e.uscc, e.name_canonical) || ' ' || e.listed_on)
"""
_ADD: Final = """
insert into listed_firms (id, import_id, list_name, list_date, source, uscc, name, name_canonical,
                          legal_representative, listed_on, authority, reference, reason, entered_at)
select new.id, $1, $2, $3, $4, new.uscc, new.name, new.name_canonical, new.legal_representative,
       new.listed_on, new.authority, new.reference, new.reason, $5
from unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[], $12::text[],
            $13::text[], $14::text[])
    as new (id, uscc, name, name_canonical, legal_representative, listed_on, authority, reference,
            reason)
"""
_END: Final = """
insert into listed_firm_ends (entry_id, ended_on, why, import_id, said_by, said_by_name, said_at)
select new.id, new.ended_on, $3, $4, $5, $6, $7
from unnest($1::uuid[], $2::date[]) as new (id, ended_on)
"""


async def lock_list(conn: asyncpg.Connection, list_name: str) -> None:
    """Two imports of one list come one after the other."""
    await conn.execute(_LOCK, list_name)


async def standings(
    conn: asyncpg.Connection, list_name: str, keys: Sequence[Key]
) -> dict[Key, tuple[UUID, Standing]]:
    """How the newest entry of each of these keys stands on a list; none where it has none."""
    asked = ([one.firm for one in keys], [one.listed_on for one in keys])
    return {
        Key(row["firm"], row["listed_on"]): (
            row["id"],
            Standing(ended_on=row["ended_on"], why_ended=row["why"]),
        )
        for row in await conn.fetch(_STANDINGS, list_name, *asked)
    }


async def not_named(
    conn: asyncpg.Connection, file_id: UUID, *, list_name: str, list_date: date
) -> dict[UUID, date]:
    """The entries that stand on a list and that no row of a file names, each with the day on which
    it ends by that."""
    rows = await conn.fetch(_NOT_NAMED, list_name, file_id, list_date)
    return {row["id"]: row["ended_on"] for row in rows}


async def add(
    conn: asyncpg.Connection,
    entries: Mapping[UUID, Entry],
    *,
    import_id: UUID,
    list_name: str,
    list_date: date,
    source: str,
    now: datetime,
) -> None:
    """Begin these entries, by their ids."""
    names = ("uscc", "name", "name_canonical", "legal_representative", "listed_on", "authority",
             "reference", "reason")  # fmt: skip
    await conn.execute(
        _ADD, import_id, list_name, list_date, source, now, list(entries),
        *([getattr(one, name) for one in entries.values()] for name in names),
    )  # fmt: skip


async def end(
    conn: asyncpg.Connection,
    ends: Mapping[UUID, date],
    *,
    why: Why,
    import_id: UUID | None,
    by: Person,
    now: datetime,
) -> None:
    """End these entries, each on a day."""
    if ends:
        await conn.execute(
            _END, list(ends), list(ends.values()), why, import_id, by.subject, by.name, now
        )


async def locked(conn: asyncpg.Connection, entry_id: UUID) -> asyncpg.Record | None:
    """An entry with its end, its row locked."""
    return await conn.fetchrow(
        """select e.*, x.ended_on, x.why as why_ended
           from listed_firms as e left join listed_firm_ends as x on x.entry_id = e.id
           where e.id = $1 for update of e""",
        entry_id,
    )


async def say(
    conn: asyncpg.Connection,
    verdict_id: UUID,
    *,
    entry_id: UUID,
    borrower_uscc: str,
    verdict: Verdict,
    reason: str,
    by: Person,
    now: datetime,
) -> None:
    """Keep what a person has found of a possible match."""
    await conn.execute(
        """insert into list_match_verdicts
               (id, entry_id, borrower_uscc, verdict, reason, said_by, said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        verdict_id, entry_id, borrower_uscc, verdict, reason, by.subject, by.name, now,
    )  # fmt: skip


async def keep_edition(
    conn: asyncpg.Connection, import_id: UUID, *, list_name: str, list_date: date
) -> None:
    """That an import named everybody who stood on the list."""
    await conn.execute(
        "insert into list_editions (import_id, list_name, list_date) values ($1, $2, $3)",
        import_id, list_name, list_date,
    )  # fmt: skip


async def newest_edition(conn: asyncpg.Connection, list_name: str) -> date | None:
    """The day of a list's newest whole edition."""
    found: date | None = await conn.fetchval(
        "select max(list_date) from list_editions where list_name = $1", list_name
    )
    return found


async def keep_import(
    conn: asyncpg.Connection,
    file_id: UUID,
    *,
    bank_code: str,
    list_name: str,
    list_date: date,
    source: str,
    document_id: UUID | None,
    whole: bool,
) -> None:
    """Keep which list a file of many rows is."""
    await conn.execute(
        """insert into list_imports
               (id, bank_code, list_name, list_date, source, document_id, whole)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        file_id, bank_code, list_name, list_date, source, document_id, whole,
    )  # fmt: skip


_FIRMS_OF: Final = """
with firm as (
    select id as entry_id, uscc from listed_firms where id = any($1::uuid[]) and uscc is not null
    union
    select entry_id, borrower_uscc from (
        select distinct on (entry_id, borrower_uscc) entry_id, borrower_uscc, verdict
        from list_match_verdicts where entry_id = any($1::uuid[])
        order by entry_id, borrower_uscc, id desc
    ) as said where verdict = $3
), affected as (
    select firm.entry_id, a.bank_code, a.borrower_uscc, max(a.borrower_name) as borrower_name
    from firm join applications as a on a.borrower_uscc = firm.uscc
    group by 1, 2, 3
), told as (
    insert into listed_firms_told as t
        (entry_id, bank_code, borrower_uscc, borrower_name, told_at)
    select *, $2 from affected order by 1, 2, 3
    on conflict (entry_id, bank_code, borrower_uscc)
        do update set stands = true, told_at = excluded.told_at where not t.stands
    returning entry_id, bank_code, borrower_uscc, borrower_name
)
"""
_TO_TELL: Final = """
select told.*, e.list_name, e.listed_on, e.list_date, e.source, x.ended_on, x.why as why_ended,
       array(select a.number from applications as a
             where a.bank_code = told.bank_code and a.borrower_uscc = told.borrower_uscc
               and a.state = any($4) order by a.id limit 50) as live_loans
from told join listed_firms as e on e.id = told.entry_id
left join listed_firm_ends as x on x.entry_id = e.id
order by told.entry_id, told.bank_code
"""


async def to_tell(
    conn: asyncpg.Connection, entry_ids: Collection[UUID], *, live: Sequence[str], now: datetime
) -> list[asyncpg.Record]:
    """Which banks are to be told of these entries: whose firms they are, and who were not told.
    `live` are the states of loans that are out."""
    same_firm: Verdict = "same_firm"
    rows: list[asyncpg.Record] = await conn.fetch(
        _FIRMS_OF + _TO_TELL, list(entry_ids), now, same_firm, list(live)
    )
    return rows


_NO_MORE: Final = """
with told as (
    update listed_firms_told set stands = false, told_at = $2
    where stands and entry_id = any($1::uuid[]) and ($3::text is null or borrower_uscc = $3)
    returning entry_id, bank_code, borrower_uscc, borrower_name
)
"""


async def no_more(
    conn: asyncpg.Connection,
    entry_ids: Collection[UUID],
    *,
    firm: str | None,
    live: Sequence[str],
    now: datetime,
) -> list[asyncpg.Record]:
    """Which banks were told of these entries, of one firm or of all, and are to hear that they
    ended."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _NO_MORE + _TO_TELL, list(entry_ids), now, firm, list(live)
    )
    return rows
