"""Claims (风险补偿申请): their life cycle.

The states of programmes D.3 that no scheme here uses yet (expert review, joint meeting, public
notice, escrow) come in as further rows between `reviewed` and `approved`.
"""

from enum import StrEnum

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words, another_person_than

BANK = frozenset({"bank_operator"})
FIRST_PERSON = frozenset({"finance_maker", "reviewer"})
SECOND_PERSON = frozenset({"finance_checker"})
PAYER = frozenset({"finance_maker"})
EVENTS = frozenset({SYSTEM_ROLE})
"""What a bank reports reaches the pool by events."""


class State(StrEnum):
    """Where a claim is."""

    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    HELD = "held"
    REFUSED = "refused"
    PAID = "paid"
    WRITTEN_OFF = "written_off"


class Action(StrEnum):
    """What is done to a claim."""

    SUBMIT = "submit"
    REVIEW = "review"
    APPROVE = "approve"
    REFUSE = "refuse"
    HOLD = "hold"
    RELEASE = "release"
    PAY = "pay"
    WRITE_OFF = "write_off"


_NOT_THE_REVIEWER = "another person than the reviewer"

LIFE_CYCLE = LifeCycle(
    goal=State.PAID,
    noun=Words("补偿申请", "claim"),
    moves=(
        Move(None, Action.SUBMIT, State.SUBMITTED, BANK, tells=("claim.submitted.v1",)),
        Move(
            State.SUBMITTED,
            Action.REVIEW,
            State.REVIEWED,
            FIRST_PERSON,
            tells=("claim.reviewed.v1",),
        ),
        Move(
            State.SUBMITTED,
            Action.REFUSE,
            State.REFUSED,
            FIRST_PERSON | SECOND_PERSON,
            tells=("claim.refused.v1",),
        ),
        Move(
            State.REVIEWED,
            Action.APPROVE,
            State.APPROVED,
            SECOND_PERSON,
            guards=(_NOT_THE_REVIEWER,),
            tells=("claim.approved.v1",),
        ),
        Move(
            State.REVIEWED,
            Action.REFUSE,
            State.REFUSED,
            SECOND_PERSON,
            guards=(_NOT_THE_REVIEWER,),
            tells=("claim.refused.v1",),
        ),
        # The loan was repaid, or is smaller than what was approved: a person is to look at it.
        Move(State.APPROVED, Action.HOLD, State.HELD, EVENTS, tells=("claim.held.v1",)),
        Move(
            State.HELD, Action.RELEASE, State.APPROVED, SECOND_PERSON, tells=("claim.released.v1",)
        ),
        Move(State.APPROVED, Action.PAY, State.PAID, PAYER, tells=("claim.paid.v1",)),
        # Pursuit goes on: what is recovered afterwards is still shared out.
        Move(
            State.PAID,
            Action.WRITE_OFF,
            State.WRITTEN_OFF,
            SECOND_PERSON,
            tells=("claim.written-off.v1",),
        ),
    ),
    guards={_NOT_THE_REVIEWER: another_person_than("reviewed_by", zh="审批", en="the decision")},
    states={
        State.SUBMITTED: Words("已提交", "submitted"),
        State.REVIEWED: Words("已复核，待审批", "reviewed"),
        State.APPROVED: Words("已批准，待拨付", "approved"),
        State.REFUSED: Words("不予补偿", "refused"),
        State.HELD: Words("已批准，暂缓拨付", "held before payment"),
        State.PAID: Words("已拨付", "paid"),
        State.WRITTEN_OFF: Words("已核销，继续追偿", "written off, pursuit goes on"),
    },
    actions={
        Action.SUBMIT: Words("提交", "submitted"),
        Action.REVIEW: Words("审核", "reviewed"),
        Action.APPROVE: Words("批准", "approved"),
        Action.REFUSE: Words("不予补偿", "refused"),
        Action.HOLD: Words("暂缓拨付", "held"),
        Action.RELEASE: Words("解除暂缓", "released for payment"),
        Action.PAY: Words("拨付", "paid"),
        Action.WRITE_OFF: Words("核销", "written off"),
    },
    waits={
        State.SUBMITTED: Wait(
            roles=("finance_maker", "reviewer"),
            words=Words("等待审核", "waits for the first person's review"),
            step="expert_review",
        ),
        State.REVIEWED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人审批", "waits for a second person's decision"),
            step="bureau_opinion",
        ),
        State.APPROVED: Wait(
            roles=("finance_maker",),
            words=Words("等待拨付", "waits for payment"),
            step="payment",
        ),
        State.HELD: Wait(
            roles=("finance_checker",),
            words=Words(
                "等待财务核查：贷款已结清或余额变小",
                "waits for finance to look: the loan was repaid or is smaller",
            ),
            step="payment",
        ),
        # Nobody of the house need do anything; the bank pursues the debtor.
        State.PAID: Wait(
            roles=(), words=Words("等待银行追偿回款", "waits for what the bank recovers")
        ),
    },
)

UNDECIDED = frozenset({State.SUBMITTED, State.REVIEWED})
"""Filed, and neither approved nor refused yet."""

USES_CAPS = frozenset({State.APPROVED, State.HELD, State.PAID, State.WRITTEN_OFF})
"""Approved, and counted by every cap from then on."""

IN_PART = {
    State.APPROVED: Words("部分批准，待拨付", "approved in part"),
    State.HELD: Words("部分批准，暂缓拨付", "approved in part and held"),
    State.PAID: Words("部分批准，已拨付", "approved in part and paid"),
}
"""What the states are called where only a part of the principal claimed was approved."""

LEAVES_THE_LOAN_FREE = frozenset({State.REFUSED})
"""A loan has one claim at most, but for those in these states: it may be mended and filed anew."""
