"""How an opening is booked: ordinary transfers on the eve of the pool's first day.

What the account holds comes in as money whose reasons are still to be told; each figure of the book
then tells its part. Nothing is left untold exactly where the reconciliation is nought: `suspense` ends
where it began. Each reference names the row that it comes from.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.ledger import CAPACITY, CASH, SUSPENSE, Transfer
from services.risk_pool.domain.opening import BALANCE, OPENING, TAKEN_OVER
from services.risk_pool.domain.opening_draft import Draft, Owed
from services.risk_pool.domain.opening_loan import TakenLoan

_COMES_IN = {"interest": accounts.INTEREST, "recoveries": accounts.RECOVERIES}
_WENT_OUT = {
    "claims": accounts.CLAIMS, "fees": accounts.FEES, "subsidies": accounts.SUBSIDIES,
}  # fmt: skip


def item_reference(owed: Owed) -> str:
    """The reference of what an opening leaves to pay or to collect."""
    return f"{OPENING}items:{owed.at}"


def money_transfers(draft: Draft, *, day: date, explanation_id: UUID) -> tuple[Transfer, ...]:
    """The account, what went out of it, and last where it came from."""
    steps = [*_out(draft), *_in(draft)]
    booked = tuple(
        Transfer(
            reference=reference,
            debit=debit,
            credit=credit,
            amount_fen=fen,
            business_date=day,
            kind=TAKEN_OVER,
            explanation_id=explanation_id,
        )
        for reference, debit, credit, fen in steps
        if fen
    )
    left = sum(one.amount_fen for one in booked if one.credit == SUSPENSE) - sum(
        one.amount_fen for one in booked if one.debit == SUSPENSE
    )
    assert left == 0, "what does not add up is not proposed"
    return booked


Step = tuple[str, str, str, int]


def _out(draft: Draft) -> Iterator[Step]:
    yield BALANCE, CASH, SUSPENSE, draft.totals.get(("balance", ""), 0)
    for item, account in _WENT_OUT.items():
        yield f"{OPENING}totals:{item}", account, SUSPENSE, draft.totals.get((item, ""), 0)
    for one in draft.owed:
        if one.direction == "receivable":
            account = accounts.receivable_from(one.party_code)
            yield item_reference(one), account, SUSPENSE, one.amount_fen


def _in(draft: Draft) -> Iterator[Step]:
    for paid in draft.paid_in:
        account = accounts.contribution_of(paid.party_code)
        yield f"{OPENING}contributions:{paid.at}", SUSPENSE, account, paid.amount_fen
    for item, account in _COMES_IN.items():
        yield f"{OPENING}totals:{item}", SUSPENSE, account, draft.totals.get((item, ""), 0)
    for one in draft.owed:
        if one.direction == "payable":
            account = accounts.payable_to(one.party_code)
            yield item_reference(one), SUSPENSE, account, one.amount_fen


def cover_transfer(loan: TakenLoan, loan_id: UUID, *, day: date, explanation_id: UUID) -> Transfer:
    """The covered principal of a loan that is taken over."""
    return Transfer(
        reference=f"{OPENING}loans:{loan.at}",
        debit=accounts.covered_of(loan.bank_code),
        credit=CAPACITY,
        amount_fen=loan.covered_fen,
        business_date=day,
        kind=TAKEN_OVER,
        explanation_id=explanation_id,
        loan_id=loan_id,
    )
