"""Kafka Connect with Debezium on a JVM, and a door by TCP to a PostgreSQL behind a socket."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx

from deploy.kafka.broker import free_ports
from deploy.kafka.fetch import cache_folder, java

ROOT = Path(__file__).parents[2]
POM = Path(__file__).with_name("debezium") / "pom.xml"
DEPLOY = ROOT / "deploy" / "debezium"
START_SECONDS = 180


def jars() -> Path:
    """Connect and Debezium, fetched once into the cache."""
    folder = cache_folder().parent / f"debezium-{sha256(POM.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        fetched = folder.with_suffix(".fetched")
        shutil.rmtree(fetched, ignore_errors=True)
        fetched.mkdir(parents=True)
        shutil.copy(POM, fetched)
        subprocess.run(
            ["mvn", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime",
             f"-DoutputDirectory={fetched}/jars"],
            cwd=fetched, check=True,
        )  # fmt: skip
        shutil.move(fetched / "jars", folder)
        shutil.rmtree(fetched)
    return folder


class Connect:
    """One worker at a guarded bus, as the properties in `deploy/debezium` have it."""

    def __init__(self, folder: Path, bootstrap_servers: str, variables: Mapping[str, str]) -> None:
        self.log = folder / "connect.log"
        self._properties = folder / "worker.properties"
        self._variables = {**os.environ, **variables}
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        empty = folder / "plugins"
        empty.mkdir()
        self._properties.write_text(
            (DEPLOY / "worker.properties").read_text()
            + (DEPLOY / "guarded.properties").read_text()
            + f"bootstrap.servers={bootstrap_servers}\nlisteners={self.url}\nplugin.path={empty}\n"
            "plugin.discovery=hybrid_warn\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the worker; `answers` says when it works."""
        command = [
            str(java()), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-cp", f"{jars()}/*", "org.apache.kafka.connect.cli.ConnectDistributed",
            str(self._properties),
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._variables, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def answers(self, path: str = "/connectors", *, says: str = "") -> None:
        """Until the worker answers there, with these words."""
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as http:
            while True:
                assert self._process is not None and self._process.poll() is None, self.end()
                try:
                    answer = await http.get(f"{self.url}{path}")
                    if answer.is_success and says in answer.text:
                        return
                    assert "FAILED" not in answer.text, answer.text
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.2)

    def end(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:]


@asynccontextmanager
async def connect(
    folder: Path, bootstrap_servers: str, variables: Mapping[str, str]
) -> AsyncIterator[Connect]:
    """A worker that answers, until the end of the block."""
    worker = Connect(folder, bootstrap_servers, variables)
    worker.start()
    try:
        await worker.answers()
        yield worker
    finally:
        worker.kill()


@asynccontextmanager
async def by_tcp(socket: str) -> AsyncIterator[int]:
    """A port of this machine that leads to a PostgreSQL behind a socket: JDBC knows no sockets."""

    under_way: set[asyncio.Task[None]] = set()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(socket)
        for source, target in ((reader, inner_writer), (inner_reader, writer)):
            task = asyncio.create_task(_pass_on(source, target))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    server = await asyncio.start_server(lead, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # A server that is stopped waits for whoever reads its log, so these are hung up on.
        for task in list(under_way):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
