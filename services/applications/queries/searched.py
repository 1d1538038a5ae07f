"""What is meant by words in a search: cases, rights and firms.

First the few that the words name are gathered, each way by an index. Where they are many, the list is walked
in its order and asked row by row: what is meant by many is met soon.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from services.applications.queries.register import key_of
from shared import canonical
from shared.ip_numbers import possible_numbers
from shared.postgres.database import EVERYWHERE
from shared.postgres.known_names import containing_part
from shared.postgres.literals import containing
from shared.schemes.vocabulary import IP_KINDS

MOST: Final = 5_000
"""Of more a list is walked."""
_LAST: Final = "\U0010ffff"
"""Behind every text that begins so, in the order of the signs' codes."""

Conditions = Mapping[str, Any]

# $1 a number as it is compared, $2 and $3 from where to where a beginning reaches, $4 and $5 the same of a
# credit code, $6 names, $7 numbers of rights, $8 the bank that asks, $9 a serial or null.
_CASES: Final = f"""
select id from (
    select id from applications
    where number collate "C" >= $2 and number collate "C" < $3 {{own}}
    union all
    select a.id from number_blocks as block
    join applications as a
        on a.number = block.prefix || '-' || block.year || '-' || lpad($9::text, 6, '0')
    where $9 is not null and block.next_serial > $9::bigint
    union all
    select id from applications
    where borrower_uscc in (select uscc from borrowers
                            where uscc collate "C" >= $4 and uscc collate "C" < $5) {{own}}
    union all
    select id from applications where borrower_name_canonical = any($6::text[]) {{own}}
    union all
    select application_id from collateral where number = any($7::text[]) {{own}}
    union all
    select application_id from loans where loan_no_canonical = $1
    union all
    select application_id from pledge_registrations where registration_no_canonical = $1
) as meant
where coalesce($8::text, '') is not null limit {MOST + 1}
"""
_FIRMS: Final = f"""
select uscc from (
    select uscc from borrowers where uscc collate "C" >= $1 and uscc collate "C" < $2 {{own}}
    union all
    select owner_uscc from right_statements
    where owner_uscc collate "C" >= $1 and owner_uscc collate "C" < $2
    union all
    select borrower_uscc from applications where borrower_name_canonical = any($3::text[]) {{own}}
    union all
    select owner_uscc from right_statements
    where owner_uscc is not null and owner_name_canonical = any($3::text[])
) as meant
where coalesce($4::text, '') is not null limit {MOST + 1}
"""
_RIGHTS: Final = f"""
select kind, number, nice_class from (
    select kind, number, nice_class, bank_code from right_statements
    where kind = any($1::text[]) and number = any($2::text[])
    union all
    select kind, number, nice_class, bank_code from right_statements
    where owner_name_canonical = any($3::text[])
    union all
    select kind, number, nice_class, bank_code from right_statements
    where name_canonical = any($3::text[])
    union all
    select kind, number, nice_class, bank_code from right_statements where owner_uscc = $4
) as meant
where $5::text is null or bank_code in ($5, '{EVERYWHERE}') limit {MOST + 1}
"""


async def cases(conn: asyncpg.Connection, q: str | None, *, own: str | None) -> Conditions:
    """Cases whose number begins so or ends with just this serial, whose firm's credit code begins so or
    whose name contains the words, and those that have a right, a loan or an entry in a register with just
    this number: however it is spelled. `own`: the bank that asks."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    number, code = canonical.number(words), canonical.compact(words) or words
    names = await containing_part(conn, words)
    if names is not None:
        serial = words.lstrip("0") if words.isascii() and words.isdigit() else None
        rows = await conn.fetch(
            _own(_CASES, own, "$8"), number, words, words + _LAST, code, code + _LAST, names,
            sorted(possible_numbers(words)), own, serial or None,
        )  # fmt: skip
        if len(rows) <= MOST:
            return {"id = any({}::uuid[])": [row["id"] for row in rows]}
    like = containing(words)
    begins, code_begins = (containing(one).removeprefix("%") for one in (words, code))
    said = "(number like {} or borrower_uscc like {} or borrower_name_canonical like {})"
    return {said: (begins, code_begins, like)}


async def firms(conn: asyncpg.Connection, q: str | None, *, own: str | None) -> Conditions:
    """Firms whose credit code begins so, or that somebody calls so in any spelling."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    code = canonical.compact(words) or words
    names = await containing_part(conn, words)
    if names is not None:
        rows = await conn.fetch(_own(_FIRMS, own, "$4"), code, code + _LAST, names, own)
        if len(rows) <= MOST:
            return {"uscc = any({}::text[])": sorted({row["uscc"] for row in rows})}
    said = """(uscc like {} or exists (
        select from applications as a where a.borrower_uscc = uscc and a.borrower_name_canonical like {}
        union all
        select from right_statements as s where s.owner_uscc = uscc and s.owner_name_canonical like {}))"""
    like = containing(words)
    return {said: (containing(code).removeprefix("%"), like, like)}


async def rights(conn: asyncpg.Connection, q: str | None, *, own: str | None) -> Conditions:
    """Rights with just this number, that are called so in part, or whose owner is, or has this credit code:
    as somebody says whom the reader may know."""
    words = canonical.plain(q) if q else ""
    if not words:
        return {}
    code, numbers = canonical.compact(words) or words, sorted(possible_numbers(words))
    names = await containing_part(conn, words)
    if names is not None:
        rows = await conn.fetch(_RIGHTS, sorted(IP_KINDS), numbers, names, code, own)
        if len(rows) <= MOST:
            return _of_keys(sorted({key_of(row) for row in rows}))
    said = """exists (select from right_statements as s
        where (s.kind, s.number, s.nice_class) = (r.kind, r.number, r.nice_class)
          and (s.owner_name_canonical like {} or replace(s.name_canonical, ' ', '') like {}) offset 0)"""
    like = containing(words)
    return {said: (like, like)}


def _of_keys(keys: Sequence[tuple[str, str, int]]) -> Conditions:
    within = """(r.kind, r.number, r.nice_class) in (
        select * from unnest({}::text[], {}::text[], {}::int[]))"""
    return {within: tuple([key[n] for key in keys] for n in range(3))}


def _own(statement: str, own: str | None, place: str) -> str:
    """With the bank said beside row-level security, which can use no index."""
    return statement.format(own="" if own is None else f"and bank_code = {place}")
