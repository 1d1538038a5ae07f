"""Every service in a process of its own over Apache Kafka, started again when one dies."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from zhidai.addresses import Addresses
from zhidai.bus import SERVICES, Bus
from zhidai.environment import Environment
from zhidai.service_settings import process_variables

START_SECONDS = 120
STOP_SECONDS = 30


@dataclass
class Keeper:
    """Keeps one process alive until told to stop."""

    name: str
    module: str
    variables: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    _stopping: bool = field(default=False, repr=False)

    async def keep(self) -> None:
        """Start it, and again whenever it ends, with a short wait between."""
        while not self._stopping:
            with self.log.open("ab") as log:
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", self.module, env=self.variables, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            if self._stopping:  # Told to stop while it was being started.
                self.process.terminate()
            code = await self.process.wait()
            if code == 78:  # Its settings are wrong: starting it again would not mend them.
                raise RuntimeError(f"{self.name} cannot start; see {self.log}")
            if not self._stopping:
                await asyncio.sleep(0.2)

    def kill(self) -> bool:
        """kill -9: what a test of crashes does. False when there is nothing to kill just now."""
        if self.process is None or self.process.returncode is not None:
            return False
        self.process.send_signal(signal.SIGKILL)
        return True

    async def stop(self) -> None:
        """Ask it to finish what it has in hand; after a while, insist."""
        self._stopping = True
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()


@asynccontextmanager
async def serving(
    environment: Environment, addresses: Addresses, *, bus: Bus
) -> AsyncIterator[dict[str, Keeper]]:
    """Serve the services while the block runs. Gives the keeper of each process, by service."""
    logs = environment.state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    keepers = {
        service.name: Keeper(
            name=service.name,
            module=f"services.{service.name}.main",
            variables=process_variables(service, environment, addresses, bus=bus),
            log=logs / f"{service.name}.log",
        )
        for service in SERVICES
    }
    for name in keepers:
        addresses.release(name)
    keeping = [asyncio.create_task(keeper.keep()) for keeper in keepers.values()]
    try:
        await _all_ready(addresses, keeping, logs)
        yield keepers
    finally:
        await asyncio.gather(*(keeper.stop() for keeper in keepers.values()))
        await asyncio.gather(*keeping, return_exceptions=True)


async def _all_ready(addresses: Addresses, keeping: list[asyncio.Task[None]], logs: Path) -> None:
    waiting = {service.name for service in SERVICES}
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            async with asyncio.timeout(START_SECONDS):
                while waiting:
                    for task in keeping:
                        if task.done():
                            task.result()
                    for name in sorted(waiting):
                        try:
                            answer = await client.get(f"{addresses.url(name)}/readyz")
                        except httpx.TransportError:
                            continue
                        if answer.status_code == 200:
                            waiting.discard(name)
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise RuntimeError(
                f"not ready after {START_SECONDS} s: {', '.join(sorted(waiting))}; see {logs}"
            ) from None
