"""Who may say and hear what on the bus: each service writes its own topic, and nobody else does.

With these rights on the broker, what a service is heard to say was said by it: whoever else reaches
the broker has no principal, and no principal may write another's topic.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.admin import CreateAclsRequest

from shared.messaging.bank_topics import topic_of
from shared.messaging.kafka_security import KafkaSecurity

_LITERAL: Final = 3
_ALLOW: Final = 3
_ANY_HOST: Final = "*"


class On(IntEnum):
    """What a right is about, by Kafka's numbers."""

    TOPIC = 2
    GROUP = 3


class May(IntEnum):
    """What it allows, by Kafka's numbers."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10


@dataclass(frozen=True, slots=True)
class Right:
    """One principal's permission on one topic or group."""

    principal: str
    may: May
    on: On
    name: str


_SAYS: Final = (May.WRITE, May.CREATE, May.DESCRIBE, May.DESCRIBE_CONFIGS)


def rights_of(service: str, hears: Collection[str]) -> Iterator[Right]:
    """What a service needs: its own topic to say, the topics it hears, its own group."""
    for may in _SAYS:
        yield Right(service, may, On.TOPIC, service)
    for topic in sorted(hears):
        yield Right(service, May.READ, On.TOPIC, topic)
        yield Right(service, May.DESCRIBE, On.TOPIC, topic)
    if hears:
        yield Right(service, May.READ, On.GROUP, service)


def rights_for_bank(bank: str, principal: str, services: Collection[str]) -> Iterator[Right]:
    """What a bank's own topic needs: the services write it, the bank's principal alone reads it, in a
    group that is called as the topic is."""
    topic = topic_of(bank)
    for service in services:
        for may in _SAYS:
            yield Right(service, may, On.TOPIC, topic)
    yield Right(principal, May.READ, On.TOPIC, topic)
    yield Right(principal, May.DESCRIBE, On.TOPIC, topic)
    yield Right(principal, May.READ, On.GROUP, topic)


def rights_of_publisher(principal: str, services: Collection[str]) -> Iterator[Right]:
    """What Kafka Connect needs to publish with Debezium in the relays' place, by the names that
    `deploy/debezium/` gives: it then speaks in the name of every service."""
    beats = [f"__debezium-heartbeat.zhidai-{service}" for service in services]
    for topic in (*services, *beats):
        for may in _SAYS:
            yield Right(principal, may, On.TOPIC, topic)
    for kept in ("config", "offset", "status"):
        for may in (*_SAYS, May.READ):
            yield Right(principal, may, On.TOPIC, f"zhidai-connect-{kept}")
    yield Right(principal, May.READ, On.GROUP, "zhidai-connect")


class NotGranted(RuntimeError):
    """The broker is not reached, does not believe who asks, or refuses."""


async def grant(bootstrap_servers: str, admin: KafkaSecurity, rights: Iterable[Right]) -> int:
    """Give these rights, each as often as one likes; the number that were given.

    `admin` is a super user of the broker, which must have an authorizer. Raises NotGranted.
    """
    try:
        arguments = admin.client_arguments()
    except OSError as error:
        raise NotGranted(f"the CA at {admin.ca_file} cannot be read: {error}") from error
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, **arguments)
    given = 0
    try:
        await client.start()
        for right in rights:
            # aiokafka knows the request, and has no method of its own for it.
            answer = await client._send_to_controller(_request(right))
            for code, message in answer.creation_responses:
                if code:
                    raise for_code(code)(message)
            given += 1
    except (KafkaError, OSError) as error:
        raise NotGranted(f"{type(error).__name__}: {error}") from error
    finally:
        await client.close()
    return given


def _request(right: Right) -> CreateAclsRequest:
    return CreateAclsRequest(
        resource_type=right.on,
        resource_name=right.name,
        resource_pattern_type_filter=_LITERAL,
        principal=f"User:{right.principal}",
        host=_ANY_HOST,
        operation=right.may,
        permission_type=_ALLOW,
    )
