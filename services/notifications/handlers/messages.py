"""What we do about an event: decide who is told what, and keep it for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.notifications.domain.audiences import Audience, audiences
from services.notifications.domain.links import path_of
from services.notifications.domain.messages import Draft
from services.notifications.domain.notice import Banks
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.payload import webhook_body
from services.notifications.domain.told_once import TOLD_ONCE
from services.notifications.domain.urgent import is_urgent
from services.notifications.domain.wishes import amount_of
from services.notifications.handlers.held_back import hold_back_heard_again
from services.notifications.handlers.learning import remember
from services.notifications.handlers.month_packs import tell_of_months
from services.notifications.handlers.wording import HOUSE, Wording, failures_told, wording_for
from services.notifications.queries.audiences import banks_of, machines_that_ask
from services.notifications.tables import messages
from shared.contracts.audiences import told_to
from shared.messaging.inbox import Received
from shared.postgres.database import plan_anew
from shared.roles import party_of


async def notify(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Something happened: tell everyone it concerns, each as much as they may know."""
    facts = [one.event.model_dump(mode="python", by_alias=False) for one in received]
    await plan_anew(conn)
    await messages.lock(conn)
    await remember(conn, received, facts)
    banks = await banks_of(conn, _pools_as_a_whole(received, facts))
    asked = await machines_that_ask(conn, _not_in_every_inbox(received))
    wording = await wording_for(conn, sorted({one.envelope.type for one in received}))

    # What nobody reads and no machine asked for is not kept: most of it is monthly positions.
    drafts = [
        draft_of(one, fact, audience, wording)
        for one, fact in zip(received, facts, strict=True)
        for audience in audiences(
            one.envelope.type, fact, banks_of_pool=banks.get(fact.get("pool_code", ""), ())
        )
        if audience.in_inbox or (audience.institution, one.envelope.type) in asked
    ]

    await messages.tell(conn, drafts, now=now)
    await tell_of_months(conn, received, now=now)
    await hold_back_heard_again(conn, received)
    # In the inbox alone: what is wrong with words is nothing for machines.
    await messages.tell(conn, failures_told(wording, now=now), now=now, machines=False)


def draft_of(
    received: Received, fact: dict[str, Any], audience: Audience, wording: Wording = HOUSE
) -> Draft:
    """What one institution is told of one event."""
    envelope = received.envelope
    told = told_to(audience.told_as, audience.code, envelope.type, fact)
    written = wording.write(audience.institution, envelope.type, fact, told)
    return Draft(
        event_id=envelope.id,
        event_type=envelope.type,
        institution=audience.institution,
        roles=audience.roles,
        people=audience.people,
        in_inbox=audience.in_inbox,
        pool_code=str(fact.get("pool_code", "")),
        bank_code=str(fact.get("bank_code", "")),
        loan_id=fact.get("loan_id"),
        amount_fen=amount_of(told),
        subject=envelope.subject,
        happened_at=envelope.time,
        text=written.text,
        template_id=written.template_id,
        template_edition=written.edition,
        # The pages of cases are the bureau's and the banks'; a party has one of its own.
        link="/" if party_of(audience.institution) else path_of(told),
        payload=webhook_body(
            event_type=envelope.type,
            event_id=envelope.id,
            happened_at=envelope.time,
            told=told,
        ),
        urgent=is_urgent(envelope.type, fact),
    )


def _not_in_every_inbox(received: Sequence[Received]) -> list[str]:
    types = {one.envelope.type for one in received}
    return sorted(name for name in types if not NOTICES[name].bank_inbox or name in TOLD_ONCE)


def _pools_as_a_whole(received: Sequence[Received], facts: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(
        {
            fact["pool_code"]
            for one, fact in zip(received, facts, strict=True)
            if NOTICES[one.envelope.type].banks is Banks.OF_POOL
        }
    )
