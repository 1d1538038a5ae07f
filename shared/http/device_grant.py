"""The device grant (RFC 8628) of the development issuer: the command line asks, a person agrees in a
browser, as with the identity provider of production. Here the person also says who he is.
"""

import html
import secrets
import time
from dataclasses import dataclass, field

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field

from shared.auth.issuer import Issuer
from shared.http.requests import RequestBody, ShortText
from shared.refusals import Refused

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LASTS_SECONDS = 600
INTERVAL_SECONDS = 1
TOKEN_SECONDS = 300
_MOST_AT_ONCE = 1000


class NoSuchCode(Refused):
    """Nobody waits for this code, or no longer."""

    code = "no-such-code"
    status = 404


class DeviceApproval(RequestBody):
    """Who agrees that the command line acts for him."""

    user_code: ShortText
    subject: ShortText
    name: ShortText
    roles: list[ShortText] = Field(min_length=1, max_length=20)
    institution: ShortText = "*"
    pools: list[ShortText] = Field(default_factory=lambda: ["*"], max_length=100)


@dataclass
class _Asked:
    """What waits for a person."""

    user_code: str
    until: float
    agreed: DeviceApproval | None = None


@dataclass
class _Codes:
    """Codes and refresh tokens, in the memory of an issuer that is for trying out."""

    asked: dict[str, _Asked] = field(default_factory=dict)
    refresh: dict[str, DeviceApproval] = field(default_factory=dict)

    def begin(self) -> tuple[str, str]:
        now = time.monotonic()
        self.asked = {code: one for code, one in self.asked.items() if one.until > now}
        if len(self.asked) >= _MOST_AT_ONCE:
            self.asked.clear()
        letters = "".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(8))
        device_code, user_code = secrets.token_urlsafe(32), f"{letters[:4]}-{letters[4:]}"
        self.asked[device_code] = _Asked(user_code, now + LASTS_SECONDS)
        return device_code, user_code

    def waiting(self, user_code: str) -> _Asked:
        wanted = user_code.strip().upper()
        for one in self.asked.values():
            if one.user_code == wanted and one.until > time.monotonic():
                return one
        raise NoSuchCode("没有此代码，或已过期", "No such code, or it is over.")


def install(app: FastAPI, issuer: Issuer) -> None:
    """Add discovery, the device grant and its page to the development issuer."""
    codes = _Codes()
    _add_beginning(app, issuer, codes)
    _add_agreement(app, issuer, codes)
    _add_tokens(app, issuer, codes)


def _add_beginning(app: FastAPI, issuer: Issuer, codes: _Codes) -> None:
    @app.get("/.well-known/openid-configuration")
    async def configuration(request: Request) -> dict[str, object]:
        """Where everything is, as providers say it."""
        root = str(request.base_url).rstrip("/")
        return {
            "issuer": issuer.issuer,
            "jwks_uri": f"{root}/.well-known/jwks.json",
            "device_authorization_endpoint": f"{root}/device/authorization",
            "token_endpoint": f"{root}/device/token",
            "revocation_endpoint": f"{root}/device/revocation",
            "grant_types_supported": [DEVICE_GRANT, "refresh_token"],
        }

    @app.post("/device/authorization")
    async def authorization(request: Request) -> dict[str, object]:
        """A code for the command line, and one for the person."""
        device_code, user_code = codes.begin()
        page = f"{str(request.base_url).rstrip('/')}/device"
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": LASTS_SECONDS,
            "interval": INTERVAL_SECONDS,
        }


def _add_agreement(app: FastAPI, issuer: Issuer, codes: _Codes) -> None:
    @app.get("/device")
    async def page(user_code: str = "") -> HTMLResponse:
        """Where a person agrees, and says who he is."""
        return HTMLResponse(_PAGE.format(user_code=html.escape(user_code)))

    @app.post("/device")
    async def from_page(
        user_code: str = Form(), subject: str = Form(), name: str = Form(""),
        roles: str = Form(), institution: str = Form("*"),
    ) -> HTMLResponse:  # fmt: skip
        """The page's form."""
        agreed = DeviceApproval(
            user_code=user_code, subject=subject, name=name or subject, roles=roles.split(),
            institution=institution,
        )  # fmt: skip
        _agree(agreed)
        return HTMLResponse(
            "<p>已登录，可以回到命令行。You are logged in; go back to the terminal.</p>"
        )

    @app.post("/device/approval")
    async def approval(agreed: DeviceApproval) -> dict[str, str]:
        """The same for programs."""
        _agree(agreed)
        return {"user_code": agreed.user_code}

    def _agree(agreed: DeviceApproval) -> None:
        waiting = codes.waiting(agreed.user_code)
        _signed(issuer, agreed)  # Raises for somebody whom no service would believe.
        waiting.agreed = agreed


def _add_tokens(app: FastAPI, issuer: Issuer, codes: _Codes) -> None:
    @app.post("/device/token")
    async def token(
        grant_type: str = Form(), device_code: str = Form(""), refresh_token: str = Form("")
    ) -> JSONResponse:
        """A token once the person has agreed, or a fresh one for an old refresh token."""
        if grant_type == "refresh_token":
            whose = codes.refresh.pop(refresh_token, None)
            return _tokens(whose) if whose else _error("invalid_grant")
        asked = codes.asked.get(device_code)
        if grant_type != DEVICE_GRANT:
            return _error("unsupported_grant_type")
        if asked is None or asked.until <= time.monotonic():
            return _error("expired_token")
        if asked.agreed is None:
            return _error("authorization_pending")
        del codes.asked[device_code]
        return _tokens(asked.agreed)

    @app.post("/device/revocation")
    async def revocation(token: str = Form()) -> dict[str, str]:
        """Forget a refresh token (RFC 7009)."""
        codes.refresh.pop(token, None)
        return {}

    def _tokens(whose: DeviceApproval) -> JSONResponse:
        refresh = secrets.token_urlsafe(32)
        codes.refresh[refresh] = whose
        return JSONResponse(
            {
                "access_token": _signed(issuer, whose), "token_type": "Bearer",
                "expires_in": TOKEN_SECONDS, "refresh_token": refresh,
            },
            headers={"Cache-Control": "no-store"},
        )  # fmt: skip


def _signed(issuer: Issuer, whose: DeviceApproval) -> str:
    return issuer.issue(
        whose.subject, whose.name, whose.roles, whose.institution, TOKEN_SECONDS, pools=whose.pools
    )


def _error(code: str) -> JSONResponse:
    return JSONResponse({"error": code}, 400, {"Cache-Control": "no-store"})


_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>知贷开发签发者</title>
<h1>命令行登录 Log the command line in</h1>
<p>演示环境：您是谁由您说了算。For trying out: you are whoever you say.</p>
<form method="post">
<p><label>代码 code <input name="user_code" value="{user_code}" required></label></p>
<p><label>账号 account <input name="subject" required></label></p>
<p><label>姓名 name <input name="name"></label></p>
<p><label>角色（空格分隔） roles <input name="roles" required></label></p>
<p><label>机构 institution <input name="institution" value="*" required></label></p>
<p><button>登录 log in</button></p></form></html>"""
