"""A called meeting takes place otherwise: another day, place or quorum, other people, other cases."""

from collections.abc import Callable
from uuid import UUID

from services.applications.domain.meeting import LIFE_CYCLE, Action, Meeting
from services.applications.domain.meeting_change import Announced, changes_between
from services.applications.handlers.many_cases import Desk
from services.applications.handlers.meetings import looked_up, meeting_at, step
from services.applications.tables import meetings
from shared.transitions import Transition


async def change(
    at: Desk, meeting_id: UUID, *, said: Callable[[str], Meeting], reason: str
) -> Transition:
    """Who has called a meeting changes it, before it has begun; its cases are on the agenda as they
    stand now. Raises NotFound, NotTheConvener, MeetingBegun, FieldsWrong, NothingChanged."""
    row = await meeting_at(at, meeting_id)
    LIFE_CYCLE.require(row, Action.CHANGE, at.caller)
    meeting = said(row["pool_code"])
    looked = await looked_up(at, meeting, of=meeting_id)
    before = await meetings.members_of(at.conn, meeting_id)
    agenda = await meetings.agenda_of(at.conn, meeting_id)
    was = Announced(
        held_on=row["held_on"],
        place=row["place"],
        quorum=row["quorum"],
        members=tuple((one["name"], one["part"]) for one in before),
        cases=tuple(one["number"] for one in agenda),
    )
    now = Announced(
        held_on=meeting.held_on,
        place=meeting.place,
        quorum=meeting.quorum,
        members=tuple((name, part) for _, name, part in looked.members),
        cases=looked.numbers,
    )
    changed = changes_between(was, now)
    await meetings.clear(at.conn, meeting_id)
    await meetings.add_members(at.conn, meeting_id, looked.members)
    await meetings.put_on_agenda(at.conn, meeting_id, looked.cases)
    changes = {"held_on": now.held_on, "place": now.place, "quorum": now.quorum}
    facts = {
        "place": meeting.place,
        "cases": looked.numbers,
        "members": looked.names,
        "told": tuple(dict.fromkeys((*looked.called, *(one["subject"] for one in before)))),
        "changed": tuple(changed),
        "reason": reason,
    }
    # The event says of which day the meeting is now.
    return await step(
        at, {**dict(row), **changes}, Action.CHANGE, reason=reason, changes=changes,
        detail={"changed": changed}, facts=facts,
    )  # fmt: skip
