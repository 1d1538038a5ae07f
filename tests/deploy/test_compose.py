"""The compose file gives every service settings it can start with, and nothing it would not read."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.certificates import Authority
from services.applications.main import SERVICE as APPLICATIONS
from services.console.settings import ConsoleSettings
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.risk_pool.core.test_signing_settings import written

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "applications": APPLICATIONS.settings_type,
    "risk-pool": RISK_POOL.settings_type,
    "notifications": NOTIFICATIONS.settings_type,
    "console": ConsoleSettings,
}
_VARIABLE = re.compile(r"\$\{(\w+):?-([^}]*)\}")
PRODUCTION = {
    "ENVIRONMENT": "production",
    "POSTGRES_HOST": "db.example.cn",
    "POSTGRES_TLS": "?sslmode=verify-full&sslrootcert=/certificates/ca.pem",
    **{
        f"{name}_PASSWORD": "of-its-own"
        for name in ("APPLICATIONS", "RISK_POOL", "NOTIFICATIONS", "CONSOLE")
    },
    "KAFKA_BOOTSTRAP_SERVERS": "kafka.example.cn:9093",
    "KAFKA_SECURITY": "sasl_ssl",
    **{
        f"{name}_KAFKA_PASSWORD": "of-its-own"
        for name in ("APPLICATIONS", "RISK_POOL", "NOTIFICATIONS")
    },
    "TOKEN_ISSUER": "https://id.example.cn/realms/zhidai",
    "TOKEN_KEYS": "https://id.example.cn/realms/zhidai/certs",
    "APPLICATIONS_URL": "https://applications:8000",
    "RISK_POOL_URL": "https://risk-pool:8000",
    "NOTIFICATIONS_URL": "https://notifications:8000",
    "DOCUMENT_LINK_SECRET": "d" * 32,
    "NOTIFICATIONS_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "CONSOLE_SESSION_SECRET": "t" * 40,
    "CONSOLE_SECURE_COOKIES": "true",
    "CONSOLE_SESSION_IDLE_MINUTES": "30",
    "CONSOLE_SESSION_HOURS": "10",
    "CONSOLE_ISSUER_DIR": "",
    "CONSOLE_OIDC_ISSUER": "https://id.example.cn/realms/zhidai",
    "CONSOLE_PUBLIC_URL": "https://pool.example.cn",
}
"""Of an operator's own, beside certificates."""


def compose() -> dict[str, Any]:
    return YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())


def environment_of(service: dict[str, Any], **own: str) -> dict[str, str]:
    """The environment as it is with these variables of the operator's own, and no other."""
    return {
        name: _VARIABLE.sub(lambda found: own.get(found[1], found[2]), str(value))
        for name, value in service["environment"].items()
    }


def checked(**own: str) -> subprocess.CompletedProcess[str]:
    """What the first container says."""
    service = compose()["services"]["check-settings"]
    return subprocess.run(
        [sys.executable, "-m", *service["command"]],
        env={"PATH": "/usr/bin", **environment_of(service, **own)}, cwd=ROOT,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def waits_for_the_check(services: dict[str, Any], name: str) -> bool:
    """Whether a container starts only after the settings were found to be in order."""
    before = services[name].get("depends_on", {})
    first = before.get("check-settings", {}).get("condition")
    return first == "service_completed_successfully" or any(
        waits_for_the_check(services, other) for other in before
    )


def strangers(settings_type: Any, environment: dict[str, str]) -> list[str]:
    """Variables that the settings would silently pass over."""
    prefix = settings_type.model_config["env_prefix"]
    known = {f"{prefix}{name}".upper() for name in settings_type.model_fields}
    return sorted(name for name in environment if name not in known)


def test_production_alone_starts_nothing_and_one_message_names_everything():
    services = compose()["services"]
    first = services["check-settings"]
    assert first["restart"] == "no"
    assert all(waits_for_the_check(services, name) for name in services if services[name] != first)
    assert not waits_for_the_check({"alone": {}}, "alone"), "that guard can fail"

    ended = checked(ENVIRONMENT="production")

    assert ended.returncode == 78
    for process in ("APPLICATIONS", "RISK_POOL", "NOTIFICATIONS"):
        for unsafe in ("DATABASE_URL", "KAFKA_SECURITY", "TOKEN_ISSUER", "TLS_CERTIFICATE_FILE"):
            assert f"  {process}_{unsafe}: " in ended.stderr
    for unsafe in (
        "APPLICATIONS_DOCUMENT_LINK_SECRET", "RISK_POOL_SIGNING_PKCS12",
        "NOTIFICATIONS_ENCRYPTION_KEYS", "NOTIFICATIONS_CONSOLE_URL", "CONSOLE_APPLICATIONS_URL",
        "CONSOLE_DATABASE_URL", "CONSOLE_SESSION_IDLE_MINUTES", "CONSOLE_SESSION_HOURS",
        "CONSOLE_SESSION_SECRET", "CONSOLE_SECURE_COOKIES", "CONSOLE_ISSUER_DIR",
        "CONSOLE_TLS_CERTIFICATE_FILE", "CONSOLE_OIDC_ISSUER", "CONSOLE_PUBLIC_URL",
    ):  # fmt: skip
        assert f"  {unsafe}: " in ended.stderr, unsafe


def test_without_a_file_of_the_operators_it_is_for_trying_out():
    assert checked().returncode == 0


def test_an_installation_that_says_everything_production_needs_may_start(tmp_path):
    signing, passphrase = written(tmp_path).values()

    certificate, key = Authority(tmp_path / "tls").issue("zhidai", ["zhidai"])

    ended = checked(
        **PRODUCTION,
        TLS_CERTIFICATE_FILE=str(certificate),
        TLS_KEY_FILE=str(key),
        KAFKA_CA_FILE=str(tmp_path / "tls/ca.pem"),
        CONSOLE_CA_FILE=str(tmp_path / "tls/ca.pem"),
        SIGNING_PKCS12=str(signing),
        SIGNING_PASSPHRASE_FILE=str(passphrase),
    )

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_can_start_with_what_compose_tells_it(name, monkeypatch):
    environment = environment_of(compose()["services"][name])
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)

    SETTINGS[name]()


@pytest.mark.parametrize("name", SETTINGS)
def test_compose_sets_no_variable_that_nobody_reads(name):
    assert strangers(SETTINGS[name], environment_of(compose()["services"][name])) == []


def test_that_guard_can_fail():
    assert strangers(ConsoleSettings, {"CONSOLE_PORTT": "1"}) == ["CONSOLE_PORTT"]


def test_every_image_is_pinned_and_every_dependency_is_there():
    services = compose()["services"]

    for name, service in services.items():
        image = _VARIABLE.sub(lambda found: found[2], service["image"])
        assert ":" in image and not image.endswith(":latest"), name
        assert set(service.get("depends_on", {})) <= services.keys(), name


def test_nothing_listens_beyond_this_machine_and_no_service_runs_as_root():
    for name, service in compose()["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert "user" not in service, name
    assert "\nUSER 10001\n" in (ROOT / "Dockerfile").read_text()


def test_the_database_makes_a_database_and_two_roles_for_every_service():
    script = (ROOT / "deploy/postgres/init.sh").read_text()

    assert "for service in applications risk_pool notifications console; do" in script
    for variable in ("APPLICATIONS", "RISK_POOL", "NOTIFICATIONS", "CONSOLE"):
        environment = compose()["services"]["postgres"]["environment"]
        assert f"{variable}_OWNER_PASSWORD" in environment
        assert f"{variable}_PASSWORD" in environment
