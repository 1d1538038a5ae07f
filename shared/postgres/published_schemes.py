"""The programmes' measures in force, as a service's own database knows them.

Every decision asks here, never a file: which version binds a loan is a matter of its approval day.
"""

from datetime import date

import asyncpg

from shared.schemes import library
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms


async def scheme_on(conn: asyncpg.Connection, programme: str, day: date) -> Scheme:
    """The version of a programme that is in force on a day. Raises NoSuchScheme."""
    return library.load(programme)


async def terms_on(
    conn: asyncpg.Connection, programme: str, day: date, mode: str | None = None
) -> Terms:
    """The terms of a day in a mode, without one in the first.

    Raises what `scheme_on` and `Scheme.terms` raise.
    """
    return (await scheme_on(conn, programme, day)).terms(on=day, mode=mode)
