"""Laws of an opening, for any book: it is even exactly where assets = liabilities + equity, and what is
booked of an even one leaves nothing untold."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.risk_pool.domain.ledger import OFF_BALANCE_KINDS, account_kind, turnover
from services.risk_pool.domain.ledger import natural_balance as natural
from services.risk_pool.domain.opening_booking import money_transfers
from services.risk_pool.domain.opening_draft import Draft, Owed, PaidIn
from services.risk_pool.domain.opening_reconciliation import reconciled

FEN = st.integers(min_value=0, max_value=10**13)
ITEMS = ("interest", "recoveries", "claims", "fees", "subsidies")
WHY = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
EVE = date(2026, 2, 28)


@st.composite
def books(draw):
    """Any figures of a county whose account is not overdrawn."""
    draft = Draft()
    for n, fen in enumerate(draw(st.lists(FEN.filter(bool), max_size=4)), start=1):
        draft.paid_in.append(PaidIn(at=f"1:{n}", party_code=f"P{n}", amount_fen=fen))
    for n, (fen, out) in enumerate(
        draw(st.lists(st.tuples(FEN.filter(bool), st.booleans()), max_size=4)), start=1
    ):
        draft.owed.append(
            Owed(
                at=f"1:{n}", party_code=f"P{n}", direction="payable" if out else "receivable",
                amount_fen=fen, since=EVE, due_on=EVE, reason="",
            )
        )  # fmt: skip
    for item in ITEMS:
        draft.totals[item, ""] = draw(FEN)
    lines = {line.item: line.rows_fen for line in reconciled(draft)}
    if lines["balance"] < 0:
        # The account cannot be overdrawn: somebody has paid in more.
        draft.paid_in.append(PaidIn(at="1:99", party_code="P", amount_fen=-lines["balance"]))
        lines = {line.item: line.rows_fen for line in reconciled(draft)}
    for item in ("balance", "contributions", "available", "receivable", "payable"):
        draft.totals[item, ""] = lines[item]
    return draft


@given(books())
def test_an_even_book_is_booked_to_the_fen_and_leaves_nothing_untold(draft):
    assert all(line.is_even for line in reconciled(draft))

    booked = money_transfers(draft, day=EVE, explanation_id=WHY)

    held = {
        account: natural(account, debited_fen=two[0], credited_fen=two[1])
        for account, two in turnover(booked).items()
    }
    assert held.get("suspense", 0) == 0
    assert held.get("cash", 0) == draft.totals["balance", ""]
    for item in ITEMS:
        assert held.get(item, 0) == draft.totals[item, ""]
    assets = held.get("cash", 0) + sum(f for a, f in held.items() if a.startswith("receivable:"))
    owed = sum(fen for account, fen in held.items() if account.startswith("payable:"))
    equity = draft.totals["available", ""]
    assert assets == owed + equity
    assert not any(account_kind(account) in OFF_BALANCE_KINDS for account in held)
    assert sum("cash" in (one.debit, one.credit) for one in booked) <= 1
    assert len({one.reference for one in booked}) == len(booked)


@given(books(), st.sampled_from(["balance", "contributions", "available"]), st.integers(1, 10**6))
def test_a_book_that_is_a_fen_off_anywhere_is_not_even(draft, item, off):
    draft.totals[item, ""] += off

    uneven = {line.item: line.difference_fen for line in reconciled(draft) if not line.is_even}

    assert uneven == {item: -off}
