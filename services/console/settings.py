"""What the environment decides for the console. Prefix CONSOLE_."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsoleSettings(BaseSettings):
    """Where the services are, and how people log in."""

    model_config = SettingsConfigDict(env_prefix="CONSOLE_", frozen=True, env_ignore_empty=True)

    applications_url: str = Field(description="Base URL of applications, without /api/v1.")
    risk_pool_url: str = Field(description="Base URL of risk_pool, without /api/v1.")
    notifications_url: str = Field(description="Base URL of notifications, without /api/v1.")
    timeout_seconds: float = Field(default=15.0, gt=0)
    session_secret: SecretStr = Field(
        min_length=32,
        description="Encrypts the sessions; the same for every process of the console.",
    )
    secure_cookies: bool = Field(
        default=True, description="Off only where the console is served over plain http."
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    environment: str = Field(default="production", examples=["development", "production"])

    issuer_dir: Path | None = Field(
        default=None, description="Folder of the development issuer: people are chosen from a list."
    )
    oidc_issuer: str = Field(
        default="", description="The identity provider, e.g. a Keycloak realm."
    )
    oidc_client_id: str = "zhidai-console"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = "openid profile"
    oidc_audience: str = Field(default="zhidai", description="The audience of access tokens.")
    public_url: str = Field(
        default="", description="How browsers reach the console; needed with OIDC for its return."
    )

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if bool(self.oidc_issuer) == (self.issuer_dir is not None):
            raise ValueError(
                "set exactly one of CONSOLE_OIDC_ISSUER (an identity provider) and "
                "CONSOLE_ISSUER_DIR (the development issuer)"
            )
        if self.oidc_issuer and not self.public_url:
            raise ValueError("CONSOLE_OIDC_ISSUER needs CONSOLE_PUBLIC_URL")
        return self
