"""The facts of a claim as the rules engine asks for them: each as of its own day.

What the bank stated at the approval and at the disbursement stands on the coverage, what it stated
of the claim on the claim, what the bureau enters in the registers. Nothing is guessed: what the
terms need and nobody has stated is refused by its name, and nothing is paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from services.risk_pool.domain.claim_details import costs_of, counts_policy_money
from shared.life_cycle import Row
from shared.ratios import ip_share
from shared.schemes.decide.claims import ClaimFacts, Cost
from shared.schemes.decide.findings import FactMissing
from shared.schemes.facts import FactDay, facts_needed
from shared.schemes.stated import FactValue, as_facts
from shared.schemes.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """What the registers of agreed figures and of counted costs say for one claim."""

    figures: Mapping[str, int] = field(default_factory=dict)
    """Name of `vocabulary.FIGURES` → fen; what is not entered is not there."""
    raised: Mapping[str, int] = field(default_factory=dict)
    """Code of a cap → its ceiling by a recorded decision, in fen."""
    agreed: Mapping[str, Fraction] = field(default_factory=dict)
    """Party → the share that its agreement states."""
    confirmed: Mapping[str, bool] = field(default_factory=dict)
    """Name of a prior decision → whether it was granted; without a record it is not there."""
    by_bureau: Mapping[FactDay, Mapping[str, FactValue]] = field(default_factory=dict)
    """Day → the facts that the bureau states, as they were on it."""
    used_costs: frozenset[str] = frozenset()
    """References of costs that have counted before, in a claim or in a recovery."""


NOTHING_ENTERED: Final = Registers()


def claim_facts(
    claim: Row, loan: Row, balance_fen: int, *, terms: Terms, registers: Registers
) -> ClaimFacts:
    """The facts by which the loss of a claim is split.

    Raises FactMissing for a prior decision or an amount that the terms count and nobody stated;
    the engine itself refuses the other facts that its rules miss.
    """
    _require_decisions(terms, registers)
    _require_amounts(claim, terms)
    return ClaimFacts(
        outstanding_principal_fen=claim["outstanding_principal_fen"],
        ip_share=share_of(claim),
        interest_fen=claim["interest_arrears_fen"],
        penalty_interest_fen=claim["penalty_interest_fen"],
        compound_interest_fen=claim["compound_interest_fen"],
        costs=_costs(claim),
        recovered_fen=claim["recovered_before_fen"] or 0,
        compensated_amount_fen=claim["compensated_amount_fen"],
        other_policy_money_fen=claim["other_policy_money_fen"] or 0,
        borrower_balance_fen=balance_fen,
        loan_amount_fen=loan["amount_fen"],
        attributes={
            **_as_of_their_days(claim, loan, terms, registers),
            "is_first_loan": loan["is_first_loan"],
            "is_multi_ip_type": loan["is_multi_ip_type"],
            # No loan enters a pool without a pledged right.
            "is_ip_loan": True,
            "risk_class": claim["facts"]["risk_class"],
        },
        agreed=registers.agreed,
        confirmed=registers.confirmed,
    )


def amounts_claimed(claim: Row) -> ClaimFacts:
    """The amounts of a claim alone: all that is known of one that lacks a fact to be split."""
    return ClaimFacts(
        outstanding_principal_fen=claim["outstanding_principal_fen"],
        ip_share=share_of(claim),
        interest_fen=claim["interest_arrears_fen"],
        penalty_interest_fen=claim["penalty_interest_fen"],
        compound_interest_fen=claim["compound_interest_fen"],
        costs=_costs(claim),
        compensated_amount_fen=claim["compensated_amount_fen"],
    )


def share_of(claim: Row) -> Fraction:
    """The part of a claimed loan that IP is pledged for, exactly (programmes H.7)."""
    return ip_share(
        share_bp=claim["ip_share_bp"],
        amount_fen=claim["loan_amount_fen"] or 0,
        ip_amount_fen=claim["ip_amount_fen"],
    )


def _costs(claim: Row) -> tuple[Cost, ...]:
    """As listed, by the references of the receipts; one figure counts under the claim's number."""
    listed = tuple(Cost(cost.reference, cost.amount_fen) for cost in costs_of(claim))
    total_fen = claim["costs_fen"]
    return listed or ((Cost(claim["number"], total_fen),) if total_fen else ())


def _as_of_their_days(
    claim: Row, loan: Row, terms: Terms, registers: Registers
) -> dict[str, FactValue]:
    """Each fact that the terms ask for from where it was stated as of the day that counts; what
    nobody asks for is told as it was stated last."""
    by_day: Mapping[str, Mapping[str, Any]] = {
        "approval": as_facts(loan["attributes"]),
        "disbursement": as_facts(loan["attributes_at_disbursement"]),
        "claim": as_facts(claim["attributes"]),
    }
    found = {**by_day["approval"], **by_day["disbursement"], **by_day["claim"]}
    for fact in facts_needed(terms):
        of_bureau = registers.by_bureau.get(fact.at, {})
        source = of_bureau if fact.by == "bureau" else by_day[fact.at]
        found.pop(fact.name, None)
        if fact.name in source:
            found[fact.name] = source[fact.name]
    return found


def _require_decisions(terms: Terms, registers: Registers) -> None:
    """A party that pays only after a prior decision: whether it was granted must be on record."""
    asked = terms.sharing.only_if_confirmed if terms.sharing is not None else ()
    for _, decision in asked:
        if decision not in registers.confirmed:
            raise FactMissing(
                f"协议数值中没有登记前置确认（{decision}）的结果：须先登记同意或不同意",
                f"Whether the prior decision {decision} was granted is not on record.",
                fact=decision,
            )


def _require_amounts(claim: Row, terms: Terms) -> None:
    if claim["other_policy_money_fen"] is None and counts_policy_money(terms):
        raise FactMissing(
            "缺少其他政策性资金补偿额，没有则填 0.00",
            "Money from other programmes is not stated; 0.00 if there is none.",
            fact="other_policy_money",
        )
    if claim["recovered_before_fen"] is None and terms.base.net_of_recoveries:
        raise FactMissing(
            "缺少申请前已追回金额，没有则填 0.00",
            "Money recovered before the claim is not stated; 0.00 if there is none.",
            fact="recovered_before",
        )
