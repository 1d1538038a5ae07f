"""Public notices as they are read: by the people of the bureau, and by everybody."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain import objection
from services.risk_pool.domain.public_notice import LIVE, READABLE, SUBSIDY, Standing, State
from services.risk_pool.domain.subsidy import UNDECIDED
from shared.postgres.literals import literals

MOST_WAITING = 200
"""Of each kind so many are told at once."""
_SHOWN = f"n.state in ({literals(READABLE)}) and (n.shown_until is null or n.shown_until >= $1)"
"""What the public reads on a day ($1)."""
COUNTS = f"""
    (select count(*) from objections o where o.notice_id = n.id) as objections,
    (select count(*) from objections o where o.notice_id = n.id
        and o.state in ({literals(objection.OPEN)})) as open_objections,
    (select count(*) from objections o where o.notice_id = n.id and o.verdict = 'upheld'
        and o.decided_on is not null) as upheld
"""
OTHERS = """
    coalesce((select a.number from public_notices a
              where a.corrects = n.id and a.published_on is not null), '') as corrected_by
"""


async def find(conn: asyncpg.Connection, notice_id: UUID) -> asyncpg.Record | None:
    """A notice with its counts; None where the caller may know of none."""
    return await conn.fetchrow(
        f"""select n.*, p.name as pool_name, {COUNTS}, {OTHERS}
            from public_notices n join pools p on p.code = n.pool_code where n.id = $1""",
        notice_id,
    )


async def cases_of(conn: asyncpg.Connection, notice_id: UUID) -> list[asyncpg.Record]:
    """The cases of a list, in their order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from public_notice_cases where notice_id = $1 order by place", notice_id
    )
    return rows


async def correction_of(conn: asyncpg.Connection, notice_id: UUID) -> str | None:
    """The number of the notice that corrects this one and is not withdrawn."""
    number: str | None = await conn.fetchval(
        "select number from public_notices where corrects = $1 and removed_on is null",
        notice_id,
    )
    return number


async def claims_named(
    conn: asyncpg.Connection, pool_code: str, ids: Sequence[UUID]
) -> dict[UUID, asyncpg.Record]:
    """Those of these claims that are of the pool."""
    rows = await conn.fetch(
        "select * from claims where pool_code = $1 and id = any ($2)", pool_code, list(ids)
    )
    return {row["id"]: row for row in rows}


async def subsidies_named(
    conn: asyncpg.Connection, pool_code: str, ids: Sequence[UUID]
) -> dict[UUID, asyncpg.Record]:
    """Those of these subsidies that are of the pool."""
    rows = await conn.fetch(
        "select * from subsidies where pool_code = $1 and id = any ($2)", pool_code, list(ids)
    )
    return {row["id"]: row for row in rows}


async def claim_waits(conn: asyncpg.Connection, claim_id: UUID, *, review: int, step: str) -> bool:
    """Whether this step of this review is the claim's next one."""
    found: bool = await conn.fetchval(
        "select exists (select from claims where id = $1 and reviews = $2 and next_step = $3)",
        claim_id,
        review,
        step,
    )
    return found


async def live_of(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, but: UUID | None
) -> dict[UUID, str]:
    """Case → the number of the notice that it stands on and that is not over; `but` is left out."""
    rows = await conn.fetch(
        f"""select c.case_id, n.number from public_notice_cases c
            join public_notices n on n.id = c.notice_id
            where c.case_id = any ($1) and n.state in ({literals(LIVE)})
              and n.id is distinct from $2""",
        list(case_ids),
        but,
    )
    return {row["case_id"]: row["number"] for row in rows}


async def standing_of(
    conn: asyncpg.Connection, case_id: UUID, *, review: int = 0
) -> Standing | None:
    """How the last notice of a case stands that was not withdrawn or corrected; None without one."""
    row = await conn.fetchrow(
        f"""select n.number, n.state, n.last_day, c.outcome, {COUNTS}
            from public_notice_cases c join public_notices n on n.id = c.notice_id
            where c.case_id = $1 and c.review = $2 and n.removed_on is null
            order by n.id desc limit 1""",
        case_id,
        review,
    )
    if row is None:
        return None
    return Standing(
        number=row["number"], state=row["state"], last_day=row["last_day"],
        open_objections=row["open_objections"], outcome=row["outcome"],
    )  # fmt: skip


async def waiting_claims(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """Claims whose next step is the public notice and that stand on none, in the order of filing."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from claims k where pool_code = $1 and next_step = 'public_notice'
              and not exists (select from public_notice_cases c join public_notices n
                    on n.id = c.notice_id where c.case_id = k.id and n.state in ({literals(LIVE)}))
            order by filed_at, number limit {MOST_WAITING + 1}""",
        pool_code,
    )
    return rows


async def undecided_subsidies(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """Subsidies that are not decided and stand on no notice that is live or was favourable."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from subsidies k where pool_code = $1 and state in ({literals(UNDECIDED)})
              and reviewed_by is not null
              and not exists (select from public_notice_cases c join public_notices n
                    on n.id = c.notice_id
                    where c.case_id = k.id and c.case_kind = '{SUBSIDY}'
                      and (n.state in ({literals(LIVE)})
                           or (n.removed_on is null and c.outcome = 'favourable')))
            order by filed_at, number limit {MOST_WAITING + 1}""",
        pool_code,
    )
    return rows


async def due(conn: asyncpg.Connection, today: date) -> list[tuple[UUID, bool]]:
    """What the calendar does to notices: id, and whether it is to be published (else ended)."""
    rows = await conn.fetch(
        f"""select n.id, n.state = $2 as opens from public_notices n
            where (n.state = $2 and n.opens_on <= $1)
               or (n.state = $3 and n.last_day < $1 and not exists (
                    select from objections o where o.notice_id = n.id
                      and o.state in ({literals(objection.OPEN)})))
            order by n.id""",
        today,
        State.APPROVED,
        State.PUBLISHED,
    )
    return [(row["id"], row["opens"]) for row in rows]


async def read_by_all(conn: asyncpg.Connection, number: str, today: date) -> asyncpg.Record | None:
    """A notice that everybody may read today; None for any other."""
    return await conn.fetchrow(
        f"""select n.*, p.name as pool_name, {OTHERS} from public_notices n
            join pools p on p.code = n.pool_code where {_SHOWN} and n.number = $2""",
        today,
        number,
    )


async def page_for_all(
    conn: asyncpg.Connection,
    today: date,
    *,
    pool: str | None,
    firm: str | None,
    before: str | None,
    limit: int,
) -> list[asyncpg.Record]:
    """What everybody may read today, the newest first. `firm`: a part of the firm's name."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select n.*, p.name as pool_name, {OTHERS},
                   (select count(*) from public_notice_cases c where c.notice_id = n.id) as cases
            from public_notices n join pools p on p.code = n.pool_code
            where {_SHOWN} and ($2::text is null or n.pool_code = $2)
              and ($3::text is null or exists (
                    select from public_notice_cases c where c.notice_id = n.id
                      and position(lower($3) in lower(c.borrower_name)) > 0))
              and ($4::text is null or (n.published_on, n.number) < (
                    select o.published_on, o.number from public_notices o where o.number = $4))
            order by n.published_on desc, n.number desc limit {int(limit)}""",
        today,
        pool,
        firm,
        before,
    )
    return rows


async def pools_for_all(conn: asyncpg.Connection, today: date) -> list[dict[str, Any]]:
    """The pools of which there is something to read."""
    rows = await conn.fetch(
        f"""select distinct p.code, p.name from public_notices n
            join pools p on p.code = n.pool_code where {_SHOWN} order by p.code""",
        today,
    )
    return [dict(row) for row in rows]
