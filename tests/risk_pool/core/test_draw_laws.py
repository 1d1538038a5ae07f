"""Laws of draws for every input: however a loan is drawn, no fen is made, lost, or drifts."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import given, settings

from services.risk_pool.domain.coverage import LIFE_CYCLE, Coverage, covered_part
from services.risk_pool.domain.coverage_changes import CoverageChange, disburse, release, report
from services.risk_pool.domain.coverage_draws import draw, end_draws, undo_draw
from services.risk_pool.domain.ledger import natural_balance, turnover

DAY = date(2026, 3, 10)
LOAN = UUID("01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01")
amounts = st.lists(st.integers(1, 10_000_000), min_size=2, max_size=12)
shares = st.integers(1, 10_000)


def held(amount_fen: int, share_bp: int) -> Coverage:
    coverage = Coverage(
        loan_id=LOAN, number="DL-1", pool_code="dongli", bank_code="ICBC", borrower_uscc="x",
        borrower_name="x", state="reserved", amount_fen=amount_fen, ip_share_bp=share_bp,
        approved_on=DAY, reserved_until=DAY,
    )  # fmt: skip
    return replace(coverage, reserved_fen=covered_part(amount_fen, coverage.ip_share))


def first(coverage: Coverage, amount_fen: int) -> CoverageChange:
    return disburse(
        coverage, amount_fen=amount_fen, loan_no="J", disbursed_on=DAY, matures_on=DAY,
        draws_until=DAY, day=DAY,
    )  # fmt: skip


def booked(changes: list[CoverageChange], held_fen: int) -> dict[str, int]:
    """The balances that the changes leave, from what was held before them."""
    transfers = [transfer for change in changes for transfer in change.transfers]
    moved = turnover(transfers)
    assert len({transfer.reference for transfer in transfers}) == len(transfers)
    found = {
        account: natural_balance(account, debited_fen=one, credited_fen=other)
        for account, (one, other) in moved.items()
    }
    for account in ("reserved:ICBC", "capacity"):
        found[account] = found.get(account, 0) + held_fen
    return found


def agrees(coverage: Coverage, balances: dict[str, int]) -> None:
    assert balances.get("covered:ICBC", 0) == coverage.covered_fen
    assert balances["reserved:ICBC"] == coverage.reserved_fen
    assert balances["capacity"] == coverage.covered_fen + coverage.reserved_fen
    assert 0 <= coverage.covered_fen <= coverage.activated_fen
    assert coverage.reserved_fen >= 0


@given(amounts, shares)
def test_all_draws_together_cover_the_covered_part_of_the_whole(parts: list[int], share_bp: int):
    start = held(sum(parts), share_bp)
    changes = [first(start, parts[0])]
    drawn_fen = parts[0]
    for number, part in enumerate(parts[1:], start=2):
        drawn_fen += part
        change = draw(
            changes[-1].after, draw_no=number, drawn_fen=drawn_fen, outstanding_fen=drawn_fen,
            day=DAY,
        )  # fmt: skip
        assert change is not None and not change.incidents
        changes.append(change)
        assert change.after.covered_fen == covered_part(drawn_fen, Fraction(share_bp, 10_000))

    last = changes[-1].after
    assert sum(change.moved_fen for change in changes) == start.reserved_fen == last.covered_fen
    assert last.reserved_fen == 0
    agrees(last, booked(changes, start.reserved_fen))


@given(amounts, shares, st.data())
@settings(max_examples=200)
def test_whatever_happens_between_draws_the_ledger_says_what_the_coverage_says(
    parts: list[int], share_bp: int, data: st.DataObject
):
    start = held(sum(parts), share_bp)
    changes = [first(start, parts[0])]
    share = Fraction(share_bp, 10_000)
    undrawn, numbers = list(enumerate(parts[1:], start=2)), {}
    for turn in range(data.draw(st.integers(1, 15))):
        now = changes[-1].after
        assert now.disbursed_fen is not None
        what = data.draw(st.sampled_from(("draw", "undo", "report", "end", "again")))
        change = None
        if what == "draw" and undrawn:
            number, part = undrawn.pop()
            change = draw(
                now, draw_no=number, drawn_fen=now.disbursed_fen + part,
                outstanding_fen=now.outstanding_fen + part, day=DAY,
            )  # fmt: skip
            numbers[number] = part
        elif what == "undo" and numbers:
            number, part = numbers.popitem()
            change = undo_draw(
                now, draw_no=number, drawn_fen=now.disbursed_fen - part,
                outstanding_fen=max(now.outstanding_fen - part, 0),
                draws_until=data.draw(st.sampled_from((DAY, None))), reason="x", day=DAY,
            )  # fmt: skip
        elif what == "report":
            owed = data.draw(st.integers(0, now.disbursed_fen))
            change = report(
                now, month="2026-03", version=turn, outstanding_fen=owed, overdue_days=0,
                risk_class="normal", day=DAY,
            )  # fmt: skip
        elif what == "end":
            change = end_draws(now, day=DAY)
        elif what == "again":
            assert draw(
                now, draw_no=99, drawn_fen=now.disbursed_fen, outstanding_fen=0, day=DAY
            ) is None  # fmt: skip
        if change is None:
            continue
        changes.append(change)
        after = change.after
        agrees(after, booked(changes, start.reserved_fen))
        assert after.activated_fen + after.reserved_fen <= start.reserved_fen
        assert after.activated_fen <= covered_part(after.disbursed_fen or 0, share)
        assert after.covered_fen == min(
            covered_part(after.outstanding_fen, share), after.activated_fen
        )

    move = LIFE_CYCLE.find("active", "claim")
    assert move is not None
    changes.append(release(changes[-1].after, move, day=DAY))
    assert set(booked(changes, start.reserved_fen).values()) == {0}
