"""A service that cannot start says so once, with everything that is wrong, and by its exit code."""

import os
import subprocess
import sys

import pytest

from services.risk_pool.main import SERVICE
from services.risk_pool.settings import Settings
from shared.serve import serve
from shared.settings import ServiceSettings, read_settings

GOOD = {
    "ENVIRONMENT": "development",
    "DATABASE_URL": "postgresql://risk_pool@127.0.0.1:1/risk_pool",
    "TRANSPORT": "kafka",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "TOKEN_ISSUER": "https://id.example.cn/realms/zhidai",
    "TOKEN_KEYS": "https://id.example.cn/realms/zhidai/certs",
}


def started(**settings: str) -> subprocess.CompletedProcess[str]:
    """The risk pool as a process, with these settings and no others."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RISK_POOL_")}
    environment |= {f"RISK_POOL_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "services.risk_pool.main"],
        env=environment, capture_output=True, text=True, timeout=240,  # a busy machine
    )  # fmt: skip


def test_everything_that_is_missing_or_wrong_is_told_at_once_and_by_its_variable():
    ended = started(
        ENVIRONMENT="staging", DATABASE_URL="mysql://x", TRANSPORT="kafka", PORT="99999"
    )

    assert ended.returncode == 78
    assert "Traceback" not in ended.stderr
    for variable in ("ENVIRONMENT", "DATABASE_URL", "PORT", "TOKEN_ISSUER", "TOKEN_KEYS"):
        assert f"RISK_POOL_{variable}:" in ended.stderr, variable


def test_the_local_transport_is_refused_to_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in (GOOD | {"TRANSPORT": "local"}).items():
        monkeypatch.setenv(f"RISK_POOL_{name}", value)
    for what in ("configure_logging", "configure_tracing"):  # This process keeps its own.
        monkeypatch.setattr(f"shared.serve.{what}", lambda service: None)

    with pytest.raises(SystemExit) as ended:
        serve(SERVICE)

    assert ended.value.code == 78
    assert "zhidai up" in capsys.readouterr().err


def test_kafka_without_an_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in GOOD.items():
        if "KAFKA" not in name:
            monkeypatch.setenv(f"RISK_POOL_{name}", value)

    with pytest.raises(SystemExit) as ended:
        read_settings(Settings, service="risk_pool")

    assert ended.value.code == 78
    assert "kafka_bootstrap_servers is needed" in capsys.readouterr().err


def test_settings_cannot_be_changed_once_read():
    settings = ServiceSettings(**{name.lower(): value for name, value in GOOD.items()})

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
