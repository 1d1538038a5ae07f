"""The session of a request: of a person it is kept at the server, of a visitor in a cookie.

Before the login there is nothing to steal, so nothing is kept: an encrypted cookie (JWE, `dir` +
A256GCM) holds the id of a visitor's forms and where he wanted to go. From the login on the cookie
holds a random id, and the session lies where every process of the console finds it and where it can
be ended. Cookies are HttpOnly and SameSite=Lax. Lax, not Strict, because people arrive from a link
in a message and from the identity provider; what changes anything has its own guard (forms).
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.login.sessions import PERSON, Sessions
from shared.postgres.transient import is_transient

VISIT_COOKIE = "zhidai_visit"
SESSION_COOKIE = "zhidai_session"
LONGEST_VISIT_SECONDS = 12 * 3600
LARGEST_VISIT = 3500
"""Characters: what a browser takes as one cookie, with room for its name and attributes."""

OPENED = "zhidai.session"
"""Where a request's scope has the session at the server (`Opened`), ended or not; None without one."""
BEGINS = "zhidai.session-begins"
"""Set in a request's scope where a person has just logged in."""
KEEPS_FORM = "zhidai.session-keeps-form"
"""Set where the ended session keeps what was typed, or may be sent what is still being typed: its id
stays in the browser until the login."""
_NEEDS_NONE = ("/static/", "/healthz", "/readyz", "/metrics")
_NOT_USED_BY = ("/inbox/stream",)
"""What a browser asks by itself: nobody sits before it."""
_HEADER = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}


class SessionCipher:
    """Turns a dictionary into text that only this console can read or make."""

    def __init__(self, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._key = OctKey.import_key(hashlib.sha256(secret.encode()).digest())
        self._now = now

    def encrypt(self, content: Mapping[str, Any]) -> str:
        """The encrypted text, stamped with the time."""
        plain = json.dumps({"at": self._now(), "session": content}, separators=(",", ":"))
        return jwe.encrypt_compact(_HEADER, plain, self._key, algorithms=list(_HEADER.values()))

    def decrypt(self, encrypted: str, *, oldest_seconds: float | None = None) -> dict[str, Any]:
        """What is in it; empty where it is forged, damaged or older than that."""
        try:
            opened = jwe.decrypt_compact(encrypted, self._key, algorithms=list(_HEADER.values()))
            content = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError, KeyError):
            return {}
        if oldest_seconds is not None and self._now() - content["at"] > oldest_seconds:
            return {}
        session = content["session"]
        return session if isinstance(session, dict) else {}


class SessionMiddleware:
    """Gives `request.session`, and keeps what a page has made of it: see the module."""

    def __init__(
        self, app: ASGIApp, *, cipher: SessionCipher, sessions: Sessions, secure: bool
    ) -> None:
        self.app = app
        self._cipher = cipher
        self._sessions = sessions
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NEEDS_NONE):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        cookies = connection.cookies
        try:
            session = await self._opened(scope, cookies)
        except Exception as error:
            if not (is_transient(error) or isinstance(error, OSError)):
                raise
            sorry = PlainTextResponse(
                "暂时无法读取会话，请稍后重试。Sessions cannot be read just now; please try again.",
                503,
                {"Retry-After": "5"},
            )
            await sorry(scope, receive, send)
            return
        before = json.dumps(session, sort_keys=True)
        scope["session"] = session

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for cookie in await self._keep(scope, before, cookies):
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, outwards)

    async def _opened(self, scope: Scope, cookies: Mapping[str, str]) -> dict[str, Any]:
        opened = None
        if session_id := cookies.get(SESSION_COOKIE):
            opened = await self._sessions.open(
                session_id, is_used=not scope["path"].startswith(_NOT_USED_BY)
            )
        scope[OPENED] = opened
        if opened is not None and opened.is_alive:
            return opened.content()
        visit = cookies.get(VISIT_COOKIE, "")
        if not visit:
            return {}
        return self._cipher.decrypt(visit, oldest_seconds=LONGEST_VISIT_SECONDS)

    async def _keep(self, scope: Scope, before: str, cookies: Mapping[str, str]) -> list[str]:
        """Keep what the request has changed; the cookies that say so."""
        session, opened = scope["session"], scope[OPENED]
        is_alive = opened is not None and opened.is_alive
        if PERSON in session:
            if scope.get(BEGINS) or not is_alive:
                browser = HTTPConnection(scope).headers.get("user-agent", "")
                session_id = await self._sessions.begin(session, browser=browser, after=opened)
                made = [f"{SESSION_COOKIE}={session_id}{self._attributes}"]
                return made + self._without(VISIT_COOKIE, cookies)
            if json.dumps(session, sort_keys=True) != before:
                await self._sessions.change(opened, session)
            return []
        made = []
        if is_alive:
            await self._sessions.end(opened)
            if not scope.get(KEEPS_FORM):
                made += self._without(SESSION_COOKIE, cookies)
        if is_alive or json.dumps(session, sort_keys=True) != before:
            made += self._visit(session, cookies)
        return made

    def _visit(self, session: Mapping[str, Any], cookies: Mapping[str, str]) -> list[str]:
        text = self._cipher.encrypt(session) if session else ""
        if not text:
            return self._without(VISIT_COOKIE, cookies)
        assert len(text) <= LARGEST_VISIT, "a visitor's session holds an id and an address"
        return [f"{VISIT_COOKIE}={text}{self._attributes}"]

    def _without(self, name: str, cookies: Mapping[str, str]) -> list[str]:
        return [f"{name}={self._attributes}; Max-Age=0"] if name in cookies else []
