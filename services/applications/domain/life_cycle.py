"""The way of a case, as one table: who may move it from where to where, and what it waits for."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from services.applications.domain import guards
from shared.life_cycle import (
    SYSTEM_ROLE,
    LifeCycle,
    Move,
    Wait,
    Words,
    another_person_than,
)


class State(StrEnum):
    """Where a case stands."""

    SUBMITTED = "submitted"
    RETURNED_FOR_CORRECTION = "returned_for_correction"
    ACCEPTED = "accepted"
    UNDER_REVIEW = "under_review"
    RECOMMENDED = "recommended"
    TO_COUNTERSIGN = "to_countersign"
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
    ANNOUNCED = "announced"


class Action(StrEnum):
    """What moves a case."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    RESUBMIT = "resubmit"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    TAKE = "take"
    RELEASE = "release"
    ASSIGN = "assign"
    PUT_BACK = "put_back"
    RECOMMEND = "recommend"
    WITHDRAW_OPINION = "withdraw_opinion"
    REJECT = "reject"
    APPROVE = "approve"
    PASS_ON = "pass_on"
    COUNTERSIGN = "countersign"
    REFUSE_SIGNATURE = "refuse_signature"
    RESERVE = "reserve"
    DECLINE = "decline"
    EXPIRE = "expire"
    ENTER = "enter"
    REGISTER_PLEDGE = "register_pledge"
    DISBURSE = "disburse"
    DRAW = "draw"
    UNDO_DRAW = "undo_draw"
    END_DRAWS = "end_draws"
    FALL_OVERDUE = "fall_overdue"
    CURE = "cure"
    REPAY = "repay"
    PAY_CLAIM = "pay_claim"
    REOPEN = "reopen"
    UNDO_DISBURSEMENT = "undo_disbursement"
    UNDO_FILING = "undo_filing"
    CLOSE = "close"
    ANNOUNCE = "announce"
    TAKE_OVER = "take_over"
    DROP = "drop"


S, A = State, Action

BANK, CHECKER = "bank_operator", "bank_checker"
REVIEWER, APPROVER, MANAGER = "reviewer", "approver", "pool_manager"
LEADER = "leader"
"""Who moves a case beside the machine: its checks, the pool's events, the reported positions."""

_NO_CONFLICT, _STANDS_IN = "no conflict of interest", "stands in for who took it"
_WHO_TOOK_IT, _ANOTHER = "the one who took it", "another than who recommended"
_WHO_RECOMMENDED, _ALL_MET = "the one who recommended", "no condition is open"
_TAKEN_UP, _SECOND = (_WHO_TOOK_IT, _NO_CONFLICT), (_ANOTHER, _NO_CONFLICT)
_THIRD = (
    "the role that the level names", _ANOTHER, "another than who approved", _NO_CONFLICT,
)  # fmt: skip
"""Of a countersignature: somebody of the level's role who has had no part in the case's decision."""
_UNDONE_BY = ("the bank has asked for it", "another than who asked")
_FILING_UNDONE_BY = ("the bank has asked for its filing", _UNDONE_BY[1])
_DRAW_UNDONE_BY = ("the bank has asked for a draw", _UNDONE_BY[1])
_DRAWABLE = ("a part is still to be drawn",)
_NOT_ENTERING = "not a loan that the pool takes into cover"
_SUBMITTED, _RETURNED = ("application.submitted.v1",), ("application.returned.v1",)
_APPROVED = ("application.approved.v1",)
_REJECTED, _WITHDRAWN = ("application.rejected.v1",), ("application.withdrawn.v1",)
_EXPIRED, _REPAID = ("application.expired.v1",), ("loan.repaid.v1",)
_DRAWS_ENDED, _ASSIGNED = ("loan.draws-ended.v1",), ("application.assigned.v1",)
_AMENDED = ("application.amended.v1",)


def _move(
    source: State | None, action: Action, by: str, target: State,
    guards: tuple[str, ...] = (), tells: tuple[str, ...] = (), also_by: tuple[str, ...] = (),
) -> Move:  # fmt: skip
    roles = frozenset({by, *also_by})
    return Move(source, action, target, roles, guards, tells)


_MOVES: Final = (
    _move(None, A.SUBMIT, BANK, S.SUBMITTED, tells=_SUBMITTED),
    _move(S.SUBMITTED, A.ACCEPT, SYSTEM_ROLE, S.ACCEPTED, tells=("application.accepted.v1",)),
    _move(S.SUBMITTED, A.RETURN, SYSTEM_ROLE, S.RETURNED_FOR_CORRECTION, tells=_RETURNED),
    _move(S.RETURNED_FOR_CORRECTION, A.RESUBMIT, BANK, S.SUBMITTED, tells=_SUBMITTED),
    _move(S.RETURNED_FOR_CORRECTION, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.ACCEPTED, A.TAKE, REVIEWER, S.UNDER_REVIEW, (_NO_CONFLICT,)),
    _move(S.ACCEPTED, A.ASSIGN, MANAGER, S.UNDER_REVIEW, tells=_ASSIGNED),
    # Nobody of the bureau has it in hand yet; after that the reviewer returns it to be mended.
    _move(S.ACCEPTED, A.AMEND, BANK, S.SUBMITTED, tells=_AMENDED),
    _move(S.ACCEPTED, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.UNDER_REVIEW, A.TAKE, REVIEWER, S.UNDER_REVIEW, (_STANDS_IN, _NO_CONFLICT)),
    _move(S.UNDER_REVIEW, A.ASSIGN, MANAGER, S.UNDER_REVIEW, tells=_ASSIGNED),
    _move(S.UNDER_REVIEW, A.RECOMMEND, REVIEWER, S.RECOMMENDED, _TAKEN_UP),
    _move(S.UNDER_REVIEW, A.RETURN, REVIEWER, S.RETURNED_FOR_CORRECTION, _TAKEN_UP, _RETURNED),
    _move(S.UNDER_REVIEW, A.REJECT, REVIEWER, S.REJECTED, _TAKEN_UP, _REJECTED),
    _move(S.UNDER_REVIEW, A.RELEASE, REVIEWER, S.ACCEPTED, (_WHO_TOOK_IT,)),
    _move(S.UNDER_REVIEW, A.PUT_BACK, MANAGER, S.ACCEPTED),
    _move(S.UNDER_REVIEW, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.RECOMMENDED, A.APPROVE, APPROVER, S.APPROVED, _SECOND, _APPROVED),
    _move(S.RECOMMENDED, A.PASS_ON, APPROVER, S.TO_COUNTERSIGN, _SECOND,
          ("application.to-countersign.v1",)),
    _move(S.RECOMMENDED, A.RETURN, APPROVER, S.RETURNED_FOR_CORRECTION, _SECOND, _RETURNED),
    _move(S.RECOMMENDED, A.REJECT, APPROVER, S.REJECTED, _SECOND, _REJECTED),
    _move(S.RECOMMENDED, A.WITHDRAW_OPINION, REVIEWER, S.UNDER_REVIEW, (_WHO_RECOMMENDED,)),
    _move(S.RECOMMENDED, A.PUT_BACK, MANAGER, S.ACCEPTED),
    _move(S.RECOMMENDED, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.TO_COUNTERSIGN, A.COUNTERSIGN, LEADER, S.APPROVED, _THIRD, _APPROVED,
          also_by=(APPROVER, MANAGER)),
    _move(S.TO_COUNTERSIGN, A.REFUSE_SIGNATURE, LEADER, S.UNDER_REVIEW, _THIRD,
          ("application.signature-refused.v1",), also_by=(APPROVER, MANAGER)),
    _move(S.TO_COUNTERSIGN, A.PUT_BACK, MANAGER, S.ACCEPTED),
    _move(S.TO_COUNTERSIGN, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.APPROVED, A.RESERVE, SYSTEM_ROLE, S.CAPACITY_RESERVED),
    _move(S.APPROVED, A.DECLINE, SYSTEM_ROLE, S.CAPACITY_DECLINED),
    # Filed after it was paid out: the pool holds and covers it in one.
    _move(S.APPROVED, A.ENTER, SYSTEM_ROLE, S.DISBURSED),
    _move(S.APPROVED, A.WITHDRAW, BANK, S.WITHDRAWN, (_NOT_ENTERING,), _WITHDRAWN),
    _move(S.CAPACITY_DECLINED, A.REJECT, APPROVER, S.REJECTED, (_NO_CONFLICT,), _REJECTED),
    _move(S.CAPACITY_DECLINED, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.CAPACITY_DECLINED, A.RESERVE, SYSTEM_ROLE, S.CAPACITY_RESERVED),
    _move(S.CAPACITY_DECLINED, A.EXPIRE, SYSTEM_ROLE, S.EXPIRED, tells=_EXPIRED),
    _move(S.CAPACITY_RESERVED, A.REGISTER_PLEDGE, BANK, S.PLEDGE_REGISTERED,
          tells=("pledge.registered.v1",)),
    _move(S.CAPACITY_RESERVED, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.CAPACITY_RESERVED, A.EXPIRE, SYSTEM_ROLE, S.EXPIRED, tells=_EXPIRED),
    _move(S.PLEDGE_REGISTERED, A.DISBURSE, BANK, S.DISBURSED, (_ALL_MET,),
          ("loan.disbursed.v1",)),
    _move(S.PLEDGE_REGISTERED, A.WITHDRAW, BANK, S.WITHDRAWN, tells=_WITHDRAWN),
    _move(S.PLEDGE_REGISTERED, A.EXPIRE, SYSTEM_ROLE, S.EXPIRED, tells=_EXPIRED),
    _move(S.DISBURSED, A.REPAY, SYSTEM_ROLE, S.REPAID, tells=_REPAID),
    _move(S.DISBURSED, A.FALL_OVERDUE, SYSTEM_ROLE, S.OVERDUE, tells=("loan.overdue.v1",)),
    _move(S.DISBURSED, A.PAY_CLAIM, SYSTEM_ROLE, S.CLAIMED),
    _move(S.DISBURSED, A.UNDO_DISBURSEMENT, CHECKER, S.PLEDGE_REGISTERED, _UNDONE_BY,
          ("loan.disbursement-undone.v1",), also_by=(REVIEWER,)),
    # It was paid out, but is not to be in the pool: it stays the bank's alone.
    _move(S.DISBURSED, A.UNDO_FILING, CHECKER, S.WITHDRAWN, _FILING_UNDONE_BY,
          ("loan.disbursement-undone.v1",), also_by=(REVIEWER,)),
    _move(S.DISBURSED, A.DRAW, BANK, S.DISBURSED, _DRAWABLE, ("loan.drawn.v1",)),
    _move(S.DISBURSED, A.UNDO_DRAW, CHECKER, S.DISBURSED, _DRAW_UNDONE_BY,
          ("loan.draw-undone.v1",), also_by=(REVIEWER,)),
    _move(S.DISBURSED, A.END_DRAWS, SYSTEM_ROLE, S.DISBURSED, tells=_DRAWS_ENDED),
    _move(S.OVERDUE, A.END_DRAWS, SYSTEM_ROLE, S.OVERDUE, tells=_DRAWS_ENDED),
    _move(S.OVERDUE, A.CURE, SYSTEM_ROLE, S.DISBURSED),
    _move(S.OVERDUE, A.REPAY, SYSTEM_ROLE, S.REPAID, tells=_REPAID),
    _move(S.OVERDUE, A.PAY_CLAIM, SYSTEM_ROLE, S.CLAIMED),
    _move(S.REPAID, A.REOPEN, SYSTEM_ROLE, S.DISBURSED, tells=("loan.reopened.v1",)),
    _move(S.REPAID, A.CLOSE, BANK, S.CLOSED),
    _move(S.CLAIMED, A.CLOSE, APPROVER, S.CLOSED),
    # A pool is taken over from a county's own books, with its loans.
    _move(None, A.ANNOUNCE, SYSTEM_ROLE, S.ANNOUNCED),
    _move(S.ANNOUNCED, A.TAKE_OVER, SYSTEM_ROLE, S.DISBURSED),
    _move(S.ANNOUNCED, A.DROP, SYSTEM_ROLE, S.WITHDRAWN),
)  # fmt: skip

_STATES: Final[Mapping[str, Words]] = {
    S.SUBMITTED: Words("已提交", "submitted"),
    S.RETURNED_FOR_CORRECTION: Words("退回补正", "returned for correction"),
    S.ACCEPTED: Words("已受理", "accepted"),
    S.UNDER_REVIEW: Words("审查中", "under review"),
    S.RECOMMENDED: Words("待审批", "to be decided"),
    S.TO_COUNTERSIGN: Words("待会签", "to be countersigned"),
    S.APPROVED: Words("已批准", "approved"),
    S.REJECTED: Words("不予批准", "rejected"),
    S.CAPACITY_RESERVED: Words("已预留额度", "given capacity"),
    S.CAPACITY_DECLINED: Words("额度不足", "declined capacity"),
    S.PLEDGE_REGISTERED: Words("已质押登记", "pledged"),
    S.DISBURSED: Words("已放款", "disbursed"),
    S.OVERDUE: Words("逾期", "overdue"),
    S.REPAID: Words("已结清", "repaid"),
    S.CLAIMED: Words("已补偿", "compensated"),
    S.CLOSED: Words("已办结", "closed"),
    S.WITHDRAWN: Words("已撤回", "withdrawn"),
    S.EXPIRED: Words("已失效", "expired"),
    S.ANNOUNCED: Words("待接管", "to be taken over"),
}

_ACTIONS: Final[Mapping[str, Words]] = {
    A.SUBMIT: Words("提交", "submitted"),
    A.ACCEPT: Words("受理", "accepted"),
    A.RETURN: Words("退回补正", "returned for correction"),
    A.RESUBMIT: Words("重新提交", "submitted again"),
    A.AMEND: Words("修改申请", "amended"),
    A.WITHDRAW: Words("撤回", "withdrawn"),
    A.TAKE: Words("领取", "taken"),
    A.RELEASE: Words("放回待办", "put back"),
    A.ASSIGN: Words("分派", "assigned"),
    A.PUT_BACK: Words("由管理人员放回待办", "put back by a manager"),
    A.RECOMMEND: Words("提出同意意见", "recommended"),
    A.WITHDRAW_OPINION: Words("撤回本人意见", "taken back to its review"),
    A.REJECT: Words("不予批准", "rejected"),
    A.APPROVE: Words("批准", "approved"),
    A.PASS_ON: Words("同意并报会签", "approved and passed on to be countersigned"),
    A.COUNTERSIGN: Words("会签", "countersigned"),
    A.REFUSE_SIGNATURE: Words("不予会签", "refused a countersignature"),
    A.RESERVE: Words("预留额度", "given capacity"),
    A.DECLINE: Words("因额度不足退出", "declined capacity"),
    A.EXPIRE: Words("失效", "let run out"),
    A.ENTER: Words("备案入库", "entered as filed"),
    A.REGISTER_PLEDGE: Words("登记质押", "pledged"),
    A.DISBURSE: Words("登记放款", "disbursed"),
    A.DRAW: Words("登记提款", "drawn upon"),
    A.UNDO_DRAW: Words("撤销提款", "undone in a draw"),
    A.END_DRAWS: Words("提款期届满", "closed for draws"),
    A.FALL_OVERDUE: Words("转为逾期", "marked overdue"),
    A.CURE: Words("恢复正常", "cured"),
    A.REPAY: Words("结清", "repaid"),
    A.PAY_CLAIM: Words("补偿", "compensated"),
    A.REOPEN: Words("恢复为未结清", "reopened"),
    A.UNDO_DISBURSEMENT: Words("撤销放款", "taken back as not paid out"),
    A.UNDO_FILING: Words("撤销备案", "taken out as filed by mistake"),
    A.CLOSE: Words("办结", "closed"),
    A.ANNOUNCE: Words("随资金池提出接管", "announced with its pool"),
    A.TAKE_OVER: Words("随资金池接管", "taken over with its pool"),
    A.DROP: Words("撤销接管", "dropped from the take-over"),
}


def _wait(role: str, zh: str, en: str, step: str = "", days: int | None = None,
          source: str = "", *, stands: bool = False) -> Wait:  # fmt: skip
    return Wait(roles=(role,), words=Words(zh, en), step=step, working_days=days, source=source,
                stands=stands)  # fmt: skip


_ASSUMED, _SICHUAN = "假定", "四川：初审 5 个工作日"
_WAITS: Final[Mapping[str, Wait]] = {
    S.SUBMITTED: _wait(SYSTEM_ROLE, "系统校验", "the machine's checks"),
    S.RETURNED_FOR_CORRECTION: _wait(
        BANK, "银行补正后重新提交", "the bank to correct and resubmit", "", 10, _ASSUMED),
    S.ACCEPTED: _wait(
        REVIEWER, "审查人员领取", "a reviewer to take it", "first_review", 5, _SICHUAN),
    S.UNDER_REVIEW: _wait(
        REVIEWER, "审查人员提出意见", "the reviewer's opinion", "first_review", 5, _SICHUAN),
    S.RECOMMENDED: _wait(
        APPROVER, "另一人审批", "a second person to decide", "pool_entry", 5, _ASSUMED),
    S.TO_COUNTERSIGN: _wait(
        LEADER, "本档金额规定的人员会签", "the countersignature of the level's role", "", 5,
        _ASSUMED),
    S.APPROVED: _wait(SYSTEM_ROLE, "资金池预留额度", "the pool to reserve capacity"),
    S.CAPACITY_DECLINED: _wait(
        BANK, "额度不足：在资金池排队的等候额度；否则银行撤回，或审批人不予批准",
        "no capacity: wait where it stands in the pool's line; else the bank to withdraw, or the "
        "approver to reject", "", 10, _ASSUMED),
    S.CAPACITY_RESERVED: _wait(BANK, "银行办理质押登记", "the bank to register the pledge"),
    S.PLEDGE_REGISTERED: _wait(BANK, "银行放款", "the bank to disburse"),
    S.DISBURSED: _wait(
        BANK, "银行按月报送余额，直至结清",
        "the bank's monthly position, until it is repaid", "monthly_report", stands=True),
    S.OVERDUE: _wait(
        BANK, "银行催收并按月报送，符合条件时申请补偿",
        "the bank to collect, to report, and to claim where it may", "monthly_report",
        stands=True),
    S.REPAID: _wait(
        BANK, "银行办理质押注销登记并办结",
        "the bank to cancel the pledge and close the case", "", 10, _ASSUMED),
    S.ANNOUNCED: _wait(
        SYSTEM_ROLE, "资金池接管入账", "the pool to be taken over"),
    S.CLAIMED: _wait(
        BANK, "银行追偿；追偿终结后由审批人办结",
        "the bank to recover; the approver closes when nothing more will come", stands=True),
}  # fmt: skip


LIFE_CYCLE: Final = LifeCycle(
    goal=State.CLOSED,
    usual_start=State.SUBMITTED,
    shortcuts=frozenset({Action.ENTER}),
    noun=Words("申请", "application"),
    moves=_MOVES,
    states=_STATES,
    actions=_ACTIONS,
    waits=_WAITS,
    guards={
        _WHO_TOOK_IT: guards.the_one_who_took_it,
        _STANDS_IN: guards.stands_in_for_who_took_it,
        _NO_CONFLICT: guards.no_conflict_of_interest,
        _WHO_RECOMMENDED: guards.the_one_who_recommended,
        _ALL_MET: guards.no_condition_is_open,
        _ANOTHER: another_person_than("recommended_by", zh="审批", en="the decision"),
        _THIRD[0]: guards.the_role_of_the_level,
        _THIRD[2]: another_person_than("approved_by", zh="会签", en="the countersignature"),
        _UNDONE_BY[0]: guards.the_bank_has_asked,
        _UNDONE_BY[1]: another_person_than(
            "undo_asked_by", zh="确认撤销", en="confirming that nothing was paid out"
        ),
        _FILING_UNDONE_BY[0]: guards.the_bank_has_asked_for_its_filing,
        _DRAW_UNDONE_BY[0]: guards.the_bank_has_asked_for_a_draw,
        _DRAWABLE[0]: guards.a_part_is_still_to_be_drawn,
        _NOT_ENTERING: guards.not_entering_as_filed,
    },
)

HOLDS_ITS_RIGHTS: Final = frozenset(
    {
        S.ACCEPTED, S.UNDER_REVIEW, S.RECOMMENDED, S.TO_COUNTERSIGN, S.APPROVED,
        S.CAPACITY_RESERVED, S.CAPACITY_DECLINED, S.PLEDGE_REGISTERED, S.DISBURSED, S.OVERDUE, S.CLAIMED, S.ANNOUNCED,
    }
)  # fmt: skip
"""While a case stands here, its rights cannot be pledged in another one. A repaid loan frees them:
the pledge ends with the debt (Civil Code art. 393)."""

CLAIMS_CAPACITY: Final = frozenset(
    {S.APPROVED, S.CAPACITY_RESERVED, S.PLEDGE_REGISTERED, S.DISBURSED, S.OVERDUE}
)
"""A case whose amount the pool holds capacity for, or soon will."""

RUNS_OUT: Final = frozenset({S.CAPACITY_RESERVED, S.PLEDGE_REGISTERED})
"""An approval that lasts until the day its capacity is held."""

MAY_BE_PAID_OUT: Final = frozenset(LIFE_CYCLE.sources_of(A.DISBURSE))
"""The bank may have paid out by the last held day, and still have to tell of it."""

RENEWS_NOTHING: Final = frozenset(
    {S.SUBMITTED, S.RETURNED_FOR_CORRECTION, S.REJECTED, S.WITHDRAWN, S.EXPIRED}
)
"""A case that came to nothing, or is not taken in: another one may renew the loan that it named."""

IS_LOAN: Final = frozenset({S.DISBURSED, S.OVERDUE, S.CLAIMED})
"""A loan that is out, and whose position is reported every month."""

MATURES: Final = frozenset({S.DISBURSED})
"""A loan that falls overdue by itself once it has matured unpaid."""

TAKES_DRAWS: Final = frozenset(LIFE_CYCLE.sources_of(A.DRAW))
"""A loan of which a further part may be paid out."""

DRAWS_END: Final = frozenset(LIFE_CYCLE.sources_of(A.END_DRAWS))
"""A loan whose time for draws ends by itself."""

IS_SERVED: Final = frozenset({S.DISBURSED, S.OVERDUE})
"""A loan whose next report is what its case waits for."""


HANDS_IN: Final = frozenset({A.SUBMIT, A.RESUBMIT, A.AMEND})
"""Moves by which a bank says what its case is; each makes a revision."""

WITHIN_THE_BUREAU: Final = frozenset(
    {
        A.TAKE, A.RELEASE, A.ASSIGN, A.PUT_BACK, A.WITHDRAW_OPINION, A.PASS_ON, A.REFUSE_SIGNATURE,
    }
)  # fmt: skip
"""Moves by which people of the bureau share their work: a bank sees that they were made, not why."""


DECIDES_BY_ITS_LEVEL: Final = frozenset({A.PASS_ON})
"""What an approval comes to where its amount needs a further signature: nobody asks for it by name."""


def find_move(state: State, action: Action) -> Move | None:
    """The machine's own row for a move, or None where news comes too late to matter."""
    move = LIFE_CYCLE.find(state, action)
    return move if move is not None and SYSTEM_ROLE in move.roles else None


def frees_its_rights(move: Move) -> bool:
    """Whether the rights of a case may be pledged in another one after the move."""
    return move.source in HOLDS_ITS_RIGHTS and move.target not in HOLDS_ITS_RIGHTS
