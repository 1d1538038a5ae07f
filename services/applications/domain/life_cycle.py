"""The way of a case, as one table: who may move it from where to where, and who it waits for."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.refusals import Refused


class State(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    RETURNED_FOR_CORRECTION = "returned_for_correction"
    ACCEPTED = "accepted"
    UNDER_REVIEW = "under_review"
    RECOMMENDED = "recommended"
    APPROVED = "approved"
    REJECTED = "rejected"
    CAPACITY_RESERVED = "capacity_reserved"
    CAPACITY_DECLINED = "capacity_declined"
    PLEDGE_REGISTERED = "pledge_registered"
    DISBURSED = "disbursed"
    OVERDUE = "overdue"
    REPAID = "repaid"
    CLAIMED = "claimed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Action(StrEnum):
    """What moves a case."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    TAKE = "take"
    RELEASE = "release"
    RECOMMEND = "recommend"
    REJECT = "reject"
    APPROVE = "approve"
    RESERVE = "reserve"
    DECLINE = "decline"
    EXPIRE = "expire"
    REGISTER_PLEDGE = "register_pledge"
    DISBURSE = "disburse"
    FALL_OVERDUE = "fall_overdue"
    CURE = "cure"
    REPAY = "repay"
    PAY_CLAIM = "pay_claim"
    CLOSE = "close"


class Role(StrEnum):
    """Who moves it. SYSTEM is the machine: checks, events of the pool, reported positions."""

    BANK = "bank_operator"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the life cycle."""

    source: State
    action: Action
    by: Role
    target: State


START = State.SUBMITTED

TRANSITIONS = (
    Transition(State.SUBMITTED, Action.ACCEPT, Role.SYSTEM, State.ACCEPTED),
    Transition(State.SUBMITTED, Action.RETURN, Role.SYSTEM, State.RETURNED_FOR_CORRECTION),
    Transition(State.RETURNED_FOR_CORRECTION, Action.RESUBMIT, Role.BANK, State.SUBMITTED),
    Transition(State.RETURNED_FOR_CORRECTION, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.ACCEPTED, Action.TAKE, Role.REVIEWER, State.UNDER_REVIEW),
    Transition(State.ACCEPTED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.UNDER_REVIEW, Action.RECOMMEND, Role.REVIEWER, State.RECOMMENDED),
    Transition(State.UNDER_REVIEW, Action.RETURN, Role.REVIEWER, State.RETURNED_FOR_CORRECTION),
    Transition(State.UNDER_REVIEW, Action.REJECT, Role.REVIEWER, State.REJECTED),
    Transition(State.UNDER_REVIEW, Action.RELEASE, Role.REVIEWER, State.ACCEPTED),
    Transition(State.UNDER_REVIEW, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.RECOMMENDED, Action.APPROVE, Role.APPROVER, State.APPROVED),
    Transition(State.RECOMMENDED, Action.RETURN, Role.APPROVER, State.RETURNED_FOR_CORRECTION),
    Transition(State.RECOMMENDED, Action.REJECT, Role.APPROVER, State.REJECTED),
    Transition(State.RECOMMENDED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.APPROVED, Action.RESERVE, Role.SYSTEM, State.CAPACITY_RESERVED),
    Transition(State.APPROVED, Action.DECLINE, Role.SYSTEM, State.CAPACITY_DECLINED),
    Transition(State.APPROVED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.CAPACITY_DECLINED, Action.REJECT, Role.APPROVER, State.REJECTED),
    Transition(State.CAPACITY_DECLINED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.CAPACITY_RESERVED, Action.REGISTER_PLEDGE, Role.BANK, State.PLEDGE_REGISTERED),
    Transition(State.CAPACITY_RESERVED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.CAPACITY_RESERVED, Action.EXPIRE, Role.SYSTEM, State.EXPIRED),
    Transition(State.PLEDGE_REGISTERED, Action.DISBURSE, Role.BANK, State.DISBURSED),
    Transition(State.PLEDGE_REGISTERED, Action.WITHDRAW, Role.BANK, State.WITHDRAWN),
    Transition(State.PLEDGE_REGISTERED, Action.EXPIRE, Role.SYSTEM, State.EXPIRED),
    Transition(State.DISBURSED, Action.REPAY, Role.SYSTEM, State.REPAID),
    Transition(State.DISBURSED, Action.FALL_OVERDUE, Role.SYSTEM, State.OVERDUE),
    Transition(State.DISBURSED, Action.PAY_CLAIM, Role.SYSTEM, State.CLAIMED),
    Transition(State.OVERDUE, Action.CURE, Role.SYSTEM, State.DISBURSED),
    Transition(State.OVERDUE, Action.REPAY, Role.SYSTEM, State.REPAID),
    Transition(State.OVERDUE, Action.PAY_CLAIM, Role.SYSTEM, State.CLAIMED),
    Transition(State.REPAID, Action.CLOSE, Role.BANK, State.CLOSED),
    Transition(State.CLAIMED, Action.CLOSE, Role.APPROVER, State.CLOSED),
)
_BY_MOVE = {(row.source, row.action): row for row in TRANSITIONS}
assert len(_BY_MOVE) == len(TRANSITIONS), "two rows answer the same question"

FINAL = frozenset(State) - {row.source for row in TRANSITIONS}
"""Nothing leads out of these."""

HOLDS_ITS_RIGHTS = frozenset(
    {
        State.ACCEPTED,
        State.UNDER_REVIEW,
        State.RECOMMENDED,
        State.APPROVED,
        State.CAPACITY_RESERVED,
        State.CAPACITY_DECLINED,
        State.PLEDGE_REGISTERED,
        State.DISBURSED,
        State.OVERDUE,
        State.CLAIMED,
    }
)
"""While a case stands here, its rights cannot be pledged in another one. A repaid loan frees them:
the pledge ends with the debt (Civil Code art. 393)."""

CLAIMS_CAPACITY = frozenset(
    {
        State.APPROVED,
        State.CAPACITY_RESERVED,
        State.PLEDGE_REGISTERED,
        State.DISBURSED,
        State.OVERDUE,
    }
)
"""A case whose amount the pool holds capacity for, or soon will."""

IS_LOAN = frozenset({State.DISBURSED, State.OVERDUE, State.CLAIMED})
"""A loan that is out, and whose position is reported every month."""

_STATE_ZH = {
    State.SUBMITTED: "已提交",
    State.RETURNED_FOR_CORRECTION: "退回补正",
    State.ACCEPTED: "已受理",
    State.UNDER_REVIEW: "审查中",
    State.RECOMMENDED: "已提出审查意见",
    State.APPROVED: "已批准",
    State.REJECTED: "不予批准",
    State.CAPACITY_RESERVED: "已预留额度",
    State.CAPACITY_DECLINED: "额度不足",
    State.PLEDGE_REGISTERED: "已办质押登记",
    State.DISBURSED: "已放款",
    State.OVERDUE: "逾期",
    State.REPAID: "已结清",
    State.CLAIMED: "已补偿",
    State.CLOSED: "已办结",
    State.WITHDRAWN: "已撤回",
    State.EXPIRED: "已失效",
}


def in_chinese(state: State) -> str:
    """The state as people in the bureau call it."""
    return _STATE_ZH[state]


class NotPossibleNow(Refused):
    """The table has no such move from where the case stands."""

    code = "not-possible-now"


class NotYourDecision(Refused):
    """The move exists, but it is another role's."""

    code = "role-missing"
    status = 403


def next_state(state: State, action: Action, roles: Collection[str]) -> Transition:
    """The row that leads from `state` by `action` for someone with `roles`.

    Raises NotPossibleNow where the table has no such move, NotYourDecision where it is not theirs.
    """
    row = _BY_MOVE.get((state, action))
    if row is None:
        raise NotPossibleNow(
            f"申请当前状态为“{in_chinese(state)}”，不能进行此操作（{action}）",
            f"An application that is {state} cannot {action}.",
            state=str(state),
            action=str(action),
        )
    if row.by not in roles:
        raise NotYourDecision(
            f"此操作须由 {row.by} 进行", f"Only a {row.by} may {action}.", role=str(row.by)
        )
    return row


def find_move(state: State, action: Action) -> Transition | None:
    """The machine's own row for a move, or None where news comes too late to matter."""
    row = _BY_MOVE.get((state, action))
    return row if row is not None and row.by is Role.SYSTEM else None


def possible_actions(state: State, roles: Collection[str]) -> tuple[Action, ...]:
    """What these roles may do now, as the console offers it: the table read the other way."""
    return tuple(row.action for row in TRANSITIONS if row.source is state and row.by in roles)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the README."""
    lines = ["stateDiagram-v2", f"    [*] --> {START}: {Action.SUBMIT} ({Role.BANK})"]
    lines += [f"    {r.source} --> {r.target}: {r.action} ({r.by})" for r in TRANSITIONS]
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(lines)
