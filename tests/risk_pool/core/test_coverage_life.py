"""The table of a coverage's life, read as a whole, and its steps as values."""

from datetime import date
from pathlib import Path
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.risk_pool.domain.coverage import (
    FACTS,
    INCIDENTS,
    REACTIONS,
    STATES,
    Coverage,
    covered_part,
    disburse,
    reaction,
    release,
    report,
)
from services.risk_pool.domain.ledger import turnover

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
        reserved_fen=covered_part(amount_fen, ip_share_bp),
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
    reached = {row.target for row in REACTIONS if row.target} | {"declined"}
    left = {row.state for row in REACTIONS if row.target and row.state}

    assert reached == set(STATES)
    assert set(STATES) - left == {"released", "claimed"}


def test_every_incident_of_the_table_has_words():
    assert {row.incident for row in REACTIONS if row.incident} <= INCIDENTS.keys()


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("state", [None, *STATES])
def test_what_the_table_does_not_list_changes_nothing(state, fact):
    row = reaction(state, fact)

    listed = [one for one in REACTIONS if (one.state, one.fact) == (state, fact)]
    assert listed == ([row] if listed else [])
    if not listed:
        assert row.target is None and row.incident is None


amounts = st.integers(1, 10**13)
shares = st.integers(1, 10_000)


@given(amounts, shares, amounts, st.lists(st.integers(0, 10**13), max_size=5))
def test_what_was_held_is_free_again_in_the_end_and_cover_never_exceeds_what_was_held(
    amount_fen, ip_share_bp, drawn_fen, outstandings
):
    coverage = held(amount_fen, ip_share_bp)
    held_fen = coverage.reserved_fen
    booked = []
    step = drawn(coverage, drawn_fen)
    booked += step.transfers
    for version, outstanding_fen in enumerate(outstandings, start=1):
        assert step.coverage is not None
        step = report(
            step.coverage,
            month="2026-03",
            version=version,
            outstanding_fen=outstanding_fen,
            overdue_days=0,
            risk_class="normal",
            day=DAY,
        )
        booked += step.transfers
        assert step.coverage is not None
        assert 0 <= step.coverage.covered_fen <= step.coverage.activated_fen <= held_fen
    assert step.coverage is not None
    step = release(step.coverage, reason="repaid", day=DAY)
    booked += step.transfers

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

    assert late.coverage is not None and late.coverage.state == "active"
    assert late.incidents == ("disbursed-late",)


def test_the_manual_draws_the_table_as_it_is():
    manual = (Path(__file__).parents[3] / "services/risk_pool/README.md").read_text(
        encoding="utf-8"
    )
    drawn_lines = {
        line.strip() for line in manual.splitlines() if "-->" in line and "!" not in line
    }

    arrows = {
        f"{row.state or '[*]'} --> {row.target}: {row.fact}" for row in REACTIONS if row.target
    }
    # Asking the limits has two outcomes; the table names the one that moves something.
    assert drawn_lines == arrows | {"[*] --> declined: approved"}
