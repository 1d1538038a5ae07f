"""The most real Kafka there is here, and librdkafka's mock cluster beside it.

`kafka_servers`: the one at KAFKA_BOOTSTRAP_SERVERS, else Docker through testcontainers, else
Apache Kafka on a JVM, else the mock. One broker for the whole run, shared by all workers.
"""

import functools
import importlib.util
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import fasteners
import pytest
from confluent_kafka import Producer

from deploy.kafka.fetch import KafkaNotAvailable, java
from tests.real_parts import docker_answers


def pytest_report_header() -> str:
    return f"Kafka: {kafka_source()}"


@functools.cache
def kafka_source() -> str:
    """Which one the tests take, in words."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return "the one at KAFKA_BOOTSTRAP_SERVERS"
    if docker_answers():
        return "Docker, through testcontainers"
    if jvm_can_be_had():
        return "Apache Kafka 4.3.0 on a JVM"
    return "librdkafka's mock cluster (no JVM, no Docker)"


def jvm_can_be_had() -> bool:
    """Whether Apache Kafka can be started here without Docker."""
    try:
        java()
    except KafkaNotAvailable:
        return False
    return importlib.util.find_spec("jgo") is not None


@pytest.fixture(scope="session")
def mock_servers() -> Iterator[str]:
    """A mock cluster in this process: the protocol without a broker."""
    cluster = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": 1})
    (broker,) = cluster.list_topics(timeout=30).brokers.values()
    yield f"{broker.host}:{broker.port}"
    del cluster


@pytest.fixture(scope="session")
def kafka_servers(request: pytest.FixtureRequest, shared_folder: Path) -> Iterator[str]:
    """The bootstrap address of the most real Kafka there is."""
    source = kafka_source()
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield given
    elif "Docker" in source:
        from testcontainers.community.kafka import KafkaContainer

        with KafkaContainer("confluentinc/cp-kafka:8.0.0").with_kraft() as container:
            yield container.get_bootstrap_server()
    elif "JVM" in source:
        answer = _on_a_jvm(shared_folder)
        if answer.startswith("!"):
            warnings.warn(f"no real Kafka, the mock cluster instead: {answer[1:]}", stacklevel=1)
            answer = request.getfixturevalue("mock_servers")
        yield answer
    else:
        yield request.getfixturevalue("mock_servers")


def _on_a_jvm(shared_folder: Path) -> str:
    """The address of the run's broker, which the first worker to come starts.

    It follows the process that runs all workers and ends with it, whichever worker started it.
    """
    ready = shared_folder / "kafka.address"
    with fasteners.InterProcessLock(shared_folder / "kafka.lock"):
        if not ready.exists():
            runner = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
            command = [sys.executable, "-m", "deploy.kafka", "--follow", str(runner)]
            with (shared_folder / "kafka.log").open("wb") as log:
                subprocess.Popen(
                    [*command, "--ready-file", str(ready)],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    cwd=Path(__file__).parents[2],
                )
            until = time.monotonic() + 240
            while not ready.exists():
                assert time.monotonic() < until, (shared_folder / "kafka.log").read_text()
                time.sleep(0.05)
    return ready.read_text()
