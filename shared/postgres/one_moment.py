"""A database as one answer of many parts reads it: every look goes into the same two transactions.

Each part opens a transaction of its own when it is asked for alone. Twenty parts of one answer would open
twenty, which costs more than what they read.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.postgres.database import Database


class OneMoment(Database):
    """Reads alone, as one institution, one after the other. There is no pool behind it, so what writes fails."""

    def __init__(
        self,
        database: Database,
        institution: str,
        connection: asyncpg.Connection,
        session: AsyncSession,
    ) -> None:
        self.url = database.url
        self._institution = institution
        self._connection = connection
        self._session = session

    @asynccontextmanager
    async def looking(self, institution: str) -> AsyncIterator[asyncpg.Connection]:
        """The transaction that is open."""
        self._must_be_the_reader(institution)
        yield self._connection

    @asynccontextmanager
    async def reading(self, institution: str) -> AsyncIterator[AsyncSession]:
        """The session that is open."""
        self._must_be_the_reader(institution)
        yield self._session

    def _must_be_the_reader(self, institution: str) -> None:
        # Row-level security was told once whose eyes look; nobody else's look through them.
        assert institution is self._institution, "an answer is read with its reader's eyes alone"


@asynccontextmanager
async def at_one_moment(database: Database, institution: str) -> AsyncIterator[OneMoment]:
    """Both ways to read, opened once, for as long as the block lasts."""
    async with database.looking(institution) as connection:
        async with database.reading(institution) as session:
            yield OneMoment(database, institution, connection, session)
