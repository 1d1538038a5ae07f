"""Books made up for a rule: loans of one class, under terms of a real programme."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from services.risk_pool.domain.foresight_assumptions import Assumptions
from services.risk_pool.domain.lost_whole import split_whole
from services.risk_pool.foresight.book import Book, book_of
from services.risk_pool.foresight.ceilings import Figures, Split
from services.risk_pool.foresight.claims_paid import play
from services.risk_pool.foresight.measures import Found, found
from shared.schemes import library
from shared.schemes.rules.limits import Cap
from shared.schemes.terms import Terms

DAY = date(2026, 3, 31)
CERTAIN = {
    f"pd_{name}_bp": 10_000
    for name in ("normal", "special_mention", "substandard", "doubtful", "loss")
}
"""Every firm fails next month."""


def terms_with(*caps: Cap, mode: str = "direct") -> Terms:
    """Dongli's shares (pool 40, bank 60) under other ceilings."""
    return replace(library.load("dongli").terms(on=DAY, mode=mode), caps=caps)


def loan(number: int, fen: int, **more: Any) -> dict[str, Any]:
    """A loan of a firm of its own, due in a year."""
    return {
        "loan_id": number,
        "number": f"DL-2026-{number:06d}",
        "bank_code": "ICBC",
        "borrower_uscc": f"firm-{number}",
        "programme": "dongli",
        "mode": "direct",
        "approved_on": date(2026, 1, 11),
        "matures_on": date(2027, 3, 31),
        "amount_fen": fen,
        "ip_share_bp": 10_000,
        "ip_amount_fen": None,
        "attributes": {},
        "attributes_at_disbursement": {},
        "is_first_loan": False,
        "is_multi_ip_type": False,
        "covered_fen": fen,
        "risk_class": "normal",
        "overdue_days": 0,
        "outstanding_fen": fen,
        "borrower_balance_fen": fen,
        **more,
    }


def book(
    loans: list[dict[str, Any]],
    terms: Terms,
    assumptions: Assumptions,
    *,
    waiting: tuple[int, ...] = (),
    figures: Figures | None = None,
) -> Book:
    """The columns of such a book."""
    agreed: dict[str, Fraction] = {}
    return book_of(
        [Split(one, split_whole(one, terms, agreed)) for one in loans],
        waiting,
        figures or Figures(taken=(), running={}, year=DAY.year),
        assumptions,
        day=DAY,
    )


def look(
    loans: list[dict[str, Any]],
    terms: Terms,
    *,
    available_fen: int = 10**12,
    waiting: tuple[int, ...] = (),
    figures: Figures | None = None,
    **assumed: int,
) -> Found:
    """What becomes of such a book."""
    assumptions = Assumptions(**{"scenarios": 200, "recovery_bp": 0, **assumed})
    made = book(loans, terms, assumptions, waiting=waiting, figures=figures)
    return found(play(made, assumptions, available_fen=available_fen, day=DAY, tell=lambda _: None))
