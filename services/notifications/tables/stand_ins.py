"""Who stands in for whom, as `applications` has told it."""

from collections.abc import Sequence

import asyncpg

from shared.contracts.desk import AbsenceChangedV1

_REMEMBER = """
    insert into stand_ins (absence_id, person, person_name, delegate, from_day, to_day)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (absence_id) do update set to_day = excluded.to_day
"""


async def remember(conn: asyncpg.Connection, told: Sequence[AbsenceChangedV1]) -> None:
    """Absences as they are entered and ended, in the order told."""
    await conn.executemany(
        _REMEMBER,
        [
            (one.absence_id, one.person, one.person_name, one.delegate, one.from_day, one.to_day)
            for one in told
        ],
    )
