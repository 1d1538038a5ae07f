"""The draft of an opening, checked as a whole: every row with what is wrong with it, and of those that
are right what they come to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.risk_pool.domain.opening_claim import TakenClaim, claim_of
from services.risk_pool.domain.opening_loan import TakenLoan, TakenRight
from services.risk_pool.domain.opening_loan_check import LoanFaults, loan_of, right_of
from services.risk_pool.domain.opening_row import Finding, SheetRow
from services.risk_pool.domain.opening_sheets import (
    BY_NAME,
    CLAIMS,
    CONTRIBUTIONS,
    ITEMS,
    LOANS,
    RIGHTS,
    TOTALS,
)
from services.risk_pool.domain.parties import BANK
from shared import canonical
from shared.schemes.terms import Terms

TermsOf = Callable[[date, str], Terms | Finding]
"""The terms of an approval day in a mode, or why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A party of the pool."""

    code: str
    role: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the pool knows, against which the rows are held."""

    opened_on: date
    members: Sequence[Member]
    terms_of: TermsOf

    @property
    def by_role(self) -> Mapping[str, Sequence[str]]:
        """The codes of those who play a role."""
        found: dict[str, list[str]] = {}
        for one in self.members:
            found.setdefault(one.role, []).append(one.code)
        return found

    def member(self, said: str, *, role: str | None = None) -> Member | None:
        """A party by its code or its name."""
        for one in self.members:
            if said in (one.code, one.name) and role in (None, one.role):
                return one
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidIn:
    """What a party has paid in."""

    at: str
    party_code: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed between the pool and a party."""

    at: str
    party_code: str
    direction: str
    amount_fen: int
    since: date
    due_on: date
    reason: str


@dataclass(slots=True)
class Draft:
    """What the right rows say, and every row with its findings."""

    rows: list[SheetRow] = field(default_factory=list)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    """(item, bank or "") → fen."""
    paid_in: list[PaidIn] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    loans: list[TakenLoan] = field(default_factory=list)
    claims: list[TakenClaim] = field(default_factory=list)
    loan_keys: set[tuple[str, str]] = field(default_factory=set)
    """(bank, number) of the loans."""

    @property
    def wrong(self) -> list[SheetRow]:
        """Rows that have to be mended."""
        return [row for row in self.rows if row.is_wrong]


def key_of(row: SheetRow) -> str:
    """What makes two rows of a sheet the same; one that does not say it goes by its line."""
    parts = [str(row.values.get(name, "")) for name in BY_NAME[row.sheet].key]
    return "|".join(parts) if all(parts[:1]) and any(parts) else f"#{row.at}"


_MENDED_ELSEWHERE = frozenset({"right-missing", "loan-not-in-book"})


def is_wrong_in_itself(row: SheetRow) -> bool:
    """Whether the row has to be written anew, and not only one of another sheet."""
    return any(one.code not in _MENDED_ELSEWHERE for one in row.findings)


def checked_draft(rows: Sequence[SheetRow], known: Known) -> Draft:
    """Everything at once; a row that cannot be read is not looked at further."""
    found: dict[int, list[Finding]] = {n: list(row.findings) for n, row in enumerate(rows)}
    draft = Draft()
    _doubles(rows, found)
    rights = _rights(rows, found, known)
    for n, row in enumerate(rows):
        if found[n] or row.sheet == RIGHTS:
            continue
        match row.sheet:
            case _ if row.sheet == LOANS:
                found[n] += _loan(row, known, rights, draft)
            case _ if row.sheet == CLAIMS:
                found[n] += _claim(row, known, draft)
            case _ if row.sheet == TOTALS:
                found[n] += _total(row, known, draft)
            case _ if row.sheet == CONTRIBUTIONS:
                found[n] += _contribution(row, known, draft)
            case _ if row.sheet == ITEMS:
                found[n] += _item(row, known, draft)
    draft.rows = [replace(row, findings=tuple(found[n])) for n, row in enumerate(rows)]
    return draft


def _doubles(rows: Sequence[SheetRow], found: dict[int, list[Finding]]) -> None:
    first: dict[tuple[str, str], int] = {}
    for n, row in enumerate(rows):
        other = first.setdefault((row.sheet, key_of(row)), n)
        if other != n:
            found[n].append(
                Finding(
                    column="", code="named-twice",
                    zh=f"与第 {rows[other].line} 行重复", en=f"the same as line {rows[other].line}",
                )
            )  # fmt: skip


def _rights(
    rows: Sequence[SheetRow], found: dict[int, list[Finding]], known: Known
) -> dict[tuple[str, str], list[TakenRight]]:
    """The rights by bank and loan; one that belongs to no loan of the draft is wrong."""
    loans = {_loan_key(row, known) for row in rows if row.sheet == LOANS}
    by_loan: dict[tuple[str, str], list[TakenRight]] = {}
    taken: dict[tuple[str, str, int], int] = {}
    for n, row in enumerate(rows):
        if row.sheet != RIGHTS or found[n]:
            continue
        key = _loan_key(row, known)
        if key not in loans:
            found[n].append(
                Finding(
                    column="借据号", code="loan-not-in-book",
                    zh="在保贷款表中没有这笔贷款", en="no such loan in the sheet of loans",
                )
            )  # fmt: skip
            continue
        try:
            right = right_of(row.values)
        except LoanFaults as faults:
            found[n] += faults.findings
            continue
        other = taken.setdefault((right.kind, right.number, right.nice_class), n)
        if other != n:
            found[n].append(
                Finding(
                    column="权利号", code="right-pledged-twice",
                    zh=f"该权利已在第 {rows[other].line} 行质押",
                    en=f"pledged in line {rows[other].line} already",
                )
            )  # fmt: skip
            continue
        by_loan.setdefault(key, []).append(right)
    return by_loan


def _loan_key(row: SheetRow, known: Known) -> tuple[str, str]:
    said = str(row.values.get("bank", ""))
    bank = known.member(said, role=BANK)
    return (bank.code if bank else said, canonical.number(str(row.values.get("loan_no", ""))))


def _bank(row: SheetRow, known: Known) -> tuple[str, list[Finding]]:
    bank = known.member(row.values["bank"], role=BANK)
    if bank is not None:
        return bank.code, []
    return "", [
        Finding(
            column="银行", code="bank-not-in-pool",
            zh=f"“{row.values['bank']}”不是本资金池的合作银行",
            en=f"{row.values['bank']} is no bank of the pool",
        )
    ]  # fmt: skip


def _party(row: SheetRow, known: Known) -> tuple[str, list[Finding]]:
    column = BY_NAME[row.sheet].column("party")
    member = known.member(row.values["party"])
    if member is not None:
        return member.code, []
    return "", [
        Finding(
            column=column.zh, code="party-not-in-pool",
            zh=f"“{row.values['party']}”不是本资金池的参与方",
            en=f"{row.values['party']} is no party of the pool",
        )
    ]  # fmt: skip


def _loan(
    row: SheetRow, known: Known, rights: Mapping[tuple[str, str], list[TakenRight]], draft: Draft
) -> list[Finding]:
    code, wrong = _bank(row, known)
    if wrong:
        return wrong
    terms = known.terms_of(date.fromisoformat(row.values["approved_on"]), row.values["mode"])
    number = canonical.number(row.values["loan_no"])
    of_loan = tuple(rights.get((code, number), ()))
    if (code, number) in draft.loan_keys:
        return [_twice("借据号")]
    draft.loan_keys.add((code, number))
    try:
        draft.loans.append(
            loan_of(
                row, bank_code=code, terms=terms, rights=of_loan, by_role=known.by_role,
                opened_on=known.opened_on,
            )
        )  # fmt: skip
    except LoanFaults as faults:
        return faults.findings
    return []


def _claim(row: SheetRow, known: Known, draft: Draft) -> list[Finding]:
    code, wrong = _bank(row, known)
    if wrong:
        return wrong
    number = canonical.number(row.values["loan_no"])
    if (code, number) in draft.loan_keys:
        return [_twice("借据号")]
    draft.loan_keys.add((code, number))
    terms = known.terms_of(date.fromisoformat(row.values["approved_on"]), row.values["mode"])
    try:
        draft.claims.append(
            claim_of(
                row, bank_code=code, terms=terms, by_role=known.by_role, opened_on=known.opened_on
            )
        )
    except LoanFaults as faults:
        return faults.findings
    return []


def _total(row: SheetRow, known: Known, draft: Draft) -> list[Finding]:
    item, bank = row.values["item"], ""
    if (item == "covered") != ("bank" in row.values):
        return [
            Finding(
                column="银行", code="bank-of-covered-only",
                zh="“在保本金”须按银行填写，其他项目不填银行",
                en="covered principal is by bank, everything else is not",
            )
        ]  # fmt: skip
    if "bank" in row.values:
        bank, wrong = _bank(row, known)
        if wrong:
            return wrong
    if (item, bank) in draft.totals:
        return [_twice("项目")]
    draft.totals[item, bank] = row.values["amount"]
    return []


def _twice(column: str) -> Finding:
    """Of a bank that is named once by its code and once by its name."""
    return Finding(
        column=column, code="named-twice", zh="与前面一行重复", en="the same as a line before"
    )


def _contribution(row: SheetRow, known: Known, draft: Draft) -> list[Finding]:
    code, wrong = _party(row, known)
    if not wrong and row.values["amount"]:
        draft.paid_in.append(PaidIn(at=row.at, party_code=code, amount_fen=row.values["amount"]))
    return wrong


def _item(row: SheetRow, known: Known, draft: Draft) -> list[Finding]:
    code, wrong = _party(row, known)
    values: Mapping[str, Any] = row.values
    since, due_on = (date.fromisoformat(values[name]) for name in ("since", "due_on"))
    if since >= known.opened_on or due_on < since:
        wrong.append(
            Finding(
                column="发生日", code="days-out-of-order",
                zh=f"发生日须早于接管日 {known.opened_on}，且不晚于到期日",
                en=f"it came to be owed before {known.opened_on}, and is due no earlier",
            )
        )  # fmt: skip
    if values["amount"] == 0:
        wrong.append(
            Finding(column="金额", code="nothing-owed", zh="金额为零", en="nothing is owed")
        )
    if not wrong:
        draft.owed.append(
            Owed(
                at=row.at, party_code=code, direction=values["direction"],
                amount_fen=values["amount"], since=since, due_on=due_on, reason=values["reason"],
            )
        )  # fmt: skip
    return wrong
