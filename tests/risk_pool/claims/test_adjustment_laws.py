"""Laws of booking back, over random histories of claims, recoveries and claw-backs."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest

from services.risk_pool.domain.booking_back import as_transfers, booked_back, nets
from services.risk_pool.domain.compensation import (
    PartyPayment,
    approval_transfers,
)
from services.risk_pool.domain.ledger import Transfer, natural_balance, turnover
from services.risk_pool.domain.recovery import recovery_transfers
from shared.schemes.decide.claims import Borne, Cost
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery

DAY = date(2026, 3, 5)
LOAN, WHY = UUID(int=1), UUID(int=2)
CODES = {"pool": "dongli", "bank": "ICBC", "insurer": "RENBAO", "appraiser": "PINGGU"}
SEEDS = range(60)


def balances(transfers: Sequence[Transfer]) -> Mapping[str, int]:
    return {
        account: natural_balance(account, debited_fen=debited, credited_fen=credited)
        for account, (debited, credited) in turnover(transfers).items()
    }


def between(held: Mapping[str, int], code: str) -> int:
    """What stands between the settlement and a party: positive what it is owed."""
    return held.get(f"payable:{code}", 0) - held.get(f"receivable:{code}", 0)


def approved(dice: random.Random) -> tuple[Borne, list[Transfer], bool]:
    """A claim shared among up to four parties, whose pool share may be paid."""
    others = dice.sample(["pool", "insurer", "appraiser"], dice.randint(1, 3))
    shares = {party: dice.randint(1, 10**8) for party in ["bank", *others]}
    borne = Borne(
        version="1", residual="bank", bearer="bank", borne=shares, parts=shares,
        interest_outside_fen=dice.choice((0, dice.randint(1, 10**6))), ip_share=Fraction(1),
        order=dice.choice(("statutory", "principal_first")),
        recovered_by=dice.choice(("bank", "bank", "pool")) if "pool" in shares else "bank",
        rounding="residual",
    )  # fmt: skip
    steps = [
        PartyPayment(payer=party, payer_code=CODES[party], payee="bank", payee_code="ICBC",
                     kind="compensation", amount_fen=fen)
        for party, fen in shares.items() if party != "bank"
    ]  # fmt: skip
    about = {"claim_number": "C", "loan_id": LOAN, "explanation_id": WHY}
    booked = [*approval_transfers(steps, day=DAY, **about)]
    is_paid = dice.random() < 0.6
    paid = [
        Transfer(reference=f"payment:{n}", debit="payable:ICBC", credit="cash", kind="claim-paid",
                 amount_fen=one.amount_fen, business_date=DAY, explanation_id=WHY, loan_id=LOAN)
        for n, one in enumerate(steps) if one.payer == "pool"
    ]  # fmt: skip
    return borne, booked + paid * is_paid, is_paid


def recovered(dice: random.Random, borne: Borne) -> tuple[list[Transfer], dict[str, int]]:
    """Some recoveries of the claim; what is booked, and what each party has had back."""
    booked: list[Transfer] = []
    returned: dict[str, int] = {}
    carried, interest = 0, 0
    for number in range(dice.randint(0, 5)):
        costs = dice.choice((0, dice.randint(1, 10**6)))
        facts = RecoveryFacts(
            pledged_ip_fen=dice.randint(1, 6 * 10**7), costs=(Cost(f"R{number}", costs),),
            carried_costs_fen=carried, returned=dict(returned), interest_returned_fen=interest,
        )  # fmt: skip
        decision = split_recovery(facts, borne)
        carried, interest = decision.carried_costs_fen, interest + decision.to_interest_fen
        for party, fen in decision.returned.items():
            returned[party] = returned.get(party, 0) + fen
        given = sum(decision.returned.values()) + decision.to_interest_fen
        assert given + decision.to_pledgor_fen == decision.net_fen
        assert decision.gross_fen - decision.costs_fen == decision.net_fen
        booked += recovery_transfers(
            decision, CODES, recovery_number=f"R{number}", loan_id=LOAN, day=DAY,
            explanation_id=WHY,
        )  # fmt: skip
    return booked, returned


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_claw_back_everybody_stands_as_if_the_claim_had_never_been_approved(seed):
    dice = random.Random(seed)
    borne, of_claim, is_paid = approved(dice)
    of_recoveries, _ = recovered(dice, borne)
    booked = of_claim + of_recoveries

    entries = booked_back(
        [one for one in booked if one.kind != "claim-paid"], bearer_code="ICBC", is_paid=is_paid
    )
    back = as_transfers(entries, adjustment_number="A", loan_id=LOAN, day=DAY, explanation_id=WHY)
    held = balances([*booked, *back])

    assert len({one.reference for one in (*booked, *back)}) == len(booked) + len(back)
    assert held.get("claims", 0) == held.get("recoveries", 0) == 0
    assert between(held, "RENBAO") == between(held, "PINGGU") == 0
    # Between the pool and the lender stands what has really left or reached the account.
    to_come = held.get("receivable:debtor", 0)
    assert between(held, "ICBC") == held.get("cash", 0) + to_come


@pytest.mark.parametrize("seed", SEEDS)
def test_each_gets_what_it_bore_less_what_came_back_and_no_fen_is_made_or_lost(seed):
    dice = random.Random(seed)
    borne, of_claim, is_paid = approved(dice)
    of_recoveries, returned = recovered(dice, borne)
    booked = [one for one in of_claim + of_recoveries if one.kind != "claim-paid"]

    gets = nets(booked_back(booked, bearer_code="ICBC", is_paid=is_paid), "dongli")

    assert sum(gets.values()) == 0
    for party, bore in borne.borne.items():
        assert 0 <= returned.get(party, 0) <= bore
        if party != "bank":
            assert gets.get(CODES[party], 0) == bore - returned.get(party, 0), party
