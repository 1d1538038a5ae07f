"""What the environment decides for the risk pool: RISK_POOL_DATABASE_URL and so on."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings that all services share, under this service's prefix."""

    model_config = SettingsConfigDict(env_prefix="RISK_POOL_", frozen=True, extra="ignore")
