"""Laws of open items and of what a decision books, for every amount."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.risk_pool.domain.dispute_booking import as_transfers, decided, lowers
from services.risk_pool.domain.ledger import natural_balance, turnover
from services.risk_pool.domain.month_figures import DISPUTE_UPHELD
from services.risk_pool.domain.open_items import DueAgain, OpenItem
from services.risk_pool.domain.stated_lines import stated_fen

FEN = st.integers(1, 10**14)
LINES = st.sampled_from(
    (
        # debit, credit, what it adds to the net of ICBC
        ("receivable:ICBC", "recoveries", -1),
        ("claims", "payable:ICBC", 1),
        ("receivable:ICBC", "payable:GUA", -1),
        ("receivable:GUA", "payable:ICBC", 1),
        ("payable:ICBC", "claims", -1),
        ("payable:ICBC", "receivable:GUA", -1),
        ("recoveries", "receivable:ICBC", 1),
    )
)
DAY = date(2026, 4, 10)


@st.composite
def items(draw, contested=0):
    amount = draw(FEN)
    settled = draw(st.integers(0, amount))
    return OpenItem(
        reference="settlement:dongli:2026-03:ICBC",
        direction=draw(st.sampled_from(("payable", "receivable"))),
        party_code="ICBC",
        amount_fen=amount,
        settled_fen=settled,
        taken_off_fen=draw(st.integers(0, amount - settled)),
        contested_fen=contested or draw(st.integers(0, 2 * amount)),
        since=date(2026, 4, 2),
        due_on=date(2026, 4, 17),
        due_again=tuple(
            DueAgain(amount_fen=fen, due_on=date(2026, 5, 1 + n))
            for n, fen in enumerate(draw(st.lists(FEN, max_size=2)))
        ),
    )


def adds_up(item):
    return item.due_fen + item.disputed_fen + item.settled_fen + item.taken_off_fen


@given(items(), st.dates(date(2026, 4, 1), date(2026, 6, 1)))
def test_due_and_disputed_and_settled_and_taken_off_are_the_item(item, today):
    assert adds_up(item) == item.amount_fen
    assert 0 <= item.overdue_fen(today) <= item.due_fen
    assert item.is_overdue(today) == (item.overdue_fen(today) > 0)


@given(LINES, FEN, st.data())
def test_a_decision_moves_what_is_upheld_in_the_partys_favour_and_nothing_else(line, amount, data):
    debit, credit, sign = line
    difference = data.draw(st.integers(1, amount))
    upheld = data.draw(st.integers(0, difference))
    item = data.draw(st.none() | items(contested=difference))
    dispute = {
        "number": "DL-Y-2026-0001", "line_reference": "t:1", "party_code": "ICBC",
        "line_debit": debit, "line_credit": credit, "stated_fen": sign * amount,
        "difference_fen": difference, "lowers_item": lowers(item, sign * amount),
    }  # fmt: skip

    trial = decided(dispute, item, upheld_fen=upheld)
    transfers = as_transfers(trial, day=DAY, loan_id=None, explanation_id=UUID(int=1))

    moved = {
        account: natural_balance(account, debited_fen=two[0], credited_fen=two[1])
        for account, two in turnover(transfers).items()
    }
    own = moved.get("payable:ICBC", 0) - moved.get("receivable:ICBC", 0)
    # A line of which the pool owes less is less for the party, and the other way round.
    assert own == -sign * upheld
    assert sum(one.amount_fen for one in transfers) == upheld
    assert {one.kind for one in transfers} <= {DISPUTE_UPHELD}
    # No item of another party becomes less: it owes anew, or is owed anew.
    assert moved.get("payable:GUA", 0) >= 0 and moved.get("receivable:GUA", 0) >= 0
    # What comes off the item is told already; the rest is what the next statement asks for.
    asked = sum(
        stated_fen(
            {"kind": one.kind, "debit": one.debit, "credit": one.credit,
             "amount_fen": one.amount_fen},
            "ICBC",
        )
        for one in transfers
    )  # fmt: skip
    assert abs(asked) == trial.new_fen == upheld - trial.taken_off_fen
    assert trial.due_again_fen == (difference - upheld if dispute["lowers_item"] else 0)
    if item is not None:
        assert trial.taken_off_fen <= max(item.open_fen, 0)
        figures = trial.as_data()
        for name in ("before", "after"):
            parts = (figures[name][part] for part in ("due", "disputed", "settled", "taken_off"))
            assert sum(_fen(one) for one in parts) == _fen(figures[name]["amount"])


def _fen(amount):
    return int(amount.replace(".", ""))
