"""What extracts say against rights and nobody has dealt with, as a loan's bank may know it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from services.applications.domain.extract_compared import is_newer
from services.applications.domain.extract_news import InExtract, News
from services.applications.domain.right_facts import Fact
from services.applications.domain.submission import RightKey
from services.applications.queries import register

OfLoan = tuple[RightKey, str]
"""A right and the bank of the loan that it is pledged for."""

_NEWS: Final = """
select asked.bank, r.kind, r.number, r.nice_class, r.file_id, r.as_of, d.field, d.theirs, d.taken_as,
       f.filename
from unnest($1::text[], $2::text[], $3::int[], $4::text[]) as asked (kind, number, nice_class, bank)
join extract_rows as r
    on (r.kind, r.number, r.nice_class) = (asked.kind, asked.number, asked.nice_class)
   and r.bank_code in ('*', asked.bank)
join extract_differences as d on (d.file_id, d.line) = (r.file_id, r.line)
left join bulk_files as f on f.id = r.file_id
where d.is_bad_news and d.standing = 'open'
  and not exists (select from extract_takings as t where t.difference_id = d.id)
  -- A later extract that speaks of the same.
  and not exists (
      select from extract_rows as x
      where (x.kind, x.number, x.nice_class) = (r.kind, r.number, r.nice_class)
        and x.bank_code in ('*', asked.bank)
        and (x.as_of, x.file_id, x.line) > (r.as_of, r.file_id, r.line)
        and case when d.field = 'other_pledge'
                 then not x.shows_pledge or x.pledge_no_canonical = r.pledge_no_canonical
                 else d.field = any(x.speaks_of) end)
order by r.as_of, r.file_id, r.line, d.id
"""


async def untaken(conn: asyncpg.Connection, asked: Sequence[OfLoan]) -> dict[OfLoan, list[News]]:
    """Of each of these, the first one first."""
    wanted = sorted(set(asked))
    rows = await conn.fetch(
        _NEWS, *([key[n] for key, _ in wanted] for n in range(3)), [bank for _, bank in wanted]
    )
    found: dict[OfLoan, list[News]] = {}
    for row in rows:
        one = News(
            field=row["field"],
            theirs=row["theirs"],
            taken_as=row["taken_as"],
            by=InExtract(file_id=row["file_id"], as_of=row["as_of"], filename=row["filename"]),
        )
        found.setdefault((register.key_of(row), row["bank"]), []).append(one)
    return found


def still_news(
    news: Sequence[News], held: Sequence[Fact], burdens: Sequence[Mapping[str, Any]]
) -> tuple[News, ...]:
    """Without that of which the register or the bureau has said something of a later day, and what
    lies on the right by hand already."""
    facts = {fact.field: fact for fact in held}
    entered = {(one["burden"], one["party"]) for one in burdens}
    return tuple(
        one
        for one in news
        if not is_newer(facts.get(one.field), one.by.as_of)
        and (one.taken_as.get("burden"), one.taken_as.get("party")) not in entered
    )
