"""Other people's programs read our events from a real broker: kcat, and the CloudEvents SDK for JavaScript."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.envelope import Envelope
from shared.messaging.kafka import KafkaTransport
from tests.kafka.brokers import kafka_servers
from tests.messaging.samples import Counted, envelope
from tests.outside.debian import debian_program, libraries_of
from tests.programs import version_of_npm

__all__ = ["kafka_servers"]

READER = Path(__file__).with_name("cloudevents")
EPOCH = f"0-{UUID(int=7).hex}"


def said() -> list[Envelope]:
    """A bank's event and one of the house's own, whose subject is not plain ASCII, with their numbers."""
    events = [
        Counted(loan_id=UUID(int=n), number=n, bank_code=code) for n, code in ((1, "ICBC"), (2, ""))
    ]
    found = [replace(envelope(event), sequence=n, epoch=EPOCH) for n, event in enumerate(events, 1)]
    return [found[0], replace(found[1], subject="贷-2")]


async def printed(servers: str, events: Sequence[Envelope], record: Any) -> str:
    """What kcat prints of them, a line of JSON for each."""
    topic = f"o-{uuid4().hex[:12]}"
    transport = KafkaTransport(servers, client="speaker", partitions=1)
    await transport.publish(topic, events)
    await transport.close()
    kcat = debian_program("kcat", libraries=("librdkafka1", "libyajl2"))
    variables = {"LD_LIBRARY_PATH": libraries_of(kcat)}
    version = await runs([kcat, "-V"], env=variables)
    record("version", version.split("Version ")[1].split()[0])
    command = [kcat, "-b", servers, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"]
    return await runs(command, env=variables)


async def runs(command: Sequence[str | Path], **more: Any) -> str:
    """What a command prints. Fails with what it complained of."""
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=120, **more
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def headers_printed(line: str) -> tuple[dict[str, str], str, str]:
    message = json.loads(line)
    flat = message["headers"]
    return dict(zip(flat[::2], flat[1::2], strict=True)), message["key"], message["payload"]


@pytest.mark.program("kcat", does="reads our events from Apache Kafka, with every header")
async def test_kcat_reads_key_body_and_headers(kafka_servers: str, record_property: Any):
    events = said()
    lines = (await printed(kafka_servers, events, record_property)).splitlines()

    assert len(lines) == len(events)
    for line, event in zip(lines, events, strict=True):
        headers, key, payload = headers_printed(line)
        assert (key, payload.encode()) == (event.key, event.body)
        assert (headers["ce_specversion"], headers["content-type"]) == ("1.0", "application/json")
        assert (headers["ce_id"], headers["ce_subject"]) == (str(event.id), event.subject)
        assert headers.get("ce_institution", "") == event.institution
        assert headers["ce_sequence"] == str(event.sequence) and all(headers.values())


@pytest.mark.program("CloudEvents SDK (JavaScript)", does="reads our events, and Debezium's")
async def test_the_cloudevents_sdk_for_javascript_reads_them(
    kafka_servers: str, record_property: Any, tmp_path: Path
):
    events = said()
    lines = await printed(kafka_servers, events, lambda *_: None)
    # As Debezium writes the second: an empty header where no bank is named, and some of its own.
    second = json.loads(lines.splitlines()[1])
    second["headers"] += ["ce_institution", "", "id", "x", "__debezium.context.taskId", "0"]
    shutil.copytree(READER, tmp_path, dirs_exist_ok=True)
    (tmp_path / "messages").write_text(lines + json.dumps(second) + "\n")
    await runs(["npm", "install", "--silent", "--no-audit"], cwd=tmp_path)
    record_property("version", version_of_npm(tmp_path, "cloudevents"))
    read = await runs(["node", "read.mjs", "messages"], cwd=tmp_path)

    found = [json.loads(line) for line in read.splitlines()]
    assert found[2] == found[1]
    assert found[:2] == [
        {
            "id": str(event.id), "type": event.type, "source": event.source,
            "subject": event.subject, "institution": event.institution,
            "traceparent": event.traceparent, "data": json.loads(event.body),
            "sequence": str(event.sequence), "epoch": EPOCH,
        }
        for event in events
    ]  # fmt: skip
