"""Sessions in PostgreSQL: they outlive a restart, and every process of the console knows the same."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.console.login.kept import KeptSession, Lasting, Renewing
from services.console.tables.own import OwnDatabase

_COLUMNS = tuple(one.name for one in fields(KeptSession))
_FOUND = f"select {', '.join(_COLUMNS)} from sessions"
_BEGIN = f"""
    insert into sessions ({", ".join(_COLUMNS)})
    values ({", ".join(f"${at}" for at in range(1, len(_COLUMNS) + 1))})
"""
_LIVING = f"""
    {_FOUND}
    where ended_at is null and started_at > $1 and seen_at > $2 and ($3 = '' or subject = $3)
      and ($4 = '' or institution = $4)
    order by seen_at desc limit 200
"""
_END = """
    update sessions set ended_at = $1, ended_by = $2, person = ''
    where ended_at is null and key <> $8
      and ($3::bytea = '' or key = $3) and ($4::uuid is null or number = $4)
      and ($5 = '' or subject = $5) and ($6 = '' or account = $6)
      and ($7 = '' or provider_session = $7) and ($9 = '' or institution = $9)
"""


class SessionsInDatabase:
    """The table `sessions` of the console's own database."""

    def __init__(self, database: OwnDatabase) -> None:
        self._database = database

    async def begin(self, session: KeptSession) -> None:
        """See `SessionStore`; so are all others."""
        await self._database.execute(_BEGIN, *(getattr(session, name) for name in _COLUMNS))

    async def find(self, key: bytes) -> KeptSession | None:
        row = await (await self._database.connected()).fetchrow(f"{_FOUND} where key = $1", key)
        return _session(row) if row else None

    async def change(self, key: bytes, *, rest: str) -> None:
        await self._database.execute("update sessions set rest = $2 where key = $1", key, rest)

    async def seen(self, key: bytes, at: datetime) -> None:
        await self._database.execute(
            "update sessions set seen_at = greatest(seen_at, $2) where key = $1", key, at
        )

    async def keep_form(self, key: bytes, form: str) -> None:
        await self._database.execute("update sessions set form = $2 where key = $1", key, form)

    @asynccontextmanager
    async def renewing(self, key: bytes) -> AsyncIterator[Renewing | None]:
        async with (
            (await self._database.connected()).acquire() as connection,
            connection.transaction(),
        ):
            row = await connection.fetchrow(
                f"{_FOUND} where key = $1 and ended_at is null for update", key
            )
            yield _RenewingInDatabase(connection, _session(row)) if row else None

    async def living(
        self, lasting: Lasting, *, subject: str = "", institution: str = ""
    ) -> list[KeptSession]:
        rows = await self._database.fetch(
            _LIVING, lasting.begun_after, lasting.used_after, subject, institution
        )
        return [_session(row) for row in rows]

    async def end(
        self, *, at: datetime, by: str, key: bytes = b"", number: UUID | None = None,
        subject: str = "", account: str = "", provider_session: str = "", institution: str = "",
        but: bytes = b"",
    ) -> int:  # fmt: skip
        done = await self._database.execute(
            _END, at, by, key, number, subject, account, provider_session, but, institution
        )
        return int(done.rpartition(" ")[2])

    async def first_time(self, token_id: str, until: datetime) -> bool:
        done = await self._database.execute(
            "insert into logout_tokens (id, until) values ($1, $2) on conflict do nothing",
            token_id,
            until,
        )
        return done.endswith(" 1")

    async def forget(self, before: datetime) -> None:
        await self._database.execute("delete from sessions where started_at < $1", before)
        await self._database.execute("delete from logout_tokens where until < $1", before)

    async def close(self) -> None:
        await self._database.close()


@dataclass
class _RenewingInDatabase:
    connection: asyncpg.Connection
    session: KeptSession

    async def keep(self, person: str) -> None:
        await self.connection.execute(
            "update sessions set person = $2 where key = $1", self.session.key, person
        )


def _session(row: Mapping[str, Any]) -> KeptSession:
    return KeptSession(**{name: row[name] for name in _COLUMNS})
