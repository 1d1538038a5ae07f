"""Who let the money of the account move: each transfer of cash has an entry of two persons."""

from __future__ import annotations

from services.risk_pool.audit.outside.amounts import Check, fen, yuan
from services.risk_pool.audit.outside.book import Book, Line


class Cash:
    """The released entries of an export, held against the transfers that move cash."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.check = Check("cash", "专户收付均经两人", "cash by two persons")
        self._entries: set[str] = set()

    def entry(self, line: Line) -> None:
        """An entry names its transfer, of the same amount, and two persons."""
        number, reference, amount = line["number"], line["reference"], fen(line["amount"])
        self._entries.add(reference)
        self.check.holds(
            self.book.booked.get(reference) == amount,
            f"收付登记 {number}（{reference}，{yuan(amount)} 元）未照此入账",
            f"the entry {number} ({reference}, {yuan(amount)}) is not booked so",
        )
        self.check.holds(
            line["entered_by"] and line["released_by"] not in ("", line["entered_by"]),
            f"收付登记 {number} 由 {line['entered_by']} 一人登记并放行",
            f"the entry {number} was entered and released by {line['entered_by']} alone",
        )

    def finish(self) -> None:
        """No transfer has moved cash without an entry."""
        for number, reference in self.book.cash:
            self.check.holds(
                reference in self._entries,
                f"第 {number} 笔（{reference}）动用专户，却无已放行的收付登记",
                f"transfer {number} ({reference}) moves cash without a released entry",
            )
