"""The compose file gives every service settings it can start with, and nothing it would not read."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from services.applications.main import SERVICE as APPLICATIONS
from services.console.settings import ConsoleSettings
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "applications": APPLICATIONS.settings_type,
    "risk-pool": RISK_POOL.settings_type,
    "notifications": NOTIFICATIONS.settings_type,
    "console": ConsoleSettings,
}
_VARIABLE = re.compile(r"\$\{(\w+):?-([^}]*)\}")


def compose() -> dict[str, Any]:
    return YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text())


def environment_of(service: dict[str, Any]) -> dict[str, str]:
    """The environment as it is without any variable of the operator's own."""
    return {
        name: _VARIABLE.sub(lambda found: found[2], str(value))
        for name, value in service["environment"].items()
    }


def strangers(settings_type: Any, environment: dict[str, str]) -> list[str]:
    """Variables that the settings would silently pass over."""
    prefix = settings_type.model_config["env_prefix"]
    known = {f"{prefix}{name}".upper() for name in settings_type.model_fields}
    return sorted(name for name in environment if name not in known)


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

    assert "for service in applications risk_pool notifications; do" in script
    for variable in ("APPLICATIONS", "RISK_POOL", "NOTIFICATIONS"):
        environment = compose()["services"]["postgres"]["environment"]
        assert f"{variable}_OWNER_PASSWORD" in environment
        assert f"{variable}_PASSWORD" in environment
