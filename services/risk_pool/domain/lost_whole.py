"""A loan of the book as the claim for all of it: what the scheme would split if it were lost now.

For reports and foresight, never for a decision. What nobody has stated yet is taken at its
plainest, and said so to the reader: prior decisions are granted, other policy funds pay nothing,
nothing was recovered before, and a guarantor has paid what is outstanding.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.terms_on_a_book import nothing_used
from shared.life_cycle import Row
from shared.ratios import ip_share
from shared.refusals import Refused
from shared.schemes.decide.claims import ClaimFacts
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.stated import as_facts
from shared.schemes.terms import Terms


def facts_of_loan(loan: Row, terms: Terms, agreed: Mapping[str, Fraction]) -> ClaimFacts:
    """The facts of a claim for everything that is outstanding of a loan."""
    outstanding_fen = loan["outstanding_fen"]
    decisions = terms.sharing.only_if_confirmed if terms.sharing is not None else ()
    return ClaimFacts(
        outstanding_principal_fen=outstanding_fen,
        ip_share=ip_share(
            share_bp=loan["ip_share_bp"],
            amount_fen=loan["amount_fen"],
            ip_amount_fen=loan["ip_amount_fen"],
        ),
        recovered_fen=0,
        compensated_amount_fen=outstanding_fen,
        other_policy_money_fen=0,
        borrower_balance_fen=loan["borrower_balance_fen"],
        loan_amount_fen=loan["amount_fen"],
        attributes={
            **as_facts(loan["attributes"]),
            **as_facts(loan["attributes_at_disbursement"]),
            "is_first_loan": loan["is_first_loan"],
            "is_multi_ip_type": loan["is_multi_ip_type"],
            "is_ip_loan": True,
            "risk_class": loan["risk_class"] or "normal",
        },
        agreed=agreed,
        confirmed={decision: True for _, decision in decisions},
    )


def split_whole(loan: Row, terms: Terms, agreed: Mapping[str, Fraction]) -> ClaimDecision | None:
    """The split of a loan lost whole, nothing drawn on any cap that runs over several claims;
    None where the terms refuse to split it, for a fact is missing."""
    try:
        return split_loss(facts_of_loan(loan, terms, agreed), terms, nothing_used(terms))
    except Refused:
        return None


def bank_bears_fen(decision: ClaimDecision) -> int:
    """What of the covered principal stays with the bank."""
    uncovered_fen = decision.uncovered_fen if decision.terms.bearer == "bank" else 0
    return decision.shares.get("bank", 0) + uncovered_fen


def pool_bears_fen(decision: ClaimDecision) -> int:
    """What of the covered principal the pool pays."""
    return decision.shares.get(POOL, 0)


def whole_of(loan: Mapping[str, Any]) -> Row:
    """A loan of the book as it is by itself, without what is one debt with its renewal taken off."""
    return {
        **loan,
        "covered_fen": loan["whole_covered_fen"],
        "outstanding_fen": loan["whole_outstanding_fen"],
    }


def part_left(loan: Row) -> Fraction:
    """How much of a loan's cover the book counts for it; the rest is one debt with its renewal and
    counts there."""
    return Fraction(loan["covered_fen"], loan["whole_covered_fen"])
