"""A firm belongs to a group, or no longer: said by the bureau, and not overwritten."""

from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.tables import related_firms as tables
from services.applications.tables.related_firms import Membership
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldFault, FieldsWrong, NotFound, Refused


class EndedAlready(Refused):
    """Somebody has said before that it belongs to the group no longer."""

    code = "ended-already"


def absent() -> NotFound:
    """The refusal."""
    return NotFound("没有这条关联关系", "There is no such firm in a group.")


async def say(conn: asyncpg.Connection, said: Membership, *, by: Identity, now: datetime) -> UUID:
    """Keep a firm in a group. Raises FieldsWrong; a second group at a time is refused by the table."""
    if said.from_day > business_date(now):
        raise FieldsWrong(
            [FieldFault(("from_day",), "in-future", "日期晚于今日", "The day lies ahead.")]
        )
    id_ = uuid7()
    await tables.say(conn, id_, said, by=by, now=now)
    return id_


async def end(
    conn: asyncpg.Connection, id_: UUID, *, on: date, reason: str, by: Identity, now: datetime
) -> None:
    """End it. Raises NotFound, FieldsWrong, EndedAlready."""
    row = await tables.locked(conn, id_)
    if row is None:
        raise absent()
    if row["ended_on"] is not None:
        raise EndedAlready("该关联关系已终止", "It has been ended already.")
    if on > business_date(now):
        raise FieldsWrong(
            [FieldFault(("ended_on",), "in-future", "日期晚于今日", "The day lies ahead.")]
        )
    if on < row["from_day"]:
        raise FieldsWrong(
            [
                FieldFault(
                    ("ended_on",),
                    "ends-before-it-begins",
                    "止日早于起日",
                    "It ends before it begins.",
                )
            ]
        )
    await tables.end(conn, id_, on=on, reason=reason, by=by, now=now)
