"""Somebody asks whether rights are pledged: count the question, look, record who asked."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import asyncpg
from uuid6 import uuid7

from services.applications.domain.ranks import may_stand_behind
from services.applications.domain.right_enquiry import (
    HOUR_SECONDS,
    AskedRight,
    RightAnswer,
    answers,
    require_measure,
)
from services.applications.domain.submission import RightKey
from services.applications.handlers.judging import terms_of
from services.applications.handlers.submission import POOL_UNKNOWN, measures_on
from services.applications.queries import ranks, rights
from services.applications.tables import right_enquiries
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldsWrong, Refused
from shared.schemes.completeness import live_modes


async def ask(
    conn: asyncpg.Connection,
    asked: Sequence[AskedRight],
    *,
    caller: Identity,
    now: datetime,
    pool_code: str | None = None,
) -> tuple[RightAnswer, ...]:
    """Yes or no to every right, in the order asked; of those that are pledged, whether the pool would
    let in a later rank. Raises AskedTooMuch, FieldsWrong where there is no such pool."""
    await right_enquiries.one_at_a_time(conn, caller.institution)
    an_hour_ago = now - timedelta(seconds=HOUR_SECONDS)
    require_measure(asked, await rights.asked_since(conn, caller.institution, an_hour_ago))
    keys = [one.key for one in asked]
    later = None
    if pool_code is not None:
        later = await _later_ranks(conn, keys, pool_code, caller=caller, today=business_date(now))
    found = answers(asked, await rights.held(conn, keys), later)

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


async def _later_ranks(
    conn: asyncpg.Connection, keys: Sequence[RightKey], pool_code: str, *, caller: Identity,
    today: date,
) -> dict[RightKey, bool]:  # fmt: skip
    """Whether some mode of the pool's programme lets in a rank behind those that are held. Of which
    firm the earlier loan is, only a case can say."""
    programme = await rights.programme_of(conn, pool_code)
    if programme is None:
        raise FieldsWrong([POOL_UNKNOWN])
    measures = await measures_on(conn, programme, today)
    modes = () if isinstance(measures, Refused) else live_modes(measures)
    rules = [terms.later_ranks for mode in modes if (terms := terms_of(measures, mode, today))]
    held = await ranks.of_rights(conn, keys, bank_code=caller.institution, uscc=None)
    return {
        key: any(may_stand_behind(earlier, rule) for rule in rules)
        for key, earlier in held.items()
    }  # fmt: skip
