"""A programme's file as the measure in force, for a service that is measured by itself."""

from datetime import datetime

import asyncpg

from shared.clock import business_date
from shared.postgres.published_schemes import keep_published
from shared.schemes import library
from shared.schemes.publication import Publication, scheme_of


async def keep_file(conn: asyncpg.Connection, programme: str, *, now: datetime) -> None:
    """Keep the file of a programme as published from its first day on."""
    published = Publication(programme, *library.texts(programme))
    scheme = scheme_of(published, published.sha256)
    await keep_published(
        conn,
        published,
        in_force_from=scheme.valid_from,
        sha256=published.sha256,
        published_on=business_date(now),
    )
