"""The programmes' measures in force, as a service's own database knows them.

Every decision asks here, never a file: which version binds a loan is a matter of its approval day.
The pool's service writes what two persons have published; the others what they have heard of it.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

import asyncpg

from shared.schemes.publication import Publication, known_by, scheme_of
from shared.schemes.scheme import Scheme, SchemeNotInForce
from shared.schemes.terms import Terms

_TABLES = (
    """
    create table published_schemes (
        programme text not null check (programme ~ '^[a-z][a-z0-9_]*$'),
        in_force_from date not null,
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        text text not null,
        common_text text not null,
        published_on date not null,
        primary key (programme, in_force_from)
    )
    """,
    """
    create function refuse_change_of_published() returns trigger language plpgsql as $$
    begin
        raise exception 'what was published of % is never changed or removed; publish a version',
            tg_table_name using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger never_changed before update or delete on published_schemes
        for each row execute function refuse_change_of_published()
    """,
    """
    create trigger never_emptied before truncate on published_schemes
        for each statement execute function refuse_change_of_published()
    """,
)


def create_tables(op: Any) -> None:
    """The published measures of a service, in a migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


class SchemeNotPublished(SchemeNotInForce):
    """No version of the programme is in force on that day, because none was published for it."""

    code: ClassVar[str] = "scheme-not-published"


class PublishedOtherwise(RuntimeError):
    """Another text is published from that day on: two stories of one programme, for a person."""


_ON_A_DAY = """
    select sha256, in_force_from from published_schemes
    where programme = $1 and in_force_from <= $2
    order by in_force_from desc limit 1
"""


async def scheme_on(conn: asyncpg.Connection, programme: str, day: date) -> Scheme:
    """The version of a programme that is in force on a day. Raises SchemeNotPublished."""
    found = await conn.fetchrow(_ON_A_DAY, programme, day)
    if found is None:
        raise SchemeNotPublished(
            f"方案 {programme} 没有已发布、在 {day} 施行的版本",
            f"No version of the scheme {programme} is published that is in force on {day}.",
            programme=programme,
            day=day.isoformat(),
        )
    scheme = known_by(found["sha256"])
    if scheme is None:
        row = await conn.fetchrow(
            """select text, common_text from published_schemes
               where programme = $1 and in_force_from = $2""",
            programme,
            found["in_force_from"],
        )
        publication = Publication(programme, row["text"], row["common_text"])
        scheme = scheme_of(publication, found["sha256"])
    return scheme


_ON_DAYS = """
    select asked.programme, asked.day, found.in_force_from
    from unnest($1::text[], $2::date[]) as asked (programme, day)
    cross join lateral (
        select in_force_from from published_schemes p
        where p.programme = asked.programme and p.in_force_from <= asked.day
        order by in_force_from desc limit 1) as found
"""


async def schemes_on(
    conn: asyncpg.Connection, asked: Collection[tuple[str, date]]
) -> dict[tuple[str, date], Scheme]:
    """The versions in force of programmes on days, (programme, day) → version, in as many questions
    as there are versions; nothing where none is in force."""
    pairs = sorted(asked)
    rows = await conn.fetch(_ON_DAYS, [name for name, _ in pairs], [day for _, day in pairs])
    versions: dict[tuple[str, date], Scheme] = {}
    found = {}
    for row in rows:
        version = (row["programme"], row["in_force_from"])
        if version not in versions:
            versions[version] = await scheme_on(conn, *version)
        found[row["programme"], row["day"]] = versions[version]
    return found


async def terms_on(
    conn: asyncpg.Connection, programme: str, day: date, mode: str | None = None
) -> Terms:
    """The terms of a day in a mode, without one in the first.

    Raises what `scheme_on` and `Scheme.terms` raise.
    """
    return (await scheme_on(conn, programme, day)).terms(on=day, mode=mode)


async def keep_published(
    conn: asyncpg.Connection,
    publication: Publication,
    *,
    in_force_from: date,
    sha256: str,
    published_on: date,
) -> None:
    """Keep what was published; what is known already changes nothing.

    Raises TextUnreadable where the bytes are not those of the hash or cannot be read here,
    PublishedOtherwise where other bytes hold from that day.
    """
    scheme_of(publication, sha256)
    await conn.execute(
        """insert into published_schemes
               (programme, in_force_from, sha256, text, common_text, published_on)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        publication.programme,
        in_force_from,
        sha256,
        publication.text,
        publication.common_text,
        published_on,
    )
    kept = await conn.fetchval(
        "select sha256 from published_schemes where programme = $1 and in_force_from = $2",
        publication.programme,
        in_force_from,
    )
    if kept != sha256:
        raise PublishedOtherwise(
            f"{publication.programme} from {in_force_from} is {kept} here, and not {sha256}"
        )
