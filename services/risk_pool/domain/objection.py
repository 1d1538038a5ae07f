"""Objections (异议): anybody may object to what is on public notice, and reads the outcome.

One person proposes how to answer, another decides. Who objected is told to nobody but those who
work on it. What is upheld makes the claim's step unfavourable when the notice ends.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final, Literal

from shared.life_cycle import (
    SYSTEM_ROLE,
    Actor,
    LifeCycle,
    Move,
    Wait,
    Words,
    another_person_than,
)
from shared.refusals import Refused

Verdict = Literal["upheld", "not_upheld"]
VERDICTS: Final = {
    "upheld": Words("异议成立", "upheld"),
    "not_upheld": Words("异议不成立", "not upheld"),
}

PUBLIC_ROLE = "public"
OUTSIDER: Final = Actor("public", "公众", frozenset({PUBLIC_ROLE}))
"""Somebody without a login. Their name and contact stand with the objection alone."""

FIRST = frozenset({"finance_maker", "reviewer"})
SECOND = frozenset({"approver", "finance_checker"})
SEE_WHO: Final = FIRST | SECOND
"""Only who works on an objection reads who filed it and how they are reached."""

ANSWER_WORKING_DAYS: Final = 10
"""By when an objection is to be decided, after it was filed (assumed; no measure that was read says)."""
A_DAY_FROM_ONE_ADDRESS: Final = 5
A_DAY_ON_ONE_NOTICE: Final = 200
"""More than these is no objecting any more (ours): so many objections are taken in a day."""


class State(StrEnum):
    """Where an objection is."""

    FILED = "filed"
    PROPOSED = "proposed"
    DECIDED = "decided"
    LAPSED = "lapsed"


class Action(StrEnum):
    """What is done to an objection."""

    FILE = "file"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    LAPSE = "lapse"


_ANOTHER = "another person than who proposed the answer"

LIFE_CYCLE = LifeCycle(
    goal=State.DECIDED,
    noun=Words("公示异议", "objection"),
    moves=(
        Move(None, Action.FILE, State.FILED, frozenset({PUBLIC_ROLE})),
        Move(State.FILED, Action.PROPOSE, State.PROPOSED, FIRST),
        Move(State.PROPOSED, Action.SEND_BACK, State.FILED, SECOND),
        Move(State.PROPOSED, Action.DECIDE, State.DECIDED, SECOND, guards=(_ANOTHER,)),
        # The notice that it was against is withdrawn.
        Move(State.FILED, Action.LAPSE, State.LAPSED, frozenset({SYSTEM_ROLE})),
        Move(State.PROPOSED, Action.LAPSE, State.LAPSED, frozenset({SYSTEM_ROLE})),
    ),
    guards={_ANOTHER: another_person_than("proposed_by", zh="决定异议", en="the decision")},
    states={
        State.FILED: Words("待核查", "to be looked into"),
        State.PROPOSED: Words("已拟答复，待决定", "answer proposed"),
        State.DECIDED: Words("已决定", "decided"),
        State.LAPSED: Words("随公示撤下", "closed with its notice"),
    },
    actions={
        Action.FILE: Words("提出异议", "filed"),
        Action.PROPOSE: Words("拟定答复", "proposed"),
        Action.SEND_BACK: Words("退回重拟", "sent back"),
        Action.DECIDE: Words("决定", "decided"),
        Action.LAPSE: Words("随公示撤下", "closed"),
    },
    waits={
        State.FILED: Wait(
            roles=("finance_maker", "reviewer"),
            words=Words("等待核查异议并拟定答复", "waits for its answer to be proposed"),
            working_days=ANSWER_WORKING_DAYS,
            source="假定：提出后 10 个工作日",
        ),
        State.PROPOSED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人决定异议", "waits for another person's decision"),
            working_days=ANSWER_WORKING_DAYS,
            source="假定：提出后 10 个工作日",
        ),
    },
)

OPEN: Final = frozenset({State.FILED, State.PROPOSED})


class ObjectionTooLate(Refused):
    """Objections are taken while the notice hangs."""

    code: ClassVar[str] = "objection-too-late"


class TooManyObjections(Refused):
    """More objections of one address, or against one notice, than are taken in a day."""

    code: ClassVar[str] = "too-many-objections"
    status: ClassVar[int] = 429
    headers: Mapping[str, str] = {"Retry-After": "86400"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """An objection as it is handed in. `place`: against which case of the list; None: against all."""

    place: int | None
    text: str
    name: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an objector keeps: number and secret together open the objection's standing."""

    number: str
    secret: str


def require_hanging(opens_on: date, last_day: date, today: date, *, hangs: bool) -> None:
    """Raises ObjectionTooLate after the last day, or where the notice hangs no longer."""
    if not hangs or not opens_on <= today <= last_day:
        raise ObjectionTooLate(
            f"异议须在公示期内（{opens_on} 至 {last_day}）提出。",
            f"Objections are taken while the notice hangs ({opens_on} to {last_day}).",
        )


def new_secret() -> str:
    """A secret that nobody guesses; only its hash is kept."""
    return secrets.token_urlsafe(18)


def hashed(secret: str) -> bytes:
    """What is kept of a secret, or of an address."""
    return hashlib.sha256(secret.encode()).digest()
