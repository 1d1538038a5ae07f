"""Where an issuer's keys come from, and how often we ask for them."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey

from shared.auth.identity import InvalidToken, Verifier
from shared.auth.jwks import Jwks, KeysUnavailable, public_keys
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
