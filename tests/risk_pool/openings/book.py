"""A county's own book, as its finance bureau keeps it in a spreadsheet: forty loans of two banks."""

import io
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook
from stdnum.cn import uscc as stdnum_uscc

from services.risk_pool.domain.coverage import covered_part
from services.risk_pool.domain.opening_sheets import BY_NAME
from shared.identifiers import organisation_check, patent_check
from shared.money import format_fen, parse_fen
from shared.ratios import ip_share

Sheets = dict[str, list[dict[str, Any]]]
"""Sheet → its rows, by column."""

BANKS = ("ICBC-TJ", "CCB-TJ")


def firm(n: int) -> str:
    """The credit code of the nth firm, with its check symbols."""
    body = f"{n + 1:08d}"
    whole = f"91120110{body}{organisation_check(body)}"
    return whole + stdnum_uscc.calc_check_digit(whole)


def patent_of(n: int) -> str:
    """The nth patent, with its check symbol."""
    body = f"20201{n + 1:07d}"
    return f"ZL {body}.{patent_check(body)}"


def loan(n: int, bank: str, **changes: Any) -> dict[str, Any]:
    """The nth loan: nothing is wrong with it."""
    amount_fen = 100_000_000 + n * 1_000_000
    owed_fen = amount_fen - n * 500_000
    share_bp = 5_433 if n % 5 == 0 else 10_000
    share = ip_share(share_bp=share_bp, amount_fen=amount_fen, ip_amount_fen=None)
    lent_on = date(2025, 3, 3) + timedelta(days=9 * (n % 40))
    return {
        "bank": bank,
        "loan_no": f"JK-{n:05d}",
        "borrower_name": f"天津第{n}科技有限公司",
        "borrower_uscc": firm(n),
        "borrower_registered_on": date(2015, 6, 1),
        "borrower_is_sme": "是",
        "amount": f"{amount_fen // 100:,}.{amount_fen % 100:02d}",
        "outstanding": owed_fen / 100,
        "ip_share": f"{share_bp / 100}%",
        "covered": format_fen(covered_part(owed_fen, share)),
        "annual_rate": 0.0435,
        "approved_on": lent_on - timedelta(days=5),
        "disbursed_on": lent_on,
        "matures_on": lent_on.replace(year=2027),
        "mode": "direct",
        "purpose": "流动资金",
        "repayment": "到期一次还本",
        **changes,
    }


def right_of(n: int, bank: str, **changes: Any) -> dict[str, Any]:
    """The patent that is pledged for the nth loan."""
    return {
        "bank": bank,
        "loan_no": f"JK-{n:05d}",
        "kind": "发明专利",
        "number": patent_of(n),
        "name": f"一种第{n}号方法",
        "owner_name": f"天津第{n}科技有限公司",
        "filed_on": "2020年5月6日",
        "expires_on": "2040-05-06",
        "registration_no": f"Y20251200{n:05d}",
        "registered_on": date(2025, 2, 28),
        **changes,
    }


def paid_claim(n: int, bank: str, **changes: Any) -> dict[str, Any]:
    """The nth loan went bad, and its claim was paid in February; a fifth of it has come back."""
    same = ("borrower_name", "borrower_uscc", "mode", "amount", "ip_share", "annual_rate")
    one = loan(n, bank)
    return {
        "bank": bank,
        "loan_no": f"JK-{n:05d}",
        "book_number": "南财代偿〔2026〕3号",
        **{name: one[name] for name in same},
        "ip_share": "100%",
        "approved_on": date(2024, 2, 1),
        "disbursed_on": date(2024, 2, 8),
        "matures_on": date(2026, 2, 8),
        "claimed_on": date(2026, 1, 12),
        "decided_on": date(2026, 1, 26),
        "paid_on": date(2026, 2, 2),
        "principal": "250000.00",
        "pool_share": "100000.00",
        "bank_share": "150000.00",
        "pool_returned": "20000.00",
        "bank_returned": "30000.00",
        **changes,
    }


def book(loans: int = 40, banks: Sequence[str] = BANKS) -> Sheets:
    """The whole book: right in every row, and even to the fen."""
    lent = [(n, banks[n % 2]) for n in range(loans)]
    rows = [loan(n, bank) for n, bank in lent]
    covered = dict.fromkeys(banks, 0)
    for row in rows:
        covered[row["bank"]] += parse_fen(row["covered"])
    return {
        "totals": [
            {"item": "专户余额", "amount": "29,386,111.18"},
            {"item": "出资合计", "amount": "30000000.00"},
            {"item": "利息收入", "amount": "１２３，４５６．７８"},
            {"item": "追回款", "amount": 60000.12},
            {"item": "代偿支出", "amount": "800000"},
            {"item": "费用支出", "amount": "12345.67元"},
            {"item": "应收合计", "amount": "20000.05"},
            {"item": "应付合计", "amount": "35000.00"},
            {"item": "可用资金", "amount": "29371111.23"},
            *(
                {"item": "在保本金", "bank": bank, "amount": format_fen(fen)}
                for bank, fen in covered.items()
            ),
        ],
        "contributions": [{"party": "东丽区财政局", "amount": "30,000,000.00"}],
        "items": [
            {
                "party": banks[0], "direction": "应收", "amount": "20000.05",
                "since": "2026-01-15", "due_on": "2026-02-15", "reason": "一月追偿款未返还",
            },
            {
                "party": banks[1], "direction": "应付", "amount": "35,000.00",
                "since": date(2026, 2, 20), "due_on": date(2026, 3, 20), "reason": "代偿待拨付",
            },
        ],
        "loans": rows,
        "rights": [right_of(n, bank) for n, bank in lent],
    }  # fmt: skip


def changed(sheets: Sheets, change: Callable[[Sheets], Any]) -> Sheets:
    """The book with one change; the other one stays as it is."""
    other = deepcopy(sheets)
    change(other)
    return other


def workbook(sheets: Mapping[str, Sequence[Mapping[str, Any]]], *, other: str = "") -> bytes:
    """The book as XLSX, with Chinese headings; `other` is a sheet of the county's own beside ours."""
    made = Workbook()
    made.remove(made.active)
    if other:
        made.create_sheet(other).append(["日期", "余额"])
    for name, rows in sheets.items():
        sheet = BY_NAME[name]
        page = made.create_sheet(sheet.zh)
        names = list(dict.fromkeys(column for row in rows for column in row))
        known = {column.name: column.zh for column in sheet.columns}
        page.append([known.get(one, one) for one in names])
        for row in rows:
            page.append([row.get(one) for one in names])
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()
