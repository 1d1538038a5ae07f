"""Policies and guarantees as they are read: lists, those of a case, totals. A bank finds its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.enhancement import NOT_ENDED, Enhancement, Promise
from shared.postgres.literals import literals

_WITH_ITS_CASE: Final = """
select e.*, a.number as case_number, a.pool_code, f.number as first_number, last.ends_on
from enhancements as e
join lateral (
    select ends_on from enhancement_versions where enhancement_id = e.id
    order by version_no desc limit 1
) as last on true
left join applications as a on a.id = e.application_id
left join enhancements as f on f.id = e.first_id
"""
_VERSIONS: Final = """
select * from enhancement_versions where enhancement_id = any($1::uuid[])
order by enhancement_id, version_no
"""
_OPEN: Final = literals(NOT_ENDED)
_PAGE: Final = f"""
{_WITH_ITS_CASE}
where e.form = $1 and ($2 = '*' or e.bank_code = $2)
  and ($3::uuid is null or e.application_id = $3) and ($4::text is null or e.firm_uscc = $4)
  and ($5::text is null or e.issuer_uscc = $5) and ($6::text is null or e.kind = $6)
  and ($7::date is null or (e.state in ({_OPEN}) and last.ends_on >= $7))
  and ($8::date is null or last.ends_on <= $8)
  and ($9::date is null or (last.ends_on, e.id) > ($9, $10::uuid))
order by last.ends_on, e.id limit $11
"""
_TOTALS: Final = """
select to_char(v.begins_on, 'YYYY-MM') as month, e.kind, e.issuer_uscc,
       max(e.issuer_name) as issuer_name, count(*) as policies,
       sum(v.amount_fen)::bigint as insured_fen,
       coalesce(sum(v.price_fen), 0)::bigint as premium_fen
from enhancements as e
join lateral (
    select * from enhancement_versions where enhancement_id = e.id
    order by version_no desc limit 1
) as v on true
where e.form = 'policy' and ($1 = '*' or e.bank_code = $1) and v.begins_on between $2 and $3
group by 1, 2, 3 order by 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which of a form a list shows; None leaves a column alone."""

    form: str
    case_id: UUID | None = None
    firm_uscc: str | None = None
    issuer_uscc: str | None = None
    kind: str | None = None
    not_over_on: date | None = None
    """Only those that are neither ended nor over on this day."""
    within_days: int | None = None
    """Of these, only those whose last day comes so soon."""


Shown = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]
"""A row with its versions, the first one first."""


async def page(
    conn: asyncpg.Connection, wanted: Wanted, *, institution: str,
    after: tuple[date, UUID] | None, limit: int,
) -> list[Shown]:  # fmt: skip
    """Those that are wanted, the first to end first, behind `after`."""
    until = None
    if wanted.not_over_on is not None and wanted.within_days is not None:
        until = wanted.not_over_on + timedelta(days=wanted.within_days)
    rows = await conn.fetch(
        _PAGE, wanted.form, institution, wanted.case_id, wanted.firm_uscc, wanted.issuer_uscc,
        wanted.kind, wanted.not_over_on, until, *(after or (None, None)), limit,
    )  # fmt: skip
    return await with_versions(conn, rows)


async def one(
    conn: asyncpg.Connection, enhancement_id: UUID, *, form: str, institution: str
) -> Shown | None:
    """One of a form; None where the caller may know of none."""
    rows = await conn.fetch(
        f"{_WITH_ITS_CASE} where e.id = $1 and e.form = $2 and ($3 = '*' or e.bank_code = $3)",
        enhancement_id,
        form,
        institution,
    )
    found = await with_versions(conn, rows)
    return found[0] if found else None


async def of_case(conn: asyncpg.Connection, case_id: UUID) -> list[Shown]:
    """Every policy and guarantee of a case that the caller may see."""
    rows = await conn.fetch(f"{_WITH_ITS_CASE} where e.application_id = $1 order by e.id", case_id)
    return await with_versions(conn, rows)


async def totals(
    conn: asyncpg.Connection, *, institution: str, since: date, until: date
) -> list[asyncpg.Record]:
    """Policies that begin in a span of time, by month, kind and insurer, as they stand now."""
    rows: list[asyncpg.Record] = await conn.fetch(_TOTALS, institution, since, until)
    return rows


def as_enhancement(shown: Shown) -> Enhancement:
    """The value that the rules look at."""
    row, versions = shown
    return Enhancement(
        id=row["id"],
        form=row["form"],
        kind=row["kind"],
        versions=[as_promise(version) for version in versions],
        ended_on=row["ended_on"],
    )


def as_promise(version: Mapping[str, Any]) -> Promise:
    """A kept version as a value."""
    return Promise(**{name: version[name] for name in Promise.__dataclass_fields__})


async def with_versions(conn: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[Shown]:
    """Rows of enhancements with all that was said of them."""
    found: dict[UUID, list[Mapping[str, Any]]] = {row["id"]: [] for row in rows}
    for version in await conn.fetch(_VERSIONS, list(found)):
        found[version["enhancement_id"]].append(version)
    return [(row, found[row["id"]]) for row in rows]
