"""What may be done with sessions: begin, use, renew, end; and how long they last."""

import hashlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from uuid6 import uuid7

from services.console.login.kept import KeptSession, Lasting, SessionStore
from shared.postgres.transient import is_transient

log = logging.getLogger(__name__)

PERSON = "person"
"""The key of a session that holds who is logged in, with the tokens."""
FORMS = "sid"
"""The key that holds the id of a session's forms."""
_NOTED_EVERY = timedelta(seconds=15)
"""The use of a session is noted no more often."""
_KEPT_AFTER = timedelta(days=2)
"""After its beginning a session is forgotten: it has ended before, and nobody comes back for a form."""


class Cipher(Protocol):
    """Makes texts that only the console can read, and reads them."""

    def encrypt(self, content: Mapping[str, Any]) -> str:
        """The encrypted text."""

    def decrypt(self, encrypted: str, *, oldest_seconds: float | None = None) -> dict[str, Any]:
        """What is in it; empty where it is forged or too old."""


@dataclass(frozen=True)
class Opened:
    """The session of a request's cookie, and whether it still lives."""

    kept: KeptSession
    is_alive: bool
    cipher: Cipher

    def content(self) -> dict[str, Any]:
        """The person and what pages keep for the next one."""
        person = self.cipher.decrypt(self.kept.person)
        # None where the secret has changed since: then everybody logs in anew.
        return self.cipher.decrypt(self.kept.rest) | ({PERSON: person} if person else {})

    def typed(self) -> dict[str, Any]:
        """What was typed into a form that came too late; empty where there is none."""
        return self.cipher.decrypt(self.kept.form) if self.kept.form else {}

    @property
    def forms(self) -> str:
        """The id of the session's forms, also after its end."""
        return str(self.cipher.decrypt(self.kept.rest).get(FORMS, ""))


class Sessions:
    """All sessions of the console. `idle` and `longest` say how long one lasts unused, and at all."""

    def __init__(
        self,
        store: SessionStore,
        cipher: Cipher,
        *,
        idle: timedelta,
        longest: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._idle = idle
        self._longest = longest
        self.now = now

    async def open(self, session_id: str, *, is_used: bool) -> Opened | None:
        """The session of a browser's id. `is_used`: somebody sits before it, and it goes on."""
        kept = await self._store.find(_key(session_id))
        if kept is None:
            return None
        now = self.now()
        is_alive = self._lasting().includes(kept)
        if is_alive and is_used and now - kept.seen_at > _NOTED_EVERY:
            await self._store.seen(kept.key, now)
        return Opened(kept, is_alive, self._cipher)

    async def begin(self, session: Mapping[str, Any], *, browser: str, after: Opened | None) -> str:
        """Keep the session of somebody who has just logged in; the id for his browser. The one that
        this browser had before ends; what the same person had typed there goes on."""
        person, now = session[PERSON], self.now()
        session_id = secrets.token_urlsafe(32)
        form = ""
        if after is not None:
            if after.kept.account == person["account"]:
                form = after.kept.form
            await self._store.keep_form(after.kept.key, "")
            await self._store.end(at=now, by=after.kept.subject, key=after.kept.key)
        await self._store.begin(
            KeptSession(
                number=uuid7(),
                key=_key(session_id),
                subject=person["subject"],
                account=person["account"],
                name=person["name"],
                provider_session=str(person.get("provider_session", "")),
                browser=browser[:300].replace("\x00", ""),
                started_at=now,
                seen_at=now,
                person=self._cipher.encrypt(person),
                rest=self._cipher.encrypt(_rest(session)),
                form=form,
                institution=str(person["institution"]),
            )
        )
        await self._store.forget(now - _KEPT_AFTER)
        return session_id

    async def change(self, opened: Opened, session: Mapping[str, Any]) -> None:
        """Keep what pages have changed; the person is changed by `renewed` alone, so that a slow page
        does not bring old tokens back."""
        if json.dumps(_rest(session), sort_keys=True) != json.dumps(
            self._cipher.decrypt(opened.kept.rest), sort_keys=True
        ):
            await self._store.change(opened.kept.key, rest=self._cipher.encrypt(_rest(session)))

    async def renewed(
        self,
        opened: Opened,
        is_fresh: Callable[[Mapping[str, Any]], bool],
        renew: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any] | None]],
    ) -> dict[str, Any] | None:
        """The person with fresh tokens, fetched once however many requests need them; None where the
        provider gives none, or the session has ended."""
        async with self._store.renewing(opened.kept.key) as renewing:
            if renewing is None:
                return None
            person = self._cipher.decrypt(renewing.session.person)
            if is_fresh(person):
                return person
            fresh = await renew(person)
            if fresh is not None:
                await renewing.keep(self._cipher.encrypt(fresh))
            return fresh

    async def is_alive(self, opened: Opened) -> bool:
        """Whether a session lives now."""
        kept = await self._store.find(opened.kept.key)
        return kept is not None and self._lasting().includes(kept)

    async def end(self, opened: Opened) -> None:
        """End the session of this browser."""
        kept = opened.kept
        await self._store.end(at=self.now(), by=kept.subject, key=kept.key)

    async def end_where(self, *, by: str, **criteria: Any) -> int:
        """End sessions by number, person, account or the provider's session; how many."""
        assert criteria.keys() - {"but"}, "not everybody's"
        ended = await self._store.end(at=self.now(), by=by, **criteria)
        log.info("sessions ended", extra={"by": by, "sessions": ended})
        return ended

    async def living(self, subject: str = "", *, institution: str = "") -> list[KeptSession]:
        """Sessions that live, of one person, one institution or (200 of them) of everybody."""
        return await self._store.living(self._lasting(), subject=subject, institution=institution)

    async def keep_form(self, opened: Opened, form: Mapping[str, Any]) -> None:
        """Keep what was typed into a form; nothing forgets it."""
        await self._store.keep_form(opened.kept.key, self._cipher.encrypt(form) if form else "")

    async def first_time(self, token_id: str) -> bool:
        """Whether a logout token with this id is heard for the first time."""
        return await self._store.first_time(token_id, self.now() + _KEPT_AFTER)

    async def answer(self) -> bool:
        """Whether sessions can be read."""
        try:
            await self._store.find(b"")
        except Exception as error:
            if not (is_transient(error) or isinstance(error, OSError)):
                raise
            return False
        return True

    async def close(self) -> None:
        """Give back what was opened."""
        await self._store.close()

    def _lasting(self) -> Lasting:
        now = self.now()
        return Lasting(begun_after=now - self._longest, used_after=now - self._idle)


def _key(session_id: str) -> bytes:
    return hashlib.sha256(session_id.encode()).digest()


def _rest(session: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in session.items() if name != PERSON}
