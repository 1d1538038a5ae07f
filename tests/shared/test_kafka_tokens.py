"""A service says who it is to the broker by a token of the identity provider, got over HTTP."""

import asyncio
import base64

import pytest
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI, Form, HTTPException, Request
from pydantic import ValidationError

from shared.auth.identity import decode
from shared.auth.issuer import Issuer
from shared.auth.jwks import public_keys
from shared.messaging.kafka_security import KafkaSecurity
from shared.messaging.kafka_tokens import ClientTokens
from shared.settings import ServiceSettings
from tests.production import COMMON

BASIC = "Basic " + base64.b64encode(b"applications:s3cret").decode()


class Provider:
    """The development issuer, with the grant for clients that a real provider has."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.asked = 0
        self.url = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/token")
        async def token(request: Request, grant_type: str = Form()) -> dict[str, object]:
            self.asked += 1
            if request.headers.get("authorization") != BASIC or grant_type != "client_credentials":
                raise HTTPException(401)
            token = self.issuer.issue("applications", "applications", [], "*", 300)
            return {"access_token": token, "token_type": "Bearer", "expires_in": 300}

        return app


@pytest.fixture
async def provider(served, tmp_path) -> Provider:
    provider = Provider(Issuer.at(tmp_path, environment="development"))
    provider.url = await served(provider.app()) + "/token"
    return provider


async def test_one_token_serves_many_connections_until_shortly_before_it_ends(provider):
    seconds = [0.0]
    tokens = ClientTokens(
        provider.url, client_id="applications", secret="s3cret", monotonic=lambda: seconds[0]
    )

    first = set(await asyncio.gather(*(tokens.token() for _ in range(20))))
    seconds[0] = 269
    first.add(await tokens.token())

    (token,) = first
    said = decode(token, public_keys(provider.issuer.jwks())).claims
    assert (said["sub"], provider.asked) == ("applications", 1)
    seconds[0] = 270
    await tokens.token()
    assert provider.asked == 2


async def test_a_provider_that_refuses_or_is_away_is_waited_out_like_a_broker(provider):
    wrong = ClientTokens(provider.url, client_id="applications", secret="wrong")
    with pytest.raises(KafkaConnectionError, match="HTTPStatusError"):
        await wrong.token()

    away = ClientTokens("http://127.0.0.1:9/token", client_id="applications", secret="s3cret")
    with pytest.raises(KafkaConnectionError, match="ConnectError"):
        await away.token()


async def test_the_clients_of_aiokafka_are_given_tokens_instead_of_a_password(provider):
    security = KafkaSecurity(
        username="applications", password="s3cret", mechanism="OAUTHBEARER", token_url=provider.url
    )

    given = security.client_arguments()

    assert (given["security_protocol"], given["sasl_mechanism"]) == ("SASL_SSL", "OAUTHBEARER")
    assert not any(name.startswith("sasl_plain") for name in given)
    assert isinstance(given["sasl_oauth_token_provider"], AbstractTokenProvider)
    assert (await given["sasl_oauth_token_provider"].token()).count(".") == 2


def test_a_token_url_is_needed_with_tokens_and_in_production_by_https():
    by_token = COMMON | {"kafka_mechanism": "OAUTHBEARER"}

    for url, told in (
        ("", "kafka_token_url is needed"),
        ("http://idp.example/token", "get the broker's tokens by https"),
    ):
        with pytest.raises(ValidationError, match=told):
            ServiceSettings(**by_token | {"kafka_token_url": url})
    spoken = ServiceSettings(**by_token | {"kafka_token_url": "https://idp.example/token"})

    assert spoken.kafka_spoken_to().token_url == "https://idp.example/token"
