"""Submissions of one bank that come in one moment: judged each for itself, written as one transaction.

Each is judged by the function that judges a single one, and written as the rows of a file are. What a turn
cannot do as one is done by each alone, which comes to the same.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.applications.domain.submission import Submission
from services.applications.handlers.judging import Judged, judge
from services.applications.handlers.looked_up import LookedUp, looked_up
from services.applications.handlers.submission import (
    POOL_UNKNOWN,
    bank_unknown,
    file_case,
    new_case,
)
from services.applications.queries.surroundings import Known
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.submissions import FiledCase
from services.applications.tables.submissions_in_bulk import keep_all
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.envelope import Event
from shared.messaging import outbox
from shared.postgres import idempotency_keys
from shared.postgres.database import Database
from shared.postgres.idempotency_keys import KeptAnswer, KeyUse
from shared.refusals import FieldsWrong, Refused
from shared.together import Alone
from shared.transitions import tell_and_keep_waits


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedToSubmit:
    """A submission of a loan that renews none and is not paid out, with its number and its key."""

    submission: Submission
    number: str
    caller: Identity
    key: KeyUse
    cause: str
    """The traceparent of its request: its events go on there."""

    @property
    def takes(self) -> frozenset[Hashable]:
        """What another submission is judged by: its rights, its firm; and its key."""
        rights = (item.key for item in self.submission.collateral)
        return frozenset((self.key.owner, self.submission.borrower.uscc, *rights))


class Filed(NamedTuple):
    """A case as it is to be kept, and what it tells."""

    case: FiledCase
    told: Sequence[Event]


async def submit_together(
    database: Database,
    asked: Sequence[AskedToSubmit],
    *,
    replied: Callable[[FiledCase], KeptAnswer],
    working_days: WorkingDays,
    now: datetime,
) -> list[KeptAnswer | Exception]:
    """Of each what it is answered, or the refusal; those that are refused leave nothing.

    All are of one bank and one person's eyes. Raises Alone where a key has been used, or another case has
    taken a right meanwhile: then nothing of the turn is done.
    """
    caller = asked[0].caller
    async with database.begin(caller.institution) as conn:
        if await idempotency_keys.any_used(conn, [one.key.owner for one in asked]):
            raise Alone
        verdicts = await _filed(conn, asked, working_days=working_days, now=now)
        fine = [(one, it) for one, it in zip(asked, verdicts, strict=True) if isinstance(it, Filed)]
        await _keep(conn, fine, now=now)
        answers = {one.number: replied(it.case) for one, it in fine}
        keys = [(one.key, answers[one.number]) for one, _ in fine]
        if keys and not await idempotency_keys.store_answered(conn, keys):
            raise Alone
    return [
        answers[one.number] if isinstance(it, Filed) else it
        for one, it in zip(asked, verdicts, strict=True)
    ]


async def _filed(
    conn: asyncpg.Connection,
    asked: Sequence[AskedToSubmit],
    *,
    working_days: WorkingDays,
    now: datetime,
) -> list[Filed | Refused]:
    """Each with its case as it is to be kept: as if it came by itself, for in one turn none takes what
    another is judged by."""
    today, bank_code = business_date(now), asked[0].caller.institution
    cases = [one.submission for one in asked]
    by = await looked_up(conn, cases, bank_code=bank_code, today=today)
    if not by.around[0].bank_exists:
        raise bank_unknown()
    verdicts: list[Filed | Refused] = []
    for one, known in zip(asked, by.around, strict=True):
        try:
            judged = _judged(one.submission, known, by)
            case = new_case(
                judged.submission, number=one.number, conn=conn, caller=one.caller,
                working_days=working_days, now=now,
            )  # fmt: skip
            verdicts.append(Filed(*file_case(case, judged)))
        except Refused as refusal:
            verdicts.append(refusal)
    return verdicts


def _judged(submission: Submission, known: Known, by: LookedUp) -> Judged:
    if known.around is None:
        raise FieldsWrong([POOL_UNKNOWN])
    papers, programme = by.papers(submission.documents), known.programme
    return judge(submission, known.around, papers, by.measures[programme], programme=programme)


async def _keep(
    conn: asyncpg.Connection, fine: Sequence[tuple[AskedToSubmit, Filed]], *, now: datetime
) -> None:
    """The cases, what they tell (each below its own request) and what is to be done about them. Raises
    Alone."""
    if not await keep_all(conn, [it.case for _, it in fine], now=now):
        raise Alone
    causes = {event.key: one.cause for one, it in fine for event in it.told}
    with outbox.caused_by(causes):
        done = [move for _, it in fine for _, move in it.case.moves]
        told = [event for _, it in fine for event in it.told]
        await tell_and_keep_waits(conn, APPLICATIONS, done, told, now=now)
