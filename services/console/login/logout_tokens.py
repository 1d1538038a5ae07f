"""The provider tells that it has ended somebody's session (OpenID Connect Back-Channel Logout 1.0)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from shared.auth.identity import decode
from shared.auth.jwks import Jwks, KeysUnavailable

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_OLDEST_SECONDS: Final = 600
"""A logout token is made when it is sent."""


class LogoutNotBelieved(Exception):
    """It is no logout token of our provider for us."""


@dataclass(frozen=True)
class LogoutTold:
    """Whose sessions ended there: those of an account, or one of them; one of the two is named."""

    token_id: str
    account: str
    provider_session: str


async def logout_told(token: str, *, issuer: str, client_id: str, keys: Jwks) -> LogoutTold:
    """What a logout token says, after the checks of section 2.6. Raises LogoutNotBelieved."""
    claims_of_token = jwt.JWTClaimsRegistry(
        leeway=30,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    )
    try:
        try:
            decoded = decode(token, await keys.current())
        except InvalidKeyIdError:
            decoded = decode(token, await keys.refreshed())
        claims_of_token.validate(decoded.claims)
        return _told(decoded.header, decoded.claims)
    except (JoseError, KeysUnavailable, ValueError, TypeError, AttributeError, KeyError) as error:
        raise LogoutNotBelieved(str(error)) from error


def _told(header: Mapping[str, Any], claims: Mapping[str, Any]) -> LogoutTold:
    kind = str(header.get("typ", "logout+jwt")).lower().removeprefix("application/")
    if kind not in ("logout+jwt", "jwt"):
        raise ValueError("it is another kind of token")
    if not isinstance(claims["events"], Mapping) or not isinstance(
        claims["events"].get(EVENT), Mapping
    ):
        raise ValueError("it tells of no logout")
    if "nonce" in claims:
        raise ValueError("an ID token is no logout token")
    if time.time() - float(claims["iat"]) > _OLDEST_SECONDS:
        raise ValueError("it is old")
    account, session = str(claims.get("sub") or ""), str(claims.get("sid") or "")
    token_id = str(claims["jti"])
    if not (account or session) or not token_id or len(token_id) > 200:
        raise ValueError("it names nobody")
    return LogoutTold(token_id, account, session)
