"""A statement as a workbook: real numbers with formats, totals as formulas over the rows above."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from services.risk_pool.queries import settlements
from services.risk_pool.reports.words import Language, risk_class, words

_MONEY = "#,##0.00;[Red]-#,##0.00"


async def as_xlsx(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
    *,
    language: Language,
) -> bytes:
    """The statement as XLSX: summary, balances, every entry, and every loan of the month.

    A spreadsheet keeps numbers as floats; amounts below a hundred trillion yuan keep their fen.
    """
    with tempfile.TemporaryDirectory(prefix="zhidai-statement-") as folder:
        path = Path(folder) / "statement.xlsx"
        book = _Workbook(path, statement, language)
        book.summary()
        book.balances()
        book.entries()
        await book.loans(conn, settlement, bank)
        await asyncio.to_thread(book.close)
        return path.read_bytes()


class _Workbook:
    """The workbook while it is written, row after row (rows once written are not kept)."""

    def __init__(self, path: Path, statement: Mapping[str, Any], language: Language) -> None:
        self._statement = statement
        self._zh = language == "zh"
        self._language: Language = language
        self._words = words(language)
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False,
                        "strings_to_urls": False}
        )  # fmt: skip
        made = datetime.fromisoformat(statement["posted_on"] or statement["to"])
        self._book.set_properties(
            {
                "title": f"{statement['pool']['name']} {statement['month']} {statement['party']['name']}",
                "author": statement["pool"]["name"],
                "created": made,
            }
        )
        font = {"font_name": "Microsoft YaHei", "font_size": 10}
        self._plain = self._book.add_format({**font})
        self._soft = self._book.add_format({**font, "font_color": "#6B7280"})
        self._title = self._book.add_format(
            {**font, "font_size": 14, "bold": True, "font_color": "#0F4C81"}
        )
        self._head = self._book.add_format(
            {**font, "bold": True, "bg_color": "#E8EEF6", "bottom": 2, "text_wrap": True,
             "valign": "vcenter"}
        )  # fmt: skip
        self._money = self._book.add_format({**font, "num_format": _MONEY})
        self._whole = self._book.add_format({**font, "num_format": "#,##0"})
        self._day = self._book.add_format({**font, "num_format": "yyyy-mm-dd"})
        self._sum = self._book.add_format({**font, "bold": True, "top": 1, "num_format": _MONEY})
        self._sum_whole = self._book.add_format(
            {**font, "bold": True, "top": 1, "num_format": "#,##0"}
        )
        self._sum_text = self._book.add_format({**font, "bold": True, "top": 1})

    def close(self) -> None:
        self._book.close()

    def _said(self, row: Mapping[str, Any]) -> str:
        return str(row["zh"] if self._zh else row["en"])

    def _side(self, side: Mapping[str, Any], name: str) -> str:
        return str(side[f"{name}_{self._language}"])

    def _sheet(self, name: str, widths: Sequence[int], *, landscape: bool = False) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        if landscape:
            sheet.set_landscape()
        sheet.set_footer(f"&L{self._statement['pool']['code']} {self._statement['month']}&R&P / &N")
        return sheet

    def _amount(self, sheet: Worksheet, row: int, column: int, fen: int, form: Any = None) -> None:
        sheet.write_number(row, column, fen / 100, form or self._money)

    def summary(self) -> None:
        """Who, when, what is due, the loans by class, and who stood for it."""
        statement, word = self._statement, self._words
        sheet = self._sheet(word["statement"], (34, 26, 20, 20, 20, 20))
        sheet.write(0, 0, statement["pool"]["name"], self._soft)
        sheet.write(1, 0, word["title"], self._title)
        state = word["final"] if statement["posted_on"] else word["provisional"]
        role = statement["party"]["role_zh" if self._zh else "role_en"]
        row = 3
        for label, value in (
            (word["to"], f"{statement['party']['name']} ({statement['party']['code']})"),
            (word["role"], role),
            (word["month"], statement["month"]),
            (word["period"], f"{statement['from']} — {statement['to']}"),
            (word["posted_on"], statement["posted_on"] or state),
        ):
            sheet.write(row, 0, label, self._soft)
            sheet.write(row, 1, value, self._plain)
            row += 1
        row = self._due(sheet, row + 1)
        row = self._classes(sheet, row + 1)
        row = self._parties(sheet, row + 1)
        for person in statement["people"]:
            sheet.write(row, 0, word[person["action"]], self._soft)
            sheet.write(row, 1, person["name"], self._plain)
            sheet.write(row, 2, f"{person['local']} {word['local_time']}", self._soft)
            row += 1
        ledger = word["ledger"].format(
            seq=statement["ledger"]["seq"], hash=statement["ledger"]["hash"]
        )
        sheet.write(row + 1, 0, word["how"], self._soft)
        sheet.write(row + 2, 0, ledger, self._soft)

    def _due(self, sheet: Worksheet, row: int) -> int:
        word, due = self._words, self._statement["due"]
        side = due["side"]
        sheet.write_row(row, 0, (word["result"], word["amount"]), self._head)
        first = row + 1
        for place, (label, fen) in enumerate(
            (
                (self._side(side, "to_receive"), side["to_receive_fen"]),
                (self._side(side, "to_pay"), side["to_pay_fen"]),
            )
        ):
            sheet.write(first + place, 0, label, self._plain)
            self._amount(sheet, first + place, 1, fen)
        cells = [xl_rowcol_to_cell(first + place, 1) for place in (0, 1)]
        sheet.write(first + 2, 0, f"{word['net']} · {self._said(side)}", self._sum_text)
        sheet.write_formula(
            first + 2, 1, f"=ABS({cells[0]}-{cells[1]})", self._sum, side["net_fen"] / 100
        )
        sheet.write(first + 2, 2, side["net_in_words"], self._sum_text)
        sheet.write(first + 3, 0, word["awaiting"], self._soft)
        self._amount(sheet, first + 3, 1, due["awaiting_payment_fen"])
        earlier = due["earlier_side"]
        said = f" · {self._said(earlier)}" if earlier["net_fen"] else ""
        sheet.write(first + 4, 0, word["earlier"] + said, self._soft)
        self._amount(sheet, first + 4, 1, earlier["net_fen"])
        return self._how_to_pay(sheet, first + 5)

    def _how_to_pay(self, sheet: Worksheet, row: int) -> int:
        """Where to and by when, for who pays."""
        word, due = self._words, self._statement["due"]
        if due["side"]["reader"] == "pool_itself" or due["side"]["verdict"] == "even":
            return row
        pays, item = due["side"]["verdict"] == "pays", due["item"]
        lines = [
            (word["pay_by" if pays else "paid_by"],
             item["due_on"] if item else word["pay_by_later"]),
        ]  # fmt: skip
        for account in due["pay_to"] if pays else ():
            lines += [
                (word["pay_holder"], account["holder"]),
                (word["pay_bank"], account["bank_name"]),
                (word["pay_account"], account["account_number"]),
            ]
        if pays and not due["pay_to"]:
            lines.append((word["pay_account"], word["no_account"]))
        for place, (label, value) in enumerate(lines, row):
            sheet.write(place, 0, label, self._soft)
            sheet.write_string(place, 1, value, self._plain)
        return row + len(lines)

    def _classes(self, sheet: Worksheet, row: int) -> int:
        loans, word = self._statement["loans"], self._words
        if not loans:
            return row
        heads = ("risk_class", "count", "outstanding", "covered", "overdue", "amount")
        sheet.write_row(row, 0, [word[name] for name in heads], self._head)
        first = row + 1
        for one in loans["by_class"]:
            row += 1
            sheet.write(row, 0, risk_class(one["risk_class"], self._language), self._plain)
            sheet.write_number(row, 1, one["loans"], self._whole)
            self._amount(sheet, row, 2, one["outstanding_fen"])
            self._amount(sheet, row, 3, one["covered_fen"])
            sheet.write_number(row, 4, one["overdue_loans"], self._whole)
            self._amount(sheet, row, 5, one["overdue_fen"])
        row += 1
        sheet.write(row, 0, word["total"], self._sum_text)
        for column, name in ((1, "loans"), (4, "overdue_loans")):
            self._total(sheet, row, column, first, loans[name], self._sum_whole)
        for column, name in ((2, "outstanding_fen"), (3, "covered_fen"), (5, "overdue_fen")):
            self._total(sheet, row, column, first, loans[name] / 100, self._sum)
        for label, count, amount in (
            ("claims_of_month", "claims", "claimed_fen"),
            ("recoveries_of_month", "recoveries", "recovered_fen"),
        ):
            row += 1
            sheet.write(row, 0, word[label], self._soft)
            sheet.write_number(row, 1, loans[count], self._whole)
            self._amount(sheet, row, 2, loans[amount])
        return row + 1

    def _total(
        self, sheet: Worksheet, row: int, column: int, first: int, value: float, form: Any
    ) -> None:
        """A sum over the rows above; the value is what a reader without a calculator shows."""
        if row == first:
            sheet.write_number(row, column, value, form)
            return
        top, bottom = xl_rowcol_to_cell(first, column), xl_rowcol_to_cell(row - 1, column)
        sheet.write_formula(row, column, f"=SUM({top}:{bottom})", form, value)

    def _parties(self, sheet: Worksheet, row: int) -> int:
        parties, word = self._statement["parties"], self._words
        if not parties:
            return row
        heads = (
            word["party"], word["role"], self._side(parties[0]["side"], "to_receive"),
            self._side(parties[0]["side"], "to_pay"), word["awaiting"],
            self._side(parties[0]["side"], "to_receive") + "－" + self._side(parties[0]["side"], "to_pay"),
        )  # fmt: skip
        sheet.write_row(row, 0, heads, self._head)
        first = row + 1
        for one in parties:
            row += 1
            sheet.write(row, 0, f"{one['name']} ({one['code']})", self._plain)
            sheet.write(row, 1, one["role_zh" if self._zh else "role_en"], self._plain)
            self._amount(sheet, row, 2, one["side"]["to_receive_fen"])
            self._amount(sheet, row, 3, one["side"]["to_pay_fen"])
            self._amount(sheet, row, 4, one["awaiting_payment_fen"])
            gets, pays = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 3)
            sheet.write_formula(row, 5, f"={gets}-{pays}", self._money, -one["net_fen"] / 100)
        row += 1
        sheet.write(row, 0, word["total"], self._sum_text)
        sheet.write(row, 1, "", self._sum_text)
        sums = (
            sum(one["side"]["to_receive_fen"] for one in parties),
            sum(one["side"]["to_pay_fen"] for one in parties),
            sum(one["awaiting_payment_fen"] for one in parties),
            -sum(one["net_fen"] for one in parties),
        )
        for column, fen in enumerate(sums, 2):
            value = fen / 100
            self._total(sheet, row, column, first, value, self._sum)
        return row + 2

    def balances(self) -> None:
        """Opening, movements by kind, closing as a formula; then the accounts."""
        statement, word = self._statement, self._words
        sheet = self._sheet(word["balances"], (40, 22, 22, 22, 22, 12))
        row = 0
        for one in statement["tables"]:
            sheet.write_row(row, 0, (self._said(one), word["amount"]), self._head)
            first = row + 1
            sheet.write(first, 0, word["opening"], self._soft)
            self._amount(sheet, first, 1, one["opening_fen"])
            row = first + 1
            for part in one["rows"]:
                sheet.write(row, 0, self._said(part), self._plain)
                self._amount(sheet, row, 1, part["amount_fen"])
                row += 1
            sheet.write(row, 0, word["closing"], self._sum_text)
            self._total(sheet, row, 1, first, one["closing_fen"] / 100, self._sum)
            row += 2
        heads = (word["account"], word["opening"], word["debited"], word["credited"],
                 word["closing"], word["count"])  # fmt: skip
        sheet.write_row(row, 0, heads, self._head)
        for one in statement["accounts"]:
            row += 1
            sheet.write(row, 0, f"{self._said(one)} ({one['account']})", self._plain)
            for column, name in enumerate(
                ("opening_fen", "debited_fen", "credited_fen", "closing_fen"), 1
            ):
                self._amount(sheet, row, column, one[name])
            sheet.write_number(row, 5, one["transfers"], self._whole)

    def entries(self) -> None:
        """Every transfer of the month on the party's accounts, and those of the posting."""
        word = self._words
        sheet = self._sheet(word["entries"], (12, 9, 22, 46, 24, 24, 18, 18, 40), landscape=True)
        names = ("date", "seq", "kind", "reference", "debit", "credit", "amount", "loan_number",
                 "explanation")  # fmt: skip
        sheet.write_row(0, 0, [word[name] for name in names], self._head)
        sheet.freeze_panes(1, 0)
        row = 0
        for entry in (*self._statement["entries"], *self._statement["due"]["transfers"]):
            row += 1
            sheet.write_datetime(
                row, 0, datetime.combine(date.fromisoformat(entry["date"]), datetime.min.time()),
                self._day,
            )  # fmt: skip
            sheet.write_number(row, 1, entry["seq"], self._whole)
            sheet.write(row, 2, self._said(entry), self._plain)
            sheet.write(row, 3, entry["reference"], self._plain)
            sheet.write(row, 4, self._side(entry, "debit"), self._plain)
            sheet.write(row, 5, self._side(entry, "credit"), self._plain)
            self._amount(sheet, row, 6, entry["amount_fen"])
            sheet.write(row, 7, entry["loan_number"] or "", self._plain)
            sheet.write(row, 8, entry["explanation_id"] or "", self._soft)
        if row:
            sheet.autofilter(0, 0, row, len(names) - 1)

    async def loans(
        self, conn: asyncpg.Connection, settlement: asyncpg.Record, bank: str | None
    ) -> None:
        """Every loan of the month, as it is read from the database; totals as formulas."""
        word = self._words
        sheet = self._sheet(
            word["lines"], (20, 18, 34, 14, 10, 18, 18, 18, 10, 12, 18, 18), landscape=True
        )
        names = ("loan_number", "loan_no", "borrower", "bank", "in_cover", "contract_amount",
                 "outstanding", "covered", "overdue_days", "risk_class", "claimed",
                 "recovered")  # fmt: skip
        sheet.write_row(0, 0, [word[name] for name in names], self._head)
        sheet.freeze_panes(1, 1)
        sums = dict.fromkeys(("amount_fen", "outstanding_fen", "covered_fen", "claimed_fen",
                              "recovered_fen"), 0)  # fmt: skip
        row = 0
        async for line in settlements.lines(conn, settlement["id"], bank):
            row += 1
            for column, name in enumerate(settlements.LINE_COLUMNS):
                value = line[name]
                if name.endswith("_fen"):
                    sums[name] += value
                    sheet.write_number(row, column, value / 100, self._money)
                elif name == "is_covered":
                    sheet.write(row, column, "✓" if value else word["ended"], self._plain)
                elif name == "overdue_days":
                    sheet.write_number(row, column, value, self._whole)
                elif name == "risk_class":
                    sheet.write(row, column, risk_class(value, self._language), self._plain)
                else:
                    sheet.write(row, column, value or "", self._plain)
        if row:
            sheet.autofilter(0, 0, row, len(names) - 1)
            sheet.write(row + 1, 0, word["total"], self._sum_text)
            for column, name in enumerate(settlements.LINE_COLUMNS):
                if name in sums:
                    self._total(sheet, row + 1, column, 1, sums[name] / 100, self._sum)
