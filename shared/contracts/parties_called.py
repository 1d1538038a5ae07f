"""What a party of a pool is called, as events tell it."""

from pydantic import BaseModel, ConfigDict


class PartyCalled(BaseModel):
    """What a party of a pool is called."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    name: str
