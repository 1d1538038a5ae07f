"""Production refuses to start unsafe, and says everything that is unsafe in one message."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from deploy.certificates import Authority
from services.applications.settings import Settings as Applications
from services.console.settings import ConsoleSettings
from services.notifications.settings import NotificationsSettings
from services.risk_pool.settings import Settings as RiskPool
from shared.settings import TlsFiles
from tests.production import COMMON, CONSOLE, OF_ITS_OWN, variables

SETTINGS = {
    "applications": Applications,
    "risk_pool": RiskPool,
    "notifications": NotificationsSettings,
}

UNSAFE_ANYWHERE = {
    "environment": "prodcution",
    "transport": "local",
    "kafka_security": "plaintext",
    "token_issuer": "urn:zhidai:development-issuer",
    "token_keys": "http://id.example.cn/certs",
    "host": "0.0.0.0",
}
DATABASES = (
    "postgresql://x:s3cret@db.example.cn/x",
    "postgresql://x:s3cret@db.example.cn/x?sslmode=require",
    "postgresql://x:only-for-development@db.example.cn/x?sslmode=verify-full",
)
UNSAFE_OF_ITS_OWN = {
    "applications": {
        "documents": ".zhidai/documents",
        "document_link_secret": "only for development, links that anybody can forge",
    },
    "risk_pool": {"signing_pkcs11_module": ""},
    "notifications": {
        "console_url": "http://pool.example.cn",
        "encryption_keys": "b25seS1mb3ItZGV2ZWxvcG1lbnQtMzItYnl0ZXMhISE=",
        "webhook_allow_http": "true",
        "smtp_security": "none",
    },
}
UNSAFE_CONSOLE = {
    "environment": "prodcution",
    "applications_url": "http://applications:8000",
    "risk_pool_url": "http://risk-pool:8000",
    "notifications_url": "http://notifications:8000",
    "session_secret": "only-for-development-0123456789abcdef",
    "secure_cookies": "false",
    "database_url": "",
    "session_idle_minutes": 61,
    "session_hours": 13,
    "host": "0.0.0.0",
    "issuer_dir": "/issuer",
    "oidc_issuer": "http://id.example.cn",
    "public_url": "http://pool.example.cn",
}


def fields_of(error: ValidationError) -> set[str]:
    return {str(one["loc"][0]) for one in error.errors()}


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_safe_starts(name):
    settings = SETTINGS[name](**COMMON, **OF_ITS_OWN[name])

    assert settings.kafka_spoken_to().username == "x"


def test_a_safe_console_starts():
    assert ConsoleSettings(**CONSOLE).secure_cookies


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(
    ("field", "value"),
    [*UNSAFE_ANYWHERE.items(), *(("database_url", one) for one in DATABASES)],
)
def test_one_unsafe_setting_that_all_services_share_stops_the_start(name, field, value):
    told = "tls_certificate_file" if field == "host" else field

    with pytest.raises(ValidationError) as refused:
        SETTINGS[name](**COMMON | {field: value}, **OF_ITS_OWN[name])

    assert told in fields_of(refused.value)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [(name, *one) for name, unsafe in UNSAFE_OF_ITS_OWN.items() for one in unsafe.items()],
)
def test_one_unsafe_setting_of_a_service_stops_the_start(name, field, value):
    told = "signing_pkcs12" if field.startswith("signing") else field

    with pytest.raises(ValidationError) as refused:
        SETTINGS[name](**COMMON, **OF_ITS_OWN[name] | {field: value})

    assert fields_of(refused.value) == {told}


@pytest.mark.parametrize(("field", "value"), UNSAFE_CONSOLE.items())
def test_one_unsafe_setting_of_the_console_stops_the_start(field, value):
    told = "tls_certificate_file" if field == "host" else field

    with pytest.raises(ValidationError) as refused:
        ConsoleSettings(**CONSOLE | {field: value})

    assert told in fields_of(refused.value)


@pytest.mark.parametrize("name", SETTINGS)
def test_an_environment_with_a_slip_in_its_name_opens_nothing(name):
    with pytest.raises(ValidationError) as refused:
        SETTINGS[name](
            **COMMON | UNSAFE_ANYWHERE | {"database_url": DATABASES[0]}, **OF_ITS_OWN[name]
        )

    everything = (*UNSAFE_ANYWHERE, "database_url")
    assert fields_of(refused.value) == {*everything, "tls_certificate_file"} - {"host"}


@pytest.mark.parametrize("name", SETTINGS)
def test_with_a_certificate_it_may_listen_anywhere(name, tmp_path):
    certificate, key = Authority(tmp_path).issue(name, [name])
    tls = {"tls_certificate_file": str(certificate), "tls_key_file": str(key)}

    settings = SETTINGS[name](**COMMON | {"host": "0.0.0.0"}, **OF_ITS_OWN[name], **tls)

    assert settings.tls_files() == TlsFiles(str(certificate), str(key))
    with pytest.raises(ValidationError) as refused:
        SETTINGS[name](**COMMON, **OF_ITS_OWN[name], tls_key_file=str(key))
    assert fields_of(refused.value) == {"tls_certificate_file"}


def test_the_console_needs_certificate_and_key_together_too(tmp_path):
    certificate, _ = Authority(tmp_path).issue("console", ["console"])

    with pytest.raises(ValidationError) as refused:
        ConsoleSettings(**CONSOLE, tls_certificate_file=str(certificate))

    assert fields_of(refused.value) == {"tls_certificate_file"}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_file_that_is_not_there_is_told_with_all_the_rest(name, tmp_path):
    nowhere = str(tmp_path / "nowhere.pem")
    files = dict.fromkeys(("kafka_ca_file", "tls_certificate_file", "tls_key_file"), nowhere)

    with pytest.raises(ValidationError) as refused:
        SETTINGS[name](**COMMON | {"kafka_security": "plaintext"}, **OF_ITS_OWN[name], **files)

    assert fields_of(refused.value) == {*files, "kafka_security"}


def checked(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zhidai.cli", "check-settings"],
        env={"PATH": "/usr/bin", **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_one_command_says_of_all_processes_what_is_to_mend_before_any_of_them_starts():
    safe = variables()
    assert checked(safe).returncode == 0

    unsafe = {
        "APPLICATIONS_KAFKA_SECURITY": "plaintext",
        "RISK_POOL_SIGNING_PKCS11_MODULE": "",
        "NOTIFICATIONS_TOKEN_KEYS": "http://id.example.cn/certs",
        "CONSOLE_SECURE_COOKIES": "false",
        "OWNER_PASSWORD_OF_NOBODY": "x",
    }
    ended = checked(safe | unsafe)

    assert ended.returncode == 78
    assert "Traceback" not in ended.stderr
    said = [name for name in unsafe if f"  {name}: " in ended.stderr]
    assert said == [
        "APPLICATIONS_KAFKA_SECURITY", "NOTIFICATIONS_TOKEN_KEYS", "CONSOLE_SECURE_COOKIES",
    ]  # fmt: skip
    assert "  RISK_POOL_SIGNING_PKCS12: " in ended.stderr
    assert "of-its-own" not in ended.stderr, "no secret is printed"


def test_processes_of_two_environments_are_no_installation():
    ended = checked(variables() | {"CONSOLE_ENVIRONMENT": "sandbox"})

    assert ended.returncode == 78
    assert "CONSOLE_ENVIRONMENT" in ended.stderr
