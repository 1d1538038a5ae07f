"""The reconciliation of an opening (核平): what the rows add up to, against what the county says in
total and what its bank says it holds. Every difference has a line, and all must be nought.

    balance = contributions + interest + recoveries − claims − fees − subsidies + payables − receivables

which is assets = liabilities + equity, said of the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.risk_pool.domain.opening_draft import Draft
from services.risk_pool.domain.opening_sheets import REQUIRED_TOTALS, TOTAL_ITEMS
from shared.money import format_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure twice: as it is stated in total, and as the rows give it."""

    item: str
    bank_code: str = ""
    stated_fen: int | None
    """None: the sheet of totals does not say it, and must."""
    rows_fen: int

    @property
    def difference_fen(self) -> int:
        """What the rows are above what is stated."""
        return self.rows_fen - (self.stated_fen or 0)

    @property
    def is_even(self) -> bool:
        """Whether there is nothing to be explained."""
        return self.stated_fen is not None and self.difference_fen == 0

    def as_data(self) -> dict[str, Any]:
        """As it is kept and answered: amounts as text."""
        words = TOTAL_ITEMS[self.item]
        stated = self.stated_fen
        return {
            "item": self.item,
            "zh": words.zh,
            "en": words.en,
            "bank_code": self.bank_code,
            "stated": None if stated is None else format_fen(stated),
            "rows": format_fen(self.rows_fen),
            "difference": format_fen(self.difference_fen),
            "is_even": self.is_even,
        }


def reconciled(draft: Draft) -> list[Line]:
    """Every line, also those that are even."""
    totals, nothing = draft.totals, ("interest", "recoveries", "claims", "fees", "subsidies")
    said = {item: totals.get((item, ""), 0) for item in nothing}
    paid_in_fen = sum(one.amount_fen for one in draft.paid_in)
    owed = {
        direction: sum(one.amount_fen for one in draft.owed if one.direction == direction)
        for direction in ("receivable", "payable")
    }
    available_fen = (
        paid_in_fen + said["interest"] + said["recoveries"]
        - said["claims"] - said["fees"] - said["subsidies"]
    )  # fmt: skip
    rows = {
        "contributions": paid_in_fen,
        **owed,
        "available": available_fen,
        "balance": available_fen + owed["payable"] - owed["receivable"],
    }
    lines = [
        Line(item=item, stated_fen=_stated(totals, item), rows_fen=fen)
        for item, fen in rows.items()
    ]
    return [*lines, *_in_and_out(draft, said), *_covered(draft)]


def _in_and_out(draft: Draft, said: Mapping[str, int]) -> list[Line]:
    """What stands in the totals alone: shown to whoever takes over, and counted in what is available.
    Claims that may still recover are a part of all that were paid: never more than these."""
    of_rows = {
        "claims": sum(one.pool_fen for one in draft.claims),
        "recoveries": sum(one.pool_returned_fen for one in draft.claims),
    }
    return [
        Line(item=item, stated_fen=fen, rows_fen=max(fen, of_rows.get(item, 0)))
        for item, fen in said.items()
    ]


def _stated(totals: Mapping[tuple[str, str], int], item: str) -> int | None:
    return totals.get((item, ""), None if item in REQUIRED_TOTALS else 0)


def _covered(draft: Draft) -> list[Line]:
    by_bank: dict[str, int] = {}
    for loan in draft.loans:
        by_bank[loan.bank_code] = by_bank.get(loan.bank_code, 0) + loan.covered_fen
    stated = {bank: fen for (item, bank), fen in draft.totals.items() if item == "covered"}
    return [
        Line(
            item="covered",
            bank_code=bank,
            stated_fen=stated.get(bank),
            rows_fen=by_bank.get(bank, 0),
        )
        for bank in sorted(by_bank.keys() | stated.keys())
    ]
