"""Credit repair (信用修复): asked for with evidence, recommended by one person, decided by another."""

from enum import StrEnum
from typing import Final, Literal

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than

Ground = Literal["corrected", "objection"]
"""失信行为已纠正; 对列入有异议: the firm has made it good, or should never have been listed."""


class State(StrEnum):
    """Where a repair stands."""

    REQUESTED = "requested"
    RECOMMENDED = "recommended"
    REPAIRED = "repaired"
    REFUSED = "refused"


class Action(StrEnum):
    """What moves a repair."""

    REQUEST = "request"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    REFUSE = "refuse"


S, A = State, Action
BANK, REVIEWER, APPROVER = "bank_operator", "reviewer", "approver"
_NOT_WHO_ASKED: Final = "another than who asked"
_ANOTHER: Final = "another than who recommended"
_TELLS: Final = ("credit-repair.decided.v1",)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.REPAIRED,
    noun=Words("信用修复", "credit repair"),
    moves=(
        Move(None, A.REQUEST, S.REQUESTED, frozenset({BANK, REVIEWER}), (),
             ("credit-repair.requested.v1",)),
        Move(S.REQUESTED, A.RECOMMEND, S.RECOMMENDED, frozenset({REVIEWER}), (_NOT_WHO_ASKED,)),
        Move(S.RECOMMENDED, A.APPROVE, S.REPAIRED, frozenset({APPROVER}),
             (_ANOTHER, _NOT_WHO_ASKED), _TELLS),
        Move(S.RECOMMENDED, A.REFUSE, S.REFUSED, frozenset({APPROVER}),
             (_ANOTHER, _NOT_WHO_ASKED), _TELLS),
    ),
    states={
        S.REQUESTED: Words("已申请", "asked for"),
        S.RECOMMENDED: Words("已提出意见", "recommended"),
        S.REPAIRED: Words("已修复", "repaired"),
        S.REFUSED: Words("未同意", "refused"),
    },
    actions={
        A.REQUEST: Words("申请", "asked for"),
        A.RECOMMEND: Words("提出意见", "recommended"),
        A.APPROVE: Words("同意", "granted"),
        A.REFUSE: Words("不同意", "refused"),
    },
    waits={
        S.REQUESTED: Wait(
            roles=(REVIEWER,), words=Words("审查人员提出意见", "the reviewer's opinion"),
            working_days=5, source="假定",
        ),
        S.RECOMMENDED: Wait(
            roles=(APPROVER,), words=Words("另一人审批", "a second person to decide"),
            working_days=5, source="假定",
        ),
    },
    guards={
        _NOT_WHO_ASKED: another_person_than("requested_by", zh="意见和审批", en="the decision"),
        _ANOTHER: another_person_than("recommended_by", zh="审批", en="the decision"),
    },
)  # fmt: skip
