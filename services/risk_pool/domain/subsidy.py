"""Subsidies (贴息、贴费、保费补贴): the life of one, what a bank files, and what is booked.

A subsidy is a case of its own: a programme's treasuries pay a part of the interest, fee or premium
of a loan over a period, to the bank that has lowered its rate or to the firm afterwards
(programmes B.9, H.29).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.risk_pool.domain.ledger import SUBSIDIES, Transfer, payable_to, receivable_from
from services.risk_pool.domain.month_figures import SUBSIDY_APPROVED
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words

POOL = "pool"
BORROWER = "borrower"
"""The role in which a firm stands on a settlement, once it is to be paid."""

_BANK = frozenset({"bank_operator"})
_FIRST = frozenset({"finance_maker", "reviewer"})
_SECOND = frozenset({"finance_checker"})


class State(StrEnum):
    """Where a subsidy is. An approved one is paid by the settlement of its month."""

    FILED = "filed"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What is done to a subsidy."""

    FILE = "file"
    REVIEW = "review"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_NOT_THE_REVIEWER = "another person than the reviewer"

LIFE_CYCLE = LifeCycle(
    goal=State.APPROVED,
    noun=Words("补贴申请", "subsidy"),
    moves=(
        Move(None, Action.FILE, State.FILED, _BANK, tells=("subsidy.filed.v1",)),
        Move(State.FILED, Action.REVIEW, State.REVIEWED, _FIRST, tells=("subsidy.reviewed.v1",)),
        Move(State.FILED, Action.REFUSE, State.REFUSED, _FIRST | _SECOND,
             tells=("subsidy.refused.v1",)),
        Move(State.FILED, Action.WITHDRAW, State.WITHDRAWN, _BANK),
        Move(State.REVIEWED, Action.APPROVE, State.APPROVED, _SECOND,
             guards=(_NOT_THE_REVIEWER,), tells=("subsidy.approved.v1",)),
        Move(State.REVIEWED, Action.REFUSE, State.REFUSED, _SECOND,
             guards=(_NOT_THE_REVIEWER,), tells=("subsidy.refused.v1",)),
        Move(State.REVIEWED, Action.WITHDRAW, State.WITHDRAWN, _BANK),
    ),
    guards={_NOT_THE_REVIEWER: another_person_than("reviewed_by", zh="审批", en="the decision")},
    states={
        State.FILED: Words("待审核", "to be reviewed"),
        State.REVIEWED: Words("待审批", "to be decided"),
        State.APPROVED: Words("已批准", "approved"),
        State.REFUSED: Words("不予补贴", "refused"),
        State.WITHDRAWN: Words("已撤回", "withdrawn"),
    },
    actions={
        Action.FILE: Words("提交", "filed"),
        Action.REVIEW: Words("审核同意", "reviewed"),
        Action.APPROVE: Words("批准补贴", "approved"),
        Action.REFUSE: Words("不予补贴", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.FILED: Wait(
            roles=("finance_maker", "reviewer"),
            words=Words("等待审核", "waits for the first person's review"),
        ),
        State.REVIEWED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人审批", "waits for a second person's decision"),
        ),
    },
)  # fmt: skip

UNDECIDED = frozenset({State.FILED, State.REVIEWED})
"""Filed, and neither approved nor refused: what it may take of a cap is held for it."""

COUNTS = UNDECIDED | {State.APPROVED}
"""Those whose period is taken: no day of a loan is subsidised twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A subsidy as a bank files it for a loan and a period; the last day is not counted."""

    code: str
    """Of the scheme: which of its subsidies."""
    since: date
    until: date
    principal_fen: int | None = None
    """What the subsidy counts on; the loan as it was paid out, where none is stated."""
    interest_paid_fen: int | None = None
    fee_fen: int | None = None
    policy_id: UUID | None = None
    """Of a premium: the policy that it was paid for, whose premium counts where no fee is stated."""
    fee_reason: str = ""
    """Why the fee is another than the policy's premium."""
    product: str = ""
    market_rate_bp: int | None = None
    attributes: Mapping[str, bool] = field(default_factory=dict)
    """Flags that the scheme's shares ask for."""
    documents: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidisedLoan:
    """What the pools know of the loan."""

    disbursed_fen: int | None
    disbursed_on: date | None
    ended_on: date | None
    """When it was repaid; None while it runs."""


def check(
    filed: Filed,
    loan: SubsidisedLoan,
    *,
    on_settlement: bool,
    taken: Sequence[tuple[str, date, date]],
    today: date,
) -> list[Finding]:
    """Everything that stands against a filing, whatever its amount.

    `taken`: number, first and last day of the loan's other live subsidies of this code.
    `on_settlement`: the scheme pays only once the loan is repaid.
    """
    if loan.disbursed_on is None or loan.disbursed_fen is None:
        return [
            _said("loan-not-disbursed", "该贷款尚未放款。", "The loan is not paid out.", "/loan_id")
        ]
    found = [*_period(filed, first=loan.disbursed_on, last=loan.ended_on or today, taken=taken)]
    if on_settlement and loan.ended_on is None:
        found.append(
            _said("loan-not-settled", "本方案在贷款结清后补贴，该贷款尚未结清。",
                  "This scheme pays after the loan is settled; it is not yet.", "/loan_id")
        )  # fmt: skip
    if filed.principal_fen is not None and filed.principal_fen > loan.disbursed_fen:
        found.append(
            _said("principal-above-loan", "计补本金高于放款金额。",
                  "The principal is above what was paid out.", "/principal")
        )  # fmt: skip
    return found


def _period(
    filed: Filed, *, first: date, last: date, taken: Sequence[tuple[str, date, date]]
) -> Iterator[Finding]:
    if not filed.since < filed.until:
        yield _said("period-empty", "补贴期间的止日须晚于起日。",
                    "The period ends before it begins.", "/until")  # fmt: skip
    if filed.since < first:
        yield _said("before-disbursement", f"补贴期间早于放款日 {first}。",
                    f"The period begins before the disbursement on {first}.", "/since")  # fmt: skip
    if filed.until > last:
        yield _said("period-not-over", f"补贴期间须已过去，最迟至 {last}。",
                    f"The period is not over: it ends on {last} at the latest.", "/until")  # fmt: skip
    for number, since, until in taken:
        if filed.since < until and since < filed.until:
            yield _said("period-subsidised", f"{number} 已申请 {since} 至 {until} 的补贴。",
                        f"{number} covers {since} to {until} already.", "/since")  # fmt: skip


def _said(code: str, zh: str, en: str, where: str) -> Finding:
    return Finding(code, in_words("H.29"), zh, en, field=where)


def approval_transfers(
    shares: Mapping[str, int],
    *,
    codes: Mapping[str, str],
    payee_code: str,
    number: str,
    loan_id: UUID | None,
    day: date,
    explanation_id: UUID,
) -> list[Transfer]:
    """Each treasury owes its part to the settlement, which owes it to the payee; the pool's own
    part is spent from what was paid into it."""
    return [
        Transfer(
            reference=f"subsidy:{number}:{payer}",
            debit=SUBSIDIES if payer == POOL else receivable_from(codes[payer]),
            credit=payable_to(payee_code),
            amount_fen=fen,
            business_date=day,
            kind=SUBSIDY_APPROVED,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for payer, fen in shares.items()
        if fen
    ]


def cap_scope(per: str) -> tuple[str, ...]:
    """Which of the earlier subsidies a cap counts: what they must have in common."""
    return {
        "borrower_year": ("borrower", "year"),
        "borrower_life": ("borrower",),
        "product_year": ("borrower", "product", "year"),
        "product_life": ("borrower", "product"),
        "programme_year": ("year",),
    }[per]
