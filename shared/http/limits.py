"""A limit that left no room, as it is answered."""

from pydantic import BaseModel, ConfigDict

from shared.money import MONEY_NAMES, Fen


class LimitShown(BaseModel):
    """A limit that leaves no room. A bank is told figures of its own limits alone."""

    model_config = ConfigDict(**MONEY_NAMES)

    limit: str
    allowed_fen: Fen | None = None
    used_fen: Fen | None = None
    requested_fen: Fen
    source: str = ""
    zh: str = ""
    en: str = ""
