"""Who hears of one type of event: the shape of a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Banks(StrEnum):
    """Which banks an event concerns."""

    NONE = "none"
    NAMED = "named"
    """The one the event names."""
    OF_POOL = "of_pool"
    """Every bank that has had a case in the event's pool."""
    OF_STATEMENTS = "of_statements"
    """Each bank that has a line in the settlement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who hears of one type of event."""

    banks: Banks
    bank_inbox: bool = True
    """False: only machines that asked for it hear (webhooks), for the bank did it itself."""
    roles: tuple[str, ...] = ()
    """The bureau's roles that hear of it."""
    people_in: str = ""
    """The field that names the people of the bureau whom it is for: a subject, or several."""
    roles_if_nobody: tuple[str, ...] = ()
    """The roles that hear of it, too, where that field names nobody."""
    role_in: str = ""
    """The field that names the role of the bureau whom it is for, or several."""

    @property
    def tells_bureau(self) -> bool:
        """Whether somebody of the bureau hears of it."""
        return bool(self.roles or self.people_in or self.role_in)

    def people_of(self, fact: Mapping[str, Any]) -> tuple[str, ...]:
        """The subjects that an event is for by name, each once."""
        named = fact.get(self.people_in, ()) if self.people_in else ()
        named = (named,) if isinstance(named, str) else named
        return tuple(dict.fromkeys(one for one in named if one))

    def roles_of(self, fact: Mapping[str, Any]) -> tuple[str, ...]:
        """The bureau's roles that hear of an event, whoever is named in it."""
        roles = self.roles
        if self.people_in and not self.people_of(fact):
            roles += self.roles_if_nobody
        if self.role_in:
            named = fact[self.role_in]
            roles += (named,) if isinstance(named, str) else tuple(named)
        return tuple(dict.fromkeys(roles))
