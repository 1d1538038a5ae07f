"""The life of a text for notices: drafted, in force, replaced or withdrawn.

What the bureau says to banks takes two persons, to come into force as to be withdrawn. Its words
to its own people, and a bank's to its own, take one. A text is never changed: another is drafted.
"""

from enum import StrEnum
from typing import Final

from services.notifications.domain.wording import needs_two
from shared.life_cycle import (
    SYSTEM_ROLE,
    LifeCycle,
    Move,
    Person,
    Row,
    SecondPersonRequired,
    Wait,
    Words,
    another_person_than,
)
from shared.refusals import Refused

OF_BUREAU = frozenset({"admin", "pool_manager"})
WRITERS = OF_BUREAU | {"bank_operator", "bank_checker"}
"""Who drafts words for their institution's notices."""
APPROVERS = OF_BUREAU | {"bank_checker"}
"""Who puts them in force and takes them out of it."""


class TemplateState(StrEnum):
    """Where a text is."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    LEAVING = "leaving"
    """In force still; one person has asked to withdraw it."""
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class TemplateAction(StrEnum):
    """What is done to a text."""

    DRAFT = "draft"
    APPROVE = "approve"
    REFUSE = "refuse"
    ASK_WITHDRAWAL = "ask_withdrawal"
    WITHDRAW = "withdraw"
    KEEP = "keep"
    REPLACE = "replace"


HOLDS: Final = frozenset({TemplateState.IN_FORCE, TemplateState.LEAVING})
"""The states in which notices are written with a text."""

_NOT_THE_DRAFTER = "another person than who drafted what banks will read"
_NOT_WHO_ASKED = "another person than who asked to withdraw it"
_ONE_IS_ENOUGH = "words that one person may withdraw"
_TAKES_TWO = "words that two persons withdraw"
_drafted = another_person_than("drafted_by", zh="生效", en="putting it in force")


def _second(case: Row, by: Person) -> Refused | None:
    return _drafted(case, by) if needs_two(case) else None


def _alone(case: Row, by: Person) -> Refused | None:
    if not needs_two(case):
        return None
    return SecondPersonRequired(
        "面向银行的文本须由两人撤销：先提出，再由另一人确认。",
        "What banks read is withdrawn by two persons: one asks, another agrees.",
    )


def _together(case: Row, by: Person) -> Refused | None:
    if needs_two(case):
        return None
    return NoSecondPersonNeeded(
        "该文本由一人撤销即可。", "One person is enough to withdraw this text."
    )


class NoSecondPersonNeeded(Refused):
    """The step is for words that take two persons."""

    code = "no-second-person-needed"


class DraftWaiting(Refused):
    """A draft of the same place waits already: it is decided on first."""

    code = "draft-waiting"


class BeyondOwnPools(Refused):
    """Words for a programme or the whole house reach pools that the person does not belong to."""

    code = "beyond-own-pools"
    status = 403


_State, _Action = TemplateState, TemplateAction

LIFE_CYCLE: Final = LifeCycle(
    goal=_State.IN_FORCE,
    noun=Words("通知文本", "text of notices"),
    moves=(
        Move(None, _Action.DRAFT, _State.DRAFT, WRITERS),
        Move(_State.DRAFT, _Action.APPROVE, _State.IN_FORCE, APPROVERS, (_NOT_THE_DRAFTER,)),
        Move(_State.DRAFT, _Action.REFUSE, _State.REFUSED, WRITERS),
        Move(_State.IN_FORCE, _Action.WITHDRAW, _State.WITHDRAWN, APPROVERS, (_ONE_IS_ENOUGH,)),
        Move(_State.IN_FORCE, _Action.ASK_WITHDRAWAL, _State.LEAVING, OF_BUREAU, (_TAKES_TWO,)),
        Move(_State.LEAVING, _Action.WITHDRAW, _State.WITHDRAWN, OF_BUREAU, (_NOT_WHO_ASKED,)),
        Move(_State.LEAVING, _Action.KEEP, _State.IN_FORCE, OF_BUREAU),
        Move(_State.IN_FORCE, _Action.REPLACE, _State.REPLACED, frozenset({SYSTEM_ROLE})),
        Move(_State.LEAVING, _Action.REPLACE, _State.REPLACED, frozenset({SYSTEM_ROLE})),
    ),
    guards={
        _NOT_THE_DRAFTER: _second,
        _NOT_WHO_ASKED: another_person_than("withdrawal_by", zh="撤销", en="the withdrawal"),
        _ONE_IS_ENOUGH: _alone,
        _TAKES_TWO: _together,
    },
    states={
        _State.DRAFT: Words("待批准", "to be approved"),
        _State.IN_FORCE: Words("生效", "in force"),
        _State.LEAVING: Words("生效，待确认撤销", "in force, to be withdrawn"),
        _State.REPLACED: Words("已被替代", "replaced"),
        _State.WITHDRAWN: Words("已撤销", "withdrawn"),
        _State.REFUSED: Words("不予采用", "refused"),
    },
    actions={
        _Action.DRAFT: Words("起草", "drafted"),
        _Action.APPROVE: Words("批准生效", "put in force"),
        _Action.REFUSE: Words("不予采用", "refused"),
        _Action.ASK_WITHDRAWAL: Words("提出撤销", "proposed for withdrawal"),
        _Action.WITHDRAW: Words("撤销", "withdrawn"),
        _Action.KEEP: Words("继续使用", "kept"),
        _Action.REPLACE: Words("被后一版替代", "replaced by a later one"),
    },
    waits={
        _State.DRAFT: Wait(
            roles=tuple(sorted(APPROVERS)), words=Words("待批准生效", "being put in force")
        ),
        _State.IN_FORCE: Wait(
            roles=(SYSTEM_ROLE,),
            words=Words("生效，直至被替代或撤销", "in force until replaced or withdrawn"),
            stands=True,
        ),
        _State.LEAVING: Wait(
            roles=tuple(sorted(OF_BUREAU)),
            words=Words("待另一人确认撤销", "another person's word on the withdrawal"),
        ),
    },
)
