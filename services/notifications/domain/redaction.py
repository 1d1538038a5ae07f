"""What an institution may be told of an event: the bureau all of it, a bank what the table says."""

from collections.abc import Mapping
from typing import Any

from services.notifications.domain.audiences import BUREAU
from shared.contracts.redaction import told_to_bank


def told_to(institution: str, event_type: str, fact: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an event, by its Python names, that an institution may know."""
    return dict(fact) if institution == BUREAU else told_to_bank(institution, event_type, fact)
