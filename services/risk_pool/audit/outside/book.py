"""The transfers of a pool, taken in one by one, with everything that they add up to."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from services.risk_pool.audit.outside.amounts import FORMAT, Chart, Check, fen, pairs

Line = dict[str, Any]
Totals = dict[str, list[int]]
"""Account → [debited, credited] fen."""


def add(totals: Totals, account: str, side: int, amount: int) -> None:
    """Adds to one side of an account: 0 debited, 1 credited."""
    totals.setdefault(account, [0, 0])[side] += amount


class Book:
    """A ledger that believes no hash, balance or sum that it can make itself."""

    def __init__(self, head: Line) -> None:
        self.head = head
        self.chart = Chart(head["chart"])
        self.previous, self.last = bytes(32), 0
        self._hashes = bytearray(32)
        self.totals: Totals = {}
        self.by_day: dict[str, Totals] = {}
        self.rows: list[tuple[int, str, str, str, str, int]] = []
        self.references: set[str] = set()
        self.booked: dict[str, int] = {}
        self.cash: list[tuple[int, str]] = []
        self.named_by: dict[str, int] = {}
        self.told: dict[str, Line] = {}
        self.chain = Check("chain", "校验链", "hash chain")
        self.numbers = Check("numbers", "编号连续", "numbers without a gap")
        self.entry = Check("double_entry", "复式记账", "double entry")
        self.once = Check("references", "业务凭据唯一", "references unique")
        self.sealed = Check("explanations", "说明未改动", "explanations sealed")
        self.days = Check("days", "每日发生额", "what moved on every day")
        self.balances = Check("balances", "期末余额", "balances at the end")

    def checks(self) -> list[Check]:
        """Every question put to the transfers, in the order in which they are told."""
        return [
            self.chain,
            self.numbers,
            self.entry,
            self.once,
            self.sealed,
            self.days,
            self.balances,
        ]

    def transfer(self, row: Line) -> None:
        """The next transfer: its number, its hash after the one before, its two sides."""
        number, reference, amount = row["seq"], row["reference"], fen(row["amount"])
        self.numbers.holds(
            number == self.last + 1,
            f"第 {self.last} 笔之后是第 {number} 笔",
            f"number {self.last} is followed by {number}",
        )
        self.last = number
        named, loan = row["explanation_id"] or "", row["loan_id"] or ""
        text = (
            f"{FORMAT}\n{self.head['pool']}\n{number}\n{reference}\n{row['debit']}\n"
            f"{row['credit']}\n{amount}\n{row['business_date']}\n{row['kind']}\n{named}\n{loan}\n"
            f"{row['booked_at']}"
        )
        self.chain.holds(
            hashlib.sha256(self.previous + text.encode()).hexdigest() == row["hash"],
            f"第 {number} 笔（{reference}，{row['amount']} 元）的内容与其校验值不符",
            f"transfer {number} ({reference}, {row['amount']}) does not give its hash",
        )
        self.previous = bytes.fromhex(row["hash"])
        self._hashes += self.previous
        self.entry.holds(
            amount > 0
            and row["debit"] != row["credit"]
            and self.chart.way_of(row["debit"])
            and self.chart.way_of(row["credit"]),
            f"第 {number} 笔：金额或科目不成立",
            f"transfer {number}: an amount or an account that cannot be",
        )
        self.once.holds(
            reference not in self.references,
            f"第 {number} 笔的凭据 {reference} 此前已用",
            f"transfer {number} has a reference that was booked before: {reference}",
        )
        self._count(row, amount)
        if named:
            self.named_by.setdefault(named, number)

    def _count(self, row: Line, amount: int) -> None:
        self.references.add(row["reference"])
        self.booked[row["reference"]] = amount
        if "cash" in (row["debit"], row["credit"]):
            self.cash.append((row["seq"], row["reference"]))
        of_day = self.by_day.setdefault(row["business_date"], {})
        for side, account in enumerate((row["debit"], row["credit"])):
            add(self.totals, account, side, amount)
            add(of_day, account, side, amount)
        self.rows.append(
            (row["seq"], row["business_date"], row["kind"], row["debit"], row["credit"], amount)
        )

    def explanation(self, row: Line) -> None:
        """An explanation has the id that its content gives."""
        parts = [FORMAT, self.head["pool"], row["bank_code"], row["kind"], row["explanation"],
                 row["people"], row["stored_at"]]  # fmt: skip
        text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        bits = bits & ~(0xF << 76) | (8 << 76)
        bits = bits & ~(0x3 << 62) | (0x2 << 62)
        made = f"{bits:032x}"
        self.sealed.holds(
            made == row["id"].replace("-", ""),
            f"说明 {row['id']}（{row['kind']}）的内容已被改动",
            f"the explanation {row['id']} ({row['kind']}) was changed",
        )
        self.told[row["id"]] = row

    def day(self, line: Line) -> None:
        """What moved on a business day, as the database added it up."""
        made = {account: tuple(two) for account, two in self.by_day.get(line["date"], {}).items()}
        self.days.holds(
            made == pairs(line["accounts"]),
            f"{line['date']} 的发生额与各笔合计不符",
            f"what moved on {line['date']} is not what its transfers add up to",
        )

    def as_of(self, day: str) -> Totals:
        """Everything with a business date up to a day."""
        found: Totals = {}
        for date, totals in self.by_day.items():
            if date <= day:
                for account, two in totals.items():
                    for side in (0, 1):
                        add(found, account, side, two[side])
        return found

    def hash_at(self, number: int) -> str:
        """The chain's hash when the ledger had come so far: what a statement of then has on it."""
        found = self._hashes[32 * number : 32 * number + 32]
        return found.hex() or "—"

    def finish(self, end: Line, days: set[str]) -> None:
        """What the last line says of the whole: how many, the last hash, every balance."""
        self.numbers.holds(
            self.last == end["transfers"] == self.head["transfers"],
            f"应有 {end['transfers']} 笔，末笔为第 {self.last} 笔",
            f"{end['transfers']} transfers are stated, the last one is {self.last}",
        )
        self.chain.holds(
            self.previous.hex() == end["last_hash"],
            "末笔的校验值不是账簿所记的链尾",
            "the hash of the last transfer is not the ledger's head",
        )
        for named in sorted(self.named_by.keys() - self.told.keys()):
            number = self.named_by[named]
            self.sealed.holds(
                False,
                f"第 {number} 笔的说明缺失",
                f"the explanation of transfer {number} is missing",
            )
        for date in sorted(self.by_day.keys() ^ days):
            self.days.holds(
                False, f"{date}：只有账簿或只有合计", f"{date}: only in one of ledger and sums"
            )
        stated = pairs(end["balances"])
        for account in sorted(self.totals.keys() | stated.keys()):
            self.balances.holds(
                tuple(self.totals.get(account, (0, 0))) == stated.get(account, (0, 0)),
                f"{account} 的余额不符",
                f"the balance of {account} is another",
            )
        sides = [sum(two[side] for two in stated.values()) for side in (0, 1)]
        self.balances.holds(
            sides[0] == sides[1], "借贷合计不平", "debits and credits are not the same"
        )
