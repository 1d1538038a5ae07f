"""An identity provider as far as the code flow with PKCE needs one: it is not ours, so it is played.

It is served over HTTP, signs with a key of its own, and is strict about what the console sends.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey


class Provider:
    """Lets in whoever is at the door. `said` keeps what the console asked for."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        self.url = ""
        self.person: dict[str, Any] = {
            "sub": "kc-wang",
            "name": "王审查",
            "institution": "*",
            "realm_access": {"roles": ["reviewer", "offline_access"]},
        }
        self.lives_seconds = 300
        self.session = "provider-session-1"
        self.refuses = False
        self.asked: dict[str, str] = {}
        self.refreshed = 0
        self._codes: dict[str, dict[str, str]] = {}

    def token(self, **claims: Any) -> str:
        """A signed token."""
        now = int(time.time())
        whole = {"iss": self.url, "iat": now, "nbf": now, "exp": now + self.lives_seconds, **claims}
        header = {"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}
        return jwt.encode(header, whole, self.key, algorithms=["RS256"])

    def tokens(self, nonce: str = "") -> dict[str, Any]:
        """What the token endpoint answers."""
        access = self.token(**{"aud": "zhidai", "typ": "Bearer", **self.person})
        known = {name: self.person[name] for name in ("sub", "name") if name in self.person}
        id_token = self.token(
            aud="zhidai-console", typ="ID", nonce=nonce, sid=self.session, **known
        )
        return {"access_token": access, "id_token": id_token, "token_type": "Bearer",
                "expires_in": self.lives_seconds, "refresh_token": "again"}  # fmt: skip

    def app(self) -> FastAPI:
        """The provider's endpoints."""
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def configuration() -> dict[str, Any]:
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/logout",
                "id_token_signing_alg_values_supported": ["RS256"],
            }

        @app.get("/keys")
        async def keys() -> Any:
            return KeySet([self.key]).as_dict(private=False)

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            self.asked = dict(request.query_params)
            if self.refuses:
                back = {"error": "access_denied", "state": self.asked["state"]}
            else:
                code = f"code-{len(self._codes)}"
                self._codes[code] = self.asked
                back = {"code": code, "state": self.asked["state"]}
            return RedirectResponse(f"{self.asked['redirect_uri']}?{urlencode(back)}")

        @app.post("/token")
        async def token(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            if form["grant_type"] == "refresh_token":
                self.refreshed += 1
                return JSONResponse(self.tokens())
            asked = self._codes.pop(form["code"], None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if asked is None or asked["code_challenge"] != challenge:
                return JSONResponse({"error": "invalid_grant"}, status_code=400)
            return JSONResponse(self.tokens(asked["nonce"]))

        return app

    @asynccontextmanager
    async def served(self) -> AsyncIterator["Provider"]:
        """Over HTTP on a free port."""
        server = uvicorn.Server(uvicorn.Config(self.app(), port=0, log_config=None))
        serving = asyncio.create_task(server._serve())
        while not server.started:  # noqa: ASYNC110 — uvicorn rings no bell
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield self
        server.should_exit = True
        await serving
