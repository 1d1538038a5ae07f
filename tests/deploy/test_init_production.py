"""`zhidai init-production` makes an installation that starts: TLS to broker, database and people."""

import asyncio
import os
import re
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from deploy.certificates import Authority
from deploy.installation import MOUNTED, OWNERS, AlreadyThere, Installation, make
from deploy.kafka.broker import free_ports
from deploy.kafka.fetch import jars, java
from services.risk_pool.reports.signing import signing_of
from services.risk_pool.settings import Settings as RiskPool
from shared.auth.issuer import Issuer
from shared.production import PUBLISHED
from tests.deploy.test_compose import ROOT, checked, compose, environment_of
from tests.publishing import publish
from tests.services import Person
from tests.shared.test_database_tls import by_tls_only

INSTALLATION = Installation(
    public_url="https://pool.example.cn",
    issuer="https://id.example.cn/realms/zhidai",
    keys="https://id.example.cn/realms/zhidai/protocol/openid-connect/certs",
)
MODULES = {
    "applications": "applications",
    "risk-pool": "risk_pool",
    "notifications": "notifications",
    "console": "console",
}

pytestmark = pytest.mark.xdist_group("init-production")


def variables_of(place: Path) -> dict[str, str]:
    """What stands in an environment file."""
    lines = [line for line in place.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@dataclass(frozen=True)
class Made:
    """An installation on the disk, and its variables as the containers would see them from here."""

    folder: Path
    said: Mapping[str, str]

    @property
    def house(self) -> Path:
        return self.folder / "certificates" / "house"

    @property
    def seen(self) -> dict[str, str]:
        return {name: here(value, self.house) for name, value in self.said.items()}


def here(text: str, folder: Path) -> str:
    """What a container finds in its folder lies elsewhere outside of it."""
    return text.replace(f"{MOUNTED}/", f"{folder}/")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("installation")
    make(folder, INSTALLATION)
    return Made(folder, variables_of(folder / ".env"))


def test_every_secret_is_made_here_once_and_read_by_nobody_else(made: Made):
    unsafe = set(re.findall(r"\$\{(\w+):?-[^}]*(?:only.for.development|b25se)[^}]*\}",
                            (ROOT / "docker-compose.yml").read_text()))  # fmt: skip
    assert len(unsafe) > 8 and unsafe <= made.said.keys()
    secrets = [made.said[name] for name in unsafe]
    assert len(set(secrets)) == len(secrets) and min(map(len, secrets)) >= 40
    assert not any(known in value for known in PUBLISHED for value in made.said.values())
    assert stat.S_IMODE((made.folder / ".env").stat().st_mode) == 0o600
    for place in (made.folder / "certificates").rglob("*"):
        holds_a_secret = place.suffix in {".key", ".p12", ".passphrase", ".password", ".properties"}
        if holds_a_secret or place.name in {"users", "keystore.pem", "zhidai-realm.json"}:
            assert stat.S_IMODE(place.stat().st_mode) == 0o600, place
    # What vouches for everybody is in no folder that a container mounts.
    assert not any((made.folder / "certificates" / name / "ca.key").exists() for name in OWNERS)


def test_what_was_made_before_is_never_touched_and_who_is_interrupted_leaves_nothing(
    made: Made, tmp_path: Path, monkeypatch
):
    before = (made.folder / ".env").read_bytes()
    with pytest.raises(AlreadyThere):
        make(made.folder, INSTALLATION)
    assert (made.folder / ".env").read_bytes() == before

    def broken(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deploy.installation.realm.write", broken)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, INSTALLATION)
    assert list(tmp_path.iterdir()) == []


def test_the_first_container_finds_nothing_to_mend(made: Made):
    ended = checked(**made.seen)

    assert (ended.returncode, ended.stderr) == (0, "")
    missing = {name: value for name, value in made.seen.items() if name != "KAFKA_SECURITY"}
    assert checked(**missing).returncode == 78, "that guard can fail"


def test_the_second_file_changes_only_what_speaks_tls(made: Made):
    more = YAML(typ="safe").load((ROOT / "docker-compose.production.yml").read_text())["services"]
    assert made.said["COMPOSE_FILE"] == "docker-compose.yml:docker-compose.production.yml"
    assert more.keys() - compose()["services"].keys() == {"kafka-rights"}
    for name in ("postgres", "kafka", "kafka-rights"):
        (volume,) = more[name].pop("volumes")
        source, target, how = volume.split(":")
        assert (target, how) == (str(MOUNTED), "ro")
        folder = made.folder / source
        named = re.findall(r"/certificates/([\w.]+)", str(more[name]))
        assert named and all((folder / file).exists() for file in named), (name, named)


# The whole of it, running: the made files, the commands of the containers, no engine.


@contextmanager
def broker(made: Made, folder: Path, port: int, controller: int) -> Iterator[None]:
    """The broker as its container starts it."""
    inside = folder / "kafka"
    inside.mkdir()
    for file in (made.folder / "certificates" / "kafka").iterdir():
        text = here(file.read_text(), inside).replace("/var/lib/kafka/data", str(folder / "data"))
        text = text.replace("CLIENTS://:9092", f"CLIENTS://127.0.0.1:{port}")
        text = text.replace("CLIENTS://kafka:9092", f"CLIENTS://localhost:{port}")
        text = text.replace("CONTROLLER://:9093", f"CONTROLLER://127.0.0.1:{controller}")
        (inside / file.name).write_text(text.replace("kafka:9093", f"localhost:{controller}"))
    tools = folder / "bin"
    tools.mkdir()
    for name, main in (
        ("kafka-storage.sh", "kafka.tools.StorageTool"),
        ("kafka-server-start.sh", "kafka.Kafka"),
    ):
        command = f'exec {java()} -Xmx512m -XX:TieredStopAtLevel=1 -cp "{jars()}/*" {main} "$@"\n'
        (tools / name).write_text(f"#!/bin/sh\n{command}")
        (tools / name).chmod(0o755)
    variables = {
        **os.environ,
        "CLUSTER_ID": made.said["KAFKA_CLUSTER_ID"],
        "KAFKA_BIN": str(tools),
    }
    with (folder / "kafka.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", str(inside / "start.sh")], env=variables, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def give_rights(made: Made, port: int) -> None:
    """The one-shot container: as long as the broker is not up it is started again."""
    rights = made.folder / "certificates" / "rights"
    variables = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": f"localhost:{port}",
        "KAFKA_ADMIN_USERNAME": "broker",
        "KAFKA_ADMIN_PASSWORD_FILE": str(rights / "admin.password"),
        "KAFKA_CA_FILE": str(rights / "ca.pem"),
    }
    command = [sys.executable, "-m", "zhidai.cli", "kafka-rights"]
    for _ in range(20):
        if subprocess.run(command, env=variables, cwd=ROOT, capture_output=True).returncode == 0:
            return
    raise AssertionError("no rights were given")


class Running:
    """A service of the installation, asked by https as whoever a test needs."""

    def __init__(self, url: str, ca: Path, issuer: Issuer) -> None:
        self.url, self._issuer = url, issuer
        self._trusted = ssl.create_default_context(cafile=str(ca))

    def as_(self, subject: str, *roles: str) -> Person:
        token = self._issuer.issue(subject, subject, list(roles), "*")
        headers = {"Authorization": f"Bearer {token}"}
        return Person(base_url=f"{self.url}/api/v1", verify=self._trusted, headers=headers)

    async def is_up(self) -> bool:
        async with httpx.AsyncClient(verify=self._trusted) as client:
            try:
                return (await client.get(f"{self.url}/healthz")).status_code == 200
            except httpx.HTTPError:
                return False


@asynccontextmanager
async def processes(
    made: Made, folder: Path, own: Mapping[str, Mapping[str, str]]
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """What compose would start, each with the variables that compose would give it and its own."""
    started = []
    try:
        for name, module in MODULES.items():
            given = environment_of(compose()["services"][name], **made.seen)
            variables = {**os.environ, **given, **own[name]}
            with (folder / f"{name}.log").open("wb") as log:
                started.append(
                    await asyncio.create_subprocess_exec(
                        sys.executable, "-m", f"services.{module}.main",
                        env=variables, cwd=ROOT, stdout=log, stderr=log,
                    )
                )  # fmt: skip
        yield started
    finally:
        for process in started:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in started))


async def until(found: Any, *, seconds: float = 120) -> Any:
    async with asyncio.timeout(seconds):
        while not (value := await found()):  # noqa: ASYNC110 — other processes wake nobody
            await asyncio.sleep(0.2)
        return value


@pytest.mark.timeout(400)
async def test_it_starts_and_what_one_service_says_by_tls_another_hears(
    made: Made, database_of, tmp_path: Path
):
    kafka, controller, *ports = free_ports(2 + len(MODULES))
    issuer = Issuer.at(tmp_path / "issuer", environment="development", issuer=INSTALLATION.issuer)
    authority = Authority(made.folder / "certificates" / "authority")
    own = {
        name: {f"{name.replace('-', '_').upper()}_PORT": str(port)}
        for name, port in zip(MODULES, ports, strict=True)
    }
    async with AsyncExitStack() as stack:
        stack.enter_context(broker(made, tmp_path, kafka, controller))
        await asyncio.to_thread(give_rights, made, kafka)
        own["applications"]["APPLICATIONS_DOCUMENTS"] = str(tmp_path / "documents")
        for name in ("applications", "risk-pool", "notifications"):
            prefix = name.replace("-", "_").upper()
            fresh = await database_of(prefix.lower())
            door = await stack.enter_async_context(by_tls_only(fresh.url, authority, "postgres"))
            password = made.said[f"{prefix}_PASSWORD"]
            own[name] |= {
                f"{prefix}_DATABASE_URL": f"postgresql://{prefix.lower()}:{password}@localhost:{door}"
                f"/{fresh.name}{made.seen['POSTGRES_TLS']}",
                f"{prefix}_KAFKA_BOOTSTRAP_SERVERS": f"localhost:{kafka}",
                # The provider itself is somebody else's: its keys are a file here.
                f"{prefix}_TOKEN_KEYS": str(tmp_path / "issuer" / "jwks.json"),
            }
        await stack.enter_async_context(processes(made, tmp_path, own))
        services = {
            name: Running(f"https://localhost:{port}", made.house / "ca.pem", issuer)
            for name, port in zip(MODULES, ports, strict=True)
        }
        for service in services.values():
            await until(service.is_up)

        await publish(services["risk-pool"], "dongli")

        async with services["notifications"].as_("ma", "pool_manager") as manager:

            async def heard() -> Any:
                return (await manager.get("/inbox")).json()["items"]

            (told,) = await until(heard)
        assert told["event_type"] == "scheme.published.v1"
        async with httpx.AsyncClient() as in_the_clear:
            for port in ports:
                with pytest.raises(httpx.HTTPError):
                    await in_the_clear.get(f"http://localhost:{port}/healthz")
        await self_asked(made, ports[0])


async def self_asked(made: Made, port: int) -> None:
    """The image's health check finds the process well by TLS, and ill where nothing listens."""
    command = [sys.executable, "-m", "zhidai.healthy"]
    variables = {**os.environ, "RISK_POOL_TLS_CERTIFICATE_FILE": "/certificates/house.pem"}
    for asked, code in ((port, 0), (free_ports(1)[0], 1)):
        process = await asyncio.create_subprocess_exec(
            *command, str(asked), cwd=ROOT, env=variables
        )
        assert await process.wait() == code


def test_the_signature_is_this_installations_and_not_for_development(made: Made):
    given = environment_of(compose()["services"]["risk-pool"], **made.seen)
    prefix = "RISK_POOL_"
    settings = RiskPool(
        **{name.removeprefix(prefix).lower(): value for name, value in given.items() if value}
    )
    signing = signing_of(settings)
    assert not signing.is_development and "zhidai" in signing.issuer
