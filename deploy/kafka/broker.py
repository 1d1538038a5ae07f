"""One or three brokers in KRaft mode, as processes of this machine.

For development, tests and a first trial; `docker-compose.yml` and the charts are for the rest.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from deploy.kafka.fetch import KafkaNotAvailable, jars, java
from deploy.kafka.guarded import Guard

HOST = "127.0.0.1"
START_SECONDS = 120
"""A cold disk may take twenty seconds, a busy machine more."""


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Broker:
    """One broker's folder and process. It is also a controller."""

    def __init__(self, node: int, folder: Path, port: int, controller_port: int) -> None:
        self.node = node
        self.folder = folder
        self.port = port
        self.controller_port = controller_port
        self.log = folder / "broker.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{HOST}:{self.port}"

    def start(self, command: list[str]) -> None:
        """Start the process; `wait_until_ready` says when it serves."""
        self._ready_from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            # In a session of its own, so that Ctrl-C reaches us and not the broker first.
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        """Until the log says that it serves. Raises KafkaNotAvailable with the end of the log."""
        assert self._process is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if b"Kafka Server started" in self.log.read_bytes()[self._ready_from :]:
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        end = self.log.read_text(errors="replace").splitlines()[-15:]
        raise KafkaNotAvailable(
            f"broker {self.node} did not start; its log is {self.log} and ends:\n" + "\n".join(end)
        )

    def ask_to_stop(self) -> None:
        """Let it finish and leave."""
        self.thaw()
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to leave; kill it if it does not within ten seconds.

        A broker that has lost its quorum cannot leave politely. It recovers its log when it is
        started again.
        """
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """As a power cut would, with signal 9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """It holds its connections and answers nothing, until thawed."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where it was frozen."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, number)


class KafkaCluster:
    """Brokers that are started and stopped together; use it as a context manager.

    The folder keeps data and ports, so a cluster started again in the same folder is the same.
    """

    def __init__(self, folder: Path, *, brokers: int = 1, principals: Sequence[str] = ()) -> None:
        """With `principals`, everybody is asked who he is (`guard`); else the bus is open."""
        if brokers not in (1, 3):
            raise ValueError("one broker or three")
        self.folder = folder
        self.guard = Guard(folder / "guard", principals) if principals else None
        self._count = brokers
        self.brokers: list[Broker] = []

    @property
    def bootstrap_servers(self) -> str:
        """What clients are told."""
        return ",".join(broker.address for broker in self.brokers)

    def start(self) -> "KafkaCluster":
        """Fetch what is missing, start every broker, return when all serve.

        Raises KafkaNotAvailable with a way out.
        """
        self._java, self._classpath = java(), f"{jars()}/*"
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not (self.folder / "ports.json").exists()
        ports = self._ports()
        self.brokers = [
            Broker(number, self.folder / f"broker-{number}", *ports[number - 1])
            for number in range(1, self._count + 1)
        ]
        if new:
            try:
                self._format()
            except BaseException:
                shutil.rmtree(self.folder)
                raise
        try:
            for broker in self.brokers:
                self.start_broker(broker, wait=False)
            for broker in self.brokers:
                broker.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def start_broker(self, broker: Broker, *, wait: bool = True) -> None:
        """Start one that is down, with what it kept on disk."""
        heap = "-Xmx512m" if self._count == 1 else "-Xmx384m"
        broker.start(
            [
                str(self._java),
                heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                self._classpath,
                "kafka.Kafka",
                str(broker.folder / "server.properties"),
            ]
        )
        if wait:
            broker.wait_until_ready()

    def stop(self) -> None:
        """Stop every broker. All are asked before any is waited for."""
        for broker in self.brokers:
            broker.ask_to_stop()
        for broker in self.brokers:
            broker.stop()

    def __enter__(self) -> "KafkaCluster":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ports(self) -> list[tuple[int, int]]:
        kept = self.folder / "ports.json"
        if kept.exists():
            return [(client, controller) for client, controller in json.loads(kept.read_text())]
        numbers = free_ports(2 * self._count)
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def _format(self) -> None:
        """Give every broker its folder, its properties and its place in the quorum."""
        ids = [self._random_uuid() for _ in range(self._count + 1)]
        cluster, directories = ids[0], ids[1:]
        quorum = ",".join(f"{HOST}:{broker.controller_port}" for broker in self.brokers)
        voters = ",".join(
            f"{broker.node}@{HOST}:{broker.controller_port}:{directory}"
            for broker, directory in zip(self.brokers, directories, strict=True)
        )
        users = self.guard.users() if self.guard else []
        for broker in self.brokers:
            broker.folder.mkdir(parents=True)
            properties = broker.folder / "server.properties"
            properties.touch(mode=0o600)
            properties.write_text(_properties(broker, quorum, self._count, self.guard))
            standing = ["--standalone"] if self._count == 1 else ["--initial-controllers", voters]
            self._tool("format", "-t", cluster, "-c", str(properties), *standing, *users)
        ports = [(broker.port, broker.controller_port) for broker in self.brokers]
        (self.folder / "ports.json").write_text(json.dumps(ports))

    def _random_uuid(self) -> str:
        return self._tool("random-uuid").split()[-1]

    def _tool(self, *arguments: str) -> str:
        done = subprocess.run(
            [
                str(self._java),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                self._classpath,
                "kafka.tools.StorageTool",
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        if done.returncode != 0:
            raise KafkaNotAvailable(f"Kafka's storage tool failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def _properties(broker: Broker, quorum: str, count: int, guard: Guard | None) -> str:
    """server.properties of one broker of ours."""
    clients = "CLIENTS" if guard else "PLAINTEXT"
    return written(
        {
            "node.id": broker.node,
            "controller.quorum.bootstrap.servers": quorum,
            "listeners": (
                f"{clients}://{HOST}:{broker.port},CONTROLLER://{HOST}:{broker.controller_port}"
            ),
            "advertised.listeners": f"{clients}://{HOST}:{broker.port}",
            "log.dirs": broker.folder / "data",
            **of_every_broker(count),
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.num.partitions": 4,
            # A dead broker is noticed soon: here nobody is far away.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            **(guard.properties(HOST) if guard else {}),
        }
    )


def of_every_broker(count: int) -> dict[str, object]:
    """What server.properties says wherever the brokers stand, and how many copies so many can keep."""
    copies, least = (1, 1) if count < 3 else (3, 2)
    return {
        "process.roles": "broker,controller",
        "controller.listener.names": "CONTROLLER",
        # A topic is made by the service that says something on it, with the partitions it wants.
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": least,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": least,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": least,
        "group.initial.rebalance.delay.ms": 0,
    }


def written(settings: Mapping[str, object]) -> str:
    """Settings as a properties file has them."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
