"""Says things on the topics that no service says: old bytes again, garbage; and has a service say again
what its feed has."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.cluster.house import NAMES
from tests.cluster.looking import Looking
from tests.cluster.tap import Tap

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
WRONG: tuple[tuple[bytes | None, list[tuple[str, bytes | None]]], ...] = (
    (b"not json", [("ce_specversion", b"1.0"), ("ce_type", b"application.approved.v1")]),
    (b"{}", [("ce_specversion", b"0.3"), ("ce_type", b"loan.disbursed.v1")]),
    (b"{}", [("ce_type", b"contract.of-nobody.v9")]),
    (b"{}", [("ce_type", b"\xff\xfe"), ("ce_specversion", b"1.0")]),
    (DEEP, [("ce_type", b"coverage.reserved.v1"), ("ce_specversion", b"1.0")]),
    (None, [("ce_type", b"claim.paid.v1")]),
    (b"", []),
)
"""Body and headers of what is no event: no JSON, a wrong version, an unknown contract, a type that is no
text, a body nested deep, no body, nothing at all."""


@dataclass
class Saying:
    """Writes past the doors."""

    servers: str
    run: str
    strangers: set[str] = field(default_factory=set)
    """Keys that only garbage has."""
    poison: list[str] = field(default_factory=list)
    """Ids of what is no event under the key of a real case."""

    def _producer(self) -> Producer:
        return Producer({"bootstrap.servers": self.servers, "message.timeout.ms": 10_000})

    async def old_bytes_again(self, tap: Tap, since: dict[str, int], chance: random.Random) -> None:
        """Some of what was said since then, as it was said, where it was said, in its order."""
        producer = self._producer()
        old = [one for one in list(tap.records) if one.sequence > since.get(one.topic, 0)]
        first = chance.randrange(len(old)) if old else 0
        for one in old[first : first + 200]:
            key, body, headers = tap.raw[one.topic, one.sequence]
            producer.produce(
                one.topic, body, key, partition=one.partition, headers=headers,
            )  # fmt: skip
        await asyncio.to_thread(producer.flush, 10)

    async def garbage(self, chance: random.Random) -> None:
        """One of each kind, on both topics, beside what is said."""
        producer = self._producer()
        for number, (body, headers) in enumerate(WRONG):
            key = f"garbage-{self.run}-{number}"
            self.strangers.add(key)
            topic = chance.choice(NAMES[:2])
            producer.produce(topic, body, key, headers=headers)
        await asyncio.to_thread(producer.flush, 10)

    async def poison_of(self, key: str) -> None:
        """An approval of a real case whose body is nothing."""
        id_ = str(uuid4())
        self.poison.append(id_)
        producer = self._producer()
        headers = {
            "ce_specversion": "1.0", "ce_type": "application.approved.v1", "ce_id": id_,
            "ce_source": "/zhidai/applications", "ce_subject": key,
            "ce_time": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        producer.produce(
            "applications", b"poison", key,
            headers=[(name, value.encode()) for name, value in headers.items()],
        )  # fmt: skip
        await asyncio.to_thread(producer.flush, 10)

    async def again_from_feed(
        self, service: str, looking: Looking, *, first: int = 0, last: int = 0
    ) -> None:
        """As `zhidai events publish-again` asks for it: from a number on, or so many of the last."""
        end = (await looking.last_told())[service]
        if last:
            first = max(1, end - last)
        if first <= end:
            await looking.fetch(
                service, "insert into told_again (next, until, by) values ($1, $2, 'operator')",
                first, end,
            )  # fmt: skip

    async def end_of(self, topic: str, partition: int) -> int:
        """The offset that the next record of a partition will have."""

        def ask() -> Any:
            consumer = Consumer({"bootstrap.servers": self.servers, "group.id": "nobody"})
            try:
                return consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=5)
            finally:
                consumer.close()

        found = await asyncio.to_thread(ask)
        return int(found[1]) if found else 0
