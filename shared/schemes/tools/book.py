"""A book of claims: as a spreadsheet saves it, or a dozen of all sizes for a first look."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from io import StringIO
from typing import Any

from shared.money import parse_fen
from shared.schemes.decide.base import share_of_amount
from shared.schemes.decide.claims import ClaimFacts
from shared.schemes.problems import At, Problem
from shared.schemes.reading.conditions import KIND_SHAPES
from shared.schemes.reading.derived import fields_of
from shared.schemes.reading.scalars import Money, Percent
from shared.schemes.vocabulary import FACTS


@dataclass(frozen=True, slots=True)
class BookClaim:
    """A claim of a book, with those whose caps it counts towards."""

    number: str
    filed_on: date
    bank: str
    borrower: str
    facts: ClaimFacts


_MONEY = tuple(name for name, field in fields_of(ClaimFacts).items() if field.shape == Money())
COLUMNS = (
    "number", "filed_on", "bank", "borrower", *_MONEY, "ip_share", "ip_amount", "agreed",
    "confirmed", "attributes",
)  # fmt: skip


def read_book(text: str) -> tuple[tuple[BookClaim, ...], list[Problem]]:
    """A book of claims as CSV, or every cell that cannot be read.

    Columns: those of `COLUMNS`; only number, filed_on and outstanding_principal must stand.
    The IP share is stated as a ratio (`ip_share`: 60, 60%, 1/3) or as an amount of the contract
    (`ip_amount`, with `loan_amount`). `agreed` is `pool=40`, `confirmed` is
    `provincial_confirmation=true`, `attributes` is `is_first_loan=true;revenue=1000000.00`.
    """
    problems: list[Problem] = []
    rows = csv.DictReader(StringIO(text))
    for name in rows.fieldnames or ():
        if name not in COLUMNS:
            problems.append(
                Problem(1, 1, name, f"不认识的列 {name}", f"the column {name} is not known")
            )
    claims = []
    for row in rows:
        line = rows.line_num
        facts: dict[str, Any] = {}
        try:
            filed_on = _day(row["filed_on"])
            for name in _MONEY:
                if row.get(name):
                    facts[f"{name}_fen"] = parse_fen(row[name])
            share = _stated_share(row, facts, line, problems)
            if share is not None:
                facts |= {"ip_share": share, "combined_collateral": share != 1}
            facts["agreed"] = {
                party: Percent().read(At(_number(said), "/agreed", line, 1), problems)
                for party, said in _pairs(row.get("agreed"))
            }
            facts["confirmed"] = {
                decision: _YES_OR_NO[said] for decision, said in _pairs(row.get("confirmed"))
            }
            facts["attributes"] = _attributes(row.get("attributes") or "", line, problems)
            claims.append(
                BookClaim(
                    row["number"],
                    filed_on,
                    row.get("bank") or "",
                    row.get("borrower") or row["number"],
                    ClaimFacts(**facts),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            problems.append(
                Problem(line, 1, "", f"这一行读不懂：{error}", f"this row cannot be read: {error}")
            )
    return tuple(sorted(claims, key=lambda claim: (claim.filed_on, claim.number))), problems


_YES_OR_NO = {"true": True, "false": False, "是": True, "否": False}


def _day(text: str) -> date:
    """2026-03-01, or as spreadsheets write it: 2026/3/1."""
    year, month, day = (int(part) for part in text.strip().replace("/", "-").split("-"))
    return date(year, month, day)


def _pairs(text: str | None) -> list[tuple[str, str]]:
    """`pool=40;city=10`"""
    parts = [part.strip() for part in (text or "").split(";") if part.strip()]
    return [
        (name.strip(), said.strip()) for name, _, said in (part.partition("=") for part in parts)
    ]


def _number(text: str) -> Any:
    """A ratio in percent as a file would have it: 40 as a number, 33.3% or 1/3 as text."""
    return int(text) if text.isdigit() else text


def _stated_share(
    row: Mapping[str, str], facts: Mapping[str, Any], line: int, problems: list[Problem]
) -> Fraction | None:
    """The IP share of the contract: stated as a ratio, or as an amount of it (H.7)."""
    if row.get("ip_share"):
        at = At(_number(row["ip_share"].strip()), "/ip_share", line, 1)
        return Percent().read(at, problems)
    if not row.get("ip_amount"):
        return None
    amount, loan = parse_fen(row["ip_amount"]), facts.get("loan_amount_fen", 0)
    if not 0 < amount <= loan:
        raise ValueError("ip_amount / loan_amount")
    return share_of_amount(amount, loan)


def _attributes(text: str, line: int, problems: list[Problem]) -> dict[str, Any]:
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = pair.partition("=")
        fact = FACTS.get(name)
        if fact is None:
            problems.append(
                Problem(line, 1, name, f"不认识的事实 {name}", f"the fact {name} is not known")
            )
            continue
        node: Any = value
        if fact.kind == "flag":
            node = {"true": True, "false": False}.get(value, value)
        elif fact.kind == "count":
            node = int(value)
        found[name] = KIND_SHAPES[fact.kind].read(At(node, f"/{name}", line, 1), problems)
    return found


SAMPLE_BOOK = tuple(
    BookClaim(
        number=f"S-{index:02d}",
        filed_on=date(2026, 1 + index % 12, 10),
        bank=f"bank-{index % 3}",
        borrower=f"firm-{index % 8}",
        facts=ClaimFacts(
            outstanding_principal_fen=principal,
            ip_share=Fraction(share, 100),
            combined_collateral=share != 100,
            borrower_balance_fen=principal * 2,
            loan_amount_fen=principal * 2,
            compensated_amount_fen=principal,
            attributes={
                "is_ip_loan": True,
                "is_first_loan": index % 4 == 0,
                "unsecured_share": Fraction(60, 100),
                "risk_class": "substandard",
                "is_high_tech_enterprise": index % 3 == 0,
                "revenue": 3_000_000_000,
            },
            confirmed={"provincial_confirmation": True},
            recovered_fen=0,
            other_policy_money_fen=0,
        ),
    )
    for index, (principal, share) in enumerate(
        [
            (48_405_201, 80), (100_000_000, 100), (300_000_000, 100), (484_052_011, 80),
            (999_999_999, 100), (1_000_000_000, 60), (150_000_000, 100), (20_000_000, 100),
            (750_000_001, 100), (60_000_000, 50), (500_000_000, 100), (1_500_000_000, 100),
        ]
    )
)  # fmt: skip
"""A dozen claims of all sizes, for a first look when no book is at hand."""
