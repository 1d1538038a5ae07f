"""A limit that left no room, as the caller may know it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.auth.identity import Identity
from shared.contracts.redaction import OWN_LIMITS, limit_for_bank
from shared.money import MONEY_NAMES, Fen
from shared.postgres.database import EVERYWHERE


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


def shown_to(caller: Identity, limits: Sequence[Mapping[str, Any]]) -> list[LimitShown]:
    """The limits in their order; of those whose figures a bank may not know, their names alone."""
    if caller.institution == EVERYWHERE:
        return [LimitShown.model_validate(one) for one in limits]
    return [LimitShown.model_validate(_named(one)) for one in limits]


def _named(limit: Mapping[str, Any]) -> dict[str, Any]:
    told = limit_for_bank(limit)
    if limit["limit"] in OWN_LIMITS:
        return told
    # The words begin with the limit's name; the figures follow.
    return told | {
        "zh": limit.get("zh", "").split("：")[0],
        "en": limit.get("en", "").split(":")[0],
    }
