"""Claims (风险补偿申请): their life cycle.

The states of programmes D.3 that no scheme here uses yet (expert review, joint meeting, public
notice, escrow) come in as further rows between `reviewed` and `approved`.
"""

from enum import StrEnum

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than

BANK = frozenset({"bank_operator"})
FIRST_PERSON = frozenset({"finance_maker", "reviewer"})
SECOND_PERSON = frozenset({"finance_checker"})
PAYER = frozenset({"finance_maker"})


class State(StrEnum):
    """Where a claim is."""

    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"


class Action(StrEnum):
    """What is done to a claim."""

    SUBMIT = "submit"
    REVIEW = "review"
    APPROVE = "approve"
    REFUSE = "refuse"
    PAY = "pay"


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
        Move(State.APPROVED, Action.PAY, State.PAID, PAYER, tells=("claim.paid.v1",)),
    ),
    guards={_NOT_THE_REVIEWER: another_person_than("reviewed_by", zh="审批", en="the decision")},
    states={
        State.SUBMITTED: Words("已提交", "submitted"),
        State.REVIEWED: Words("已复核，待审批", "reviewed"),
        State.APPROVED: Words("已批准，待拨付", "approved"),
        State.REFUSED: Words("不予补偿", "refused"),
        State.PAID: Words("已拨付", "paid"),
    },
    actions={
        Action.SUBMIT: Words("提交", "submitted"),
        Action.REVIEW: Words("审核", "reviewed"),
        Action.APPROVE: Words("批准", "approved"),
        Action.REFUSE: Words("不予补偿", "refused"),
        Action.PAY: Words("拨付", "paid"),
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
    },
)

UNDECIDED = frozenset({State.SUBMITTED, State.REVIEWED})
"""Filed, and neither approved nor refused yet."""

USES_CAPS = frozenset({State.APPROVED, State.PAID})
"""Approved, and counted by every cap from then on."""

IN_PART = {
    State.APPROVED: Words("部分批准，待拨付", "approved in part"),
    State.PAID: Words("部分批准，已拨付", "approved in part and paid"),
}
"""What the states are called where only a part of the principal claimed was approved."""

LEAVES_THE_LOAN_FREE = frozenset({State.REFUSED})
"""A loan has one claim at most, but for those in these states: it may be mended and filed anew."""
