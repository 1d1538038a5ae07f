"""Whose words a notice is told in: texts by type of event, reader and scope; the nearest one holds.

The house's own texts (templates/words.yaml) stand behind all of them. The bureau words notices for
the whole house, a programme or a pool, for its own people and for banks; a bank words those of its
own people, and nobody words them for it once it has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.notice import Banks
from services.notifications.domain.notices import NOTICES
from shared.contracts.redaction import fields_for_banks
from shared.life_cycle import Row

MOST_TITLE, MOST_TEXT = 200, 10_000
"""How long a title and a text may become, in characters."""


class Reader(StrEnum):
    """Who reads a notice."""

    BUREAU = "bureau"
    BANK = "bank"


class Scope(StrEnum):
    """Where words hold, the widest first: of several the last one holds."""

    HOUSE = "house"
    PROGRAMME = "programme"
    POOL = "pool"
    INSTITUTION = "institution"


_NEARNESS = {scope: n for n, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which notices words are for; of each place one text is in force at most."""

    institution: str
    """Who words them: the bureau or a bank."""
    event_type: str
    reader: Reader
    scope: Scope
    programme: str = ""
    pool_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The notice that words are looked for."""

    institution: str
    """Who is told."""
    event_type: str
    programme: str
    pool_code: str

    @property
    def reader(self) -> Reader:
        """Who reads it."""
        return reader_of(self.institution)


def reader_of(institution: str) -> Reader:
    """What an institution's people are to a notice."""
    return Reader.BUREAU if institution == BUREAU else Reader.BANK


def needs_two(place: Row) -> bool:
    """Whether the bureau speaks to banks with these words: that takes two persons."""
    return bool(place["institution"] == BUREAU and place["reader"] == Reader.BANK)


def hears_of(reader: Reader, event_type: str) -> bool:
    """Whether such a reader is told of a type at all, so that there are words to choose."""
    notice = NOTICES.get(event_type)
    if notice is None:
        return False
    if reader is Reader.BUREAU:
        return notice.tells_bureau
    return notice.banks is not Banks.NONE and bool(fields_for_banks(event_type))


def nearest(texts: Iterable[Mapping[str, Any]], occasion: Occasion) -> Mapping[str, Any] | None:
    """Of the texts in force the one that holds for a notice; None where the house's own does.

    The order is: the institution's, the pool's, the programme's, the whole house's.
    """
    those = [text for text in texts if _holds(text, occasion)]
    return max(those, key=lambda text: _NEARNESS[text["scope"]], default=None)


def _holds(text: Mapping[str, Any], occasion: Occasion) -> bool:
    if text["event_type"] != occasion.event_type or text["reader"] != occasion.reader:
        return False
    match text["scope"]:
        case Scope.INSTITUTION:
            return bool(text["institution"] == occasion.institution)
        case Scope.POOL:
            return bool(text["pool_code"] == occasion.pool_code)
        case Scope.PROGRAMME:
            return bool(text["programme"] == occasion.programme)
    return True
