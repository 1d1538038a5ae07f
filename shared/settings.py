"""What the environment decides, read once, with complaints a person can act on."""

import sys
from typing import Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.schemes import library


class ServiceSettings(BaseSettings):
    """Settings that all services share. Each service reads them under a prefix of its own.

    No default for what differs between places: a missing one stops the start.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    environment: Literal["production", "development", "sandbox"] = Field(
        description="In a sandbox the clock can be moved; in production nothing can be forged."
    )
    database_url: str = Field(
        description="The service's own database, as its working role (not the owner)."
    )
    transport: Literal["local", "kafka"] = Field(
        description="kafka between processes; local only where all services share one process."
    )
    kafka_bootstrap_servers: str = Field(
        default="", description="host:port,host:port; needed when transport is kafka."
    )
    kafka_instance: str = Field(
        default="",
        max_length=100,
        description="A name of this process that stays the same when it is started again and that "
        "no other process of the service has: its partitions then come back at once.",
    )
    token_issuer: str = Field(description="The `iss` that access tokens must name.")
    token_audience: str = Field(default="zhidai", description="The `aud` they must be meant for.")
    token_keys: str = Field(description="The issuer's JWKS: a URL, or the path of a file.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    database_connections: int = Field(default=10, ge=2, le=200)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="Larger bodies: 413.")
    due_interval_seconds: float = Field(
        default=30, gt=0, description="How often jobs that are due are looked for."
    )

    schemes: str = Field(
        default="",
        validation_alias="ZHIDAI_SCHEMES",
        description="Further folders of programme files, with : between them as in PATH. One name "
        "for all services: they must judge by the same programmes.",
    )

    @field_validator("schemes")
    @classmethod
    def _can_be_looked_in(cls, folders: str) -> str:
        library.folders_of(folders)
        return folders

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, url: str) -> str:
        # Not pydantic's PostgresDsn: it has no room for a server behind a socket.
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise ValueError("it is not a URL such as postgresql://user@host/database") from error
        if parsed.get_backend_name() != "postgresql" or not parsed.database:
            raise ValueError("it must be postgresql://…/ and name a database")
        return url

    @model_validator(mode="after")
    def _fits_together(self) -> "ServiceSettings":
        if self.transport == "kafka" and not self.kafka_bootstrap_servers:
            raise ValueError("kafka_bootstrap_servers is needed when transport is kafka")
        return self


Settings = TypeVar("Settings", bound=BaseSettings)


def read_settings(settings: type[Settings], *, service: str) -> Settings:
    """Read the environment, or end the process with one message that lists all that is wrong."""
    try:
        return settings()
    except ValidationError as error:
        prefix = str(settings.model_config.get("env_prefix", ""))
        fields = {
            str(field.validation_alias or name): field
            for name, field in settings.model_fields.items()
        }
        lines = [f"{service} cannot start: {error.error_count()} setting(s) to mend."]
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"])
            field = fields.get(name)
            alone = field is not None and field.validation_alias is not None
            variable = f"{'' if alone else prefix}{name}".upper() if name else "together"
            about = f" ({field.description})" if field and field.description else ""
            lines.append(f"  {variable}: {problem['msg']}{about}")
        sys.stderr.write("\n".join(lines) + "\n")
        raise SystemExit(78) from None  # EX_CONFIG of sysexits.h
