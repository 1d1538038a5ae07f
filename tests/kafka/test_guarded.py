"""On a guarded bus only a service itself can say what it says, and nobody listens uninvited."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from fastapi import FastAPI, HTTPException, Request

from deploy.certificates import Authority
from deploy.kafka.broker import KafkaCluster
from deploy.kafka.guarded import ADMIN, Guard
from shared.auth.issuer import Issuer
from shared.messaging.kafka import KafkaTransport
from shared.messaging.kafka_rights import NotGranted, grant, rights_for_bank, rights_of
from shared.messaging.kafka_security import IN_THE_CLEAR, OAUTHBEARER, KafkaSecurity
from tests.messaging.samples import Counted, envelope

pytestmark = pytest.mark.xdist_group("guarded")
"""One guarded broker for all of them."""

SAYS, HEARS, STRANGER, BANK = PRINCIPALS = "applications", "risk_pool", "stranger", "bank.ICBC"
SECRETS = {SAYS: "s3cret", HEARS: "another"}
ByToken = Callable[..., KafkaSecurity]
EVENT = envelope(Counted(loan_id=UUID(int=1), number=1))


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer.at(tmp_path_factory.mktemp("issuer"), environment="development")


@dataclass(frozen=True)
class TokensToo(Guard):
    """A guarded broker whose operator lets tokens in beside passwords, as operating.md says."""

    keys: Path = Path()
    audience: str = ""

    def properties(self, host: str) -> dict[str, object]:
        kafka = "org.apache.kafka.common.security.oauthbearer"
        here = "listener.name.clients.oauthbearer.sasl"
        return super().properties(host) | {
            "sasl.enabled.mechanisms": "SCRAM-SHA-512,OAUTHBEARER",
            f"{here}.jaas.config": f"{kafka}.OAuthBearerLoginModule required;",
            f"{here}.server.callback.handler.class": f"{kafka}.OAuthBearerValidatorCallbackHandler",
            f"{here}.oauthbearer.jwks.endpoint.url": self.keys.as_uri(),
            f"{here}.oauthbearer.expected.audience": self.audience,
            f"{here}.oauthbearer.sub.claim.name": "sub",
        }


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[KafkaCluster]:
    folder = tmp_path_factory.mktemp("tokens")
    keys = folder / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    cluster = KafkaCluster(folder / "brokers", principals=PRINCIPALS)
    cluster.guard = TokensToo(folder / "guard", PRINCIPALS, keys=keys, audience=issuer.audience)
    kafka = "-Dorg.apache.kafka.sasl.oauthbearer"
    allowed = f"{kafka}.allowed.urls={keys.as_uri()} {kafka}.allowed.files={keys}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", allowed)
        with cluster:
            yield cluster


@pytest.fixture(scope="module")
async def guarded(cluster: KafkaCluster) -> AsyncIterator[KafkaCluster]:
    """The cluster with each service's rights given, twice: that does no harm."""
    assert cluster.guard is not None
    for _ in range(2):
        rights = [
            *rights_of(SAYS, {HEARS}),
            *rights_of(HEARS, {SAYS}),
            *rights_for_bank("ICBC", BANK, [SAYS]),
            *rights_for_bank("CCB", "nobody", [SAYS]),
        ]
        assert await grant(cluster.bootstrap_servers, cluster.guard.of(ADMIN), rights) == len(
            rights
        )
    yield cluster


def speaker(cluster: KafkaCluster, security: KafkaSecurity) -> KafkaTransport:
    return KafkaTransport(cluster.bootstrap_servers, client="test", security=security)


async def says(cluster: KafkaCluster, security: KafkaSecurity, topic: str) -> None:
    transport = speaker(cluster, security)
    try:
        async with asyncio.timeout(30):
            await transport.publish(topic, [EVENT])
    finally:
        await transport.close()


async def heard(cluster: KafkaCluster, security: KafkaSecurity, *, group: str, topic: str) -> bytes:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=cluster.bootstrap_servers, group_id=group,
        auto_offset_reset="earliest", **security.client_arguments(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            await consumer.start()
            return (await consumer.getone()).value
    finally:
        await consumer.stop()


async def test_what_a_service_says_is_heard_by_who_may_hear_it(guarded):
    await says(guarded, guarded.guard.of(SAYS), SAYS)

    assert await heard(guarded, guarded.guard.of(HEARS), group=HEARS, topic=SAYS) == EVENT.body


@pytest.mark.parametrize("who", [HEARS, STRANGER])
async def test_nobody_else_can_say_it_in_its_name(guarded, who):
    await says(guarded, guarded.guard.of(SAYS), SAYS)

    with pytest.raises(TopicAuthorizationFailedError):
        await says(guarded, guarded.guard.of(who), SAYS)


async def test_nobody_makes_a_topic_that_is_not_his(guarded):
    with pytest.raises(TopicAuthorizationFailedError):
        await says(guarded, guarded.guard.of(STRANGER), "approvals")


async def test_a_stranger_with_a_name_hears_nothing(guarded):
    with pytest.raises((TopicAuthorizationFailedError, GroupAuthorizationFailedError)):
        await heard(guarded, guarded.guard.of(STRANGER), group=STRANGER, topic=SAYS)


async def test_nobody_takes_part_in_another_services_group(guarded):
    await says(guarded, guarded.guard.of(HEARS), HEARS)

    with pytest.raises(GroupAuthorizationFailedError):
        await heard(guarded, guarded.guard.of(SAYS), group=HEARS, topic=HEARS)


async def test_a_bank_reads_its_own_topic_alone_and_writes_none(guarded):
    bank = guarded.guard.of(BANK)
    for topic in ("bank.ICBC", "bank.CCB", SAYS):
        await says(guarded, guarded.guard.of(SAYS), topic)

    assert await heard(guarded, bank, group="bank.ICBC", topic="bank.ICBC") == EVENT.body
    for topic in ("bank.CCB", SAYS):
        with pytest.raises(TopicAuthorizationFailedError):
            await heard(guarded, bank, group="bank.ICBC", topic=topic)
    with pytest.raises((TopicAuthorizationFailedError, ClusterAuthorizationFailedError)):
        await says(guarded, bank, "bank.ICBC")
    with pytest.raises(GroupAuthorizationFailedError):
        await heard(guarded, guarded.guard.of(HEARS), group="bank.CCB", topic=SAYS)


async def test_without_the_right_password_nobody_is_let_in(guarded):
    wrong = replace(guarded.guard.of(SAYS), password="guessed")

    with pytest.raises((AuthenticationFailedError, KafkaError)):
        await says(guarded, wrong, SAYS)
    assert not await speaker(guarded, wrong).reachable()


async def test_rights_are_given_by_a_super_user_alone(guarded):
    stranger = guarded.guard.of(STRANGER)

    with pytest.raises(NotGranted):
        await grant(guarded.bootstrap_servers, stranger, rights_of(STRANGER, {SAYS}))


async def test_in_the_clear_the_broker_does_not_answer(guarded):
    assert not await speaker(guarded, IN_THE_CLEAR).reachable()


async def test_a_broker_of_another_authority_is_not_believed(guarded, tmp_path: Path):
    other = Authority(tmp_path).certificate_file
    believed = replace(guarded.guard.of(SAYS), ca_file=str(other))

    assert await speaker(guarded, guarded.guard.of(SAYS)).reachable()
    assert not await speaker(guarded, believed).reachable()


@pytest.fixture
async def by_token(guarded: KafkaCluster, issuer: Issuer, served, tmp_path) -> ByToken:
    """How a service speaks to the broker by a token, `by_token(name)`; of kind `forged`, another issuer's."""
    assert guarded.guard is not None
    foreign = Issuer.at(tmp_path, environment="development")
    provider = FastAPI()

    @provider.post("/{kind}")
    async def token(kind: str, request: Request) -> dict[str, object]:
        name, secret = _basic(request)
        if SECRETS.get(name) != secret:
            raise HTTPException(401)
        by = issuer if kind == "token" else foreign
        return {"access_token": by.issue(name, name, [], "*", 300), "expires_in": 300}

    url = await served(provider)
    ca_file = guarded.guard.of(SAYS).ca_file

    def spoken(name: str, *, kind: str = "token") -> KafkaSecurity:
        return KafkaSecurity(
            username=name, password=SECRETS[name], mechanism=OAUTHBEARER,
            ca_file=ca_file, token_url=f"{url}/{kind}",
        )  # fmt: skip

    return spoken


def _basic(request: Request) -> tuple[str, str]:
    said = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    name, _, secret = said.partition(":")
    return name, secret


async def test_by_its_token_a_service_says_and_hears_what_is_its_own(guarded, by_token):
    await says(guarded, by_token(SAYS), SAYS)

    assert await heard(guarded, by_token(HEARS), group=HEARS, topic=SAYS) == EVENT.body


async def test_a_token_gives_no_right_that_the_name_in_it_has_not(guarded, by_token):
    await says(guarded, by_token(SAYS), SAYS)

    with pytest.raises(TopicAuthorizationFailedError):
        await says(guarded, by_token(HEARS), SAYS)


async def test_a_token_of_another_issuer_is_not_believed(guarded, by_token):
    forged = by_token(SAYS, kind="forged")

    with pytest.raises((AuthenticationFailedError, KafkaError)):
        await says(guarded, forged, SAYS)
    assert not await speaker(guarded, forged).reachable()
    assert await speaker(guarded, by_token(SAYS)).reachable()
