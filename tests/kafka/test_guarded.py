"""On a guarded bus only a service itself can say what it says, and nobody listens uninvited."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    AuthenticationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from deploy.certificates import Authority
from deploy.kafka.broker import KafkaCluster
from deploy.kafka.guarded import ADMIN
from shared.messaging.kafka import KafkaTransport
from shared.messaging.kafka_rights import NotGranted, grant, rights_of
from shared.messaging.kafka_security import IN_THE_CLEAR, KafkaSecurity
from tests.messaging.samples import Counted, envelope

SAYS, HEARS, STRANGER = "applications", "risk_pool", "stranger"
EVENT = envelope(Counted(loan_id=UUID(int=1), number=1))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    folder = tmp_path_factory.mktemp("guarded") / "brokers"
    with KafkaCluster(folder, principals=(SAYS, HEARS, STRANGER)) as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def guarded(cluster: KafkaCluster) -> AsyncIterator[KafkaCluster]:
    """The cluster with each service's rights given, twice: that does no harm."""
    assert cluster.guard is not None
    for _ in range(2):
        rights = [*rights_of(SAYS, {HEARS}), *rights_of(HEARS, {SAYS})]
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
