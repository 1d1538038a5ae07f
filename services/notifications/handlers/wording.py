"""Chooses the words of a notice and fills them in; what cannot be filled in is said in the house's.

A text that fails costs nobody a message: it is counted, and whoever keeps the text is told, once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from services.notifications.domain.audiences import BANK_ROLES, BUREAU
from services.notifications.domain.messages import Draft, MessageText
from services.notifications.domain.payload import webhook_body
from services.notifications.domain.wording import Occasion, nearest
from services.notifications.queries import templates as known
from services.notifications.tables import names_by_code
from services.notifications.templates.metrics import FAILURES
from services.notifications.templates.rendering import RenderingFailed, filled
from services.notifications.templates.words import CATALOGUE
from shared.roles import party_of

FAILED_TYPE: Final = "template.failed.v1"
_FAILURES = UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01")


@dataclass(frozen=True, slots=True)
class Written:
    """What people read, and the text that says it; None for the house's own."""

    text: MessageText
    template_id: UUID | None = None
    edition: int | None = None


class Wording:
    """The words in force for some types of event, at one moment."""

    def __init__(
        self,
        texts: Sequence[Mapping[str, Any]] = (),
        programmes: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._texts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for text in texts:
            self._texts[text["event_type"]].append(text)
        self._programmes = programmes or {}
        self._names = names or {}
        self.failed: dict[UUID, tuple[Mapping[str, Any], str]] = {}
        """The texts that could not be filled in, and why."""

    def write(
        self, institution: str, event_type: str, fact: Mapping[str, Any], told: Mapping[str, Any]
    ) -> Written:
        """What an institution reads of an event; `told` is what it may know of the fact."""
        text = self._nearest(institution, event_type, fact)
        if text is not None:
            try:
                said = filled(text_of(text), told, self._names)
                return Written(said, text["id"], text["edition"])
            except RenderingFailed as failure:
                owner = "bureau" if text["institution"] == BUREAU else "bank"
                FAILURES.labels(owner=owner).inc()
                self.failed[text["id"]] = (text, str(failure))
        return Written(CATALOGUE.words(institution, event_type, told, self._names))

    def _nearest(
        self, institution: str, event_type: str, fact: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        texts = self._texts.get(event_type)
        # Words of one's own are written for the bureau and for banks.
        if not texts or party_of(institution):
            return None
        pool_code = str(fact.get("pool_code") or "")
        programme = fact.get("programme") or self._programmes.get(pool_code, "")
        return nearest(
            texts,
            Occasion(
                institution=institution,
                event_type=event_type,
                programme=str(programme),
                pool_code=pool_code,
            ),
        )


HOUSE: Final = Wording()
"""The house's own words for everything."""


def text_of(row: Mapping[str, Any]) -> MessageText:
    """The words of a row, before anything is filled in."""
    return MessageText(
        title_zh=row["title_zh"],
        text_zh=row["text_zh"],
        title_en=row["title_en"],
        text_en=row["text_en"],
    )


async def wording_for(conn: asyncpg.Connection, event_types: Sequence[str]) -> Wording:
    """The words in force for these types, with the eyes of the house."""
    texts = await known.holding(conn, event_types)
    programmes = await known.programmes_of(conn) if texts else {}
    return Wording(texts, programmes, await names_by_code.known(conn))


def failures_told(wording: Wording, *, now: datetime) -> list[Draft]:
    """To whoever keeps a text that could not be filled in: the same message however often it fails."""
    return [_failure(text, why, now) for text, why in wording.failed.values()]


def _failure(text: Mapping[str, Any], why: str, now: datetime) -> Draft:
    told = {
        "template_id": text["id"],
        "event_type": text["event_type"],
        "edition": text["edition"],
        "error": why,
    }
    institution = text["institution"]
    of_bureau = institution == BUREAU
    event_id = uuid5(_FAILURES, str(text["id"]))
    return Draft(
        event_id=event_id,
        event_type=FAILED_TYPE,
        institution=institution,
        roles=("admin",) if of_bureau else BANK_ROLES,
        in_inbox=True,
        pool_code=text["pool_code"],
        bank_code="" if of_bureau else institution,
        loan_id=None,
        subject=text["event_type"],
        happened_at=now,
        text=CATALOGUE.words(institution, FAILED_TYPE, told),
        link=f"/templates/{text['event_type']}",
        payload=webhook_body(event_type=FAILED_TYPE, event_id=event_id, happened_at=now, told=told),
    )
