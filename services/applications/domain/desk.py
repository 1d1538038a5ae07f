"""Who may stand in for whom, who may be given a case, and what a manager may not do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.applications.domain.life_cycle import MANAGER, REVIEWER, State
from shared.people import same_person
from shared.refusals import FieldFault, Refused

IN_HAND: Final = frozenset({State.UNDER_REVIEW, State.RECOMMENDED})
"""Where a case bears the name of who took or recommended it."""

PRIORITISED_IN: Final = frozenset(
    {State.ACCEPTED, State.UNDER_REVIEW, State.RECOMMENDED, State.TO_COUNTERSIGN}
)
"""Where a case waits for the bureau, so that its turn matters."""


class NotYours(Refused):
    """Of oneself everybody may say it; of others a manager."""

    code = "not-yours"
    status = 403


class AlreadyTheirs(Refused):
    """Nothing would change."""

    code = "already-theirs"


class PersonAway(Refused):
    """Nobody is given a case while they are away."""

    code = "person-away"


class ConflictKnown(Refused):
    """It has been declared before."""

    code = "conflict-known"


class AlreadyOver(Refused):
    """What is to be ended has ended."""

    code = "already-over"


class NotWaiting(Refused):
    """The case does not wait for the bureau; how urgent it is would change nothing."""

    code = "not-waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Days on which somebody is away, and who stands in."""

    subject: str
    delegate: str
    from_day: date
    to_day: date
    reason: str


def must_be_own_or_managers(subject: str, *, by: str, roles: Collection[str]) -> None:
    """Raises NotYours."""
    if by != subject and MANAGER not in roles:
        raise NotYours(
            "只能为本人登记；为他人登记须由资金池管理员办理",
            "You may say this of yourself; of others a manager says it.",
        )


def unknown_person(field: str) -> FieldFault:
    """Nobody of that name has been here."""
    return FieldFault(
        (field,), "person-unknown", "没有这位工作人员：须先登录过一次",
        "There is nobody of that name; they must have signed in once.",
    )  # fmt: skip


def no_reviewer(field: str) -> FieldFault:
    """Somebody who may not review is not given what is to be reviewed."""
    return FieldFault(
        (field,), "person-not-reviewer", "该工作人员没有审查角色",
        "This person does not have the role of a reviewer.",
    )  # fmt: skip


def person_faults(field: str, roles: Collection[str] | None) -> list[FieldFault]:
    """What speaks against giving cases to somebody with these roles; None: nobody knows them."""
    if roles is None:
        return [unknown_person(field)]
    return [] if REVIEWER in roles else [no_reviewer(field)]


def absence_faults(
    absence: Absence, *, today: date, own: Sequence[date], delegates: Sequence[date]
) -> list[FieldFault]:
    """What speaks against an absence: days in the wrong order or over, others that meet them.

    `own` and `delegates` are the first days of absences that meet it, of either person.
    """
    faults = []
    if same_person(absence.subject, absence.delegate):
        faults.append(
            FieldFault(("delegate",), "delegate-self", "代理人须为另一人",
                       "Another person stands in.")
        )  # fmt: skip
    if absence.to_day < absence.from_day:
        faults.append(
            FieldFault(("to_day",), "before-from-day", "结束日期早于开始日期",
                       "The last day lies before the first.")
        )  # fmt: skip
    if absence.to_day < today:
        faults.append(
            FieldFault(("to_day",), "over", "缺勤期间已经过去", "These days are over.")
        )  # fmt: skip
    if own:
        faults.append(
            FieldFault(("from_day",), "absence-meets", f"与自 {own[0]} 起的缺勤重叠",
                       f"Meets the absence from {own[0]} on.")
        )  # fmt: skip
    if delegates:
        faults.append(
            FieldFault(("delegate",), "delegate-away", f"代理人自 {delegates[0]} 起也缺勤",
                       f"Who is to stand in is away from {delegates[0]} on.")
        )  # fmt: skip
    return faults
