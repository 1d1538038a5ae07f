"""The session: one dictionary per browser, encrypted in cookies, so that the console keeps no state.

The cookie holds the person's access token, therefore it is encrypted as well as authenticated
(JWE, `dir` + A256GCM), HttpOnly and SameSite=Lax. Lax, not Strict, because people arrive from a
link in a message and from the identity provider; what changes anything has its own guard (forms).
A token of an identity provider may be large, so the text is cut over several cookies of 3,500 bytes.
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "zhidai_session"
LONGEST_SECONDS = 12 * 3600
_CHUNK = 3500
_MOST_CHUNKS = 5
_HEADER = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}


class SessionCipher:
    """Turns a session into text that only this console can read or make."""

    def __init__(self, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._key = OctKey.import_key(hashlib.sha256(secret.encode()).digest())
        self._now = now

    def encrypt(self, session: Mapping[str, Any]) -> str:
        """The encrypted text of a session, stamped with the time."""
        plain = json.dumps({"at": self._now(), "session": session}, separators=(",", ":"))
        return jwe.encrypt_compact(_HEADER, plain, self._key, algorithms=list(_HEADER.values()))

    def decrypt(self, encrypted: str) -> dict[str, Any]:
        """The session in it; empty where it is forged, damaged or more than half a day old."""
        try:
            opened = jwe.decrypt_compact(encrypted, self._key, algorithms=list(_HEADER.values()))
            content = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError, KeyError):
            return {}
        if self._now() - content["at"] > LONGEST_SECONDS:
            return {}
        session = content["session"]
        return session if isinstance(session, dict) else {}


class SessionMiddleware:
    """Decrypts the session into `request.session` and encrypts it again when a page has changed it."""

    def __init__(self, app: ASGIApp, *, cipher: SessionCipher, secure: bool) -> None:
        self.app = app
        self._cipher = cipher
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookies = HTTPConnection(scope).cookies
        encrypted = _joined(cookies)
        session = self._cipher.decrypt(encrypted) if encrypted else {}
        before = json.dumps(session, sort_keys=True)
        scope["session"] = session

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = scope["session"]
                if json.dumps(now, sort_keys=True) != before:
                    headers = MutableHeaders(scope=message)
                    for cookie in self._cookies(now, cookies):
                        headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, outwards)

    def _cookies(self, session: Mapping[str, Any], sent: Mapping[str, str]) -> list[str]:
        text = self._cipher.encrypt(session) if session else ""
        chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
        assert len(chunks) <= _MOST_CHUNKS, "the identity provider's tokens are too large"
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if self._secure else "")
        made = [f"{_name(n)}={chunk}{attributes}" for n, chunk in enumerate(chunks)]
        stale = [_name(n) for n in range(len(chunks), _MOST_CHUNKS) if _name(n) in sent]
        return made + [f"{name}={attributes}; Max-Age=0" for name in stale]


def _name(number: int) -> str:
    return COOKIE if number == 0 else f"{COOKIE}_{number}"


def _joined(cookies: Mapping[str, str]) -> str:
    parts = []
    for number in range(_MOST_CHUNKS):
        part = cookies.get(_name(number))
        if part is None:
            break
        parts.append(part)
    return "".join(parts)
