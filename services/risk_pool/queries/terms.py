"""The scheme's terms for what a pool decides on a day."""

from datetime import date

import asyncpg

from shared.postgres import published_schemes
from shared.schemes.scheme import SchemeNotInForce
from shared.schemes.terms import Terms


async def terms_on(conn: asyncpg.Connection, programme: str, day: date) -> Terms | None:
    """The terms for new entries on a day; None where the scheme is not in force."""
    try:
        return await published_schemes.terms_on(conn, programme, day)
    except SchemeNotInForce:
        return None
