"""`zhidai up` as a process, and other commands beside it, as an operator types them."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from zhidai.cli import app

ROOT = Path(__file__).parents[2]
START_SECONDS = 180
"""A start takes four seconds on an idle machine; ten times that has been seen on a busy one."""


def variables(state: Path, **more: str) -> dict[str, str]:
    """What a command of this state folder is told, and nothing that this machine says besides."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("ZHIDAI_")
    }
    return {**kept, "COLUMNS": "250", "ZHIDAI_STATE": str(state), **more}


async def zhidai(state: Path, *words: str, **more: str) -> tuple[int, str]:
    """Run a command: its exit code, and all that it printed.

    In this process, because the start of an interpreter costs more than what is looked at.
    """
    forgotten = {name: None for name in os.environ if name not in variables(state)}
    done = await asyncio.to_thread(
        CliRunner().invoke, app, list(words), env={**forgotten, **variables(state, **more)}
    )
    return done.exit_code, done.output


@dataclass
class Up:
    """A running `zhidai up`."""

    process: asyncio.subprocess.Process
    state: Path
    said: str = ""
    places: dict[str, str] = field(default_factory=dict)
    """The API of each service, as it was printed."""

    @property
    def variables(self) -> dict[str, str]:
        """Where the services and the development tokens are, as the documents call them."""
        tokens = re.search(r"(http://[0-9.:]+)/token", self.said)
        assert tokens, self.said
        root = {name.upper(): url.removesuffix("/api/v1") for name, url in self.places.items()}
        return {**root, "TOKENS": tokens[1]}

    async def says(self, words: str) -> None:
        """Wait until it has printed these words; one that ends before has failed, and why."""
        assert self.process.stdout is not None
        while words not in self.said:
            line = await asyncio.wait_for(self.process.stdout.readline(), START_SECONDS)
            if not line:
                code = await self.process.wait()
                raise AssertionError(
                    f"zhidai up ended with exit code {code} and had not said {words!r}. "
                    f"It said: {self.said!r}. The end of its log:\n{self._end_of_log()}"
                )
            self.said += line.decode()

    def _end_of_log(self) -> str:
        log = self.state / "logs" / "embedded.log"
        return "\n".join(log.read_text().splitlines()[-10:]) if log.exists() else "(none)"


@asynccontextmanager
async def up(state: Path) -> AsyncIterator[Up]:
    """Started, ready, and killed at the end where nobody has stopped it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zhidai.cli", "up", "--state", str(state),
        cwd=ROOT, env=variables(state),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    running = Up(process, state)
    try:
        await running.says("Ctrl-C")
        running.places = dict(re.findall(r"(\w+)\W+(http://[0-9.:]+/api/v1)/docs", running.said))
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
