"""camt.053 (ISO 20022, BankToCustomerStatement), versions 02, 06, 08 and 12.

Between the versions the places of a few names moved; where one is asked for, both are looked at.
Entries that are not booked (pending, information) are passed over. The sign is CdtDbtInd's own,
also of a reversal (RvslInd says what it takes back, not which way it goes).
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from xml.etree.ElementTree import Element

from services.risk_pool.domain.account_statement import (
    MOST_ROWS,
    AccountEntry,
    RowResult,
    StatementRead,
    StatementUnreadable,
)
from shared.sheets import safe_xml
from shared.sheets.cells import LONGEST_CELL, day_of, fen_of, narrow, plain

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(02|06|08|12)\}Document")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
RETURNED = "退汇"
"""Set before the purpose of an entry that the bank itself marks as a reversal."""


class _EntryWrong(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def read_camt(content: bytes) -> StatementRead:
    """The statements in one message, which are of one account and follow each other.

    Raises StatementUnreadable.
    """
    try:
        root = safe_xml.parse(content)
    except safe_xml.UnsafeXml as error:
        raise _unreadable(
            "不是可读取的 XML（不接受文档类型声明）", "not XML that we read"
        ) from error
    if _NAMESPACE.fullmatch(root.tag) is None:
        raise _unreadable(
            "不是 camt.053.001.02/.06/.08/.12", "not camt.053.001.02, .06, .08 or .12"
        )
    statements = [one for one in root.iter() if _name(one) == "Stmt" and isinstance(one.tag, str)]
    if not statements:
        raise _unreadable("没有对账单（Stmt）", "no statement (Stmt)")
    parts = list(_parts(statements))
    _require_chain(parts)
    entries = tuple(one for part in parts for one in part.entries)
    if sum(len(part.rows) for part in parts) > MOST_ROWS:
        raise _unreadable(f"超过 {MOST_ROWS} 笔", f"more than {MOST_ROWS} entries")
    return StatementRead(
        format="camt.053",
        entries=entries,
        rows=tuple(row for part in parts for row in part.rows),
        account_number=parts[0].account_number,
        currency=parts[0].currency,
        opening_fen=parts[0].opening_fen,
        closing_fen=parts[-1].closing_fen,
        covers_until=parts[-1].covers_until,
    )


def _parts(statements: list[Element]) -> Iterator[StatementRead]:
    line = 0
    for statement in statements:
        entries, rows = [], []
        for entry in _all(statement, "Ntry"):
            line += 1
            try:
                read = _entry(line, entry)
            except _EntryWrong as wrong:
                rows.append(RowResult(line=line, outcome="refused", zh=wrong.zh, en=wrong.en))
                continue
            if read is None:
                rows.append(
                    RowResult(line=line, outcome="passed_over", zh="未入账", en="not booked")
                )
                continue
            entries.append(read)
            rows.append(RowResult(line=line, outcome="read", zh="已读取", en="read"))
        yield StatementRead(
            format="camt.053",
            entries=tuple(entries),
            rows=tuple(rows),
            account_number=_account(_at(statement, "Acct/Id")),
            currency=_text(_at(statement, "Acct/Ccy")),
            opening_fen=_balance(statement, _OPENING),
            closing_fen=_balance(statement, _CLOSING),
            covers_until=_until(statement),
        )


def _until(statement: Element) -> date | None:
    """The end of its days; of a time at midnight, the day before."""
    said = _text(_at(statement, "FrToDt/ToDtTm"))
    try:
        until = day_of(said)
    except ValueError:
        return None
    return date.fromordinal(until.toordinal() - 1) if "T00:00:00" in said else until


def _require_chain(parts: list[StatementRead]) -> None:
    for before, after in pairwise(parts):
        if (before.account_number, before.currency) != (after.account_number, after.currency):
            raise _unreadable("一个文件只能有一个账户", "one file, one account")
        if before.closing_fen != after.opening_fen:
            raise _unreadable("文件内对账单余额不衔接", "its statements do not follow each other")


def _entry(line: int, entry: Element) -> AccountEntry | None:
    status = _text(_at(entry, "Sts/Cd")) or _text(_at(entry, "Sts"))
    if status != "BOOK":
        return None
    details = _at(entry, "NtryDtls/TxDtls")
    incoming = _text(_at(entry, "CdtDbtInd")) == "CRDT"
    other = "Dbtr" if incoming else "Cdtr"
    returned = _text(_at(entry, "RvslInd")) in ("true", "1")
    name, account = _counterparty(details, other)
    words = [
        *([RETURNED] if returned else []),
        *(_text(one) for one in _down(details, "RmtInf/Ustrd")),
        _text(_at(entry, "AddtlNtryInf")),
        _end_to_end(details),
    ]
    purpose = " ".join(dict.fromkeys(filter(None, words)))
    if len(purpose) > LONGEST_CELL:
        raise _EntryWrong(f"文字超过 {LONGEST_CELL} 字", f"text above {LONGEST_CELL} characters")
    return AccountEntry(
        line=line,
        booked_on=_day(entry),
        amount_fen=_signed(entry),
        reference=_text(_at(entry, "AcctSvcrRef")) or _text(_at(entry, "NtryRef")),
        counterparty_name=name,
        counterparty_account=account,
        purpose=purpose,
    )


def _end_to_end(details: Element | None) -> str:
    said = _text(_at(details, "Refs/EndToEndId"))
    return "" if said == "NOTPROVIDED" else said


def _counterparty(details: Element | None, role: str) -> tuple[str, str]:
    """Of version 06 on the name of a party lies one step deeper."""
    party = _at(details, f"RltdPties/{role}")
    name = _text(_at(party, "Nm")) or _text(_at(party, "Pty/Nm"))
    return name, _account(_at(details, f"RltdPties/{role}Acct/Id"))


def _day(entry: Element) -> date:
    for place in ("BookgDt/Dt", "BookgDt/DtTm"):
        said = _text(_at(entry, place))
        if said:
            try:
                return day_of(said)
            except ValueError:
                raise _EntryWrong(
                    f"记账日无法识别：{said[:40]}", f"not a day: {said[:40]}"
                ) from None
    raise _EntryWrong("缺少记账日", "no booking day")


def _signed(holder: Element) -> int:
    said = _text(_at(holder, "Amt"))
    try:
        fen = fen_of(said)
    except ValueError:
        fen = None
    direction = _text(_at(holder, "CdtDbtInd"))
    if fen is None or fen < 0:
        raise _EntryWrong(f"金额无法识别：{said[:40]}", f"not an amount: {said[:40]}")
    if direction not in ("CRDT", "DBIT"):
        raise _EntryWrong("缺少借贷方向", "neither CRDT nor DBIT")
    if fen == 0 and _name(holder) == "Ntry":
        raise _EntryWrong("金额为零", "an amount of nought")
    return fen if direction == "CRDT" else -fen


def _balance(statement: Element, codes: tuple[str, ...]) -> int | None:
    for code in codes:
        for balance in _all(statement, "Bal"):
            if _text(_at(balance, "Tp/CdOrPrtry/Cd")) == code:
                try:
                    return _signed(balance)
                except _EntryWrong as wrong:
                    raise _unreadable(wrong.zh, wrong.en) from wrong
    return None


def _account(holder: Element | None) -> str:
    said = _text(_at(holder, "IBAN")) or _text(_at(holder, "Othr/Id"))
    return re.sub(r"[\s-]", "", narrow(said))


def _unreadable(zh: str, en: str) -> StatementUnreadable:
    return StatementUnreadable(f"对账单无法读取：{zh}。", f"The statement cannot be read: {en}.")


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [one for one in element if _name(one) == name]


def _down(element: Element | None, path: str) -> list[Element]:
    found = [] if element is None else [element]
    for name in path.split("/"):
        found = [below for one in found for below in _all(one, name)]
    return found


def _at(element: Element | None, path: str) -> Element | None:
    return next(iter(_down(element, path)), None)


def _text(element: Element | None) -> str:
    return "" if element is None else plain(element.text)
