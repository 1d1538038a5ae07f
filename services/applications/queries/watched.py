"""Rights that are pledged for living loans, each with what is known of it and what lies on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.extract_news import InExtract, News, dangers_told_by
from services.applications.domain.life_cycle import IS_LOAN
from services.applications.domain.pledge import LIVING
from services.applications.domain.right_facts import facts, goes_before_a_banks_word
from services.applications.domain.submission import RightKey
from services.applications.domain.watch import Danger
from services.applications.queries import extract_news, ranks, register
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_OFFERED: Final = f"""
select a.id as application_id, a.number as case_number, a.bank_code, a.pool_code, a.borrower_uscc,
       a.borrower_name, c.collateral_no, c.kind, c.number, c.nice_class, c.name, c.owner_uscc,
       c.owner_name, c.expires_on, r.id as right_id, l.loan_no, l.outstanding_fen, l.matures_on,
       p.registered_on, p.registration_no_canonical, extract.*
from applications as a
join collateral as c on c.application_id = a.id and c.revision = a.revision
join rights as r on (r.kind, r.number, r.nice_class) = (c.kind, c.number, c.nice_class)
join loans as l on l.application_id = a.id
left join pledge_registrations as p
    on p.application_id = a.id and p.collateral_no = c.collateral_no
-- The register's last extract that shows this pledge, or says that there is none. Rows from before the
-- number was kept show some pledge.
left join lateral (
    select x.file_id as not_shown_in, x.as_of as not_shown_on, f.filename as not_shown_file
    from (
        select x.* from extract_rows as x
        where (x.kind, x.number, x.nice_class) = (c.kind, c.number, c.nice_class)
          and x.bank_code in ('*', a.bank_code)
          and (not x.shows_pledge
               or x.shows_pledge
                  and coalesce(x.pledge_no_canonical = p.registration_no_canonical, true))
        order by x.as_of desc, x.file_id desc, x.line desc limit 1) as x
    left join bulk_files as f on f.id = x.file_id
    where not x.shows_pledge) as extract on true
where a.state in ({literals(IS_LOAN)}) and coalesce(p.state in ({literals(LIVING)}), true)
"""
_OF_LOANS: Final = f"""{_OFFERED} and a.id = any($1::uuid[]) order by a.id, c.collateral_no"""
# Loans that are out have an index of their own, of which this is read in its order.
_LOANS: Final = f"""
select a.id from applications as a where a.state in ({literals(IS_LOAN)}) and {{where}}
order by a.id limit {{limit}}
"""
_OF_RIGHTS: Final = f"""{_OFFERED}
  and (c.kind, c.number, c.nice_class) in (select * from unnest($1::text[], $2::text[], $3::int[]))
order by a.id, c.collateral_no
"""
_BURDENS: Final = """
select b.* from right_burdens as b
where (b.kind, b.number, b.nice_class) in (select * from unnest($1::text[], $2::text[], $3::int[]))
  and not exists (select from right_burden_ends as e where e.burden_id = b.id)
order by b.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A pledged right of a loan, as the loan's bank may know it."""

    row: Mapping[str, Any]
    known: Mapping[str, Any]
    burdens: Sequence[Mapping[str, Any]]
    news: Sequence[News]
    """What extracts say against it and nobody has dealt with."""

    def dangers(
        self, *, today: date, within_days: int
    ) -> tuple[tuple[Danger, InExtract | None], ...]:
        """What endangers it, each with the extract that alone says so."""
        return dangers_told_by(
            self.row, self.known, self.burdens, self.news, today=today, within_days=within_days
        )


async def watched(
    conn: asyncpg.Connection,
    *,
    own: str | None,
    bank: str | None,
    after: UUID | None,
    loans: int,
) -> tuple[list[Watched], UUID | None]:
    """The pledged rights of so many loans that are out behind `after`, and the last of these loans; None
    where there are no more. `own`: the bank that asks. Of what was said, only what the loan's own bank may
    read is looked at."""
    where, arguments = conditions(
        {"{} = a.bank_code": own, "a.bank_code = {}": bank, "a.id > {}": after}
    )
    found = await conn.fetch(_LOANS.format(where=where, limit=int(loans)), *arguments)
    ids: list[UUID] = [row["id"] for row in found]
    rows = await conn.fetch(_OF_LOANS, ids)
    return await _with_what_is_known(conn, rows), ids[-1] if len(ids) == loans else None


async def watched_of(conn: asyncpg.Connection, keys: Sequence[RightKey]) -> list[Watched]:
    """The same for the loans that these rights are pledged for."""
    rows = await conn.fetch(_OF_RIGHTS, *([key[n] for key in keys] for n in range(3)))
    return await _with_what_is_known(conn, rows)


async def _with_what_is_known(
    conn: asyncpg.Connection, rows: Sequence[asyncpg.Record]
) -> list[Watched]:
    keys = sorted({register.key_of(row) for row in rows})
    said = await register.statements(conn, keys)
    burdens: dict[RightKey, list[asyncpg.Record]] = {}
    for one in await living_burdens(conn, keys):
        burdens.setdefault(register.key_of(one), []).append(one)
    news = await extract_news.untaken(
        conn, [(register.key_of(row), row["bank_code"]) for row in rows]
    )
    order = await ranks.out_of_order(conn, list({row["application_id"] for row in rows}))
    return [
        _watched(
            dict(row) | {"in_register": order.get((row["application_id"], register.key_of(row)))},
            said, burdens, news,
        )
        for row in rows
    ]  # fmt: skip


async def living_burdens(
    conn: asyncpg.Connection, keys: Sequence[RightKey]
) -> list[asyncpg.Record]:
    """What lies on these rights and has not ended, as far as the reader may know it."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _BURDENS, *([key[n] for key in keys] for n in range(3))
    )
    return rows


def _watched(
    row: asyncpg.Record,
    said: Mapping[RightKey, Sequence[Mapping[str, Any]]],
    burdens: Mapping[RightKey, Sequence[Mapping[str, Any]]],
    news: Mapping[extract_news.OfLoan, Sequence[News]],
) -> Watched:
    key, readers = register.key_of(row), ("*", row["bank_code"])
    held = facts([one for one in said.get(key, []) if one["bank_code"] in readers])
    known: dict[str, Any] = {fact.field: fact.value for fact in held}
    for fact in held:
        if fact.field == "legal_status":
            known["status_as_of"] = fact.by["as_of"]
        if fact.field == "owner_uscc":
            known["owner_as_of"] = fact.by["as_of"]
        if fact.field == "owner_name" and goes_before_a_banks_word(fact.by):
            known["owner_name_as_of"] = fact.by["as_of"]
    own = [one for one in burdens.get(key, []) if one["bank_code"] in readers]
    untaken = news.get((key, row["bank_code"]), ())
    return Watched(
        row={**row, "not_shown_by": _not_shown_by(row)},
        known=known,
        burdens=own,
        news=extract_news.still_news(untaken, held, own),
    )


def _not_shown_by(row: Mapping[str, Any]) -> InExtract | None:
    if row["not_shown_in"] is None:
        return None
    return InExtract(
        file_id=row["not_shown_in"], as_of=row["not_shown_on"], filename=row["not_shown_file"]
    )


async def alerts(
    conn: asyncpg.Connection, case_ids: Sequence[UUID]
) -> dict[tuple[Any, ...], asyncpg.Record]:
    """What was told of these loans' rights: (case, collateral, code, day) → the alert."""
    rows = await conn.fetch(
        "select * from right_alerts where application_id = any($1::uuid[])", case_ids
    )
    return {
        (row["application_id"], row["collateral_no"], row["code"], row["due_on"]): row
        for row in rows
    }


async def measures(
    conn: asyncpg.Connection, alert_ids: Sequence[UUID]
) -> dict[UUID, list[asyncpg.Record]]:
    """What was done about alerts, the first one first."""
    rows = await conn.fetch(
        "select * from right_measures where alert_id = any($1::uuid[]) order by id", alert_ids
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["alert_id"], []).append(row)
    return found
