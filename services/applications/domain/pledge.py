"""A pledge in its register: registered, changed, extended, and how it ends.

The skeleton is the record of the enterprise-credit publicity system: active, changed any number of
times, then cancelled or invalid (programmes D.1, S112).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.applications.domain.life_cycle import State as CaseState
from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Person, Row, Wait, Words
from shared.refusals import Refused


class State(StrEnum):
    """Where a registered pledge stands."""

    REGISTERED = "registered"
    CHANGED = "changed"
    EXTENDED = "extended"
    CANCELLED = "cancelled"
    INVALID = "invalid"


class Action(StrEnum):
    """What happens to a pledge in its register."""

    REGISTER = "register"
    CHANGE = "change"
    EXTEND = "extend"
    CONFIRM_COVER = "confirm_cover"
    CANCEL = "cancel"
    INVALIDATE = "invalidate"


S, A = State, Action
BANK, REVIEWER = "bank_operator", "reviewer"
_MAY_GO: Final = ("the debt is gone, or a reviewer has found that the cover stays",)
_TELLS: Final = ("pledge.changed.v1",)

LIVING: Final = frozenset({S.REGISTERED, S.CHANGED, S.EXTENDED})
"""The right secures the debt."""

DEBT_IS_GONE: Final = frozenset(
    {CaseState.REPAID, CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.EXPIRED}
)
"""A pledge ends with its debt (Civil Code art. 393), or there never was one."""


class DebtStands(Refused):
    """The debt is not paid, and nobody has found that what is left still covers it."""

    code = "debt-stands"


def _may_go(case: Row, by: Person) -> Refused | None:
    if case["case_state"] in DEBT_IS_GONE or case["cover_confirmed_by"] is not None:
        return None
    return DebtStands(
        "债务未清偿，不能注销质押；确需解除的，须由评审人员确认其余担保仍足额",
        "The debt stands: the pledge may only go once it is paid, or a reviewer has confirmed that "
        "the rest still covers it.",
    )


def _of(source: State) -> tuple[Move, ...]:
    """What may happen to a living pledge, whatever happened to it before."""
    bank = frozenset({BANK})
    return (
        Move(source, A.CHANGE, S.CHANGED, bank, (), _TELLS),
        Move(source, A.EXTEND, S.EXTENDED, bank, (), _TELLS),
        Move(source, A.CONFIRM_COVER, source, frozenset({REVIEWER})),
        Move(source, A.CANCEL, S.CANCELLED, bank, _MAY_GO, _TELLS),
        Move(source, A.INVALIDATE, S.INVALID, frozenset({BANK, REVIEWER}), (), _TELLS),
    )


_WAIT: Final = Wait(
    roles=(BANK,), words=Words("债务清偿后办理注销", "the debt to be paid"), stands=True
)
_WAITS: Final[Mapping[str, Wait]] = dict.fromkeys(sorted(LIVING), _WAIT)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.CANCELLED,
    noun=Words("质押登记", "registered pledge"),
    moves=(
        Move(None, A.REGISTER, S.REGISTERED, frozenset({BANK, SYSTEM_ROLE})),
        *(move for source in (S.REGISTERED, S.CHANGED, S.EXTENDED) for move in _of(source)),
    ),
    states={
        S.REGISTERED: Words("已登记", "registered"),
        S.CHANGED: Words("已变更", "changed"),
        S.EXTENDED: Words("已延期", "extended"),
        S.CANCELLED: Words("已注销", "cancelled"),
        S.INVALID: Words("失效", "invalid"),
    },
    actions={
        A.REGISTER: Words("登记", "registered"),
        A.CHANGE: Words("变更", "changed"),
        A.EXTEND: Words("延期", "extended"),
        A.CONFIRM_COVER: Words("确认担保仍足额", "found to be no longer needed"),
        A.CANCEL: Words("注销", "cancelled"),
        A.INVALIDATE: Words("记为失效", "found invalid"),
    },
    waits=_WAITS,
    guards={_MAY_GO[0]: _may_go},
)
