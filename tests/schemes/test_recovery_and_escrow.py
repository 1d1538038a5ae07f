"""Where recovered and set-aside money goes, and in what order claims count."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from shared.schemes.decide.claims import (
    Borne,
    Cost,
    CostAlreadyCounted,
    Counters,
    Payment,
)
from shared.schemes.decide.deadlines import NoDeadline, deadline
from shared.schemes.decide.escrow import EscrowFacts, explain_escrow, settle_escrow
from shared.schemes.decide.loss import split_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from shared.schemes.decide.sequence import FiledClaim, advance, in_order
from shared.schemes.rules.claims import Deadline
from shared.schemes.rules.limits import Covered
from tests.schemes.builders import borne, cap, flat, loss, terms
from tests.schemes.strategies import terms_of


def test_only_the_ip_share_of_other_proceeds_counts_rounded_half_up():
    decision = split_recovery(RecoveryFacts(pledged_ip_fen=10, other_fen=5), borne())

    assert (decision.gross_fen, decision.net_fen) == (13, 13)
    third = borne(ip_share=Fraction(1, 3))
    assert split_recovery(RecoveryFacts(pledged_ip_fen=0, other_fen=5), third).gross_fen == 2
    assert split_recovery(RecoveryFacts(pledged_ip_fen=0, other_fen=4), third).gross_fen == 1


def test_costs_come_first_and_what_they_leave_uncovered_is_carried():
    facts = RecoveryFacts(
        pledged_ip_fen=10, costs=(Cost("a", 4), Cost("b", 9)), carried_costs_fen=2
    )

    decision = split_recovery(facts, borne())

    assert (decision.costs_fen, decision.net_fen, decision.carried_costs_fen) == (10, 0, 5)
    assert decision.returned == {"pool": 0, "bank": 0}
    assert decision.payments == ()


def test_a_cost_of_a_recovery_counts_once_only():
    with pytest.raises(CostAlreadyCounted):
        split_recovery(
            RecoveryFacts(pledged_ip_fen=1, costs=(Cost("a", 1),), used_costs=frozenset("a")),
            borne(),
        )
    with pytest.raises(CostAlreadyCounted):
        split_recovery(RecoveryFacts(pledged_ip_fen=1, costs=(Cost("a", 1), Cost("a", 2))), borne())


def test_a_party_that_is_whole_leaves_its_part_to_the_others():
    facts = RecoveryFacts(pledged_ip_fen=100, returned={"pool": 390, "bank": 0})

    decision = split_recovery(facts, borne())

    assert decision.returned == {"pool": 10, "bank": 90}
    assert decision.whole == ("pool",)
    assert decision.payments == (Payment("bank", "pool", 10, "recovery_return"),)


def test_when_all_are_whole_interest_comes_next_and_then_the_pledgor():
    facts = RecoveryFacts(
        pledged_ip_fen=100, returned={"pool": 400, "bank": 580}, interest_returned_fen=20
    )

    decision = split_recovery(facts, borne(recovered_by="pool"))

    assert decision.returned == {"pool": 0, "bank": 20}
    assert (decision.to_interest_fen, decision.to_pledgor_fen) == (30, 50)
    assert decision.payments == (
        Payment("pool", "bank", 20, "recovery_return"),
        Payment("pool", "bank", 30, "interest_return"),
        Payment("pool", "pledgor", 50, "surplus"),
    )


def test_a_single_fen_is_handed_over_too():
    facts = RecoveryFacts(
        pledged_ip_fen=3, returned={"pool": 399, "bank": 600}, interest_returned_fen=49
    )

    decision = split_recovery(facts, borne(recovered_by="pool", residual="pool"))
    other = split_recovery(facts, borne(recovered_by="guarantor", bearer="guarantor"))

    assert decision.payments == (
        Payment("pool", "bank", 1, "interest_return"),
        Payment("pool", "pledgor", 1, "surplus"),
    )
    assert other.payments == (
        Payment("guarantor", "pool", 1, "recovery_return"),
        Payment("guarantor", "pledgor", 1, "surplus"),
    )


def test_a_pure_ip_loan_counts_whole_in_its_recoveries():
    assert split_loss(loss(10), terms()).borne.ip_share == 1


def test_under_the_statutory_order_interest_is_paid_before_principal():
    facts = RecoveryFacts(pledged_ip_fen=60, interest_returned_fen=20)

    decision = split_recovery(facts, borne(order="statutory"))

    assert decision.to_interest_fen == 30
    assert decision.returned == {"pool": 12, "bank": 18}
    paid = RecoveryFacts(pledged_ip_fen=60, interest_returned_fen=70)
    assert split_recovery(paid, borne(order="statutory")).to_interest_fen == 0


def test_the_residual_party_of_the_claim_takes_the_rounding_of_its_recoveries():
    middle = borne(
        borne={"pool": 9, "bank": 9, "insurer": 9}, parts={"pool": 1, "bank": 1, "insurer": 1}
    )

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=1), middle)

    assert decision.returned == {"pool": 0, "bank": 1, "insurer": 0}


def test_what_was_rounded_by_largest_remainder_comes_back_so():
    even = borne(borne={"pool": 100, "bank": 100}, parts={"pool": 1, "bank": 1}, residual="bank")
    three = replace(even, borne={"a": 9, "b": 9, "bank": 9}, parts={"a": 1, "b": 1, "bank": 1})
    largest = replace(three, rounding="largest_remainder")
    two = RecoveryFacts(pledged_ip_fen=2)

    assert split_recovery(two, three).returned == {"a": 1, "b": 1, "bank": 0}
    assert split_recovery(RecoveryFacts(pledged_ip_fen=1), three).returned["bank"] == 1
    assert split_recovery(RecoveryFacts(pledged_ip_fen=1), largest).returned["a"] == 1
    escrow = EscrowFacts(held={"a": 0, "b": 0}, net_loss_fen=1, available={"a": 9, "b": 9})
    assert settle_escrow(escrow, three).shares == {"a": 0, "b": 0, "bank": 1}
    assert settle_escrow(escrow, largest).shares == {"a": 1, "b": 0, "bank": 0}
    rounded = split_loss(loss(9), terms(rounding="largest_remainder")).borne
    assert Borne.from_data(rounded.as_data()).rounding == "largest_remainder"


def test_where_the_residual_party_is_whole_the_last_one_open_takes_the_rounding():
    three = borne(
        borne={"pool": 100, "insurer": 100, "bank": 1}, parts={"pool": 1, "insurer": 1, "bank": 0}
    )

    decision = split_recovery(RecoveryFacts(pledged_ip_fen=3, returned={"bank": 1}), three)

    assert decision.returned == {"pool": 2, "insurer": 1, "bank": 0}


def test_a_fen_of_rounding_borne_without_a_part_comes_back_last():
    odd = borne(borne={"pool": 9, "bank": 1}, parts={"pool": 1, "bank": 0})

    assert split_recovery(RecoveryFacts(pledged_ip_fen=9), odd).returned == {"pool": 9, "bank": 0}
    assert split_recovery(RecoveryFacts(pledged_ip_fen=10), odd).returned == {"pool": 9, "bank": 1}


def test_escrow_releases_what_is_too_much_and_adds_what_is_missing():
    def settle(net: int, held: int, available: int):
        return settle_escrow(
            EscrowFacts(held={"pool": held}, net_loss_fen=net, available={"pool": available}),
            borne(),
        )

    too_much = settle(900, 400, 99)
    assert too_much.payments == (
        Payment("escrow", "bank", 360, "compensation"),
        Payment("escrow", "pool", 40, "release"),
    )
    assert too_much.borne.parts == {"pool": 2, "bank": 3}
    assert too_much.borne.borne == {"pool": 360, "bank": 540}
    missing = settle(1_100, 400, 99)
    assert missing.payments == (
        Payment("escrow", "bank", 400, "compensation"),
        Payment("pool", "bank", 40, "compensation"),
    )
    short = settle(1_100, 400, 10)
    assert short.shares == {"pool": 410, "bank": 690}
    assert short.borne.parts == {"pool": 410, "bank": 690}
    assert settle(1_000, 400, 0).payments == (Payment("escrow", "bank", 400, "compensation"),)
    assert settle(0, 0, 0).payments == ()


def test_a_party_that_becomes_exactly_whole_changes_no_fen_of_the_others():
    three = borne(
        borne={"pool": 10, "insurer": 30, "bank": 30},
        parts={"pool": 1, "insurer": 1, "bank": 1},
        interest_outside_fen=0,
    )

    exact = split_recovery(RecoveryFacts(pledged_ip_fen=31), three)
    more = split_recovery(RecoveryFacts(pledged_ip_fen=34), three)

    assert exact.returned == {"pool": 10, "insurer": 10, "bank": 11}  # the bank takes the rounding
    assert exact.whole == ("pool",)
    assert more.returned == {"pool": 10, "insurer": 12, "bank": 12}  # its 11th goes to the others


def test_the_banks_interest_outside_the_base_comes_before_the_pledgor():
    claim = borne(borne={"pool": 400, "bank": 600}, interest_outside_fen=50)

    back = split_recovery(RecoveryFacts(pledged_ip_fen=1_060), claim)

    assert (back.to_interest_fen, back.to_pledgor_fen) == (50, 10)
    assert split_recovery(RecoveryFacts(pledged_ip_fen=1_050), claim).to_pledgor_fen == 0


def test_the_explanation_of_an_escrow_shows_what_was_due_before_a_payer_fell_short():
    held = EscrowFacts(held={"pool": 100}, net_loss_fen=1_000, available={"pool": 50})

    settled = settle_escrow(held, borne(borne={"pool": 400, "bank": 600}))
    due, _, shares = explain_escrow(settled).steps

    assert due.result == "pool 4.00, bank 6.00"
    assert shares.result == "pool 1.50, bank 8.50"
    assert "2.50 that a payer cannot add stays with bank" in shares.note.en
    assert settled.as_data()["due"] == {"pool": "4.00", "bank": "6.00"}


def test_escrow_moves_a_single_fen_too():
    def settle(net: int, held: int):
        return settle_escrow(
            EscrowFacts(held={"pool": held}, net_loss_fen=net, available={"pool": 9}),
            borne(parts={"pool": 1, "bank": 1}),
        ).payments

    assert settle(2, 2) == (
        Payment("escrow", "bank", 1, "compensation"),
        Payment("escrow", "pool", 1, "release"),
    )
    assert settle(4, 1) == (
        Payment("escrow", "bank", 1, "compensation"),
        Payment("pool", "bank", 1, "compensation"),
    )


def test_escrow_of_a_payer_without_a_stated_balance_adds_nothing():
    settled = settle_escrow(
        EscrowFacts(held={"pool": 400}, net_loss_fen=1_100, available={}), borne()
    )

    assert settled.added == {"pool": 0}


def test_escrow_without_any_part_leaves_all_with_the_bearer():
    nothing = borne(borne={"pool": 0, "bank": 0}, parts={"pool": 0, "bank": 0})

    settled = settle_escrow(EscrowFacts(held={"pool": 0}, net_loss_fen=7, available={}), nothing)

    assert settled.shares == {"pool": 0, "bank": 7}


def test_a_decided_claim_moves_the_counters_that_the_next_one_shares():
    rule = terms(
        flat(pool=40, guarantor=40, bank=20),
        covered=(Covered("part", "loan", 1_000), Covered("year", "borrower_year", 1_000)),
        caps=(
            cap("both", parties=("pool", "guarantor"), per="term", amount_fen=500),
            cap("claim", per="claim", amount_fen=500),
            cap("balance", per="pool_balance", rate=Fraction(1), of="pool_available"),
            cap("bank_year", per="bank_year", amount_fen=500),
        ),
    )
    counters = Counters(
        used={"part": 0, "year": 1, "both": 2, "bank_year": 3}, figures={"pool_available": 100}
    )
    decision = split_loss(loss(100, costs=(Cost("a", 1),)), rule, counters)

    after = advance(counters, decision)
    elsewhere = advance(counters, decision, frozenset({"term"}))

    assert after.used == {"part": 100, "year": 101, "both": 82, "bank_year": 43}
    assert after.figures == {"pool_available": 60}
    assert after.used_costs == {"a"}
    assert elsewhere.used == {"part": 0, "year": 1, "both": 82, "bank_year": 3}


def test_counters_that_were_not_there_begin_with_the_claim():
    rule = terms(caps=(cap("year", per="claim", amount_fen=500),))
    decision = split_loss(loss(100), rule)

    assert advance(Counters(), decision).used == {}
    yearly = replace(rule, caps=(cap("year", per="programme_year", amount_fen=500),))
    assert advance(Counters(), decision._replace(terms=yearly)).used == {"year": 50}
    assert advance(Counters(), decision._replace(terms=yearly)).figures == {}
    covered = replace(rule, caps=(), covered=(Covered("part", "loan", 500),))
    assert advance(Counters(), decision._replace(terms=covered)).used == {"part": 100}


def test_claims_stand_in_the_order_of_filing_then_of_their_number():
    def filed(minute: int, number: str) -> FiledClaim:
        at = datetime(2026, 1, 5, 9, minute, tzinfo=UTC)
        return FiledClaim(filed_at=at, number=number, facts=loss(1))

    claims = [filed(2, "A"), filed(1, "C"), filed(1, "B")]

    assert [claim.number for claim in in_order(claims)] == ["B", "C", "A"]


class EveryDayWorks:
    def add(self, day: date, n: int) -> date:
        return date.fromordinal(day.toordinal() + n)


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        (Deadline(working_days=3), date(2026, 1, 15)),
        (Deadline(calendar_days=4), date(2026, 1, 16)),
        (Deadline(months=1), date(2026, 2, 12)),
        (Deadline(day_of_next_month=10), date(2026, 2, 10)),
        (Deadline(day_of_next_month=31), date(2026, 2, 28)),
    ],
)
def test_a_deadline_is_counted_as_the_scheme_says(rule, last):
    with_rule = terms_of(deadlines={"claim": rule})

    assert deadline("claim", date(2026, 1, 12), with_rule, EveryDayWorks()) == last
    with pytest.raises(NoDeadline):
        deadline("payment", date(2026, 1, 12), with_rule, EveryDayWorks())
