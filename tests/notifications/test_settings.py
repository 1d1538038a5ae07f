"""What is wrong with the settings is said at the start, all of it, in words that help."""

from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from services.notifications.senders.secret_encryption import (
    SecretEncryption,
    SecretUnreadable,
    new_secret,
)
from services.notifications.settings import NotificationsSettings
from shared.settings import read_settings
from tests.production import COMMON

KEY = Fernet.generate_key().decode()
GOOD = {
    **{name.upper(): value for name, value in COMMON.items()},
    "CONSOLE_URL": "https://console.example.cn",
    "ENCRYPTION_KEYS": KEY,
}


@pytest.fixture
def environment(monkeypatch):
    def set_to(**changes):
        for name, value in {**GOOD, **changes}.items():
            if value is None:
                monkeypatch.delenv(f"NOTIFICATIONS_{name}", raising=False)
            else:
                monkeypatch.setenv(f"NOTIFICATIONS_{name}", value)

    return set_to


def complaint(capsys):
    with pytest.raises(SystemExit) as stopped:
        read_settings(NotificationsSettings, service="notifications")
    assert stopped.value.code == 78
    return capsys.readouterr().err


def test_good_settings_are_taken(environment):
    environment(WEBHOOK_PRIVATE_NETWORKS="10.20.0.0/16, fd00::/8", RETRY_WAITS_SECONDS="[1, 2.5]")

    settings = read_settings(NotificationsSettings, service="notifications")

    assert settings.address_policy.allows("10.20.1.1")
    assert settings.retry_waits_seconds == (1, 2.5)
    assert not settings.smtp_host
    assert KEY not in repr(settings)


def test_everything_that_is_missing_is_named_at_once(environment, capsys):
    environment(CONSOLE_URL=None, ENCRYPTION_KEYS=None)

    said = complaint(capsys)

    assert "NOTIFICATIONS_CONSOLE_URL" in said
    assert "NOTIFICATIONS_ENCRYPTION_KEYS" in said
    assert "openssl rand" in said


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"ENCRYPTION_KEYS": "short"}, "key 1 is not 32 bytes"),
        ({"ENCRYPTION_KEYS": f"{KEY},short"}, "key 2 is not 32 bytes"),
        ({"ENCRYPTION_KEYS": " , "}, "at least one key"),
        ({"WEBHOOK_ALLOW_HTTP": "true"}, "must not be set"),
        ({"WEBHOOK_PRIVATE_NETWORKS": "10.0.0.0/99"}, "WEBHOOK_PRIVATE_NETWORKS"),
        ({"SMTP_HOST": "smtp.example.cn"}, "smtp_sender"),
        (
            {"SMTP_HOST": "s", "SMTP_SENDER": "a@b.cn", "SMTP_SECURITY": "none"},
            "starttls or tls",
        ),
        ({"SMTP_PASSWORD": "x"}, "smtp_username"),
        ({"CONSOLE_URL": "console"}, "CONSOLE_URL"),
    ],
)
def test_each_mistake_is_said_in_words_that_help(environment, capsys, changes, word):
    environment(**changes)

    assert word in complaint(capsys)


def test_no_key_is_ever_shown(environment, capsys):
    environment(ENCRYPTION_KEYS="this-is-a-secret-but-a-bad-key")

    assert "this-is-a-secret" not in complaint(capsys)


def test_keys_can_be_changed_without_losing_a_secret():

    endpoint, secret = uuid4(), new_secret()
    newer = Fernet.generate_key().decode()
    encrypted = SecretEncryption([KEY]).encrypt(secret, endpoint_id=endpoint)

    assert SecretEncryption([newer, KEY]).decrypt(encrypted, endpoint_id=endpoint) == secret
    with pytest.raises(SecretUnreadable, match="no key in the settings"):
        SecretEncryption([newer]).decrypt(encrypted, endpoint_id=endpoint)
    with pytest.raises(SecretUnreadable, match="was found at"):
        SecretEncryption([KEY]).decrypt(encrypted, endpoint_id=uuid4())
