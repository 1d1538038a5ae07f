"""Topics on a real broker; the mock cluster makes them as it likes."""

from uuid import UUID, uuid4

from aiokafka.admin import AIOKafkaAdminClient

from shared.messaging.kafka import KafkaTransport
from tests.messaging.samples import Counted, envelope

A = UUID(int=1)


async def test_a_topic_is_made_with_the_partitions_asked_for_and_left_as_it_is(kafka_servers: str):
    topic = f"w-{uuid4().hex[:12]}"
    for partitions in (5, 3):
        transport = KafkaTransport(kafka_servers, client="speaker", partitions=partitions)
        await transport.publish(topic, [envelope(Counted(loan_id=A, number=1))])
        await transport.close()

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_servers)
    await admin.start()
    (described,) = await admin.describe_topics([topic])
    await admin.close()

    assert len(described["partitions"]) == 5


async def test_a_broker_that_does_not_answer_is_said_to_be_unreachable(kafka_servers: str):
    assert await KafkaTransport(kafka_servers, client="probe").reachable()
    assert not await KafkaTransport("127.0.0.1:1", client="probe").reachable()
