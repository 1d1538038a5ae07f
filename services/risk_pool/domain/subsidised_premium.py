"""A subsidy of an insurance premium, filled in from the policy that it is paid for.

The policy says what was paid (programmes J.3, G.1): its premium is what the subsidy counts on. A bank
that states another fee says why, and who decides reads it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.risk_pool.domain.subsidy import Filed
from shared.money import format_fen
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words

OF_PREMIUMS = "insurance_premium"
"""What a scheme's subsidy is counted on, where it is one of a premium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An insurance policy as applications last told of it."""

    policy_id: UUID
    loan_id: UUID | None
    """None where it is a firm's without a case."""
    borrower_uscc: str
    reference: str
    insurer_name: str
    premium_fen: int | None
    """None: nobody has said."""
    begins_on: date
    ends_on: date
    ended_on: date | None

    def is_of(self, loan_id: UUID, borrower_uscc: str) -> bool:
        """Of this loan, or of its firm without a loan."""
        return self.borrower_uscc == borrower_uscc and self.loan_id in (None, loan_id)

    def holds_in(self, since: date, until: date) -> bool:
        """Whether it holds on any day of a period, whose last day is not counted."""
        return self.begins_on < until and since <= (self.ended_on or self.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known when a subsidy is filed."""

    of: str
    """What the scheme's subsidy is counted on."""
    loan_id: UUID
    borrower_uscc: str
    policies: Sequence[Policy]
    """Of the loan and of its firm, and the one that is named."""
    used_fen: int
    """What other live subsidies of this kind count on of the named policy's premium."""


def named(filed: Filed, known: Known) -> Policy | None:
    """The policy that the filing names; None where it names none that is known."""
    return next((one for one in known.policies if one.policy_id == filed.policy_id), None)


def fee_of(filed: Filed, known: Known) -> int | None:
    """What the subsidy counts on, in fen: what the bank states, else the premium of its policy."""
    policy = named(filed, known)
    return policy.premium_fen if filed.fee_fen is None and policy else filed.fee_fen


def check(filed: Filed, known: Known) -> list[Finding]:
    """Everything that stands between a filing and the policy."""
    if known.of != OF_PREMIUMS:
        return [*_not_asked(filed)]
    if filed.policy_id is None:
        return [*_not_named(filed, known)]
    policy = named(filed, known)
    if policy is None or not policy.is_of(known.loan_id, known.borrower_uscc):
        return [
            _said("policy-unknown", "没有该贷款或该企业的这张保单。",
                  "The loan and its firm have no such policy.", "/policy_id")
        ]  # fmt: skip
    return [*_period(filed, policy), *_amount(filed, policy), *_once(filed, known, policy)]


def _not_asked(filed: Filed) -> Iterator[Finding]:
    if filed.policy_id is not None:
        yield _said("policy-not-asked", "该补贴不按保险费计算，不用填写保单。",
                    "This subsidy is not counted on a premium: no policy is asked for.",
                    "/policy_id")  # fmt: skip


def _not_named(filed: Filed, known: Known) -> Iterator[Finding]:
    fitting = [
        one.reference for one in known.policies
        if one.is_of(known.loan_id, known.borrower_uscc) and one.holds_in(filed.since, filed.until)
    ]  # fmt: skip
    if fitting and not filed.fee_reason:
        numbers = "、".join(fitting[:5])
        yield _said("policy-not-named", f"已有保单 {numbers}，请选择保单，或说明不按保单计算的理由。",
                    f"There is {', '.join(fitting[:5])}: name the policy, or say why the fee does not "
                    "follow it.", "/policy_id")  # fmt: skip


def _period(filed: Filed, policy: Policy) -> Iterator[Finding]:
    if not policy.holds_in(filed.since, filed.until):
        last = policy.ended_on or policy.ends_on
        yield _said("policy-of-another-time",
                    f"保单 {policy.reference} 的保险期间为 {policy.begins_on} 至 {last}，不在补贴期间内。",
                    f"Policy {policy.reference} holds from {policy.begins_on} to {last}, outside the "
                    "period.", "/policy_id")  # fmt: skip


def _amount(filed: Filed, policy: Policy) -> Iterator[Finding]:
    if policy.premium_fen is None and filed.fee_fen is None:
        yield _said("premium-unknown", f"保单 {policy.reference} 未登记保险费，请填写实付费用并说明理由。",
                    f"Policy {policy.reference} states no premium: state what was paid, and why.",
                    "/fee")  # fmt: skip
    elif filed.fee_fen not in (None, policy.premium_fen) and not filed.fee_reason:
        stated = "未登记" if policy.premium_fen is None else f"{format_fen(policy.premium_fen)} 元"
        none = "not stated" if policy.premium_fen is None else format_fen(policy.premium_fen)
        yield _said("fee-differs", f"保单 {policy.reference} 的保险费为 {stated}，与填写的费用不同，请说明理由。",
                    f"The premium of policy {policy.reference} is {none}: say why the fee is another.",
                    "/fee_reason")  # fmt: skip


def _once(filed: Filed, known: Known, policy: Policy) -> Iterator[Finding]:
    fee_fen = fee_of(filed, known)
    if not known.used_fen or fee_fen is None or policy.premium_fen is None:
        return
    left_fen = max(policy.premium_fen - known.used_fen, 0)
    if fee_fen > left_fen:
        yield _said("premium-subsidised",
                    f"保单 {policy.reference} 的保险费已申请补贴 {format_fen(known.used_fen)} 元，"
                    f"还可计入 {format_fen(left_fen)} 元。",
                    f"Of the premium of policy {policy.reference} {format_fen(known.used_fen)} is "
                    f"subsidised already; {format_fen(left_fen)} is left.", "/fee")  # fmt: skip


def _said(code: str, zh: str, en: str, where: str) -> Finding:
    return Finding(code, in_words("H.29"), zh, en, field=where)
