"""A session as it is kept at the server, and what a place to keep sessions must be able to do.

The browser holds a random id only. Where sessions lie its SHA-256 stands for it, so that whoever
reads the table cannot become anybody; what a session holds is encrypted by the console's secret.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class KeptSession:
    """One browser's session from the login to its end. Texts that only the console can read stand
    encrypted."""

    number: UUID
    """How people name it: it opens nothing."""
    key: bytes
    """SHA-256 of the id in the browser's cookie."""
    subject: str
    account: str
    """The `sub` of the tokens, by which the provider ends it."""
    name: str
    provider_session: str
    """The provider's `sid`; "" where it names none."""
    browser: str
    started_at: datetime
    seen_at: datetime
    person: str
    """Encrypted: who it is, with the tokens; "" once it has ended."""
    rest: str
    """Encrypted: the id of its forms, a notice for the next page."""
    form: str = ""
    """Encrypted: what was typed into a form that was sent after the end."""
    ended_at: datetime | None = None
    ended_by: str = ""
    institution: str = ""
    """Whose people it is of, by which a bank's admin finds his own; "" where it began before this was
    kept."""


@dataclass(frozen=True)
class Lasting:
    """The sessions that live at a moment: begun after one time and used after another."""

    begun_after: datetime
    used_after: datetime

    def includes(self, session: KeptSession) -> bool:
        """Whether a session lives."""
        return (
            session.ended_at is None
            and session.started_at > self.begun_after
            and session.seen_at > self.used_after
        )


class Renewing(Protocol):
    """A session that nobody else renews at the same time."""

    session: KeptSession

    async def keep(self, person: str) -> None:
        """Keep the renewed person."""


class SessionStore(Protocol):
    """Where sessions lie: `SessionsInDatabase`, or for trying out `SessionsInMemory`."""

    async def begin(self, session: KeptSession) -> None:
        """Keep a new session."""

    async def find(self, key: bytes) -> KeptSession | None:
        """The session of a browser's id, ended or not."""

    async def change(self, key: bytes, *, rest: str) -> None:
        """Keep what a page has changed."""

    async def seen(self, key: bytes, at: datetime) -> None:
        """Somebody has used it."""

    async def keep_form(self, key: bytes, form: str) -> None:
        """Keep what was typed; "" forgets it."""

    def renewing(self, key: bytes) -> AbstractAsyncContextManager[Renewing | None]:
        """A session for whoever renews its tokens, one at a time; None where it has ended."""

    async def living(
        self, lasting: Lasting, *, subject: str = "", institution: str = ""
    ) -> list[KeptSession]:
        """Sessions that live, the latest used first; of one person or institution, or 200 of all."""

    async def end(
        self,
        *,
        at: datetime,
        by: str,
        key: bytes = b"",
        number: UUID | None = None,
        subject: str = "",
        account: str = "",
        provider_session: str = "",
        institution: str = "",
        but: bytes = b"",
    ) -> int:
        """End sessions that fit every criterion named; how many. `but` is left alone. A person's tokens
        are forgotten at once."""  # fmt: skip

    async def first_time(self, token_id: str, until: datetime) -> bool:
        """Whether a logout token with this id has not been heard before."""

    async def forget(self, before: datetime) -> None:
        """Drop what began before, and ids of logout tokens that are over."""

    async def close(self) -> None:
        """Give back what was opened."""


class SessionsInMemory:
    """Sessions of one process that ends with them: for trying out, and refused in production."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, KeptSession] = {}
        self._token_ids: dict[str, datetime] = {}
        self._renewing = asyncio.Lock()

    async def begin(self, session: KeptSession) -> None:
        """See `SessionStore`; so are all others."""
        self._sessions[session.key] = session

    async def find(self, key: bytes) -> KeptSession | None:
        return self._sessions.get(key)

    async def change(self, key: bytes, *, rest: str) -> None:
        self._change(key, rest=rest)

    async def seen(self, key: bytes, at: datetime) -> None:
        self._change(key, seen_at=at)

    async def keep_form(self, key: bytes, form: str) -> None:
        self._change(key, form=form)

    @asynccontextmanager
    async def renewing(self, key: bytes) -> AsyncIterator[Renewing | None]:
        async with self._renewing:
            session = self._sessions.get(key)
            alive = session is not None and session.ended_at is None
            yield _RenewingInMemory(self, session) if session and alive else None

    async def living(
        self, lasting: Lasting, *, subject: str = "", institution: str = ""
    ) -> list[KeptSession]:
        found = [
            one
            for one in self._sessions.values()
            if lasting.includes(one)
            and subject in ("", one.subject)
            and institution in ("", one.institution)
        ]
        return sorted(found, key=lambda one: one.seen_at, reverse=True)[:200]

    async def end(
        self, *, at: datetime, by: str, key: bytes = b"", number: UUID | None = None,
        subject: str = "", account: str = "", provider_session: str = "", institution: str = "",
        but: bytes = b"",
    ) -> int:  # fmt: skip
        found = [
            one
            for one in self._sessions.values()
            if one.ended_at is None
            and one.key != but
            and key in (b"", one.key)
            and number in (None, one.number)
            and subject in ("", one.subject)
            and account in ("", one.account)
            and provider_session in ("", one.provider_session)
            and institution in ("", one.institution)
        ]
        for one in found:
            self._change(one.key, ended_at=at, ended_by=by, person="")
        return len(found)

    async def first_time(self, token_id: str, until: datetime) -> bool:
        is_new = token_id not in self._token_ids
        self._token_ids.setdefault(token_id, until)
        return is_new

    async def forget(self, before: datetime) -> None:
        self._sessions = {
            key: one for key, one in self._sessions.items() if one.started_at >= before
        }
        self._token_ids = {
            token_id: until for token_id, until in self._token_ids.items() if until >= before
        }

    async def close(self) -> None:
        """Nothing is open."""

    def _change(self, key: bytes, **changes: object) -> None:
        if key in self._sessions:
            self._sessions[key] = replace(self._sessions[key], **changes)  # type: ignore[arg-type]


@dataclass
class _RenewingInMemory:
    store: SessionsInMemory
    session: KeptSession

    async def keep(self, person: str) -> None:
        self.store._change(self.session.key, person=person)
