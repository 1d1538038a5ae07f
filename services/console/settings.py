"""What the environment decides for the console. Prefix CONSOLE_."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.production import Environment, encrypted_database, https, needs, secret
from shared.settings import ProcessSettings, ReadableFile

ServiceUrl = Annotated[
    str, needs(https, "people's tokens and every figure would pass in the clear to the service")
]


class ConsoleSettings(ProcessSettings):
    """Where the services are, and how people log in."""

    model_config = SettingsConfigDict(
        env_prefix="CONSOLE_", frozen=True, env_ignore_empty=True, validate_default=True
    )

    environment: Environment = Field(default="production")
    applications_url: ServiceUrl = Field(description="Base URL of applications, without /api/v1.")
    risk_pool_url: ServiceUrl = Field(description="Base URL of risk_pool, without /api/v1.")
    notifications_url: ServiceUrl = Field(description="Base URL of notifications, without /api/v1.")
    ca_file: ReadableFile = Field(
        default="", description="PEM of the services' CA; empty: the system's own."
    )
    timeout_seconds: float = Field(default=15.0, gt=0)
    session_secret: Annotated[
        SecretStr, needs(secret, "whoever knows it makes sessions of anybody; make one of your own")
    ] = Field(
        min_length=32,
        description="Encrypts the sessions; the same for every process of the console.",
    )
    database_url: Annotated[
        str,
        needs(
            lambda url, info: bool(url) and encrypted_database(url, info),
            "name the console's own database, with ?sslmode=verify-full&sslrootcert=… and a password of "
            "your own: sessions must outlive a restart and end in every process at once",
        ),
    ] = Field(
        default="",
        description="Where sessions are kept, as the working role. Empty: in this process alone.",
    )
    session_idle_minutes: Annotated[
        int | None,
        needs(
            lambda minutes, info: minutes is not None and minutes <= 60,
            "say after how many unused minutes people must log in again, 60 at most",
        ),
    ] = Field(default=None, ge=1, description="A session that nobody uses ends after so long.")
    session_hours: Annotated[
        int | None,
        needs(
            lambda hours, info: hours is not None and hours <= 12,
            "say after how many hours people must log in again in any case, 12 at most",
        ),
    ] = Field(default=None, ge=1, description="No session lasts longer, however it is used.")
    secure_cookies: Annotated[
        bool, needs(lambda on, info: on, "sessions would pass in the clear")
    ] = Field(default=True, description="Off only where the console is served over plain http.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on.")

    issuer_dir: Annotated[
        Path | None,
        needs(
            lambda folder, info: folder is None,
            "one click logs in as anybody; empty it and name an identity provider",
        ),
    ] = Field(
        default=None, description="Folder of the development issuer: people are chosen from a list."
    )
    oidc_issuer: Annotated[
        str, needs(https, "name an identity provider that is reached by https")
    ] = Field(default="", description="The identity provider, e.g. a Keycloak realm.")
    oidc_client_id: str = "zhidai-console"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = "openid profile"
    oidc_audience: str = Field(default="zhidai", description="The audience of access tokens.")
    public_url: Annotated[str, needs(https, "people must reach the console by https")] = Field(
        default="", description="How browsers reach the console; needed with OIDC for its return."
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _one_way_to_log_in(cls, issuer: str, info: ValidationInfo) -> str:
        if "issuer_dir" in info.data and bool(issuer) == (info.data["issuer_dir"] is not None):
            raise ValueError(
                "set exactly one of CONSOLE_OIDC_ISSUER (an identity provider) and "
                "CONSOLE_ISSUER_DIR (the development issuer)"
            )
        return issuer

    @field_validator("public_url")
    @classmethod
    def _has_a_way_back(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not url:
            raise ValueError("CONSOLE_OIDC_ISSUER needs CONSOLE_PUBLIC_URL")
        return url
