"""A Docker engine: the one that answers, else one of our own that ends with the run.

Ours listens on a socket of its own in a folder of its own, so that nobody else takes it for the
machine's.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.go_programs import COMPOSE, CannotBeBuilt, go_program

STORE: Final = Path("/var/lib/zhidai-compose-test")
"""What our own engine keeps between runs: the images, by their content."""
START_SECONDS: Final = 60


class NoEngine(RuntimeError):
    """There is no engine and none can be started; the message says what is missing."""


class CommandFailed(AssertionError):
    """A command of Docker's ended with an error; the message is what it said."""


class Engine:
    """Docker's command line against one engine, every call with its time in the log."""

    def __init__(self, host: str, log: Path) -> None:
        self.log = log
        self.environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
        if host:
            self.environment["DOCKER_HOST"] = host
        self._began = time.monotonic()

    def say(self, what: str) -> None:
        """A line of the log, with the seconds since the run began."""
        with self.log.open("a") as log:
            log.write(f"{time.monotonic() - self._began:7.1f} s  {what}\n")

    def docker(self, *command: str, **more: object) -> str:
        """What `docker …` printed. Raises CommandFailed."""
        return self.run(["docker", *command], **more)

    def compose(self, *command: str, **more: object) -> str:
        """What `docker compose …` printed, by the plugin or by one that is built here."""
        return self.run([*self._compose(), *command], **more)

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
        check: bool = True,
        quiet: bool = False,
        seconds: float = 600,
    ) -> str:
        """Run a command against this engine. Raises CommandFailed."""
        if not quiet:
            self.say("$ " + " ".join(command))
        ran = subprocess.run(
            command, cwd=cwd, env={**self.environment, **(variables or {})}, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if ran.returncode != 0:
            self.say(f"ended with {ran.returncode}: {ran.stdout[-6000:]}")
            if check:
                raise CommandFailed(f"{' '.join(command)}\n{ran.stdout[-6000:]}")
        return ran.stdout

    def _compose(self) -> list[str]:
        found = subprocess.run(["docker", "compose", "version"], capture_output=True)
        if found.returncode == 0:
            return ["docker", "compose"]
        try:
            return [str(go_program(COMPOSE))]
        except CannotBeBuilt as error:
            raise NoEngine(f"there is no Docker Compose, and it cannot be built: {error}") from None


@contextmanager
def engine(log: Path) -> Iterator[Engine]:
    """The engine that answers, or one of our own while the block runs. Raises NoEngine."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    if _answers(""):
        yield Engine("", log)
        return
    _install()
    kept = TemporaryDirectory(prefix="zhidai-engine-", ignore_cleanup_errors=True)
    with kept as folder, _started(Path(folder)) as host:
        yield Engine(host, log)


def _answers(host: str) -> bool:
    if shutil.which("docker") is None:
        return False
    variables = {**os.environ, **({"DOCKER_HOST": host} if host else {})}
    return subprocess.run(["docker", "info"], env=variables, capture_output=True).returncode == 0


def _install() -> None:
    """The engine's packages, where there is none and we may."""
    if shutil.which("dockerd") and shutil.which("debootstrap"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngine(
            "no Docker engine answers, and none can be started here: that takes root, and Debian's "
            "packages docker.io, iptables and debootstrap"
        )
    wanted = ["docker.io", "iptables", "debootstrap"]
    for command in (["update", "-qq"], ["install", "-y", "--no-install-recommends", *wanted]):
        ran = subprocess.run(["apt-get", *command], capture_output=True, text=True)
        if ran.returncode != 0:
            raise NoEngine(f"apt-get {' '.join(command)}: {ran.stderr[-1000:]}")


@contextmanager
def _started(folder: Path) -> Iterator[str]:
    host = f"unix://{folder}/docker.sock"
    command = [
        "dockerd", "--host", host, "--data-root", str(STORE), "--exec-root", f"{folder}/exec",
        "--pidfile", f"{folder}/pid",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + START_SECONDS
        while not _answers(host):
            if process.poll() is not None or time.monotonic() > until:
                raise NoEngine(f"dockerd does not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.2)
        yield host
    finally:
        process.terminate()
        process.wait(timeout=60)
        for mounted in (folder / "exec" / "netns").glob("*"):
            subprocess.run(["umount", "--lazy", str(mounted)], capture_output=True)
