"""Where an issuer's keys come from, and how often we ask for them."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey

from shared.auth import identity
from shared.auth.identity import Verifier, decode
from shared.auth.jwks import Jwks, KeysUnavailable, public_keys
from shared.auth.known_tokens import KnownTokens
from shared.auth.refused_tokens import InvalidToken
from shared.http import problems
from tests.shared.tokens import AUDIENCE, EC, ISSUER, RSA, claims, signed


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
        keys=Jwks(directory.url, monotonic=lambda: seconds[0]),
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


async def test_a_key_that_the_issuer_withdraws_is_refused_within_a_minute(directory):
    """Also where no token of another key makes us ask, and for a token that was believed before."""
    seconds = [0.0]
    keys = Jwks(directory.url, monotonic=lambda: seconds[0])
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys)
    token = signed(claims())
    await verifier.identity_of(token)

    directory.keys = [EC]
    seconds[0] = 59

    with pytest.raises(InvalidToken) as refused:
        await verifier.identity_of(token)
    assert refused.value.reason == "key-unknown"


async def test_invented_key_ids_do_not_make_us_ask_without_end(directory):
    keys = Jwks(directory.url)
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys)

    for i in range(20):
        with pytest.raises(InvalidToken):
            await verifier.identity_of(signed(claims(), kid=f"invented-{i}"))

    assert directory.asked == 1


async def test_keys_grow_old_and_are_kept_while_the_issuer_is_down(directory):
    seconds = [0.0]
    keys = Jwks(directory.url, keep_seconds=600, monotonic=lambda: seconds[0])
    await keys.current()
    seconds[0] = 601
    await keys.current()
    directory.is_down = True
    seconds[0] = 1300

    assert (await keys.current()).get_by_kid("rsa-1")
    assert directory.asked == 3


async def test_without_any_keys_the_answer_is_503_not_401(directory):
    directory.is_down = True
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Jwks(directory.url))

    with pytest.raises(KeysUnavailable):
        await verifier.identity_of(signed(claims()))


def test_shared_secrets_and_encryption_keys_are_never_believed():
    secret = OctKey.import_key("s" * 32, {"kid": "rsa-1"}).as_dict()
    for_encryption = RSA.as_dict(private=False) | {"use": "enc"}

    for keys in ([secret], [for_encryption], []):
        with pytest.raises(Exception, match="key"):
            public_keys({"keys": keys})


async def test_a_token_is_judged_once_until_a_withdrawn_key_ends_it_within_a_minute(
    directory, monkeypatch
):
    judged: list[str] = []

    def counted(token: str, keys: KeySet) -> jwt.Token:
        judged.append(token)
        return decode(token, keys)

    monkeypatch.setattr(identity, "decode", counted)
    seconds = [0.0]
    keys = Jwks(directory.url, monotonic=lambda: seconds[0])
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys)
    token = signed(claims())
    callers = [await verifier.identity_of(token) for _ in range(50)]
    assert (len(judged), len(set(callers))) == (1, 1)

    directory.keys = [EC]
    seconds[0] = 60

    with pytest.raises(InvalidToken):
        await verifier.identity_of(token)


async def test_a_known_token_is_known_until_it_expires_and_only_so_many_are():
    now = [0.0]
    keys = KeySet([RSA])
    known = KnownTokens[str](now=lambda: now[0], most=3)
    assert known.find("a", keys) is None
    for name in ("a", "b", "c"):
        known.keep(name, name.upper(), expires_at=100, keys=keys)
    assert known.find("a", keys) == "A"

    known.keep("d", "D", expires_at=50, keys=keys)

    assert [known.find(one, keys) for one in "abcd"] == ["A", None, "C", "D"]
    assert len(known) == 3
    now[0] = 50
    assert (known.find("d", keys), known.find("a", keys)) == (None, "A")
    # What was judged by keys that are not the newest any more is not remembered.
    newer = KeySet([EC])
    assert known.find("a", newer) is None
    known.keep("a", "A", expires_at=100, keys=keys)
    assert (known.find("a", newer), len(known)) == (None, 0)


async def test_what_was_refused_is_judged_again(directory):
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=Jwks(directory.url))
    for _ in range(2):
        with pytest.raises(InvalidToken):
            await verifier.identity_of(signed(claims(aud="another")))

    assert len(verifier._known) == 0
