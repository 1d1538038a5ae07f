"""The table of a coverage's life, read as a whole, and its steps as values."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.risk_pool.domain.breakers import BANK
from services.risk_pool.domain.coverage import (
    INSTEAD,
    LIFE_CYCLE,
    Action,
    Coverage,
    State,
    covered_part,
    reaction,
)
from services.risk_pool.domain.coverage_changes import disburse, release, report
from services.risk_pool.domain.incidents import INCIDENTS
from services.risk_pool.domain.ledger import turnover
from shared.life_cycle import Move

DAY = date(2026, 3, 10)


def held(amount_fen: int, ip_share_bp: int = 10_000) -> Coverage:
    return Coverage(
        loan_id=UUID(int=1),
        number="DL-2026-000001",
        pool_code="dongli",
        bank_code="ICBC",
        borrower_uscc="x",
        borrower_name="x",
        state="reserved",
        amount_fen=amount_fen,
        ip_share_bp=ip_share_bp,
        approved_on=DAY,
        reserved_fen=covered_part(amount_fen, Fraction(ip_share_bp, 10_000)),
        reserved_until=DAY,
    )


def drawn(coverage: Coverage, amount_fen: int):
    return disburse(
        coverage,
        amount_fen=amount_fen,
        loan_no="1",
        disbursed_on=DAY,
        matures_on=DAY,
        day=DAY,
    )


def test_every_state_can_be_reached_and_the_final_ones_are_exactly_those():
    assert {move.target for move in LIFE_CYCLE.moves} == set(State)
    assert LIFE_CYCLE.final == {State.CLAIMED}, "a zero by mistake brings a released one back"


def test_every_incident_of_the_table_has_words():
    assert set(INSTEAD.values()) <= INCIDENTS.keys()


def test_no_fact_both_moves_a_coverage_and_leaves_an_incident_in_its_stead():
    assert [key for key in INSTEAD if LIFE_CYCLE.find(*key)] == []


def moved(coverage: Coverage, action: Action) -> Move:
    move = reaction(coverage, action)
    assert isinstance(move, Move)
    return move


amounts = st.integers(1, 10**13)
shares = st.integers(1, 10_000)


@given(amounts, shares, amounts, st.lists(st.integers(0, 10**13), max_size=5))
def test_what_was_held_is_free_again_in_the_end_and_cover_never_exceeds_what_was_held(
    amount_fen, ip_share_bp, drawn_fen, outstandings
):
    coverage = held(amount_fen, ip_share_bp)
    held_fen = coverage.reserved_fen
    booked = []
    change = drawn(coverage, drawn_fen)
    booked += change.transfers
    for version, outstanding_fen in enumerate(outstandings, start=1):
        change = report(
            change.after,
            month="2026-03",
            version=version,
            outstanding_fen=outstanding_fen,
            overdue_days=0,
            risk_class="normal",
            day=DAY,
        )
        booked += change.transfers
        assert 0 <= change.after.covered_fen <= change.after.activated_fen <= held_fen
    change = release(change.after, moved(change.after, Action.REPAY), day=DAY)
    booked += change.transfers

    totals = turnover(booked)
    reserved = totals.get("reserved:ICBC", (0, 0))
    covered = totals.get("covered:ICBC", (0, 0))
    capacity = totals.get("capacity", (0, 0))
    assert reserved[1] - reserved[0] == held_fen
    assert covered[0] == covered[1]
    assert capacity[0] - capacity[1] == held_fen
    assert len({transfer.reference for transfer in booked}) == len(booked)


def test_a_loan_paid_out_after_the_hold_s_term_is_covered_while_the_capacity_is_still_held():
    late = disburse(
        held(100),
        amount_fen=100,
        loan_no="1",
        disbursed_on=date(2026, 3, 11),
        matures_on=DAY,
        day=DAY,
    )

    assert late.after.state == "active"
    assert late.incidents == ("disbursed-late",)


@pytest.mark.parametrize("life_cycle", [LIFE_CYCLE, BANK], ids=["coverage", "breaker"])
def test_the_manual_draws_the_tables_as_they_are(life_cycle):
    manual = (Path(__file__).parents[3] / "services/risk_pool/README.md").read_text(
        encoding="utf-8"
    )

    assert f"```mermaid\n{life_cycle.diagram()}\n```" in manual
