"""The instance that `zhidai up` runs: a small file of the state folder says where and what it is.

The other commands read it, so that they talk to what was started here, on whatever ports it got.
The instance tells its id over HTTP, too: a file may outlive its process, and a port its server.
"""

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import orjson
from sqlalchemy.engine import make_url

from shared.postgres.migrations import head
from shared.postgres.provision import SERVICES
from zhidai.addresses import Addresses
from zhidai.environment import Environment

EMBEDDED = "embedded"
"""What is said of the database where it is the one of the state folder."""


class AlreadyRunning(RuntimeError):
    """An instance works on this state folder's data; another one would take its events."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One run of `zhidai up`."""

    id: str
    pid: int
    started_at: str
    transport: str
    environment: str
    version: str
    schema: dict[str, str]
    """The newest migration that its code knows, by service."""
    database: str
    addresses: dict[str, str]
    """The root of every service, by its name."""

    @property
    def is_running(self) -> bool:
        """Whether the process is there. Another may have its number: only HTTP tells for sure."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    @property
    def is_of_this_code(self) -> bool:
        """Whether it was started by the version of Zhidai that asks."""
        return (self.version, self.schema) == (version("zhidai"), schema_of_this_code())

    def publish(self, state: Path) -> None:
        """Write the file, whole or not at all."""
        draft = _place(state).with_suffix(f".{self.pid}")
        draft.write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))
        draft.rename(_place(state))

    def withdraw(self, state: Path) -> None:
        """Remove the file, unless it is another's by now."""
        found = find(state)
        if found is not None and found.id == self.id:
            _place(state).unlink()


def start(environment: Environment, addresses: Addresses, *, transport: str) -> Instance:
    """The instance that this process runs from now on."""
    return Instance(
        id=str(uuid4()),
        pid=os.getpid(),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        transport=transport,
        environment="sandbox",
        version=version("zhidai"),
        schema=schema_of_this_code(),
        database=database_name(os.environ.get("DATABASE_URL", "")),
        addresses={name: addresses.url(name) for name in addresses.ports},
    )


def find(state: Path) -> Instance | None:
    """The instance that the state folder tells of, running or not."""
    try:
        return Instance(**orjson.loads(_place(state).read_bytes()))
    except (FileNotFoundError, TypeError, orjson.JSONDecodeError):
        # None, or one in the words of another version: that cannot be asked anything either.
        return None


def refuse_if_running(state: Path) -> None:
    """Raises AlreadyRunning where an instance works on this state folder's data."""
    found = find(state)
    if found is not None and found.is_running:
        raise AlreadyRunning(
            f"{state} 的实例正在运行：进程 {found.pid}，控制台 {found.addresses['console']}。"
            f"An instance of {state} is running: process {found.pid}, since {found.started_at}, "
            f"console at {found.addresses['console']}. Stop it first (Ctrl-C, or kill {found.pid})."
        )


def database_name(server_url: str) -> str:
    """Which server a DATABASE_URL names, without its password; EMBEDDED for none."""
    if not server_url:
        return EMBEDDED
    url = make_url(server_url)
    host = url.host or url.query.get("host") or "localhost"
    return f"{host}:{url.port or url.query.get('port') or 5432}"


def schema_of_this_code() -> dict[str, str]:
    """The newest migration of every service."""
    return {service: head(service) for service in SERVICES}


def _place(state: Path) -> Path:
    return state / "instance.json"
