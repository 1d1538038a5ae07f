"""The ledger as a plain-text journal for hledger or Beancount: an outside witness to our balances.

Made of an export alone. A transfer becomes an entry with its value date (the business date) and its
booking date, two postings, and as tags its number, reference and case. At the end stand the
balances of every closed month as assertions, so that the other program itself says whether it
computes what we settled.

Debits are positive, credits negative, as both programs have it. Accounts are named: 资产:应收:工商银行.
Exposure (covered, reserved, capacity) stands off the balance sheet: it sums to nothing by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from services.risk_pool.audit.outside.amounts import NotAnExport
from services.risk_pool.audit.outside.command import lines_of
from services.risk_pool.domain.statement import ACCOUNTS, kind_words
from shared.clock import SHANGHAI
from shared.months import Month

Format = Literal["hledger", "beancount"]

_ROOTS: Mapping[str, tuple[str, ...]] = {
    "cash": ("资产",),
    "receivable": ("资产",),
    "payable": ("负债",),
    "contribution": ("权益",),
    "interest": ("收入",),
    "recoveries": ("收入",),
    "claims": ("支出",),
    "fees": ("支出",),
    "subsidies": ("支出",),
    "reserved": ("资产", "表外"),
    "covered": ("资产", "表外"),
    "capacity": ("负债", "表外"),
}
"""Kind of account → where it stands; another kind by the way it counts."""

_LATIN: Mapping[str, str] = {
    "资产": "Assets",
    "负债": "Liabilities",
    "权益": "Equity",
    "收入": "Income",
    "支出": "Expenses",
    "表外": "OffBalance-表外",
}
"""Beancount wants its own five roots, and every part of a name begun by a Latin capital or a figure."""

_NOT_IN_A_NAME = re.compile(r"[^\w]+|_")
"""Both programs take letters and figures of any script; anything else would end or part a name."""

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Names:
    """What an export tells of accounts and cases, to be known before the first entry is written."""

    head: Mapping[str, Any]
    form: Format
    parties: dict[str, str] = field(default_factory=dict)
    loans: dict[str, str] = field(default_factory=dict)
    months: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    accounts: dict[str, date] = field(default_factory=dict)
    """Account → the first day that it is used on."""

    def account(self, account: str) -> str:
        """The account's name: where it stands, what it is, whose it is."""
        kind, _, party = account.partition(":")
        by_way = ("资产" if self.head["chart"].get(kind) == "debit" else "负债",)
        words = ACCOUNTS[kind].zh if kind in ACCOUNTS else kind
        where = _ROOTS.get(kind, by_way)
        if self.form == "beancount":
            parts = [_LATIN[root] for root in where] + [f"{kind} {words}"]
            parts += [f"{party} {self.parties.get(party, '')}"] if party else []
        else:
            parts = [*where, words, *([self._party(party)] if party else [])]
        return ":".join(_clean(part) for part in parts)

    def _party(self, code: str) -> str:
        name = self.parties.get(code, "")
        alone = name and sum(other == name for other in self.parties.values()) == 1
        return name if alone else f"{name} {code}"


def _clean(text: str) -> str:
    name = _NOT_IN_A_NAME.sub("-", text).strip("-") or "未名"
    return name[0].upper() + name[1:]


def journal(export: Path, form: Format = "hledger") -> Iterator[str]:
    """The journal of an export, in the order of its numbers. Raises NotAnExport."""
    names = _names(export, form)
    write = _HledgerEntry if form == "hledger" else _BeancountEntry
    yield from _HEADS[form](names)
    for line in _members(export):
        if line["type"] == "transfer":
            yield write(line, names).text()
    yield from _ASSERTIONS[form](names)


def _members(export: Path) -> Iterator[dict[str, Any]]:
    for number, raw in enumerate(lines_of(export), start=1):
        try:
            yield orjson.loads(raw)
        except ValueError as error:
            raise NotAnExport(f"第 {number} 行读不通 line {number}: {error}") from error


def _names(export: Path, form: Format) -> Names:
    names: Names | None = None
    for line in _members(export):
        if names is None:
            if line.get("type") != "ledger" or "chart" not in line:
                raise NotAnExport(f"{export} 的首行不是账簿导出 begins no export")
            names = Names(line, form)
        elif line["type"] == "transfer":
            day = date.fromisoformat(line["business_date"])
            for account in (line["debit"], line["credit"]):
                names.accounts[account] = min(day, names.accounts.get(account, day))
        elif line["type"] == "party":
            names.parties[line["code"]] = line["name"]
        elif line["type"] == "loan":
            names.loans[line["loan_id"]] = line["number"]
        elif line["type"] == "closed-month":
            names.months[line["month"]] = line["accounts"]
        elif line["type"] == "end":
            return names
    raise NotAnExport(f"{export} 缺末行 has no last line")


class _Entry:
    """One transfer as both programs want to know it."""

    def __init__(self, line: Mapping[str, Any], names: Names) -> None:
        self.day = line["business_date"]
        self.booked = (
            datetime.fromisoformat(line["booked_at"]).astimezone(SHANGHAI).date().isoformat()
        )
        self.debit = names.account(line["debit"])
        self.credit = names.account(line["credit"])
        self.amount = line["amount"]
        self.words = kind_words(line["kind"]).zh
        self.tags = {"seq": str(line["seq"]), "ref": line["reference"], "kind": line["kind"]}
        if (loan := names.loans.get(line["loan_id"] or "")) is not None:
            self.tags["loan"] = loan
        if (case := _case(line["reference"])) is not None:
            self.tags["case"] = case


def _case(reference: str) -> str | None:
    """The number of a claim, a recovery or any other case that a transfer was booked for."""
    parts = reference.split(":")
    return parts[1] if len(parts) > 1 and re.search(r"-[0-9]{4}-[0-9]+$", parts[1]) else None


class _HledgerEntry(_Entry):
    def text(self) -> str:
        tags = "".join(f"    ; {name}:{_tag(value)}\n" for name, value in self.tags.items())
        return (
            f"{self.day}={self.booked} * ({self.tags['seq']}) {self.words}\n{tags}"
            f"    {self.debit}  {self.amount} {CURRENCY}\n"
            f"    {self.credit}  -{self.amount} {CURRENCY}\n\n"
        )


class _BeancountEntry(_Entry):
    def text(self) -> str:
        tags = "".join(f"  {name}: {_quoted(value)}\n" for name, value in self.tags.items())
        return (
            f"{self.day} * {_quoted(self.words)}\n{tags}  booked: {self.booked}\n"
            f"  {self.debit}  {self.amount} {CURRENCY}\n"
            f"  {self.credit}  -{self.amount} {CURRENCY}\n\n"
        )


def _tag(value: str) -> str:
    """A comma ends a tag of hledger."""
    return value.replace(",", "，")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hledger_head(names: Names) -> Iterator[str]:
    head = names.head
    yield f"; {head['name']}（{head['pool']}），导出于 exported at {head['exported_at']}\n"
    yield "; 日期为起息日（业务日期），等号后为记账日 value date = booking date\n"
    yield f"commodity 1000.00 {CURRENCY}\n\n"
    for account in sorted(names.accounts):
        yield f"account {names.account(account)}\n"
    yield "\n"


def _beancount_head(names: Names) -> Iterator[str]:
    head = names.head
    yield f"; {head['name']} ({head['pool']}), {head['exported_at']}\n"
    yield f'option "operating_currency" "{CURRENCY}"\n\n'
    for account, day in sorted(names.accounts.items()):
        yield f"{day.isoformat()} open {names.account(account)} {CURRENCY}\n"
    yield "\n"


def _closing(names: Names) -> Iterator[tuple[Month, list[tuple[str, str]]]]:
    """Closed month → account and balance at its end, debits positive."""
    for month, accounts in sorted(names.months.items()):
        yield (
            Month.parse(month),
            [
                (names.account(account), _less(two["debited"], two["credited"]))
                for account, two in sorted(accounts.items())
            ],
        )


def _less(debited: str, credited: str) -> str:
    difference = int(debited.replace(".", "")) - int(credited.replace(".", ""))
    sign, whole = ("-" if difference < 0 else ""), abs(difference)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def _hledger_assertions(names: Names) -> Iterable[str]:
    for month, accounts in _closing(names):
        lines = [
            f"    {account}  0.00 {CURRENCY} = {amount} {CURRENCY}\n"
            for account, amount in accounts
        ]
        yield f"{month.last} * {month} 月末余额核对 closed month\n{''.join(lines)}\n"


def _beancount_assertions(names: Names) -> Iterable[str]:
    for month, accounts in _closing(names):
        # Beancount asserts what stands as a day begins, and forgives a fen unless told not to.
        opening = date.fromordinal(month.last.toordinal() + 1).isoformat()
        for account, amount in accounts:
            yield f"{opening} balance {account}  {amount} ~ 0.00 {CURRENCY}\n"
        yield "\n"


_HEADS: Mapping[Format, Callable[[Names], Iterator[str]]] = {
    "hledger": _hledger_head,
    "beancount": _beancount_head,
}
_ASSERTIONS: Mapping[Format, Callable[[Names], Iterable[str]]] = {
    "hledger": _hledger_assertions,
    "beancount": _beancount_assertions,
}
