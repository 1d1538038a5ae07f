"""The house as a compose file brings it up, and what can befall its containers."""

import json
import random
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.compose.engine import Engine
from tests.compose.images import ROOT

SERVICES: Final = ("applications", "risk-pool", "notifications")
PROJECT: Final = "zhidai-compose-test"
READY_SECONDS: Final = 300
_FILES: Final = ("docker-compose.yml", "docker-compose.production.yml", "deploy/postgres/init.sh")


@dataclass
class House:
    """A copy of the compose files in a folder of its own, and the containers they make."""

    engine: Engine
    folder: Path
    variables: Mapping[str, str]
    replicas: int = 1
    befell: list[str] = field(default_factory=list)

    def compose(self, *command: str, **more: Any) -> str:
        """`docker compose …` in the house's folder."""
        return self.engine.compose(
            "--project-name", PROJECT, *command, cwd=self.folder, variables=self.variables, **more
        )

    def up(self, **variables: str) -> None:
        """Bring everything up, with these variables from now on."""
        self.variables = {**self.variables, **variables}
        scale = [f"--scale={name}={self.replicas}" for name in (*SERVICES, "console")]
        self.compose("up", "--detach", "--no-build", *(scale if self.replicas > 1 else ()))

    def containers(self, service: str) -> list[str]:
        """The ids of a service's containers that were not stopped by anybody."""
        return self.compose("ps", "--quiet", "--all", service, quiet=True).split()

    def seen(self, container: str) -> dict[str, Any]:
        """What the engine knows of a container."""
        (found,) = json.loads(self.engine.docker("inspect", container, quiet=True))
        return dict(found)

    def in_container(self, service: str, *command: str) -> str:
        """What a command prints that runs beside the service's process. Raises CommandFailed."""
        return self.engine.docker("exec", self.containers(service)[0], *command)

    # What can befall it.

    def kill(self, service: str, chance: random.Random | None = None) -> None:
        """SIGKILL from within: the engine's own restart policy has to bring it back."""
        one = (chance or random).choice(self.containers(service))
        before = self.seen(one)["RestartCount"]
        # Process 1 is the init, which no signal from within reaches: it ends with its child.
        self.engine.docker("exec", one, "sh", "-c", "kill -9 -1", check=False)
        self._until(lambda: self.seen(one)["RestartCount"] > before, f"{service} started again")
        self.befell.append(f"{service} killed")

    def kill_and_start(self, service: str) -> None:
        """SIGKILL of a container with nothing before its process: database or broker."""
        (one,) = self.containers(service)
        self.engine.docker("kill", one)
        self.engine.docker("start", one)
        self.befell.append(f"{service} killed and started")

    def pause(self, service: str, seconds: float) -> None:
        """Nothing of it runs for a while, and its connections stay open."""
        one = self.containers(service)[0]
        self.engine.docker("pause", one)
        time.sleep(seconds)
        self.engine.docker("unpause", one)
        self.befell.append(f"{service} paused")

    def disconnect(self, service: str, seconds: float) -> None:
        """Its cable is pulled for a while, then put back."""
        one = self.containers(service)[0]
        network = f"{PROJECT}_default"
        self.engine.docker("network", "disconnect", network, one)
        time.sleep(seconds)
        self.engine.docker("network", "connect", "--alias", service, network, one)
        self.befell.append(f"{service} disconnected")

    # Whether it is well.

    def wait_until_healthy(self) -> None:
        """Every container runs and says that it is well, or has ended well."""
        self._until(self._all_well, "every container healthy")

    def _all_well(self) -> bool:
        for one in self.compose("ps", "--quiet", "--all", quiet=True).split():
            state = self.seen(one)["State"]
            health = state.get("Health", {}).get("Status", "healthy")
            ended_well = state["Status"] == "exited" and state["ExitCode"] == 0
            if not (ended_well or (state["Status"] == "running" and health == "healthy")):
                return False
        return True

    def _until(self, holds: Any, what: str) -> None:
        until = time.monotonic() + READY_SECONDS
        while not holds():
            if time.monotonic() > until:
                raise AssertionError(f"not within {READY_SECONDS} s: {what}\n{self._last_words()}")
            time.sleep(0.5)

    def _last_words(self) -> str:
        return self.compose("ps", "--all") + self.compose("logs", "--tail", "30", check=False)


@contextmanager
def house(
    engine: Engine, folder: Path, *, image: str, override: str = "", replicas: int = 1
) -> Iterator[House]:  # fmt: skip
    """The compose files in a folder of their own, nothing up yet; all is down at the end. The last
    words of every container are kept beside the log."""
    for name in _FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    if override:
        (folder / "docker-compose.override.yml").write_text(override)
    made = House(engine, folder, {"ZHIDAI_IMAGE": image}, replicas)
    try:
        yield made
    finally:
        kept = engine.log.with_name(f"{folder.name}-containers.log")
        kept.write_text(made.compose("logs", "--timestamps", check=False))
        made.compose("down", "--volumes", "--remove-orphans", "--timeout", "20", check=False)
