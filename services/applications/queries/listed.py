"""What the register of listed firms holds of firms, asked by whoever judges a case.

The register names no bank, so it is looked up without one; a bank is told of its own firm only.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.listed_firms import Listed, Register, Verdict
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.submission import Borrower

FirmKey = tuple[str, str]
"""Credit code and canonical name."""

_ENTRIES: Final = """
with asked as (
    select * from unnest($1::text[], $2::text[]) as asked (firm, firm_name)
), named as (
    select asked.*, e.* from asked join listed_firms as e on e.uscc = asked.firm
    union all
    select asked.*, e.* from asked
    join listed_firms as e on e.uscc is null and e.name_canonical = asked.firm_name
)
select named.firm, named.firm_name, named.id as entry_id, named.list_name, named.uscc,
       named.listed_on, named.list_date, named.source, x.ended_on, x.why as why_ended, said.verdict
from named
left join listed_firm_ends as x on x.entry_id = named.id
left join lateral (
    select verdict from list_match_verdicts as v
    where v.entry_id = named.id and v.borrower_uscc = named.firm
    order by v.id desc limit 1
) as said on true
order by named.listed_on desc, named.id desc
"""
_EDITIONS: Final = """
select list_name, max(list_date) as list_date from list_editions
where list_date <= $1 group by list_name
"""


_OF_CASES: Final = """
with firm as (select distinct borrower_uscc as uscc from applications where id = any($1::uuid[]))
select e.id from firm join listed_firms as e on e.uscc = firm.uscc
union
select entry_id from (
    select distinct on (v.entry_id, v.borrower_uscc) v.entry_id, v.verdict
    from firm join list_match_verdicts as v on v.borrower_uscc = firm.uscc
    order by v.entry_id, v.borrower_uscc, v.id desc
) as said where verdict = $2
"""


async def register_of(conn: asyncpg.Connection, firm: Borrower, *, today: date) -> Register:
    """What the register holds that is, or may be, a firm's, as of a day."""
    found = await registers_of(conn, [firm], today=today)
    return found[firm.uscc, firm.name_canonical]


async def registers_of(
    conn: asyncpg.Connection, firms: Sequence[Borrower | Pledgor], *, today: date
) -> Mapping[FirmKey, Register]:
    """The same of many firms."""
    keys = sorted({(one.uscc or "", one.name_canonical) for one in firms})
    entries: dict[FirmKey, list[Listed]] = {key: [] for key in keys}
    for row in await conn.fetch(_ENTRIES, [key[0] for key in keys], [key[1] for key in keys]):
        firm, firm_name, *values = row
        names = list(row.keys())[2:]
        entries[firm, firm_name].append(Listed(**dict(zip(names, values, strict=True))))
    editions = {row["list_name"]: row["list_date"] for row in await conn.fetch(_EDITIONS, today)}
    return {key: Register(entries=found, editions=editions) for key, found in entries.items()}


async def entries_of(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[UUID]:
    """The entries that are of firms of these cases: by credit code, or because a person has found
    so."""
    same_firm: Verdict = "same_firm"
    rows = await conn.fetch(_OF_CASES, list(case_ids), same_firm)
    return [row["id"] for row in rows]
