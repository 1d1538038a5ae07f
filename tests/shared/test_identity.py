"""Bearer tokens: which are believed, which are refused, and what a caller may do."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from shared import identity, problems
from shared.identity import Identity, InvalidToken, Verifier, requires
from shared.issuer import Issuer, NotInProduction, issuer_app
from shared.keys import Keys, KeysUnavailable, public_keys

ISSUER = "https://id.example/realms/zhidai"
AUDIENCE = "zhidai"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig", "alg": "ES256"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig", "alg": "RS256"})


def claims(**changes: Any) -> dict[str, Any]:
    """Claims of a good access token of a bank's operator; None takes one away."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": ["account", AUDIENCE],
        "sub": "u-1",
        "name": "张三",
        "roles": ["bank_operator"],
        "institution": "ICBC",
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "typ": "Bearer",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, Any], *, key: Any = RSA, **header: Any) -> str:
    kinds = {"RSA": "RS256", "EC": "ES256", "oct": "HS256"}
    full = {"alg": kinds[key.key_type], "kid": "rsa-1", "typ": "JWT"} | header
    full = {name: value for name, value in full.items() if value is not None}
    return jwt.encode(full, payload, key, algorithms=[full["alg"]], default_type=None)


def unsigned(payload: dict[str, Any], header: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.fixture
def keys_file(tmp_path):
    place = tmp_path / "jwks.json"
    place.write_text(json.dumps({"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}))
    return place


@pytest.fixture
def verifier(keys_file) -> Verifier:
    return Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Keys(str(keys_file)))


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
    "not yet valid": signed(claims(nbf=NOW + 600)),
    "issued in the future": signed(claims(iat=NOW + 600)),
    "no subject": signed(claims(sub=None)),
    "an empty subject": signed(claims(sub="")),
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


@pytest.mark.parametrize("name", REFUSED)
async def test_a_token_is_refused_with(verifier, name):
    with pytest.raises(InvalidToken):
        await verifier.identity_of(REFUSED[name])


async def test_a_token_names_its_key_even_where_there_is_only_one(tmp_path):
    place = tmp_path / "one.json"
    place.write_text(json.dumps({"keys": [RSA.as_dict(private=False)]}))
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Keys(str(place)))

    assert await verifier.identity_of(signed(claims()))
    with pytest.raises(InvalidToken):
        await verifier.identity_of(signed(claims(), kid=None))


async def test_at_jwt_is_the_type_of_rfc_9068(verifier):
    for kind in ("at+jwt", "application/at+jwt", "JWT"):
        assert await verifier.identity_of(signed(claims(typ=None), typ=kind))


async def test_a_little_difference_of_clocks_is_allowed(keys_file):
    times = [time.time()]
    verifier = Verifier(
        issuer=ISSUER, audience=AUDIENCE, keys=Keys(str(keys_file)), now=lambda: times[0]
    )
    token = signed(claims())
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


class Directory:
    """An identity provider that counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [RSA]
        self.asked = 0
        self.is_down = False

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            self.asked += 1
            if self.is_down:
                raise RuntimeError("down")
            return {"keys": [key.as_dict(private=False) for key in self.keys]}

        problems.install(app)
        return app


@pytest.fixture
async def directory(served):
    directory = Directory()
    directory.url = await served(directory.app()) + "/jwks"
    return directory


async def test_keys_are_fetched_once_and_again_when_the_issuer_changes_them(directory):
    seconds = [0.0]
    verifier = Verifier(
        issuer=ISSUER,
        audience=AUDIENCE,
        keys=Keys(directory.url, monotonic=lambda: seconds[0]),
    )
    await asyncio.gather(*(verifier.identity_of(signed(claims())) for _ in range(5)))
    asked_first = directory.asked

    directory.keys = [EC]
    seconds[0] = 60
    assert await verifier.identity_of(signed(claims(), key=EC, kid="ec-1"))

    assert asked_first == 1
    assert directory.asked == 2
    with pytest.raises(InvalidToken):
        await verifier.identity_of(signed(claims()))


async def test_invented_key_ids_do_not_make_us_ask_without_end(directory):
    keys = Keys(directory.url)
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys)

    for i in range(20):
        with pytest.raises(InvalidToken):
            await verifier.identity_of(signed(claims(), kid=f"invented-{i}"))

    assert directory.asked == 1


async def test_keys_grow_old_and_are_kept_while_the_issuer_is_down(directory):
    seconds = [0.0]
    keys = Keys(directory.url, keep_seconds=600, monotonic=lambda: seconds[0])
    await keys.current()
    seconds[0] = 601
    await keys.current()
    directory.is_down = True
    seconds[0] = 1300

    assert (await keys.current()).get_by_kid("rsa-1")
    assert directory.asked == 3


async def test_without_any_keys_the_answer_is_503_not_401(directory):
    directory.is_down = True
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Keys(directory.url))

    with pytest.raises(KeysUnavailable):
        await verifier.identity_of(signed(claims()))


def test_shared_secrets_and_encryption_keys_are_never_believed():
    secret = OctKey.import_key("s" * 32, {"kid": "rsa-1"}).as_dict()
    for_encryption = RSA.as_dict(private=False) | {"use": "enc"}

    for keys in ([secret], [for_encryption], []):
        with pytest.raises(Exception, match="key"):
            public_keys({"keys": keys})


async def test_the_development_issuer_signs_tokens_that_are_believed(tmp_path, served):
    issuer = Issuer.at(tmp_path / "issuer", environment="development")
    url = await served(issuer_app(issuer))
    verifier = Verifier(
        issuer=issuer.issuer,
        audience=issuer.audience,
        keys=Keys(f"{url}/.well-known/jwks.json"),
    )
    async with httpx.AsyncClient(base_url=url) as client:
        wish = {"subject": "f-1", "name": "李四", "roles": ["approver"], "institution": "*"}
        answer = await client.post("/token", json=wish)
        mixed = await client.post("/token", json=wish | {"roles": ["bank_operator"]})

    caller = await verifier.identity_of(answer.json()["access_token"])
    assert caller == Identity("f-1", "李四", frozenset({"approver"}), "*")
    assert (mixed.status_code, mixed.json()["code"]) == (401, "invalid-token")


def test_the_development_issuer_refuses_to_start_in_production(tmp_path):
    for environment in ("production", "Production", " prod "):
        with pytest.raises(NotInProduction):
            Issuer.at(tmp_path / "issuer", environment=environment)

    assert not (tmp_path / "issuer").exists()


def test_the_issuers_key_is_kept_and_is_its_owners_alone(tmp_path):
    first = Issuer.at(tmp_path, environment="development")
    again = Issuer.at(tmp_path, environment="development")

    assert first.jwks() == again.jwks()
    assert (tmp_path / "key.json").stat().st_mode & 0o077 == 0
    assert "d" not in json.loads((tmp_path / "jwks.json").read_text())["keys"][0]
