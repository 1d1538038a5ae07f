"""A coverage's life: held, paid out, covered month by month, released or claimed.

What happens to a loan is told by events, and events can come late or contradict each other. A
fact that LIFE_CYCLE has a row for moves the coverage; one that INSTEAD has a row for moves
nothing, and a person is to look at it; any other changes nothing at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words
from shared.money import round_half_up
from shared.ratios import ip_share


class State(StrEnum):
    """Where a coverage is."""

    RESERVED = "reserved"
    DECLINED = "declined"
    WAITING = "waiting"
    ACTIVE = "active"
    RELEASED = "released"
    CLAIMED = "claimed"


class Action(StrEnum):
    """What is done to a coverage."""

    RESERVE = "reserve"
    ENTER = "enter"
    DECLINE = "decline"
    WAIT = "wait"
    ACTIVATE = "activate"
    ACTIVATE_UNCOVERED = "activate_uncovered"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REJECT = "reject"
    REPAY = "repay"
    CLAIM = "claim"
    REOPEN = "reopen"
    UNDO = "undo"
    UNDO_RELEASE = "undo_release"
    COVER_LATE = "cover_late"
    DRAW = "draw"
    UNDO_DRAW = "undo_draw"
    END_DRAWS = "end_draws"
    TAKE_OVER = "take_over"
    TAKE_OVER_CLAIMED = "take_over_claimed"


REPORT = "report"
"""A monthly position: it moves amounts, never the state."""

TAKES_CAPACITY = (State.RESERVED, State.ACTIVE)
IN_COVER = (State.ACTIVE,)
IN_LINE = (State.WAITING,)
"""No room now; the room that appears is given to them in order (domain/waiting_line.py)."""
COMPENSATED = (State.CLAIMED,)

EVENTS = frozenset({SYSTEM_ROLE})
"""What banks and reviewers have done reaches the pool by events."""
DECIDES_CLAIMS = frozenset({"finance_checker"})

TAKES_OVER = frozenset({SYSTEM_ROLE})
"""Loans come with their pool, when its opening is taken over by two persons (domain/opening.py)."""

REOPENED = "coverage.reopened.v1"
RESERVED, DECLINED = "coverage.reserved.v1", "coverage.declined.v1"
ACTIVATED, RELEASED = "coverage.activated.v1", "coverage.released.v1"
TAKEN_OVER = "coverage.taken-over.v1"

LIFE_CYCLE = LifeCycle(
    noun=Words("保障", "coverage"),
    moves=(
        Move(None, Action.RESERVE, State.RESERVED, EVENTS, tells=(RESERVED,)),
        # Filed after it was paid out: held and paid out in one.
        Move(None, Action.ENTER, State.ACTIVE, EVENTS, tells=(ACTIVATED,)),
        Move(None, Action.DECLINE, State.DECLINED, EVENTS, tells=(DECLINED,)),
        Move(State.DECLINED, Action.RESERVE, State.RESERVED, EVENTS, tells=(RESERVED,)),
        Move(State.DECLINED, Action.DECLINE, State.DECLINED, EVENTS, tells=(DECLINED,)),
        Move(State.RESERVED, Action.ACTIVATE, State.ACTIVE, EVENTS, tells=(ACTIVATED,)),
        Move(State.RESERVED, Action.ACTIVATE_UNCOVERED, State.ACTIVE, EVENTS),
        Move(State.RESERVED, Action.WITHDRAW, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.RESERVED, Action.EXPIRE, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.ACTIVE, Action.REPAY, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.ACTIVE, Action.CLAIM, State.CLAIMED, DECIDES_CLAIMS, tells=(RELEASED,)),
        Move(State.RELEASED, Action.REOPEN, State.ACTIVE, EVENTS, tells=(REOPENED,)),
        Move(State.RELEASED, Action.COVER_LATE, State.ACTIVE, EVENTS, tells=(ACTIVATED,)),
        Move(State.ACTIVE, Action.UNDO, State.RESERVED, EVENTS, tells=(RESERVED,)),
        Move(State.ACTIVE, Action.UNDO_RELEASE, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.ACTIVE, Action.DRAW, State.ACTIVE, EVENTS),
        Move(State.ACTIVE, Action.UNDO_DRAW, State.ACTIVE, EVENTS),
        Move(State.ACTIVE, Action.END_DRAWS, State.ACTIVE, EVENTS),
        Move(None, Action.WAIT, State.WAITING, EVENTS, tells=(DECLINED,)),
        Move(State.DECLINED, Action.WAIT, State.WAITING, EVENTS, tells=(DECLINED,)),
        Move(State.WAITING, Action.WAIT, State.WAITING, EVENTS, tells=(DECLINED,)),
        Move(State.WAITING, Action.DECLINE, State.DECLINED, EVENTS, tells=(DECLINED,)),
        Move(State.WAITING, Action.RESERVE, State.RESERVED, EVENTS, tells=(RESERVED,)),
        Move(State.WAITING, Action.WITHDRAW, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.WAITING, Action.EXPIRE, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(State.WAITING, Action.REJECT, State.RELEASED, EVENTS, tells=(RELEASED,)),
        Move(None, Action.TAKE_OVER, State.ACTIVE, TAKES_OVER, tells=(TAKEN_OVER,)),
        Move(None, Action.TAKE_OVER_CLAIMED, State.CLAIMED, TAKES_OVER),
    ),
    states={
        State.RESERVED: Words("已预留额度", "reserved"),
        State.DECLINED: Words("未获额度", "declined"),
        State.WAITING: Words("排队等候", "waiting for room"),
        State.ACTIVE: Words("保障中", "in force"),
        State.RELEASED: Words("已释放", "released"),
        State.CLAIMED: Words("已补偿", "compensated"),
    },
    actions={
        Action.RESERVE: Words("预留额度", "reserved"),
        Action.ENTER: Words("备案入库", "entered as filed"),
        Action.DECLINE: Words("拒绝", "declined"),
        Action.WAIT: Words("排队等候", "put in line"),
        Action.ACTIVATE: Words("放款", "paid out"),
        Action.ACTIVATE_UNCOVERED: Words("放款", "paid out with nothing covered"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
        Action.EXPIRE: Words("过期", "expired"),
        Action.REJECT: Words("不予批准", "rejected"),
        Action.REPAY: Words("结清", "repaid"),
        Action.CLAIM: Words("补偿", "claimed"),
        Action.REOPEN: Words("恢复保障（误报结清）", "put back into cover"),
        Action.UNDO: Words("撤销放款，恢复额度", "held again, its disbursement undone"),
        Action.UNDO_RELEASE: Words("撤销放款，释放额度", "let go, its disbursement undone"),
        Action.COVER_LATE: Words("放款备案期内补报", "covered, told within the time for filing"),
        Action.DRAW: Words("分次提款", "drawn upon"),
        Action.UNDO_DRAW: Words("撤销提款", "undone in a draw"),
        Action.END_DRAWS: Words("提款期结束，释放未提款额度", "closed for draws"),
        Action.TAKE_OVER: Words("随资金池接管", "taken over with its pool"),
        Action.TAKE_OVER_CLAIMED: Words(
            "随资金池接管（已代偿）", "taken over with its pool, claimed"
        ),
    },
    waits={
        State.RESERVED: Wait(
            roles=("bank_operator",),
            words=Words(
                "等待银行登记质押并放款", "The bank is to register the pledge and pay the loan out."
            ),
            step="reservation",
        ),
        # Nobody need do anything; the loan may be approved again.
        State.DECLINED: Wait(roles=(), words=Words("等待再次审批", "It may be approved again.")),
        State.WAITING: Wait(
            roles=(),
            words=Words("排队等候额度", "It waits in line for room in the pool."),
            step="reservation",
        ),
        State.ACTIVE: Wait(
            roles=("bank_operator",),
            words=Words("等待银行报送月度余额", "The bank is to report the next month's position."),
            stands=True,
        ),
        # Nobody need do anything; what was reported by mistake can be mended.
        State.RELEASED: Wait(roles=(), words=Words("已释放", "It has been let go.")),
    },
)

INSTEAD: Mapping[tuple[str | None, str], str] = {
    (State.RESERVED, Action.RESERVE): "approved-again",
    (State.ACTIVE, Action.RESERVE): "approved-again",
    (State.RELEASED, Action.RESERVE): "approved-again",
    (State.CLAIMED, Action.RESERVE): "approved-again",
    **{
        (state, Action.ENTER): "approved-again"
        for state in (
            State.RESERVED,
            State.WAITING,
            State.DECLINED,
            State.ACTIVE,
            State.RELEASED,
            State.CLAIMED,
        )
    },
    (State.ACTIVE, Action.WITHDRAW): "withdrawn-after-disbursement",
    (State.ACTIVE, Action.EXPIRE): "expired-after-disbursement",
    (None, Action.ACTIVATE): "disbursed-without-coverage",
    (State.DECLINED, Action.ACTIVATE): "disbursed-without-coverage",
    (State.WAITING, Action.ACTIVATE): "disbursed-without-coverage",
    (State.RELEASED, Action.ACTIVATE): "disbursed-after-release",
    (State.ACTIVE, Action.ACTIVATE): "disbursed-again",
    (State.CLAIMED, Action.ACTIVATE): "disbursed-again",
    (State.RESERVED, Action.REPAY): "repaid-before-disbursement",
    (State.CLAIMED, Action.REPAY): "repaid-after-claim",
    (State.CLAIMED, Action.REOPEN): "reopened-after-claim",
    (State.CLAIMED, Action.UNDO): "undone-after-claim",
    (None, Action.DRAW): "drawn-without-coverage",
    (State.DECLINED, Action.DRAW): "drawn-without-coverage",
    (State.WAITING, Action.DRAW): "drawn-without-coverage",
    (State.RESERVED, Action.DRAW): "drawn-before-disbursement",
    (State.RELEASED, Action.DRAW): "drawn-after-release",
    (State.CLAIMED, Action.DRAW): "drawn-after-claim",
    (State.CLAIMED, Action.UNDO_DRAW): "undone-after-claim",
    (None, REPORT): "position-without-coverage",
    (State.RESERVED, REPORT): "position-before-disbursement",
}
"""The incident that a fact leaves where it moves nothing; see domain/incidents.py."""

LETS_GO: Mapping[str, str] = {
    Action.WITHDRAW: "withdrawn",
    Action.EXPIRE: "expired",
    Action.REJECT: "rejected",
    Action.REPAY: "repaid",
    Action.CLAIM: "claimed",
}
"""The actions that free capacity, and the reason that the ledger and the event give."""


_KNOWN_AS = {Action.ACTIVATE_UNCOVERED: Action.ACTIVATE, **dict.fromkeys(LETS_GO, "release")}


def known_as(action: str) -> str:
    """An action as readers of a history know it: letting go is one, the reason says which."""
    return _KNOWN_AS.get(action, action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the pool holds or covers for one loan, as far as rules ask for it. Amounts are covered
    principal, except `amount_fen` and `outstanding_fen`, which are the whole loan's."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    state: str
    version: int = 1
    amount_fen: int
    ip_share_bp: int
    ip_amount_fen: int | None = None
    approved_on: date
    explanation_id: UUID | None = None
    """Why its capacity was held; what becomes of it leads back to this."""
    reserved_fen: int = 0
    """Held, and not paid out: before the disbursement all of it, then what is to be drawn yet."""
    reserved_until: date | None = None
    activated_fen: int = 0
    """What all draws together have put into cover; what is covered never passes it."""
    covered_fen: int = 0
    outstanding_fen: int = 0
    loan_no: str | None = None
    disbursed_fen: int | None = None
    """All that is drawn of the loan."""
    disbursed_on: date | None = None
    matures_on: date | None = None
    draws_until: date | None = None
    """Until when the rest may be drawn; None: no draws were agreed, or their time is over."""
    released_on: date | None = None
    release_reason: str | None = None
    attributes_at_disbursement: Mapping[str, Any] = field(default_factory=dict)
    position_month: str | None = None
    risk_class: str | None = None
    overdue_days: int = 0
    mode: str = ""
    scheme_version: str = ""
    turn: int = 0
    """How often it has taken a step back; what is booked afterwards has references of its own."""
    renews: UUID | None = None
    """The loan that it renews: what both hold is counted once (queries/renewals.py)."""
    line_place: int | None = None
    """Its place in the pool's waiting line; the first one is 1."""

    @property
    def ip_share(self) -> Fraction:
        """The part of the loan that IP is pledged for, exactly (programmes H.7)."""
        return ip_share(
            share_bp=self.ip_share_bp,
            amount_fen=self.amount_fen,
            ip_amount_fen=self.ip_amount_fen,
        )

    @property
    def covered_from(self) -> date | None:
        """The first day on which a loss is the pool's: a loan that was filed after it was paid out
        is covered from its approval on, any other from its disbursement."""
        return None if self.disbursed_on is None else max(self.disbursed_on, self.approved_on)

    @property
    def is_in_cover(self) -> bool:
        """Whether the pool stands for its principal now."""
        return self.state in IN_COVER

    @property
    def is_in_line(self) -> bool:
        """Whether it waits for room."""
        return self.state in IN_LINE

    def __getitem__(self, column: str) -> Any:
        """A column, as the life cycle reads a case."""
        return getattr(self, column)


def reaction(coverage: Coverage | None, fact: str) -> Move | str | None:
    """What a fact does: the move it makes, else the incident it leaves, else nothing.

    The fact is an Action or REPORT; an approval asks for RESERVE, and the limits may still turn
    it into DECLINE or WAIT.
    """
    state = None if coverage is None else coverage.state
    return LIFE_CYCLE.find(state, fact) or INSTEAD.get((state, fact))


def covered_part(principal_fen: int, share: Fraction) -> int:
    """Principal times the IP share, rounded half-up (programmes H.7, H.8)."""
    assert principal_fen >= 0
    return round_half_up(principal_fen * share)
