"""Headers that keep a page to itself: nothing from elsewhere, no inline script, no frames."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.own_page import HEADERS, POLICY

_ONLY_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
"""Where the cookies go by https alone: a browser that was here once comes by nothing else."""


class SecurityHeadersMiddleware:
    """Puts the headers on every answer; pages are not kept by any cache, unless they say so. A page whose
    address is a secret tells nobody where one came from."""

    def __init__(self, app: ASGIApp, *, form_targets: str = "", only_https: bool = False) -> None:
        self.app = app
        self._always = HEADERS | (_ONLY_HTTPS if only_https else {})
        self._policy = f"{POLICY} {form_targets}".strip()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._policy
                for name, value in self._always.items():
                    if name != "Referrer-Policy" or name not in headers:
                        headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, outwards)
