"""Somebody asks whether rights are pledged: count the question, look, record who asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg
from uuid6 import uuid7

from services.applications.domain.right_enquiry import (
    HOUR_SECONDS,
    AskedRight,
    RightAnswer,
    answers,
    require_measure,
)
from services.applications.queries import rights
from services.applications.tables import right_enquiries
from shared.auth.identity import Identity


async def ask(
    conn: asyncpg.Connection, asked: Sequence[AskedRight], *, caller: Identity, now: datetime
) -> tuple[RightAnswer, ...]:
    """Yes or no to every right, in the order asked. Raises AskedTooMuch."""
    await right_enquiries.one_at_a_time(conn, caller.institution)
    an_hour_ago = now - timedelta(seconds=HOUR_SECONDS)
    require_measure(asked, await rights.asked_since(conn, caller.institution, an_hour_ago))
    found = answers(asked, await rights.held(conn, [one.key for one in asked]))

    await right_enquiries.record(
        conn,
        enquiry_id=uuid7(),
        bank_code=caller.institution,
        subject=caller.subject,
        name=caller.name,
        answers=[one.as_data() for one in found],
        now=now,
    )
    return found
