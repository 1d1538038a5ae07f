"""Bearer tokens: which are believed, which are refused, and what a caller may do."""

import base64
import hashlib
import hmac
import json
import time
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI
from joserfc.jwk import OctKey

from shared.auth import identity
from shared.auth.identity import Identity, Verifier, requires
from shared.auth.jwks import Jwks
from shared.auth.refused_tokens import REASONS, InvalidToken
from shared.http import problems
from tests.shared.tokens import AUDIENCE, EC, ISSUER, RSA, STRANGER, claims, signed, unsigned


@pytest.fixture
def keys_file(tmp_path):
    place = tmp_path / "jwks.json"
    place.write_text(json.dumps({"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}))
    return place


@pytest.fixture
def verifier(keys_file) -> Verifier:
    return Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Jwks(str(keys_file)))


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_good_token_gives_an_identity(verifier, key):
    caller = await verifier.identity_of(signed(claims(), key=key, kid=key.kid))

    assert caller == Identity("u-1", "张三", frozenset({"bank_operator"}), "ICBC")


async def test_keycloaks_roles_are_understood_and_its_own_are_passed_over(verifier):
    payload = claims(
        roles=None,
        institution="*",
        realm_access={"roles": ["offline_access", "reviewer", "approver"]},
    )

    caller = await verifier.identity_of(signed(payload))

    assert caller.roles == {"reviewer", "approver"}
    assert caller.institution == "*"


def hs256_with_the_public_key() -> str:
    """The classic confusion: the public key, which everyone knows, as a shared secret."""
    header = {"alg": "HS256", "kid": "rsa-1", "typ": "JWT"}
    head_and_body = unsigned(claims(), header).rsplit(".", 1)[0]
    mac = hmac.new(RSA.as_pem(private=False), head_and_body.encode(), hashlib.sha256).digest()
    return f"{head_and_body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def tampered() -> str:
    head, _, signature = signed(claims()).split(".")
    body = unsigned(claims(institution="CCB"), {}).split(".")[1]
    return f"{head}.{body}.{signature}"


NOW = int(time.time())
REFUSED = {
    "nothing": "",
    "no token at all": "hello",
    "three empty parts": "..",
    "not ASCII": "é.é.é",
    "alg none": unsigned(claims(), {"alg": "none", "kid": "rsa-1", "typ": "JWT"}),
    "HS256 with the public key": hs256_with_the_public_key(),
    "HS256 with a secret": signed(claims(), key=OctKey.import_key("s" * 32)),
    "another key under a known kid": signed(claims(), key=STRANGER),
    "an unknown kid": signed(claims(), kid="nobody"),
    "no kid": signed(claims(), kid=None),
    "an EC kid with an RSA signature": signed(claims(), kid="ec-1"),
    "a changed body": tampered(),
    "another audience": signed(claims(aud="another")),
    "no audience": signed(claims(aud=None)),
    "another issuer": signed(claims(iss="https://evil.example")),
    "no issuer": signed(claims(iss=None)),
    "expired": signed(claims(exp=NOW - 60)),
    "no expiry": signed(claims(exp=None)),
    "an expiry in words": signed(claims(exp="tomorrow")),
    "not yet valid": signed(claims(nbf=NOW + 86400)),
    "issued in the future": signed(claims(iat=NOW + 86400)),
    "no subject": signed(claims(sub=None)),
    "an empty subject": signed(claims(sub="")),
    "a subject that stands for everybody": signed(claims(sub="*")),
    "a subject that is no text": signed(claims(sub=7)),
    "an ID token by Keycloak's typ": signed(claims(typ="ID")),
    "a refresh token": signed(claims(typ="Refresh")),
    "an ID token by its nonce": signed(claims(typ=None, nonce="n")),
    "an ID token by its at_hash": signed(claims(typ=None, at_hash="h")),
    "another kind of JWT": signed(claims(), typ="logout+jwt"),
    "no typ": signed(claims(), typ=None),
    "a bank's role for the bureau": signed(claims(institution="*")),
    "a bureau's role for a bank": signed(claims(roles=["reviewer"])),
    "both kinds of role": signed(claims(roles=["bank_operator", "reviewer"])),
    "both kinds of role for the bureau": signed(
        claims(roles=["bank_operator", "reviewer"], institution="*")
    ),
    "no institution": signed(claims(institution=None)),
    "an institution with a star in it": signed(claims(institution="ICBC,*")),
    "a list of institutions": signed(claims(institution=["ICBC"])),
    "roles hidden in the realm": signed(claims(realm_access={"roles": ["admin"]})),
}


WHY = {
    "malformed": (
        "nothing",
        "no token at all",
        "three empty parts",
        "not ASCII",
    ),
    "algorithm": (
        "alg none",
        "HS256 with the public key",
        "HS256 with a secret",
    ),
    "signature": (
        "another key under a known kid",
        "a changed body",
    ),
    "key-unknown": (
        "an unknown kid",
        "no kid",
        "an EC kid with an RSA signature",
    ),
    "audience": (
        "another audience",
        "no audience",
    ),
    "issuer": (
        "another issuer",
        "no issuer",
    ),
    "expired": ("expired",),
    "claim-missing": (
        "no expiry",
        "an expiry in words",
        "no subject",
        "an empty subject",
        "a subject that is no text",
    ),
    "not-yet-valid": (
        "not yet valid",
        "issued in the future",
    ),
    "subject": ("a subject that stands for everybody",),
    "not-access-token": (
        "an ID token by Keycloak's typ",
        "a refresh token",
        "an ID token by its nonce",
        "an ID token by its at_hash",
        "another kind of JWT",
        "no typ",
    ),
    "roles-of-another-institution": (
        "a bank's role for the bureau",
        "a bureau's role for a bank",
        "both kinds of role",
        "both kinds of role for the bureau",
        "roles hidden in the realm",
    ),
    "no-institution": (
        "no institution",
        "an institution with a star in it",
        "a list of institutions",
    ),
}
"""What each of them is refused for."""


@pytest.mark.parametrize("name", REFUSED)
async def test_a_token_is_refused_with(verifier, name):
    with pytest.raises(InvalidToken) as refused:
        await verifier.identity_of(REFUSED[name])

    assert [why for why, names in WHY.items() if name in names] == [refused.value.reason]


def test_every_reason_has_a_token_that_is_refused_for_it():
    assert WHY.keys() == REASONS.keys()


async def test_a_token_names_its_key_even_where_there_is_only_one(tmp_path):
    place = tmp_path / "one.json"
    place.write_text(json.dumps({"keys": [RSA.as_dict(private=False)]}))
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Jwks(str(place)))

    assert await verifier.identity_of(signed(claims()))
    with pytest.raises(InvalidToken):
        await verifier.identity_of(signed(claims(), kid=None))


async def test_at_jwt_is_the_type_of_rfc_9068(verifier):
    for kind in ("at+jwt", "application/at+jwt", "JWT"):
        assert await verifier.identity_of(signed(claims(typ=None), typ=kind))


async def test_a_little_difference_of_clocks_is_allowed(keys_file):
    times = [time.time()]
    verifier = Verifier(
        issuer=ISSUER, audience=AUDIENCE, keys=Jwks(str(keys_file)), now=lambda: times[0]
    )
    token = signed(claims(exp=int(times[0]) + 300))
    times[0] += 300 + 20

    assert await verifier.identity_of(token)
    times[0] += 20
    with pytest.raises(InvalidToken):
        await verifier.identity_of(token)


@pytest.fixture
def app(verifier) -> FastAPI:
    app = FastAPI()
    problems.install(app)
    identity.install(app, verifier)

    @app.get("/decide")
    async def decide(caller: Annotated[Identity, Depends(requires("approver"))]) -> str:
        return caller.name

    @app.get("/me")
    async def me(caller: Annotated[Identity, Depends(requires())]) -> str:
        return caller.institution

    return app


async def get(app: FastAPI, path: str, authorization: str | None) -> httpx.Response:
    headers = {"Authorization": authorization} if authorization is not None else {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("authorization", [None, "", "Basic dTpw", "Bearer", "Bearer "])
async def test_without_a_bearer_token_the_answer_is_401_and_says_how(app, authorization):
    answer = await get(app, "/me", authorization)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_bad_token_is_401_and_named_invalid(app):
    answer = await get(app, "/me", "Bearer " + REFUSED["alg none"])

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_without_the_role_the_answer_is_403(app):
    answer = await get(app, "/decide", "Bearer " + signed(claims()))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["required"] == ["approver"]


async def test_with_the_role_the_caller_is_let_through(app):
    token = signed(claims(roles=["approver"], institution="*"))

    assert (await get(app, "/decide", f"Bearer {token}")).json() == "张三"
    assert (await get(app, "/me", f"bearer {token}")).json() == "*"


def test_openapi_says_that_a_token_is_needed(app):
    schema = app.openapi()

    assert schema["paths"]["/me"]["get"]["security"] == [{"accessToken": []}]
    assert schema["components"]["securitySchemes"]["accessToken"]["bearerFormat"] == "JWT"


def test_a_role_that_does_not_exist_cannot_be_required():
    with pytest.raises(AssertionError):
        requires("aprover")
