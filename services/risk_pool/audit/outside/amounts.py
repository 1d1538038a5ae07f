"""Amounts and accounts: fen as whole numbers, ratios exact, and which way an account counts."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

FORMAT = "zhidai-ledger-1"
ACCOUNT = re.compile(r"([a-z_]+)(?::[A-Za-z0-9][A-Za-z0-9_.-]{0,39})?")
MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}")


class NotAnExport(Exception):
    """What was given is not an export, or only a part of one."""


class Check:
    """One question put to the export: how much was looked at, and what was found."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code, self.zh, self.en = code, zh, en
        self.looked_at = 0
        self.only_summed = 0
        self.faults: list[tuple[str, str]] = []

    def holds(self, true: object, zh: str, en: str) -> None:
        """Looks at one thing; the words are kept where it does not hold."""
        self.looked_at += 1
        if not true:
            self.faults.append((zh, en))


def fen(text: Any) -> int:
    """Fen of "1234.50". Raises NotAnExport."""
    if not isinstance(text, str) or MONEY.fullmatch(text) is None:
        raise NotAnExport(f"{text!r} 不是金额 is not an amount")
    return int(text.replace(".", ""))


def yuan(amount: int) -> str:
    """The other way."""
    whole = abs(amount)
    return f"{'-' if amount < 0 else ''}{whole // 100}.{whole % 100:02d}"


def ratio(text: str) -> Fraction:
    """Of "54%", "12.5%", "1/3"."""
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def half_up(value: Fraction) -> int:
    """Rounded to a whole fen, half a fen up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


class Chart:
    """Which accounts there are, and which way each counts: as the export's first line states it."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.kinds = kinds

    def way_of(self, account: str) -> str:
        """ "debit": what it has is debits less credits; "credit": the other way; "": no account."""
        found = ACCOUNT.fullmatch(account)
        return self.kinds.get(found[1], "") if found else ""

    def natural(self, account: str, two: Any) -> int:
        """A balance in the account's own direction: what it has, or what it owes."""
        return int(two[0] - two[1] if self.way_of(account) == "debit" else two[1] - two[0])


def pairs(accounts: dict[str, dict[str, str]]) -> dict[str, tuple[int, int]]:
    """Account → (debited, credited) fen, as an export states it."""
    return {name: (fen(two["debited"]), fen(two["credited"])) for name, two in accounts.items()}
