"""The settings of each service when we start it ourselves, embedded or as a process."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from services.console.settings import ConsoleSettings
from shared.messaging.kafka_security import KafkaSecurity
from shared.service import Service
from shared.settings import ServiceSettings
from zhidai.addresses import HOST, Addresses
from zhidai.bus import Bus
from zhidai.environment import Environment


def service_settings(
    service: Service, environment: Environment, addresses: Addresses
) -> ServiceSettings:
    """Of a service in this process; what the operating system's variables say besides holds."""
    values = {**_of_service(service.name, environment, addresses), "transport": "local"}
    return service.settings_type(**values)  # type: ignore[arg-type]


def process_variables(
    service: Service, environment: Environment, addresses: Addresses, *, bus: Bus
) -> dict[str, str]:
    """The variables of a service that runs as a process of its own."""
    prefix = str(service.settings_type.model_config["env_prefix"])
    values = {
        **_of_service(service.name, environment, addresses),
        "transport": "kafka",
        "kafka_bootstrap_servers": bus.bootstrap_servers,
        **_as_principal(bus.spoken_to_by(service.name)),
        "kafka_instance": "1",
        "host": HOST,
        "port": str(addresses.ports[service.name]),
    }
    return {**os.environ, **{f"{prefix}{name}".upper(): value for name, value in values.items()}}


def _as_principal(security: KafkaSecurity) -> dict[str, str]:
    if not security.username:
        return {}
    return {
        "kafka_security": "sasl_ssl",
        "kafka_username": security.username,
        "kafka_password": security.password,
        "kafka_mechanism": security.mechanism,
        "kafka_ca_file": security.ca_file,
        "kafka_token_url": security.token_url,
    }


def console_settings(environment: Environment, addresses: Addresses) -> ConsoleSettings:
    """The console over services of our own, where people choose who they are."""
    return ConsoleSettings(
        applications_url=addresses.url("applications"),
        risk_pool_url=addresses.url("risk_pool"),
        notifications_url=addresses.url("notifications"),
        session_secret=_kept_secret(environment.state / "secrets" / "sessions"),  # type: ignore[arg-type]
        secure_cookies=False,
        environment="development",
        issuer_dir=environment.keys_file.parent,
    )


def _of_service(service: str, environment: Environment, addresses: Addresses) -> dict[str, str]:
    values = {
        "environment": "sandbox",
        "database_url": environment.database_url(service),
        "token_issuer": environment.issuer.issuer,
        "token_audience": environment.issuer.audience,
        "token_keys": str(environment.keys_file),
    }
    if service == "applications":
        values |= {
            "documents": str(environment.state / "documents"),
            "document_link_secret": _kept_secret(environment.state / "secrets" / "document-links"),
        }
    if service == "risk_pool":
        values["signing_development_folder"] = str(environment.state / "signing")
    if service == "notifications":
        values |= {
            "console_url": addresses.url("console"),
            "encryption_keys": _kept_secret(environment.state / "secrets" / "webhooks"),
            "webhook_allow_http": "true",
            "webhook_private_networks": "127.0.0.0/8",
        }
    return values


def _kept_secret(place: Path) -> str:
    """A key made once and kept with the rest of the state, readable by its owner only."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_text(urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return place.read_text()
