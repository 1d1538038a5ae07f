"""What we do about an event: decide who is told what, and keep it for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.notifications import messages
from services.notifications.domain.audiences import NOTICES, Banks, audiences
from services.notifications.domain.redaction import told_to
from services.notifications.links import path_of
from services.notifications.messages import Draft
from services.notifications.payload import webhook_body
from services.notifications.words import Catalogue
from shared.messaging.inbox import Heard

CATALOGUE = Catalogue()


async def notify(heard: Sequence[Heard], /, *, conn: asyncpg.Connection, now: datetime) -> None:
    """Something happened: tell everyone it concerns, each as much as they may know."""
    facts = [one.event.model_dump(mode="python", by_alias=False) for one in heard]
    await messages.lock(conn)
    await messages.remember_banks(conn, _pairs(facts))
    banks = await messages.banks_of(conn, _pools_as_a_whole(heard, facts))

    drafts = [
        draft
        for one, fact in zip(heard, facts, strict=True)
        for draft in drafts_of(one, fact, banks.get(fact.get("pool_code", ""), ()))
    ]

    await messages.tell(conn, drafts, now=now)


def drafts_of(heard: Heard, fact: dict[str, Any], banks_of_pool: tuple[str, ...]) -> list[Draft]:
    """The messages of one event, one for each institution that hears of it."""
    envelope = heard.envelope
    drafts = []
    for audience in audiences(envelope.type, fact, banks_of_pool=banks_of_pool):
        told = told_to(audience.institution, envelope.type, fact)
        drafts.append(
            Draft(
                event_id=envelope.id,
                event_type=envelope.type,
                institution=audience.institution,
                roles=audience.roles,
                in_inbox=audience.in_inbox,
                acts=audience.acts,
                pool_code=str(fact.get("pool_code", "")),
                bank_code=str(fact.get("bank_code", "")),
                loan_id=fact.get("loan_id"),
                subject=envelope.subject,
                happened_at=envelope.time,
                words=CATALOGUE.words(audience.institution, envelope.type, told),
                link=path_of(told),
                payload=webhook_body(
                    event_type=envelope.type,
                    event_id=envelope.id,
                    happened_at=envelope.time,
                    told=told,
                ),
            )
        )
    return drafts


def _pairs(facts: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    pairs = {(fact.get("pool_code"), fact.get("bank_code")) for fact in facts}
    return sorted((str(pool), str(bank)) for pool, bank in pairs if pool and bank)


def _pools_as_a_whole(heard: Sequence[Heard], facts: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(
        {
            fact["pool_code"]
            for one, fact in zip(heard, facts, strict=True)
            if NOTICES[one.envelope.type].banks is Banks.OF_POOL
        }
    )
