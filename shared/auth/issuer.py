"""A token issuer for development and demonstrations: it believes whatever it is told.

It makes a key pair under `.zhidai/issuer/` and signs a token for anyone who asks
(`shared.http.issuer` asks over HTTP). Therefore it refuses to start in production, where an identity provider such as Keycloak
stands in its place.
"""

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.auth.identity import identity_from
from shared.postgres.pools_seen import ALL
from shared.production import DEVELOPMENT_ISSUER

ISSUER = DEVELOPMENT_ISSUER
AUDIENCE = "zhidai"
DEFAULT_TTL_SECONDS = 12 * 3600


class NotInProduction(RuntimeError):
    """The development issuer was asked to work in production."""


class Issuer:
    """A key pair, and the tokens signed with it."""

    def __init__(self, key: RSAKey, *, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self._key = key
        self.issuer = issuer
        self.audience = audience

    @classmethod
    def at(
        cls, folder: Path, *, environment: str, issuer: str = ISSUER, audience: str = AUDIENCE
    ) -> "Issuer":
        """The issuer whose key lies in the folder; made there if there is none yet.

        Several processes may start at once, in several containers too, where each is process 7:
        whoever links its file first has made the key.
        Raises NotInProduction.
        """
        if environment.strip().lower() in ("production", "prod"):
            raise NotInProduction(
                "the development issuer signs tokens for anyone and does not run in production; "
                "name your identity provider's keys instead"
            )
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / "key.json"
        if not place.exists():
            draft = folder / f"key.{uuid4().hex}.json"
            key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(key.as_dict(private=True), file)
            with suppress(FileExistsError):
                os.link(draft, place)
            draft.unlink()
        made = cls(
            RSAKey.import_key(json.loads(place.read_text())), issuer=issuer, audience=audience
        )
        # Whole or not at all: services that run already may be reading it.
        draft = folder / f"jwks.{uuid4().hex}.json"
        draft.write_text(json.dumps(made.jwks()))
        draft.replace(folder / "jwks.json")
        return made

    def jwks(self) -> dict[str, object]:
        """The public key, as a JSON Web Key Set."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def issue(
        self,
        subject: str,
        name: str,
        roles: list[str],
        institution: str,
        ttl_seconds: int = DEFAULT_TTL_SECONDS,
        *,
        pools: Sequence[str] = (ALL,),
        person: str = "",
        email: str = "",
    ) -> str:
        """A signed access token. `pools` is for the bureau's people, `person` for a second account of
        somebody, `email` a mailbox that is verified to be theirs. Raises InvalidToken, RolesExclude for one that no service would believe."""
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "name": name,
            "roles": sorted(set(roles)),
            "institution": institution,
            "pools": list(pools),
            "iat": now,
            "nbf": now,
            "exp": now + ttl_seconds,
        }
        if person:
            claims["person"] = person
        if email:
            claims |= {"email": email, "email_verified": True}
        identity_from(claims)
        header = {"alg": "RS256", "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])
