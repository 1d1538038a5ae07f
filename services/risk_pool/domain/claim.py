"""Claims (风险补偿申请): their life cycle.

Between the review and the decision lie the steps that the loan's scheme names
(`claim_steps.py`): `record_step` takes the next one, whatever it is.
"""

from enum import StrEnum

from services.risk_pool.domain.claim_guards import (
    FIRST_APPEAL,
    GUARDS,
    NOT_THE_REVIEWER,
    NOT_WHO_REFUSED,
    STEP_S_PEOPLE,
    STEPS_TAKEN,
)
from services.risk_pool.domain.claim_steps import ROLES
from shared.life_cycle import (
    SYSTEM_ROLE,
    LifeCycle,
    Move,
    Wait,
    Words,
)

BANK = frozenset({"bank_operator"})
FIRST_PERSON = frozenset({"finance_maker", "reviewer"})
SECOND_PERSON = frozenset({"finance_checker"})
PAYER = frozenset({"finance_maker"})
JUDGES_APPEALS = frozenset({"finance_checker", "pool_manager"})
STEP_PEOPLE = frozenset[str]().union(*ROLES.values())
EVENTS = frozenset({SYSTEM_ROLE})
"""What a bank reports reaches the pool by events; a decided adjustment and a released cash entry move
their claim on; so does the calendar at the end of a public notice."""


class State(StrEnum):
    """Where a claim is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    HELD = "held"
    REFUSED = "refused"
    APPEALED = "appealed"
    REFUSED_FINALLY = "refused_finally"
    WITHDRAWN = "withdrawn"
    PAID = "paid"
    WRITTEN_OFF = "written_off"
    ESCROWED = "escrowed"
    LOSS_REPORTED = "loss_reported"
    SETTLED = "settled"
    REVERSED = "reversed"


class Action(StrEnum):
    """What is done to a claim."""

    SAVE_DRAFT = "save_draft"
    SUBMIT = "submit"
    RETURN = "return"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    REVIEW = "review"
    RECORD_STEP = "record_step"
    APPROVE = "approve"
    REFUSE = "refuse"
    APPEAL = "appeal"
    REOPEN = "reopen"
    UPHOLD = "uphold"
    HOLD = "hold"
    RELEASE = "release"
    ENTER_PAYMENT = "enter_payment"
    PAY = "pay"
    UNPAY = "unpay"
    WRITE_OFF = "write_off"
    SET_ASIDE = "set_aside"
    REPORT_LOSS = "report_loss"
    RETURN_LOSS = "return_loss"
    SETTLE = "settle"
    REVERSE = "reverse"
    TAKE_OVER = "take_over"


def _moves(
    sources: tuple[str | None, ...],
    action: str,
    target: str,
    roles: frozenset[str],
    *tells: str,
    guards: tuple[str, ...] = (),
) -> tuple[Move, ...]:
    """The same row for several states."""
    return tuple(
        Move(source, action, target, roles, guards=guards, tells=tells) for source in sources
    )


_FILING = (
    *_moves((None, State.DRAFT), Action.SUBMIT, State.SUBMITTED, BANK, "claim.submitted.v1"),
    *_moves((None, State.DRAFT), Action.SAVE_DRAFT, State.DRAFT, BANK),
    *_moves((State.RETURNED,), Action.RESUBMIT, State.SUBMITTED, BANK, "claim.submitted.v1"),
    *_moves((State.DRAFT,), Action.WITHDRAW, State.WITHDRAWN, BANK),
    *_moves(
        (State.SUBMITTED, State.RETURNED, State.REVIEWED),
        Action.WITHDRAW,
        State.WITHDRAWN,
        BANK,
        "claim.withdrawn.v1",
    ),
)
_JUDGING = (
    *_moves((State.SUBMITTED,), Action.REVIEW, State.REVIEWED, FIRST_PERSON, "claim.reviewed.v1"),
    *_moves((State.SUBMITTED,), Action.RETURN, State.RETURNED, FIRST_PERSON, "claim.returned.v1"),
    *_moves(
        (State.REVIEWED,),
        Action.RETURN,
        State.RETURNED,
        FIRST_PERSON | SECOND_PERSON,
        "claim.returned.v1",
    ),
    *_moves(
        (State.REVIEWED,),
        Action.RECORD_STEP,
        State.REVIEWED,
        # The calendar, where the days of a public notice are over.
        STEP_PEOPLE | EVENTS,
        "claim.step-recorded.v1",
        guards=(STEP_S_PEOPLE,),
    ),
    *_moves(
        (State.REVIEWED,),
        Action.APPROVE,
        State.APPROVED,
        SECOND_PERSON,
        "claim.approved.v1",
        guards=(NOT_THE_REVIEWER, STEPS_TAKEN),
    ),
    *_moves(
        (State.SUBMITTED,),
        Action.REFUSE,
        State.REFUSED,
        FIRST_PERSON | SECOND_PERSON,
        "claim.refused.v1",
    ),
    *_moves(
        (State.REVIEWED,),
        Action.REFUSE,
        State.REFUSED,
        SECOND_PERSON,
        "claim.refused.v1",
        guards=(NOT_THE_REVIEWER,),
    ),
)
_APPEALS = (
    *_moves(
        (State.REFUSED,),
        Action.APPEAL,
        State.APPEALED,
        BANK,
        "claim.appealed.v1",
        guards=(FIRST_APPEAL,),
    ),
    *_moves(
        (State.APPEALED,),
        Action.REOPEN,
        State.SUBMITTED,
        JUDGES_APPEALS,
        "claim.reopened.v1",
        guards=(NOT_WHO_REFUSED,),
    ),
    *_moves(
        (State.APPEALED,),
        Action.UPHOLD,
        State.REFUSED_FINALLY,
        JUDGES_APPEALS,
        "claim.upheld.v1",
        guards=(NOT_WHO_REFUSED,),
    ),
    *_moves(
        (State.APPEALED,),
        Action.RETURN,
        State.RETURNED,
        FIRST_PERSON | JUDGES_APPEALS,
        "claim.returned.v1",
        guards=(NOT_WHO_REFUSED,),
    ),
)
_PAYING = (
    # The loan was repaid, or is smaller than what was approved: a person is to look at it.
    *_moves((State.APPROVED,), Action.HOLD, State.HELD, EVENTS, "claim.held.v1"),
    *_moves((State.HELD,), Action.RELEASE, State.APPROVED, SECOND_PERSON, "claim.released.v1"),
    # One person enters the payment as a cash entry; another person's release of that pays it.
    *_moves((State.APPROVED,), Action.ENTER_PAYMENT, State.APPROVED, PAYER),
    *_moves((State.APPROVED,), Action.PAY, State.PAID, EVENTS, "claim.paid.v1"),
    # The cash entry was reversed by two persons: it is owed, or to be set aside, again.
    *_moves(
        (State.PAID, State.ESCROWED),
        Action.UNPAY,
        State.APPROVED,
        EVENTS,
        "claim.payment-reversed.v1",
    ),
    # By an adjustment of two persons that books back: the loan is not claimed for again. An
    # approved claim is held from the proposal on.
    *_moves(
        (
            State.HELD,
            State.PAID,
            State.WRITTEN_OFF,
            State.ESCROWED,
            State.LOSS_REPORTED,
            State.SETTLED,
        ),
        Action.REVERSE,
        State.REVERSED,
        EVENTS,
    ),
    # Pursuit goes on: what is recovered afterwards is still shared out.
    *_moves(
        (State.PAID,), Action.WRITE_OFF, State.WRITTEN_OFF, SECOND_PERSON, "claim.written-off.v1"
    ),
)

_ESCROW = (
    # In place of the payment: the released cash entry moves the pool's part into escrow.
    *_moves((State.APPROVED,), Action.SET_ASIDE, State.ESCROWED, EVENTS, "claim.escrowed.v1"),
    # As often as the bank has to mend it, until two persons of the house have settled.
    *_moves(
        (State.ESCROWED, State.LOSS_REPORTED),
        Action.REPORT_LOSS,
        State.LOSS_REPORTED,
        BANK,
        "claim.loss-reported.v1",
    ),
    *_moves(
        (State.LOSS_REPORTED,),
        Action.RETURN_LOSS,
        State.ESCROWED,
        PAYER | SECOND_PERSON,
        "claim.loss-returned.v1",
    ),
    # By an adjustment of two persons; what is recovered afterwards is shared out as settled.
    *_moves((State.LOSS_REPORTED,), Action.SETTLE, State.SETTLED, EVENTS, "claim.settled.v1"),
)

_TAKEN_OVER = (
    # Paid before its pool was taken over from a county's own books (domain/opening.py).
    *_moves((None,), Action.TAKE_OVER, State.PAID, EVENTS),
)

LIFE_CYCLE = LifeCycle(
    goal=State.PAID,
    usual_start=State.SUBMITTED,
    noun=Words("补偿申请", "claim"),
    moves=(*_FILING, *_JUDGING, *_APPEALS, *_PAYING, *_ESCROW, *_TAKEN_OVER),
    guards=GUARDS,
    states={
        State.DRAFT: Words("草稿", "a draft"),
        State.SUBMITTED: Words("待审核", "to be reviewed"),
        State.RETURNED: Words("待银行补正", "to be mended"),
        State.REVIEWED: Words("待审批", "to be decided"),
        State.APPROVED: Words("待拨付", "to be paid"),
        State.REFUSED: Words("不予补偿", "refused"),
        State.APPEALED: Words("申诉中", "appealed"),
        State.REFUSED_FINALLY: Words("申诉后维持不予补偿", "refused finally"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
        State.HELD: Words("暂缓拨付", "held before payment"),
        State.PAID: Words("已拨付", "paid"),
        State.WRITTEN_OFF: Words("已核销", "written off"),
        State.ESCROWED: Words("保证金持有中", "held in escrow"),
        State.LOSS_REPORTED: Words("待清算", "to be settled"),
        State.SETTLED: Words("已清算", "escrow settled"),
        State.REVERSED: Words("已更正冲回", "reversed"),
    },
    actions={
        Action.SAVE_DRAFT: Words("保存草稿", "saved as a draft"),
        Action.SUBMIT: Words("提交", "submitted"),
        Action.RETURN: Words("退回补正", "returned"),
        Action.RESUBMIT: Words("补正后再次提交", "submitted again"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
        Action.REVIEW: Words("审核同意", "reviewed"),
        Action.RECORD_STEP: Words("登记步骤", "taken through a step"),
        Action.APPROVE: Words("批准补偿", "approved"),
        Action.REFUSE: Words("不予补偿", "refused"),
        Action.APPEAL: Words("申诉", "appealed"),
        Action.REOPEN: Words("申诉成立，重新受理", "reopened"),
        Action.UPHOLD: Words("维持不予补偿", "refused finally"),
        Action.HOLD: Words("暂缓拨付", "held"),
        Action.RELEASE: Words("解除暂缓", "released for payment"),
        Action.ENTER_PAYMENT: Words("登记拨付", "entered for payment"),
        Action.PAY: Words("拨付", "paid"),
        Action.UNPAY: Words("冲正拨付", "owed again"),
        Action.WRITE_OFF: Words("核销", "written off"),
        Action.SET_ASIDE: Words("登记转入保证金", "moved into escrow"),
        Action.REPORT_LOSS: Words("报告核销与净损失", "reported as written off"),
        Action.RETURN_LOSS: Words("退回核销报告", "sent back"),
        Action.SETTLE: Words("清算保证金", "settled"),
        Action.REVERSE: Words("冲回", "reversed"),
        Action.TAKE_OVER: Words("随资金池接管", "taken over with its pool"),
    },
    waits={
        State.DRAFT: Wait(
            roles=("bank_operator",),
            words=Words("等待银行填妥并提交", "waits for the bank to complete and submit it"),
        ),
        State.SUBMITTED: Wait(
            roles=("finance_maker", "reviewer"),
            words=Words("等待审核", "waits for the first person's review"),
            step="first_review",
        ),
        State.RETURNED: Wait(
            roles=("bank_operator",),
            words=Words("等待银行补正", "waits for the bank to mend it"),
        ),
        State.REVIEWED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人审批", "waits for a second person's decision"),
        ),
        State.REFUSED: Wait(
            roles=("bank_operator",),
            words=Words("银行可以申诉", "the bank may appeal"),
            step="appeal",
        ),
        State.APPEALED: Wait(
            roles=("finance_checker", "pool_manager"),
            words=Words("等待另一人裁定申诉", "waits for another person's ruling"),
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
        State.ESCROWED: Wait(
            roles=("bank_operator",),
            words=Words(
                "等待银行核销并报告净损失",
                "waits for the bank's write-off and the net loss",
            ),
        ),
        State.LOSS_REPORTED: Wait(
            roles=("finance_maker",),
            words=Words(
                "等待财务提出清算、另一人决定",
                "waits for finance to propose the settlement, and another to decide it",
            ),
        ),
        State.SETTLED: Wait(
            roles=(), words=Words("继续追偿", "pursuit goes on; what comes in is shared out")
        ),
        State.WRITTEN_OFF: Wait(
            roles=(), words=Words("继续追偿", "pursuit goes on; what comes in is shared out")
        ),
    },
)

UNDECIDED = frozenset({State.SUBMITTED, State.RETURNED, State.REVIEWED, State.APPEALED})
"""Filed, and neither approved nor refused for the time being."""

LEAVES_THE_LOAN_FREE = frozenset({State.DRAFT, State.REFUSED, State.WITHDRAWN})
"""A loan has one claim at most, but for those in these states: it may be filed anew. What was
refused finally, after an appeal, is not filed again; nor is what an adjustment has reversed."""

ONLY_THE_BANKS_OWN = frozenset({State.DRAFT})
"""What nobody but the bank sees."""

AWAITS_PAYMENT = frozenset({State.APPROVED, State.HELD})
"""Approved, and the pool's part has not left the dedicated account."""

USES_CAPS = AWAITS_PAYMENT | {
    State.PAID,
    State.WRITTEN_OFF,
    State.ESCROWED,
    State.LOSS_REPORTED,
    State.SETTLED,
}
"""Approved, and counted by every cap from then on."""

IN_PART = {
    State.APPROVED: Words("部分批准，待拨付", "approved in part"),
    State.HELD: Words("部分批准，暂缓拨付", "approved in part and held"),
    State.PAID: Words("部分批准，已拨付", "approved in part and paid"),
}
"""What the states are called where only a part of the principal claimed was approved."""
