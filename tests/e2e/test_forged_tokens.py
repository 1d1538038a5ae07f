"""No route believes a forged token: each is answered there as one who shows none, whatever it claims."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from shared.auth.issuer import Issuer
from tests.depth import depth
from tests.e2e import roles
from tests.e2e.api import WRITES, Route
from tests.e2e.roles import ASKED
from tests.e2e.town import Town
from tests.shared.tokens import STRANGER, unsigned

pytestmark = pytest.mark.xdist_group("roles")

NOW = int(time.time())
EVERYTHING = {
    "sub": "wu",
    "name": "吴刚",
    "institution": "*",
    "pools": ["*"],
    "roles": ["approver", "finance_maker", "leader", "pool_manager", "reviewer"],
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 3600,
}  # fmt: skip
"""What a forger would like to be."""


class Forger:
    """Makes tokens as somebody would who has seen one, knows the public key, or another token's use."""

    def __init__(self, issuer: Issuer) -> None:
        self._key: RSAKey = issuer._key
        self._public = issuer.jwks()
        self._good = EVERYTHING | {"iss": issuer.issuer, "aud": issuer.audience}

    def signed(self, key: Any = None, *, header: Mapping[str, Any] = {}, **changes: Any) -> str:
        claims = {name: value for name, value in (self._good | changes).items() if value != ""}
        full = {"alg": "RS256", "kid": self._key.kid, "typ": "at+jwt", **header}
        algorithm = str(full["alg"])
        return jwt.encode(full, claims, key or self._key, algorithms=[algorithm])

    def without_a_signature(self) -> str:
        return unsigned(self._good, {"alg": "none", "kid": self._key.kid, "typ": "at+jwt"})

    def signed_with_the_public_key(self) -> str:
        secret = OctKey.import_key(json.dumps(self._public).encode())
        return self.signed(secret, header={"alg": "HS256"})

    def signed_by_a_stranger(self) -> str:
        return self.signed(STRANGER)

    def of_a_key_that_nobody_knows(self) -> str:
        return self.signed(header={"kid": "another"})

    def without_naming_a_key(self) -> str:
        head, *rest = self.signed().split(".")
        known = json.loads(base64.urlsafe_b64decode(head + "=="))
        del known["kid"]
        without = base64.urlsafe_b64encode(json.dumps(known).encode()).decode().rstrip("=")
        return ".".join((without, *rest))

    def of_another_issuer(self) -> str:
        return self.signed(iss="https://evil.example.cn")

    def for_another_audience(self) -> str:
        return self.signed(aud="account")

    def expired(self) -> str:
        return self.signed(exp=NOW - 3600)

    def not_yet_valid(self) -> str:
        return self.signed(nbf=NOW + 3600)

    def without_an_end(self) -> str:
        return self.signed(exp="")

    def an_id_token(self) -> str:
        return self.signed(header={"typ": "JWT"}, typ="ID", nonce="n")

    def with_another_payload(self) -> str:
        head, _, signature = self.signed(sub="li").split(".")
        return ".".join((head, self.signed().split(".")[1], signature))

    def of_no_institution(self) -> str:
        return self.signed(institution="")

    def a_banks_with_the_bureaus_roles(self) -> str:
        return self.signed(institution="ICBC")

    def of_nobody(self) -> str:
        return self.signed(sub="")

    def no_token_at_all(self) -> str:
        return "not.a.token"


KINDS: tuple[Callable[[Forger], str], ...] = tuple(
    kind for name, kind in vars(Forger).items() if not name.startswith("_") and name != "signed"
)
SHARES = depth(4, 1)
"""Each kind is shown to every fourth route, so that each route sees four kinds and more; in the whole all."""


async def answer(town: Town, route: Route, token: str) -> httpx.Response:
    body = route.method in WRITES and route.body_schema is not None
    async with town.services[route.service].anonymous() as person:
        return await person.request(
            route.method.upper(),
            route.url(),
            headers={"Authorization": f"Bearer {token}", "If-Match": '"1"'},
            **({"json": route.example} if body else {}),
        )


async def test_the_key_that_the_forgers_do_not_have_opens(town: Town, issuer: Issuer):
    """Or the rest would show nothing."""
    (route,) = (one for one in ASKED if str(one) == "risk_pool GET /pools")
    assert (await answer(town, route, Forger(issuer).signed())).status_code == 200


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_a_forged_token_opens_nothing(
    town: Town, issuer: Issuer, kind: Callable[[Forger], str]
):
    token = kind(Forger(issuer))
    mine = ASKED[KINDS.index(kind) % SHARES :: SHARES]
    nobodys = {route: cells[0] for route, cells in roles.expected().items()}

    let_in = []
    for route in mine:
        got = await answer(town, route, token)
        if nobodys[str(route)] == "?" and got.status_code != 401:
            let_in.append((str(route), got.status_code))
    assert let_in == []
