"""The settings of each service when we start it ourselves, embedded or as a process."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from services.console.settings import ConsoleSettings
from shared.service import Service
from shared.settings import ServiceSettings
from zhidai.addresses import HOST, Addresses
from zhidai.ground import Ground


def service_settings(service: Service, ground: Ground, addresses: Addresses) -> ServiceSettings:
    """What a service in this process is told; what the environment says besides still holds."""
    told = {**_told(service.name, ground, addresses), "transport": "local"}
    return service.settings_type(**told)  # type: ignore[arg-type]


def service_environment(
    service: Service, ground: Ground, addresses: Addresses, *, bootstrap_servers: str
) -> dict[str, str]:
    """The environment of a service that runs as a process of its own."""
    prefix = str(service.settings_type.model_config["env_prefix"])
    told = {
        **_told(service.name, ground, addresses),
        "transport": "kafka",
        "kafka_bootstrap_servers": bootstrap_servers,
        "kafka_instance": "1",
        "host": HOST,
        "port": str(addresses.ports[service.name]),
    }
    return {**os.environ, **{f"{prefix}{name}".upper(): value for name, value in told.items()}}


def console_settings(ground: Ground, addresses: Addresses) -> ConsoleSettings:
    """The console over services of our own, where people choose who they are."""
    return ConsoleSettings(**_console_told(ground, addresses))  # type: ignore[arg-type]


def console_environment(ground: Ground, addresses: Addresses) -> dict[str, str]:
    """The console's environment, as a process of its own."""
    told = _console_told(ground, addresses)
    return {**os.environ, **{f"CONSOLE_{name}".upper(): value for name, value in told.items()}}


def _told(service: str, ground: Ground, addresses: Addresses) -> dict[str, str]:
    told = {
        "environment": "sandbox",
        "database_url": ground.database_url(service),
        "token_issuer": ground.issuer.issuer,
        "token_audience": ground.issuer.audience,
        "token_keys": str(ground.keys_file),
    }
    if service == "notifications":
        told |= {
            "console_url": addresses.url("console"),
            "encryption_keys": _kept_secret(ground.state / "secrets" / "webhooks"),
            "webhook_allow_http": "true",
            "webhook_private_networks": "127.0.0.0/8",
        }
    return told


def _console_told(ground: Ground, addresses: Addresses) -> dict[str, str]:
    return {
        "applications_url": addresses.url("applications"),
        "risk_pool_url": addresses.url("risk_pool"),
        "notifications_url": addresses.url("notifications"),
        "session_secret": _kept_secret(ground.state / "secrets" / "sessions"),
        "secure_cookies": "false",
        "environment": "development",
        "issuer_dir": str(ground.keys_file.parent),
        "host": HOST,
        "port": str(addresses.ports["console"]),
    }


def _kept_secret(place: Path) -> str:
    """A key made once and kept with the rest of the state, readable by its owner only."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_text(urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return place.read_text()
