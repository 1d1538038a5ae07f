"""How somebody becomes a person with a token: chosen from a list in development, else by OIDC.

Both ways end the same: the session holds the person and the access token that the services will
judge. The console believes the token as little as they do: its claims are verified before they
choose what the navigation shows.
"""

import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

from authlib.integrations.base_client.errors import OAuthError
from httpx import HTTPError
from starlette.requests import Request
from starlette.responses import Response

from services.console.login.logout_tokens import LogoutTold, logout_told
from services.console.login.not_let_in import not_let_in
from services.console.settings import ConsoleSettings
from shared.auth.identity import Identity, RolesExclude, Verifier
from shared.auth.issuer import Issuer
from shared.auth.jwks import Jwks, KeysUnavailable
from shared.auth.refused_tokens import InvalidToken
from shared.postgres.pools_seen import pools_of
from shared.tls import trusted_by_httpx

DEVELOPMENT_SECONDS = 12 * 3600
RENEWED_BEFORE_SECONDS = 30
"""A token is renewed so long before its end: it must still hold when a service reads it."""


def is_fresh(person: Mapping[str, Any]) -> bool:
    """Whether a person's access token still holds for a while."""
    return bool(person["expires"] - RENEWED_BEFORE_SECONDS >= time.time())


NOT_BELIEVED = (OAuthError, HTTPError, InvalidToken, RolesExclude, KeysUnavailable, ValueError)
"""What a provider's answer ends in where it lets nobody in whom the services would know."""


class LoginMethod(Protocol):
    """A way to log in."""

    async def renewed(self, stored: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the session holds, with a fresh token; None where the person must log in anew."""


class DevelopmentLogin:
    """Development: the local issuer signs a token for whoever is chosen."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer

    def enter(self, identity: Identity) -> dict[str, Any]:
        """What the session holds of a chosen person."""
        token = self._issuer.issue(
            identity.subject,
            identity.name,
            sorted(identity.roles),
            identity.party or identity.institution,
            DEVELOPMENT_SECONDS,
            pools=pools_of(identity.institution).split(","),
        )
        return session_person(identity, token=token, expires=time.time() + DEVELOPMENT_SECONDS)

    async def renewed(self, stored: Mapping[str, Any]) -> dict[str, Any] | None:
        """Choosing again is easy, so nothing is renewed."""
        return None


class OidcLogin:
    """OIDC authorization code with PKCE against an identity provider such as Keycloak."""

    def __init__(self, settings: ConsoleSettings) -> None:
        # Only who logs in by a provider pays for loading this.
        from authlib.integrations.starlette_client import OAuth

        self._settings = settings
        self._client = OAuth().register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() or None,
            server_metadata_url=(
                settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
            ),
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "timeout": settings.timeout_seconds,
                "verify": trusted_by_httpx(),
            },
        )
        self._verifier: Verifier | None = None

    async def leave_for_provider(self, request: Request) -> Response:
        """Send the browser to the provider; state, nonce and verifier wait in the session.

        Raises NotLetIn where the provider does not answer.
        """
        try:
            answer = await self._client.authorize_redirect(request, self._return_url)
        except HTTPError as error:
            raise not_let_in(error) from error
        assert isinstance(answer, Response)
        return answer

    async def come_back(self, request: Request) -> dict[str, Any]:
        """What the session holds of the person whom the provider sends. Raises NotLetIn."""
        try:
            token = await self._client.authorize_access_token(request)
            return await self._person_of(token)
        except NOT_BELIEVED as error:
            raise not_let_in(error) from error

    async def renewed(self, stored: Mapping[str, Any]) -> dict[str, Any] | None:
        """A fresh token by the refresh token, if the provider gave one and still honours it."""
        if not stored.get("refresh"):
            return None
        from authlib.integrations.httpx_client import AsyncOAuth2Client

        metadata = await self._client.load_server_metadata()
        settings = self._settings
        async with AsyncOAuth2Client(
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value() or None,
            timeout=settings.timeout_seconds,
            verify=trusted_by_httpx(),
        ) as client:
            try:
                token = await client.refresh_token(
                    metadata["token_endpoint"], refresh_token=stored["refresh"]
                )
                fresh = await self._person_of(dict(token))
                # A provider need not repeat what belongs to the session as a whole.
                return {**{name: stored[name] for name in _OF_SESSION if name in stored}, **fresh}
            except NOT_BELIEVED:
                return None

    async def logout_url(self, person: Mapping[str, Any], *, back_to: str) -> str:
        """Where the provider ends its own session, too; the console's page where it has no such
        place."""
        try:
            metadata = await self._client.load_server_metadata()
        except HTTPError:
            return back_to
        place = metadata.get("end_session_endpoint")
        if not place:
            return back_to
        asked = {
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": self._public(back_to),
        }
        if person.get("id_token"):
            # With it the provider knows whose session ends, and does not ask.
            asked["id_token_hint"] = str(person["id_token"])
        return f"{place}?{urlencode(asked)}"

    async def logout_told(self, logout_token: str) -> LogoutTold:
        """Whose sessions the provider has ended. Raises LogoutNotBelieved."""
        verifier = await self._verified_by()
        return await logout_told(
            logout_token,
            issuer=verifier.issuer,
            client_id=self._settings.oidc_client_id,
            keys=verifier.keys,
        )

    async def _person_of(self, token: Mapping[str, Any]) -> dict[str, Any]:
        access = str(token["access_token"])
        identity = await (await self._verified_by()).identity_of(access)
        expires = float(token.get("expires_at") or time.time() + int(token.get("expires_in", 60)))
        person = session_person(identity, token=access, expires=expires)
        if token.get("refresh_token"):
            person["refresh"] = str(token["refresh_token"])
        if token.get("id_token"):
            person["id_token"] = str(token["id_token"])
        if provider_session := (token.get("userinfo") or {}).get("sid"):
            person["provider_session"] = str(provider_session)
        return person

    async def _verified_by(self) -> Verifier:
        if self._verifier is None:
            metadata = await self._client.load_server_metadata()
            self._verifier = Verifier(
                issuer=metadata["issuer"],
                audience=self._settings.oidc_audience,
                keys=Jwks(metadata["jwks_uri"]),
            )
        return self._verifier

    @property
    def _return_url(self) -> str:
        return self._public("/login/return")

    def _public(self, path: str) -> str:
        return self._settings.public_url.rstrip("/") + path


_OF_SESSION = ("refresh", "id_token", "provider_session")


def session_person(identity: Identity, *, token: str, expires: float) -> dict[str, Any]:
    """A person as the session keeps them. `expires` is in seconds since 1970."""
    return {
        "subject": identity.subject,
        "account": identity.account,
        "name": identity.name,
        "roles": sorted(identity.roles),
        "institution": identity.institution,
        "token": token,
        "expires": int(expires),
    }
