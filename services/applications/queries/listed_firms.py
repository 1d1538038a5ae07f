"""The register of listed firms as it is answered: a bank sees the entries of its own firms only."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN
from services.applications.queries.owed import OUT_ONCE
from shared.life_cycle import Row
from shared.postgres.database import EVERYWHERE
from shared.postgres.literals import literals

_SEEN: Final = """
($1::text is null or exists (
    select from applications as mine
    where mine.bank_code = $1
      and (mine.borrower_uscc = e.uscc
           or (e.uscc is null and mine.borrower_name_canonical = e.name_canonical))))
"""
_ENTRY: Final = """
select e.*, x.ended_on, x.why as why_ended, x.said_by_name as ended_by_name
from listed_firms as e left join listed_firm_ends as x on x.entry_id = e.id
"""
_PAGE: Final = f"""
{_ENTRY}
where {_SEEN} and ($2::uuid is null or e.id < $2) and ($3::text is null or e.list_name = $3)
  and ($4::boolean is null or (x.entry_id is null) = $4)
  and ($5::text is null or e.uscc like $5 || '%' or e.name_canonical like $6)
order by e.id desc limit $7
"""
_MATCHES: Final = f"""
with firm as (
    select distinct borrower_uscc, borrower_name_canonical from applications
    where ($1::text is null or bank_code = $1) and ($2::text is null or borrower_uscc = $2)
), matched as (
    select e.id as entry_id, f.borrower_uscc from firm as f
    join listed_firms as e on e.uscc = f.borrower_uscc
    union
    select e.id, f.borrower_uscc from firm as f
    join listed_firms as e on e.uscc is null and e.name_canonical = f.borrower_name_canonical
)
select m.entry_id, m.borrower_uscc, held.*, e.list_name, e.list_date, e.source, e.uscc, e.name,
       e.legal_representative, e.listed_on, x.ended_on, x.why as why_ended,
       said.verdict, said.reason, said.said_by_name, said.said_at
from matched as m
join listed_firms as e on e.id = m.entry_id
left join listed_firm_ends as x on x.entry_id = e.id
left join lateral (
    select verdict, reason, said_by_name, said_at from list_match_verdicts as v
    where v.entry_id = m.entry_id and v.borrower_uscc = m.borrower_uscc
    order by v.id desc limit 1
) as said on true
join lateral (
    select max(a.borrower_name) as borrower_name, count(*) as cases,
           count(l.application_id) filter (where a.state in ({literals(IS_LOAN)})) as live_loans,
           coalesce(sum({OUT_ONCE}) filter (where a.state in ({literals(IS_LOAN)})), 0)::bigint
               as outstanding_fen,
           array_agg(distinct a.bank_code) as banks
    from applications as a left join loans as l on l.application_id = a.id
    where a.borrower_uscc = m.borrower_uscc and ($1::text is null or a.bank_code = $1)
) as held on true
where ($3::uuid is null or e.id = $3)
  and ($4::text is null or e.list_name = $4)
  and ($5::boolean is null or (e.uscc is null and said.verdict is null) = $5)
  and ($6::boolean is null or (x.entry_id is null) = $6)
  and ($7::uuid is null or (m.entry_id, m.borrower_uscc) < ($7, $8::text))
order by m.entry_id desc, m.borrower_uscc desc limit $9
"""


def bank_of(institution: str) -> str | None:
    """The bank whose firms are meant; None for the bureau, which sees all."""
    return None if institution == EVERYWHERE else institution


async def page(
    conn: asyncpg.Connection,
    *,
    institution: str,
    before: UUID | None,
    list_name: str | None,
    stands: bool | None,
    uscc: str | None,
    name_like: str | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Entries, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, bank_of(institution), before, list_name, stands, uscc, name_like, limit
    )
    return rows


async def entry(
    conn: asyncpg.Connection, entry_id: UUID, *, institution: str
) -> asyncpg.Record | None:
    """One entry; None where there is none, or it is of no firm of the bank's."""
    return await conn.fetchrow(
        f"{_ENTRY} where {_SEEN} and e.id = $2", bank_of(institution), entry_id
    )


async def matches(
    conn: asyncpg.Connection,
    *,
    institution: str,
    uscc: str | None = None,
    entry_id: UUID | None = None,
    list_name: str | None = None,
    unsaid: bool | None = None,
    stands: bool | None = None,
    after: tuple[UUID, str] | None = None,
    limit: int,
) -> list[asyncpg.Record]:
    """Firms of cases that an entry is, or may be of: by credit code, or by name alone."""
    last_entry, last_firm = after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        _MATCHES, bank_of(institution), uscc, entry_id, list_name, unsaid, stands, last_entry,
        last_firm, limit,
    )  # fmt: skip
    return rows


async def verdicts(
    conn: asyncpg.Connection, entry_id: UUID, firms: Sequence[str]
) -> list[asyncpg.Record]:
    """Everything that was ever said of an entry's possible matches with these firms, the last
    first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select * from list_match_verdicts
           where entry_id = $1 and borrower_uscc = any($2::text[]) order by id desc""",
        entry_id, list(firms),
    )  # fmt: skip
    return rows


async def bears_its_name(conn: asyncpg.Connection, name_canonical: str, borrower_uscc: str) -> bool:
    """Whether a firm of some case has this name."""
    found: bool = await conn.fetchval(
        """select exists (select from applications
                          where borrower_uscc = $1 and borrower_name_canonical = $2)""",
        borrower_uscc, name_canonical,
    )  # fmt: skip
    return found


async def firm_of_entry(
    conn: asyncpg.Connection, entry_id: UUID, borrower_uscc: str, *, bank: str
) -> str | None:
    """The name of a firm that an entry is, or may be, of; None where it is none of the bank's."""
    found = await matches(conn, institution=bank, uscc=borrower_uscc, entry_id=entry_id, limit=1)
    return found[0]["borrower_name"] if found else None


_HELD: Final = """
select e.list_name, count(*) filter (where x.entry_id is null) as standing,
       count(x.entry_id) as ended,
       (select max(d.list_date) from list_editions as d where d.list_name = e.list_name) as edition
from listed_firms as e left join listed_firm_ends as x on x.entry_id = e.id group by e.list_name
"""


async def held(conn: asyncpg.Connection) -> dict[str, Row]:
    """Of each list, what the register holds of it."""
    return {row["list_name"]: row for row in await conn.fetch(_HELD)}


async def editions(conn: asyncpg.Connection) -> dict[str, date]:
    """List → the day of its newest whole edition."""
    return {
        row["list_name"]: row["list_date"]
        for row in await conn.fetch(
            "select list_name, max(list_date) as list_date from list_editions group by 1"
        )
    }


async def repairs(
    conn: asyncpg.Connection,
    *,
    institution: str,
    entry_id: UUID | None = None,
    repair_id: UUID | None = None,
    states: Sequence[str] | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[asyncpg.Record]:
    """Credit repairs with the list of their entries, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select r.*, e.list_name, e.name, e.listed_on
           from credit_repairs as r join listed_firms as e on e.id = r.entry_id
           where ($1::text is null or r.bank_code = $1) and ($2::uuid is null or r.entry_id = $2)
             and ($3::uuid is null or r.id = $3) and ($4::text[] is null or r.state = any($4))
             and ($5::uuid is null or r.id < $5)
           order by r.id desc limit $6""",
        bank_of(institution), entry_id, repair_id,
        None if states is None else list(states), before, limit,
    )  # fmt: skip
    return rows


async def history(conn: asyncpg.Connection, repair_id: UUID) -> list[dict[str, Any]]:
    """The moves of a repair, the first one first."""
    rows = await conn.fetch(
        "select action, target, reason, name, role, at from case_moves"
        " where case_kind = 'credit_repair' and case_id = $1 order by version",
        repair_id,
    )
    return [dict(row) for row in rows]
