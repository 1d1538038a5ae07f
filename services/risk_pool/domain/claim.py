"""Claims (风险补偿申请): their life cycle, and what a machine can check before a person reads one.

The states of programmes D.3 that no scheme here uses yet (expert review, joint meeting, public
notice, escrow) come in as further rows between `reviewed` and `approved`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.risk_pool.domain.life_cycle import LifeCycle, Move, Waiting, Words

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


LIFE_CYCLE = LifeCycle(
    noun=Words("补偿申请", "claim"),
    moves=(
        Move(State.SUBMITTED, Action.REVIEW, FIRST_PERSON, State.REVIEWED),
        Move(State.SUBMITTED, Action.REFUSE, FIRST_PERSON | SECOND_PERSON, State.REFUSED),
        Move(State.REVIEWED, Action.APPROVE, SECOND_PERSON, State.APPROVED),
        Move(State.REVIEWED, Action.REFUSE, SECOND_PERSON, State.REFUSED),
        Move(State.APPROVED, Action.PAY, PAYER, State.PAID),
    ),
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
    waiting={
        State.SUBMITTED: Waiting(
            ("finance_maker", "reviewer"),
            Words("等待审核", "waits for the first person's review"),
            "expert_review",
        ),
        State.REVIEWED: Waiting(
            ("finance_checker",),
            Words("等待另一人审批", "waits for a second person's decision"),
            "bureau_opinion",
        ),
        State.APPROVED: Waiting(
            ("finance_maker",), Words("等待拨付", "waits for payment"), "payment"
        ),
    },
)

LIVE = (State.SUBMITTED, State.REVIEWED, State.APPROVED, State.PAID)
"""A loan has at most one claim in these states; a refused one may be mended and filed anew."""

CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""五级分类 from best to worst."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the machine found: a stable code, words, and the field to mend.

    A `blocking` finding refuses the claim; any other is shown to the person who reviews it.
    """

    code: str
    zh: str
    en: str
    field: str = ""
    source: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What the bank itself last reported about the loan."""

    month: str
    month_end: date
    outstanding_principal_fen: int
    overdue_days: int
    risk_class: str
    interest_arrears_fen: int = 0
    penalty_interest_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A claim as a bank files it."""

    claimed_on: date
    outstanding_principal_fen: int
    interest_arrears_fen: int
    penalty_interest_fen: int
    costs_fen: int
    overdue_days: int
    risk_class: str
    lawsuit_accepted_on: date | None
    documents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What the pool knows of the loan that is claimed for."""

    covered: bool
    covered_principal_fen: int
    disbursed_on: date | None
    live_claim_number: str = ""


def check_loan(filed: Filed, loan: Loan, *, today: date) -> list[Finding]:
    """The loan is covered, was paid out before the claim, and has no claim alive."""
    found = []
    if loan.live_claim_number:
        found.append(
            Finding(
                "already-claimed",
                f"该贷款已有补偿申请 {loan.live_claim_number}，不得重复申请。",
                f"The loan already has the claim {loan.live_claim_number}.",
                "/loan_id",
            )
        )
    elif not loan.covered:
        found.append(
            Finding(
                "not-covered",
                "该贷款当前不在风险补偿覆盖范围内（未放款、已结清或已解除）。",
                "The loan is not covered now: not disbursed, repaid or released.",
                "/loan_id",
            )
        )
    if filed.claimed_on > today:
        found.append(
            Finding(
                "claimed-in-the-future",
                "申请日期不能晚于今天。",
                "The day of the claim is in the future.",
                "/claimed_on",
            )
        )
    if loan.disbursed_on and filed.claimed_on < loan.disbursed_on:
        found.append(
            Finding(
                "claimed-before-disbursement",
                f"申请日期早于放款日 {loan.disbursed_on}。",
                f"The claim is dated before the disbursement on {loan.disbursed_on}.",
                "/claimed_on",
            )
        )
    return found


def check_position(filed: Filed, position: Position | None) -> list[Finding]:
    """What the claim says agrees with what the bank itself last reported.

    Principal may have fallen since the report, never risen; days overdue cannot have grown
    faster than the calendar; a class that is worse than reported must be reported first.
    """
    if position is None:
        return [
            Finding(
                "no-position-reported",
                "该贷款尚无月度余额报告，请先报送。",
                "No monthly position has been reported for the loan; report it first.",
                "/loan_id",
            )
        ]
    found = []
    if filed.outstanding_principal_fen > position.outstanding_principal_fen:
        found.append(
            Finding(
                "principal-above-position",
                f"申请的未还本金高于 {position.month} 月报送的余额。",
                f"The principal claimed is above what was reported for {position.month}.",
                "/outstanding_principal",
            )
        )
    days_since = max((filed.claimed_on - position.month_end).days, 0)
    most = position.overdue_days + days_since
    if not position.overdue_days <= filed.overdue_days <= most:
        found.append(
            Finding(
                "overdue-days-disagree",
                f"逾期天数 {filed.overdue_days} 与 {position.month} 月报送的"
                f" {position.overdue_days} 天不符，应在 {position.overdue_days} 至 {most} 之间。",
                f"{filed.overdue_days} days overdue do not agree with the {position.overdue_days} "
                f"reported for {position.month}: between {position.overdue_days} and {most}.",
                "/facts/overdue_days",
            )
        )
    if filed.risk_class != position.risk_class:
        found.append(
            Finding(
                "risk-class-disagrees",
                f"五级分类与 {position.month} 月报送的不一致，请先更新月报。",
                f"The risk class is not the one reported for {position.month}; report it first.",
                "/facts/risk_class",
            )
        )
    return found


def check_documents(given: Collection[str], required: Sequence[str], *, source: str) -> list[Finding]:
    """Every document the scheme asks for is there; each missing one is a finding of its own."""
    return [
        Finding(
            "document-missing",
            f"缺少材料：{document}。",
            f"The document {document} is missing.",
            "/documents",
            source,
        )
        for document in required
        if document not in given
    ]
