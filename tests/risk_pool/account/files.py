"""Statements of account as banks give them, written from entries that a test names."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl

from services.risk_pool.domain.account_statement import AccountEntry
from shared.money import format_fen

ACCOUNT = "0302011409000123456"


def entry(
    day: str, amount: str, *, name: str = "", reference: str = "", purpose: str = "", **more: Any
) -> AccountEntry:
    """An entry as a test writes it: "2026-03-02", "-1000.00"."""
    from shared.money import parse_fen

    return AccountEntry(
        line=more.pop("line", 1),
        booked_on=date.fromisoformat(day),
        amount_fen=parse_fen(amount),
        counterparty_name=name,
        reference=reference,
        purpose=purpose,
        **more,
    )


def with_balances(entries: Sequence[AccountEntry], opening_fen: int) -> list[int]:
    """The balance after each."""
    held, balances = opening_fen, []
    for one in entries:
        held += one.amount_fen
        balances.append(held)
    return balances


def grouped(fen: int) -> str:
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


HEAD = (
    "交易日期",
    "借方发生额",
    "贷方发生额",
    "余额",
    "对方户名",
    "对方账号",
    "摘要",
    "交易流水号",
)


def table(entries: Sequence[AccountEntry], *, opening_fen: int = 0) -> list[list[str]]:
    """Two columns of debits and credits with a running balance, as text."""
    return [
        [
            one.booked_on.isoformat(),
            grouped(-one.amount_fen) if one.amount_fen < 0 else "",
            grouped(one.amount_fen) if one.amount_fen > 0 else "",
            grouped(balance),
            one.counterparty_name,
            one.counterparty_account,
            one.purpose,
            one.reference,
        ]
        for one, balance in zip(entries, with_balances(entries, opening_fen), strict=True)
    ]


def csv_of(
    rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8-sig", delimiter: str = ","
) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bank_csv(
    entries: Sequence[AccountEntry], *, opening_fen: int = 0, account: str = ACCOUNT
) -> bytes:
    """With the account above the table and a total below it, in GB18030, as a counter prints it."""
    total_in = sum(one.amount_fen for one in entries if one.amount_fen > 0)
    total_out = -sum(one.amount_fen for one in entries if one.amount_fen < 0)
    closing = with_balances(entries, opening_fen)[-1] if entries else opening_fen
    rows = [
        ["单位活期明细对账单"],
        [f"账号：{account}", "", "户名：", "区财政局", "币种：", "人民币"],
        ["期初余额", grouped(opening_fen)],
        list(HEAD),
        *table(entries, opening_fen=opening_fen),
        ["合计", grouped(total_out), grouped(total_in), "", "", "", "", ""],
        ["期末余额", grouped(closing)],
    ]
    return csv_of(rows, encoding="gb18030")


def camt_of(
    entries: Sequence[AccountEntry],
    *,
    version: str = "08",
    opening_fen: int = 0,
    account: str = ACCOUNT,
    currency: str = "CNY",
) -> bytes:
    """camt.053 as version 02, 06, 08 or 12 has it."""
    new = version in ("08", "12")

    def money(fen: int) -> str:
        side = "CRDT" if fen >= 0 else "DBIT"
        return f'<Amt Ccy="{currency}">{format_fen(abs(fen))}</Amt><CdtDbtInd>{side}</CdtDbtInd>'

    def balance(code: str, fen: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money(fen)}"
            "<Dt><Dt>2026-03-31</Dt></Dt></Bal>"
        )

    def one_entry(one: AccountEntry) -> str:
        role = "Dbtr" if one.amount_fen > 0 else "Cdtr"
        name = f"<Nm>{one.counterparty_name}</Nm>"
        party = f"<Pty>{name}</Pty>" if new else name
        status = "<Sts><Cd>BOOK</Cd></Sts>" if new else "<Sts>BOOK</Sts>"
        return (
            f"<Ntry>{money(one.amount_fen)}{status}<BookgDt><Dt>{one.booked_on}</Dt></BookgDt>"
            f"<AcctSvcrRef>{one.reference}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
            f"<RltdPties><{role}>{party}</{role}><{role}Acct><Id><Othr>"
            f"<Id>{one.counterparty_account}</Id></Othr></Id></{role}Acct></RltdPties>"
            f"<RmtInf><Ustrd>{one.purpose}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    closing = with_balances(entries, opening_fen)[-1] if entries else opening_fen
    body = "".join(map(one_entry, entries))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>"
        f"{balance('OPBD', opening_fen)}{balance('CLBD', closing)}{body}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()
