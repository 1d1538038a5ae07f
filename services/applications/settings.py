"""What the environment decides for this service."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from variables that begin with APPLICATIONS_."""

    model_config = SettingsConfigDict(env_prefix="APPLICATIONS_", frozen=True, extra="ignore")
