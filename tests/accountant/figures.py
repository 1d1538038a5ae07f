"""Every figure of the month by one name for both: as the spreadsheet has it, as the product has it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shared.money import parse_fen
from tests.accountant.evaluated import Book, fen
from tests.risk_pool.claims.driver import Claims

Figures = dict[str, int]

POOL = "dongli"
OWN = ("cash", "claims", "fees", "interest", "recoveries")
"""The accounts that are the pool's own: what moves on them stands in the pool's own statement."""
PARTIES = ("ICBC", "CCB", "PICC-TJ", "PG-TJ", "DB-TJ", "DL-FIN")
WORDS = {
    "pool": "资金池",
    "bank": "银行",
    "insurer": "保险",
    "appraiser": "评估",
    "guarantor": "担保",
}
ROWS = {"资金池": 23, "银行": 25, "保险": 11, "评估": 12, "担保": 13}


def of_sheet(book: Book) -> Figures:
    """All figures of the spreadsheet."""
    found: Figures = {}
    balances: dict[str, tuple[int, int, int, int]] = {}
    for account, _, *four in book["试算表"]:
        if account and "合计" not in account:
            balances[account] = opening, debited, credited, closing = _four(four)
            _account(found, account, opening, debited, credited, closing)
    for party, *six in book["对账单"]:
        _due(found, party, [fen(one) for one in six])
    _claims(found, book)
    for name, *columns in book["贷款"]:
        if name != "汇总":
            found[f"贷款 {name} 在保"] = fen(columns[10])
    february = [row for row in book["分录"] if row[0] == "2026-02"]
    for party in PARTIES:
        opening = _current(balances, party, 0)
        _table(found, party, "current", opening, february, _on_current(party))
    for party in ("ICBC", "CCB"):
        _table(found, party, "covered", balances[f"covered:{party}"][0], february,
               {f"covered:{party}": 1})  # fmt: skip
    _table(found, "DL-FIN", "contribution", balances["contribution:DL-FIN"][0], february,
           {"contribution:DL-FIN": -1})  # fmt: skip
    _pools_tables(found, balances, february)
    for party in (*PARTIES, POOL):
        _entries(
            found,
            party,
            [(row[1], row[3], row[4], fen(row[5])) for row in february if _tells(party, row[3:5])],
        )
    return found


async def of_product(pool: Claims, month: Any) -> Figures:
    """The same, as API and statements tell it."""
    found: Figures = {}
    moved: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in month["movements"]:
        debited, credited = parse_fen(one["debited"]), parse_fen(one["credited"])
        at = moved[one["account"]]
        if one["kind"] == "opening":
            at[0] += debited - credited
        else:
            at[1] += debited
            at[2] += credited
    asked = {"as_of": "2026-02-28"}
    answer = (await pool.auditor.get(f"/pools/{POOL}/balances", params=asked)).json()
    for one in answer["accounts"]:
        opening, debited, credited = moved[one["account"]]
        closing = parse_fen(one["balance"])
        sign = -1 if one["account"].split(":")[0] in _CREDIT else 1
        _account(found, one["account"], sign * opening, debited, credited, closing)
    for party in (*PARTIES, POOL):
        where = f"/pools/{POOL}/settlements/2026-02/statements/{party}.json"
        _statement(found, party, (await pool.auditor.get(where)).json())
    names = {str(loan_id): name for name, loan_id in pool.loans.items()}
    for one in (await pool.auditor.get("/claims")).json()["items"]:
        claim = (await pool.auditor.get(f"/claims/{one['id']}")).json()
        name = names[claim["loan_id"]]
        found[f"补偿 {name} 基数"] = parse_fen(claim["base"])
        for share in claim["shares"]:
            found[f"补偿 {name} {WORDS[share['party']]}"] = parse_fen(share["amount"])
        for recovery in claim["recoveries"]:
            shown = (await pool.auditor.get(f"/recoveries/{recovery}")).json()
            for share in shown["shares"]:
                found[f"追偿 {name} {WORDS[share['party']]}"] = parse_fen(share["amount"])
    return found


def differences(sheet: Figures, product: Figures) -> list[str]:
    """Every figure that is not the same to the fen; what one has and the other has not counts as
    nought there."""
    return [
        f"{name}: {sheet.get(name, 0) / 100:.2f} / {product.get(name, 0) / 100:.2f}"
        for name in sorted({*sheet, *product})
        if sheet.get(name, 0) != product.get(name, 0)
    ]


_CREDIT = ("contribution", "interest", "recoveries", "payable", "capacity")


def _four(cells: Iterable[Any]) -> tuple[int, int, int, int]:
    opening, debited, credited, closing = (fen(one) for one in cells)
    return opening, debited, credited, closing


def _account(found: Figures, account: str, *four: int) -> None:
    for word, amount in zip(("一月末", "借方", "贷方", "余额"), four, strict=True):
        found[f"{account} {word}"] = amount


def _due(found: Figures, party: str, six: list[int]) -> None:
    words = ("应付该方", "应收该方", "另行拨付", "遗留", "轧差", "净额")
    for word, amount in zip(words, six, strict=True):
        found[f"对账单 {party} {word}"] = amount


def _claims(found: Figures, book: Book) -> None:
    for at, loan in enumerate(("d", "a", "b", "c"), start=1):
        found[f"补偿 {loan} 基数"] = fen(book["补偿"][5 - 2][at])
        for party, row in ROWS.items():
            found[f"补偿 {loan} {party}"] = fen(book["补偿"][row - 2][at])
    for at, loan in enumerate(("a", "b"), start=1):
        for row, party in enumerate(("资金池", "保险", "评估", "银行"), start=5):
            found[f"追偿 {loan} {party}"] = fen(book["追偿"][row - 2][at])


def _current(balances: dict[str, tuple[int, int, int, int]], party: str, at: int) -> int:
    nought = (0, 0, 0, 0)
    payable = balances.get(f"payable:{party}", nought)[at]
    return payable - balances.get(f"receivable:{party}", nought)[at]


def _on_current(party: str) -> dict[str, int]:
    """Positive is owed to the party: what is payable to it less what is receivable from it."""
    return {f"payable:{party}": -1, f"receivable:{party}": -1}


def _table(
    found: Figures, party: str, code: str, opening: int, rows: list[Any], accounts: dict[str, int]
) -> None:
    """From an opening by kinds to a closing; of each account the sign by which a debit counts."""
    at = f"对账单 {party} {code}"
    found[f"{at} 期初"] = opening
    closing = opening
    for row in rows:
        change = (accounts.get(row[3], 0) - accounts.get(row[4], 0)) * fen(row[5])
        if row[3] in accounts or row[4] in accounts:
            found[f"{at} {row[2]}"] = found.get(f"{at} {row[2]}", 0) + change
            closing += change
    found[f"{at} 期末"] = closing


def _pools_tables(
    found: Figures, balances: dict[str, tuple[int, int, int, int]], rows: list[Any]
) -> None:
    signs = {
        "available": ("claims -", "fees -", "interest +", "recoveries +", "contribution:DL-FIN +"),
        "cash": ("cash +",),
        "payable": tuple(f"payable:{one} +" for one in PARTIES[:-1]),
        "receivable": tuple(f"receivable:{one} +" for one in PARTIES[:-1]),
        "covered": ("covered:ICBC +", "covered:CCB +"),
        "reserved": ("reserved:ICBC +", "reserved:CCB +"),
        "current": (),
    }
    for code, accounts in signs.items():
        opening, by_debit = 0, {}
        for one in accounts:
            account, sign = one.split()
            plus = 1 if sign == "+" else -1
            opening += plus * balances[account][0]
            by_debit[account] = plus * (-1 if account.split(":")[0] in _CREDIT else 1)
        _table(found, POOL, code, opening, rows, by_debit)


def _tells(party: str, sides: Iterable[str]) -> bool:
    if party == POOL:
        return any(one in OWN for one in sides)
    own = (f"payable:{party}", f"receivable:{party}", f"contribution:{party}")
    return any(one in own for one in sides)


def _entries(found: Figures, party: str, entries: list[tuple[str, str, str, int]]) -> None:
    """Every single entry; of several alike each by its place."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for day, debit, credit, amount in entries:
        alike[day, debit, credit].append(amount)
    for (day, debit, credit), amounts in alike.items():
        for place, amount in enumerate(sorted(amounts), start=1):
            found[f"分录 {party} {day} 借 {debit} 贷 {credit} 第 {place} 笔"] = amount


def _statement(found: Figures, party: str, told: Any) -> None:
    names = ("payable", "receivable", "awaiting_payment", "earlier", "netted", "net")
    _due(found, party, [parse_fen(told["due"][name]) for name in names])
    for table in told["tables"]:
        at = f"对账单 {party} {table['code']}"
        found[f"{at} 期初"] = parse_fen(table["opening"])
        found[f"{at} 期末"] = parse_fen(table["closing"])
        for row in table["rows"]:
            found[f"{at} {row['zh']}"] = parse_fen(row["amount"])
    _entries(
        found,
        party,
        [(one["date"], one["debit"], one["credit"], parse_fen(one["amount"]))
         for one in told["entries"]],
    )  # fmt: skip
    if party in ("ICBC", "CCB"):
        by_number = {one["loan_no"].removeprefix("JK-"): one for one in told["line_rows"]}
        for name, one in by_number.items():
            found[f"贷款 {name} 在保"] = parse_fen(one["covered"])
