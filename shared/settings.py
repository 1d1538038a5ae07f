"""What the environment decides, read once, with complaints a person can act on."""

import os
import sys
from dataclasses import dataclass
from typing import Annotated, Literal, NoReturn, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.messaging.kafka_security import IN_THE_CLEAR, OAUTHBEARER, KafkaSecurity
from shared.messaging.relay_lock import RelayDoes
from shared.postgres.reads import LEAST_KEPT_DAYS
from shared.production import (
    DEVELOPMENT_ISSUER,
    Environment,
    encrypted_database,
    https,
    https_or_empty,
    https_or_file,
    is_loopback,
    needs,
)
from shared.schemes import library


def _is_there(place: str) -> str:
    if place and not os.access(place, os.R_OK):
        raise ValueError(f"there is no file at {place} that this process may read")
    return place


ReadableFile = Annotated[str, AfterValidator(_is_there)]
"""The path of a file that is read at the start; "" for none."""

NO_TLS = (
    "set tls_certificate_file and tls_key_file, or listen on 127.0.0.1 behind a proxy that ends TLS: "
    "access tokens and business data would pass in the clear"
)


def served_safely(certificate: str, info: ValidationInfo) -> bool:
    """Answers come by TLS, or leave this machine only through a proxy on it."""
    return bool(certificate) or is_loopback(str(info.data.get("host", "")))


@dataclass(frozen=True)
class TlsFiles:
    """Paths of PEM files: the certificate with its chain, and its key."""

    certificate: str
    key: str


class ProcessSettings(BaseSettings):
    """What every process that answers HTTP is told: where it belongs, where it listens, and its TLS."""

    model_config = SettingsConfigDict(frozen=True, validate_default=True)

    # First: what production needs of the others is asked with this one known.
    environment: Environment = Field(
        description="In a sandbox the clock can be moved; in production nothing can be forged."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=60,
        description="Told to stop, so long it is not ready and still answers: more than twice the time "
        "between a balancer's looks at /readyz. 0 where nothing balances.",
    )
    tls_key_file: ReadableFile = Field(default="", description="PEM of the key to the certificate.")
    tls_certificate_file: Annotated[ReadableFile, needs(served_safely, NO_TLS)] = Field(
        default="", description="PEM of the certificate and its chain, to answer by https."
    )

    @field_validator("tls_certificate_file")
    @classmethod
    def _has_its_key(cls, certificate: str, info: ValidationInfo) -> str:
        if bool(certificate) != bool(info.data.get("tls_key_file")):
            raise ValueError("tls_certificate_file and tls_key_file are needed together")
        return certificate

    def tls_files(self) -> TlsFiles | None:
        """What https is answered by; None for plain http."""
        if not self.tls_certificate_file:
            return None
        return TlsFiles(self.tls_certificate_file, self.tls_key_file)


class ServiceSettings(ProcessSettings):
    """Settings that all services share. Each service reads them under a prefix of its own.

    No default for what differs between places: a missing one stops the start.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", validate_default=True)

    database_url: Annotated[
        str,
        needs(
            encrypted_database,
            "add ?sslmode=verify-full&sslrootcert=… and a password of your own: without, passwords "
            "and rows pass in the clear, or to whoever says he is the server",
        ),
    ] = Field(description="The service's own database, as its working role (not the owner).")
    reports_database_url: Annotated[
        str,
        needs(
            lambda url, info: not url or encrypted_database(url, info),
            "add ?sslmode=verify-full&sslrootcert=… and a password of your own, as for database_url",
        ),
    ] = Field(
        default="",
        description="A standby of the service's database that reports, statistics and cockpit are asked "
        "of; empty: the service's own.",
    )
    reports_lag_seconds: float = Field(
        default=60, ge=2, description="The most that the standby may be behind."
    )
    reports_when_behind: Literal["own", "refuse"] = Field(
        default="own",
        description="Where it is further behind, or away: own asks the service's own database, refuse "
        "answers 503.",
    )
    transport: Annotated[
        Literal["local", "kafka"],
        needs(
            lambda value, info: value == "kafka", "set kafka; local is one process for trying out"
        ),
    ] = Field(
        description="kafka between processes; local only where all services share one process."
    )
    kafka_bootstrap_servers: str = Field(
        default="", description="host:port,host:port; needed when transport is kafka."
    )
    relay: RelayDoes = Field(
        default="publishes",
        description="publishes; numbers: events are numbered and go to the feed, and another program, "
        "such as Debezium, publishes what the feed has; rests: events wait, while one hands over to the "
        "other. The last two with kafka only.",
    )
    bank_topics: str = Field(
        default="",
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,31}(,[A-Za-z0-9][A-Za-z0-9_-]{0,31})*)?$",
        description="Codes of the banks that have a topic of their own (bank.CODE), with commas: what "
        "each reads in its feed is published there. With kafka only.",
    )
    kafka_instance: str = Field(
        default="",
        max_length=100,
        description="A name of this process that stays the same when it is started again and that "
        "no other process of the service has: its partitions then come back at once.",
    )
    kafka_security: Annotated[
        Literal["plaintext", "sasl_ssl"],
        needs(
            lambda value, info: value == "sasl_ssl",
            "set sasl_ssl: on a plain bus everybody in the network reads firms' names and says what "
            "he likes in another service's name",
        ),
    ] = Field(default="plaintext", description="How the broker is spoken to.")
    kafka_ca_file: ReadableFile = Field(
        default="", description="PEM of the broker's CA; empty: the system's own."
    )
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"] = Field(
        default="SCRAM-SHA-512", description="How the service says who it is, within TLS."
    )
    kafka_username: str = Field(
        default="",
        description="The service's own principal: only it may write the service's topic.",
    )
    kafka_password: SecretStr = SecretStr("")
    reads_kept_days: int = Field(
        default=1827,
        ge=LEAST_KEPT_DAYS,
        le=36_525,
        description="So long it is kept who has looked at what: five years; at least three, as records "
        "of how personal data is handled (个人信息保护法 art. 56).",
    )
    archive_folder: str = Field(
        default="",
        description="Where closed years were archived (`zhidai archive --to`), if this process may read "
        "there: the feed then tells what has left the database. Empty: it says where it is.",
    )
    kafka_token_url: Annotated[
        str,
        needs(https_or_empty, "get the broker's tokens by https: on the way a secret can be read"),
    ] = Field(
        default="",
        description="With OAUTHBEARER: where the identity provider gives tokens to the client named "
        "by kafka_username and kafka_password.",
    )
    token_issuer: Annotated[
        str,
        needs(https, f"name your identity provider; {DEVELOPMENT_ISSUER} lets anybody be anybody"),
    ] = Field(description="The `iss` that access tokens must name.")
    token_audience: str = Field(default="zhidai", description="The `aud` they must be meant for.")
    token_keys: Annotated[
        str, needs(https_or_file, "fetch the keys by https: on the way keys can be exchanged")
    ] = Field(description="The issuer's JWKS: a URL, or the path of a file.")
    database_connections: int = Field(default=10, ge=2, le=200)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="Larger bodies: 413.")
    requests_per_second: float = Field(
        default=500, ge=1, description="Of one caller, in one process; more is answered 429."
    )
    requests_at_once: int = Field(
        default=64, ge=1, description="Of one caller, in one process; open streams count."
    )
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

    @field_validator("kafka_bootstrap_servers")
    @classmethod
    def _brokers_are_named(cls, servers: str, info: ValidationInfo) -> str:
        if info.data.get("transport") == "kafka" and not servers:
            raise ValueError("kafka_bootstrap_servers is needed when transport is kafka")
        return servers

    @field_validator("relay")
    @classmethod
    def _another_publishes_to_kafka(cls, does: RelayDoes, info: ValidationInfo) -> RelayDoes:
        if does != "publishes" and info.data.get("transport") == "local":
            raise ValueError("with transport local nobody but the relay can publish")
        return does

    @field_validator("bank_topics")
    @classmethod
    def _topics_are_kafkas(cls, banks: str, info: ValidationInfo) -> str:
        if banks and info.data.get("transport") == "local":
            raise ValueError("with transport local there are no topics")
        return banks

    @field_validator("kafka_password")
    @classmethod
    def _says_who_it_is(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        named = info.data.get("kafka_username") and password.get_secret_value()
        if info.data.get("kafka_security") == "sasl_ssl" and not named:
            raise ValueError("kafka_username and kafka_password are needed with sasl_ssl")
        return password

    @field_validator("kafka_token_url")
    @classmethod
    def _gets_tokens_somewhere(cls, url: str, info: ValidationInfo) -> str:
        by_token = info.data.get("kafka_mechanism") == OAUTHBEARER
        if info.data.get("kafka_security") == "sasl_ssl" and by_token and not url:
            raise ValueError("kafka_token_url is needed with OAUTHBEARER")
        return url

    def kafka_spoken_to(self) -> KafkaSecurity:
        """How the broker is spoken to."""
        if self.kafka_security == "plaintext":
            return IN_THE_CLEAR
        return KafkaSecurity(
            username=self.kafka_username,
            password=self.kafka_password.get_secret_value(),
            mechanism=self.kafka_mechanism,
            ca_file=self.kafka_ca_file,
            token_url=self.kafka_token_url,
        )


Settings = TypeVar("Settings", bound=BaseSettings)


def read_settings(settings: type[Settings], *, service: str) -> Settings:
    """Read the environment, or end the process with one message that lists all that is wrong."""
    try:
        return settings()
    except ValidationError as error:
        lines = to_mend(settings, error)
        stop_the_start(f"{service} cannot start: {len(lines)} setting(s) to mend.", lines)


def to_mend(settings: type[BaseSettings], error: ValidationError) -> list[str]:
    """What is wrong, a line each: the variable, what to do, what it is for. No value is shown."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    fields = {
        str(field.validation_alias or name): field for name, field in settings.model_fields.items()
    }
    lines = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        field = fields.get(name)
        alone = field is not None and field.validation_alias is not None
        variable = f"{'' if alone else prefix}{name}".upper() if name else "together"
        about = f" ({field.description})" if field and field.description else ""
        lines.append(f"{variable}: {problem['msg'].removeprefix('Value error, ')}{about}")
    return lines


def stop_the_start(headline: str, lines: list[str]) -> NoReturn:
    """End the process with what is to be mended."""
    sys.stderr.write("\n".join([headline, *(f"  {line}" for line in lines)]) + "\n")
    raise SystemExit(78)  # EX_CONFIG of sysexits.h
