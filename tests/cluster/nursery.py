"""Processes of a service that start within a moment: forked from one that has read the code.

    python -m tests.cluster.nursery MODULE    # reads what to start, a line each; says who was born, who ended

To read the code takes a process some seconds; a service that is killed twice in a story would spend the
story reading. What is forked serves as `python -m MODULE` would, with the variables that it is given.
CLUSTER_SKEW_SECONDS among them sets its machine's time wrong, as far as its work asks for it.
"""

import asyncio
import gc
import importlib
import json
import os
import select
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

STOP_SECONDS = 20


@dataclass
class Born:
    """A process of the nursery, as far as anybody has to know it."""

    pid: int
    returncode: int | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Nursery:
    """The process that forks, from outside."""

    module: str
    tree: Path
    variables: dict[str, str]
    log: Path
    _process: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None
    _awaited: list[asyncio.Future[Born]] = field(default_factory=list)
    _living: dict[int, Born] = field(default_factory=dict)

    async def open(self) -> None:
        """Read the code."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.cluster.nursery", self.module, env=self.variables,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
                cwd=self.tree, start_new_session=True,
            )  # fmt: skip
        self._reading = asyncio.create_task(self._read())

    async def start(self, variables: dict[str, str], log: Path) -> Born:
        """A process of the service."""
        assert self._process is not None and self._process.stdin is not None
        born = asyncio.get_running_loop().create_future()
        self._awaited.append(born)
        order = json.dumps({"variables": variables, "log": str(log)})
        self._process.stdin.write(f"{order}\n".encode())
        await self._process.stdin.drain()
        return await born

    async def close(self) -> None:
        """End it, and whom it has borne."""
        if self._process is not None and self._process.returncode is None:
            for one in self._living.values():
                with suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        while line := await self._process.stdout.readline():
            said = json.loads(line)
            if "born" in said:
                born = Born(said["born"])
                self._living[born.pid] = born
                self._awaited.pop(0).set_result(born)
            else:
                one = self._living.pop(said["ended"])
                one.returncode = said["code"]
                one.ended.set()
        for waiting in self._awaited:
            waiting.set_exception(
                RuntimeError(f"the nursery of {self.module} ended; see {self.log}")
            )


@dataclass
class Nursling:
    """Keeps one process of a nursery alive until told to stop, as `zhidai.processes.Keeper` does."""

    name: str
    nursery: Nursery
    variables: dict[str, str]
    log: Path
    process: Born | None = None
    _stopping: bool = False

    async def keep(self) -> None:
        """Start it, and again whenever it ends, with a short wait between."""
        while not self._stopping:
            self.process = await self.nursery.start(self.variables, self.log)
            if self._stopping:
                self.sends(signal.SIGTERM)
            await self.process.ended.wait()
            if not self._stopping:
                await asyncio.sleep(0.2)

    def sends(self, number: signal.Signals) -> bool:
        """A signal. False when there is nobody just now."""
        if self.process is None or self.process.returncode is not None:
            return False
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)
        return True

    def kill(self) -> bool:
        """kill -9."""
        return self.sends(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to finish what it has in hand; after a while, insist."""
        self._stopping = True
        if not self.sends(signal.SIGTERM):
            return
        assert self.process is not None
        try:
            await asyncio.wait_for(self.process.ended.wait(), STOP_SECONDS)
        except TimeoutError:
            self.kill()


def serve(module: Any, order: dict[str, Any]) -> None:
    """In the forked process: be the service."""
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, number)
    os.environ.clear()
    os.environ.update(order["variables"])
    if skew := os.environ.get("CLUSTER_SKEW_SECONDS"):
        from shared.clock import SystemClock

        by = timedelta(seconds=float(skew))
        SystemClock.now = lambda self: datetime.now(UTC) + by  # type: ignore[method-assign]
    if os.environ.get("CLUSTER_SPEAKS_AS_OF_OLD"):
        from tests.cluster.older import speak_as_of_old

        speak_as_of_old()
    from shared.serve import serve as serves

    serves(module.SERVICE)


def say(**what: int) -> None:
    """To whoever opened the nursery."""
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def reap() -> None:
    """Tell of whoever has ended."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            say(ended=pid, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Read the code, then fork by order until nobody gives any."""
    module = importlib.import_module(sys.argv[1])
    importlib.import_module("shared.serve")
    gc.collect()
    gc.freeze()
    orders = sys.stdin.buffer.raw  # type: ignore[union-attr]
    left = b""
    while True:
        reap()
        if not select.select([orders], [], [], 0.05)[0]:
            continue
        some = orders.read(1 << 16)
        if not some:
            return
        *lines, left = (left + some).split(b"\n")
        for line in lines:
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    serve(module, json.loads(line))
                    code = 0
                finally:
                    sys.stderr.flush()
                    os._exit(code)
            say(born=pid)


if __name__ == "__main__":
    main()
