"""What a machine can check of a claim before a person reads it: the loan, the bank's own reports, the
time that the scheme gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.risk_pool.domain.claim_details import NOTHING_MORE, ClaimDetails
from shared.risk_classes import NON_PERFORMING, is_at_least
from shared.schemes.decide.findings import Finding
from shared.schemes.rules.claims import TriggerRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What the bank itself last reported about the loan."""

    month: str
    month_end: date
    outstanding_principal_fen: int
    overdue_days: int
    risk_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A claim as a bank files it. The dates say since when something holds, None that it does not."""

    claimed_on: date
    outstanding_principal_fen: int
    interest_arrears_fen: int = 0
    penalty_interest_fen: int = 0
    costs_fen: int = 0
    overdue_days: int
    risk_class: str
    lawsuit_accepted_on: date | None = None
    called_early_on: date | None = None
    loss_confirmed_on: date | None = None
    written_off_on: date | None = None
    enforcement_ended_on: date | None = None
    guarantor_paid_on: date | None = None
    insurer_notified_on: date | None = None
    compensated_elsewhere: bool = False
    documents: Sequence[Mapping[str, str]] = ()
    """Kind, hash and file name of each."""
    details: ClaimDetails = NOTHING_MORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What the pool knows of the loan that is claimed for."""

    covered: bool
    disbursed_on: date | None
    live_claim_number: str = ""


def check_loan(filed: Filed, loan: Loan, *, today: date) -> list[Finding]:
    """The loan is covered, was paid out before the claim, and has no claim alive."""
    found = []
    if loan.live_claim_number:
        found.append(
            Finding(
                "already-claimed",
                "",
                f"该贷款已有补偿申请 {loan.live_claim_number}，不得重复申请。",
                f"The loan already has the claim {loan.live_claim_number}.",
                field="/loan_id",
            )
        )
    elif not loan.covered:
        found.append(
            Finding(
                "not-covered",
                "",
                "该贷款当前不在风险补偿覆盖范围内（未放款、已结清或已解除）。",
                "The loan is not covered now: not disbursed, repaid or released.",
                field="/loan_id",
            )
        )
    if filed.claimed_on > today:
        found.append(
            Finding(
                "claimed-in-the-future",
                "",
                "申请日期不能晚于今天。",
                "The day of the claim is in the future.",
                field="/claimed_on",
            )
        )
    if loan.disbursed_on and filed.claimed_on < loan.disbursed_on:
        found.append(
            Finding(
                "claimed-before-disbursement",
                "",
                f"申请日期早于放款日 {loan.disbursed_on}。",
                f"The claim is dated before the disbursement on {loan.disbursed_on}.",
                field="/claimed_on",
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
                "",
                "该贷款尚无月度余额报告，请先报送。",
                "No monthly position has been reported for the loan; report it first.",
                field="/loan_id",
            )
        ]
    found = []
    if filed.outstanding_principal_fen > position.outstanding_principal_fen:
        found.append(
            Finding(
                "principal-above-position",
                "",
                f"申请的未还本金高于 {position.month} 月报送的余额。",
                f"The principal claimed is above what was reported for {position.month}.",
                field="/outstanding_principal",
            )
        )
    days_since = max((filed.claimed_on - position.month_end).days, 0)
    most = position.overdue_days + days_since
    if not position.overdue_days <= filed.overdue_days <= most:
        found.append(
            Finding(
                "overdue-days-disagree",
                "",
                f"逾期天数 {filed.overdue_days} 与 {position.month} 月报送的"
                f" {position.overdue_days} 天不符，应在 {position.overdue_days} 至 {most} 之间。",
                f"{filed.overdue_days} days overdue do not agree with the {position.overdue_days} "
                f"reported for {position.month}: between {position.overdue_days} and {most}.",
                field="/facts/overdue_days",
            )
        )
    if filed.risk_class != position.risk_class:
        found.append(
            Finding(
                "risk-class-disagrees",
                "",
                f"五级分类与 {position.month} 月报送的不一致，请先更新月报。",
                f"The risk class is not the one reported for {position.month}; report it first.",
                field="/facts/risk_class",
            )
        )
    return found


def months_non_performing(history: Sequence[Position]) -> int:
    """For how many month-ends running, up to the last one, the loan has been substandard or worse.

    `history` from the earliest month to the last.
    """
    months = 0
    for position in reversed(history):
        if position.risk_class not in NON_PERFORMING:
            break
        months += 1
    return months


def entitled_on(
    filed: Filed, triggers: Sequence[TriggerRule], history: Sequence[Position]
) -> date | None:
    """The day from which the bank could claim: when the earliest trigger held in full.

    Days overdue are counted back from the claim, a class dates from the month-end at which it was
    first reported, everything else from the date that the bank states. None where nothing dates
    it. Only for a claim that fits one of the triggers.
    """
    days = [day for rule in triggers if (day := _held_since(rule, filed, history)) is not None]
    return min(days) if days else None


def _held_since(rule: TriggerRule, filed: Filed, history: Sequence[Position]) -> date | None:
    parts: list[date] = []
    for is_asked, since in (
        (rule.lawsuit_accepted, filed.lawsuit_accepted_on),
        (rule.called_early, filed.called_early_on),
        (rule.loss_confirmed, filed.loss_confirmed_on),
        (rule.written_off, filed.written_off_on),
        (rule.enforcement_ended, filed.enforcement_ended_on),
        (rule.guarantor_has_paid, filed.guarantor_paid_on),
        (rule.insurer_notified, filed.insurer_notified_on),
    ):
        if is_asked and since is None:
            return None
        if is_asked and since is not None:
            parts.append(since)
    if rule.overdue_days_above is not None:
        beyond = filed.overdue_days - rule.overdue_days_above - 1
        if beyond < 0:
            return None
        parts.append(filed.claimed_on - timedelta(days=beyond))
    if rule.risk_class_at_least is not None:
        reported = _reported_at_least(rule.risk_class_at_least, history)
        if reported is not None:
            parts.append(reported)
    return max(parts) if parts else None


def _reported_at_least(risk_class: str, history: Sequence[Position]) -> date | None:
    """The month-end since which the loan has been reported in this class or worse without a break."""
    since = None
    for position in reversed(history):
        if not is_at_least(position.risk_class, risk_class):
            break
        since = position.month_end
    return since


def check_deadline(filed: Filed, *, entitled: date | None, last_day: date | None) -> list[Finding]:
    """The claim comes within the time that the scheme gives."""
    if entitled is None or last_day is None or filed.claimed_on <= last_day:
        return []
    return [
        Finding(
            "claim-too-late",
            "",
            f"自 {entitled} 起可申请补偿，最迟 {last_day}，已逾期。",
            f"It could be claimed from {entitled} until {last_day}; that is over.",
            {"entitled_on": entitled.isoformat(), "last_day": last_day.isoformat()},
            "/claimed_on",
        )
    ]
