"""The facts of a claim as the rules engine asks for them, from what was filed and what is known."""

from fractions import Fraction

from shared.life_cycle import Row
from shared.ratios import WHOLE_BP
from shared.schemes.decide.claims import ClaimFacts, Cost


def claim_facts(claim: Row, loan: Row, balance_fen: int) -> ClaimFacts:
    """What was filed, what the coverage says of the loan, and the borrower's balance."""
    costs = claim["costs_fen"]
    return ClaimFacts(
        outstanding_principal_fen=claim["outstanding_principal_fen"],
        ip_share=Fraction(claim["ip_share_bp"], WHOLE_BP),
        interest_fen=claim["interest_arrears_fen"],
        penalty_interest_fen=claim["penalty_interest_fen"],
        costs=(Cost(claim["number"], costs),) if costs else (),
        borrower_balance_fen=balance_fen,
        loan_amount_fen=loan["amount_fen"],
        attributes={
            **loan["attributes"],
            "is_first_loan": loan["is_first_loan"],
            "is_multi_ip_type": loan["is_multi_ip_type"],
            "risk_class": claim["facts"]["risk_class"],
        },
    )
