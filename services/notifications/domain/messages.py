"""A message before it is kept: what one institution is told of one event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageText:
    """What people read, in both languages."""

    title_zh: str
    text_zh: str
    title_en: str
    text_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is kept."""

    event_id: UUID
    event_type: str
    institution: str
    roles: tuple[str, ...]
    people: tuple[str, ...] = ()
    """Whom it is for by name, beside the people of these roles."""
    in_inbox: bool
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    amount_fen: int | None = None
    """What it is worth, where it says so, for receivers that want large ones only."""
    subject: str
    happened_at: datetime
    text: MessageText
    template_id: UUID | None = None
    """The text that it was written with; None for the house's own words."""
    template_edition: int | None = None
    link: str
    payload: str
    urgent: bool = False
    """It waits for nobody's quiet hours."""
