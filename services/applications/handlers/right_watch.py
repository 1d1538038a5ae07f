"""Every day the pledged rights of living loans are looked at; what endangers one is told once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.watch import QUESTIONS, Danger
from services.applications.queries.watched import Watched, watched
from services.applications.tables import right_alerts
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.rights import RightEndangeredV1
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE, Database
from shared.refusals import FieldFault, FieldsWrong, NotFound

AT_ONCE: Final = 500
"""Loans per statement."""


async def watch_rights(
    database: Database, now: Callable[[], datetime], *, within_days: int
) -> None:
    """Tell every danger that nobody was told of. Once a day, and again where something new was said
    of a right since; so however often it runs, and in how many processes, each is told once."""
    moment = now()
    today = business_date(moment)
    async with database.begin(EVERYWHERE) as conn:
        before = await right_alerts.lock_look(conn)
        seen = await right_alerts.said_so_far(conn)
        if before == (today, seen):
            return
        after: UUID | None = None
        while True:
            page, after = await watched(conn, own=None, bank=None, after=after, loans=AT_ONCE)
            await _tell(conn, page, today=today, within_days=within_days, now=moment)
            if after is None:
                break
        await right_alerts.looked(conn, today, seen)


async def _tell(
    conn: asyncpg.Connection,
    page: Sequence[Watched],
    *,
    today: date,
    within_days: int,
    now: datetime,
) -> None:
    found = [
        (one, danger)
        for one in page
        for danger, _ in one.dangers(today=today, within_days=within_days)
    ]
    await tell(conn, found, today=today, now=now)


async def tell(
    conn: asyncpg.Connection,
    found: Sequence[tuple[Watched, Danger]],
    *,
    today: date,
    now: datetime,
) -> None:
    """Keep these dangers, and tell those that nobody was told of."""
    if not found:
        return
    new = await right_alerts.add(conn, [_alert(one, danger, today) for one, danger in found])
    told = [
        _event(one, danger, today)
        for one, danger in found
        if danger.code not in QUESTIONS
        and (one.row["application_id"], one.row["collateral_no"], danger.code, danger.due_on) in new
    ]
    await outbox.append(conn, told, now=now)


def _alert(one: Watched, danger: Danger, today: date) -> dict[str, Any]:
    row = one.row
    names = ("application_id", "collateral_no", "bank_code", "kind", "number", "nice_class")
    return {
        "id": uuid7(),
        **{name: row[name] for name in names},
        "code": danger.code,
        "due_on": danger.due_on,
        "until": danger.until,
        "zh": danger.zh,
        "en": danger.en,
        "found_on": today,
    }


def _event(one: Watched, danger: Danger, today: date) -> RightEndangeredV1:
    row = one.row
    return RightEndangeredV1(
        loan_id=row["application_id"],
        number=row["case_number"],
        bank_code=row["bank_code"],
        pool_code=row["pool_code"],
        borrower_uscc=row["borrower_uscc"],
        borrower_name=row["borrower_name"],
        right_kind=row["kind"],
        right_number=row["number"],
        right_name=row["name"],
        danger=danger.code,
        danger_zh=danger.zh,
        danger_en=danger.en,
        due_on=danger.due_on,
        until=danger.until,
        found_on=today,
    )


async def take_measure(
    conn: asyncpg.Connection,
    alert_id: UUID,
    *,
    measure: str,
    note: str,
    taken_on: date,
    by: Identity,
    now: datetime,
) -> None:
    """A bank says what it has done about an alert. Raises NotFound, FieldsWrong."""
    bank_code = await right_alerts.bank_of(conn, alert_id)
    if bank_code is None:
        raise NotFound("没有这项预警", "There is no such alert.")
    if taken_on > business_date(now):
        raise FieldsWrong(
            [FieldFault(("taken_on",), "in-future", "日期晚于今日", "The day lies ahead.")]
        )
    await right_alerts.add_measure(
        conn, uuid7(), alert_id, bank_code=bank_code, measure=measure, note=note,
        taken_on=taken_on, by=by, now=now,
    )  # fmt: skip
