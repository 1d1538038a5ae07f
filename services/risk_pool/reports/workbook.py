"""A statement as a workbook: real numbers with formats, totals as formulas over the rows above."""

import asyncio
from collections.abc import Mapping
from typing import IO, Any

import asyncpg
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from services.risk_pool.queries import settlements, statement_entries
from services.risk_pool.reports.words import Language, risk_class
from services.risk_pool.reports.workbook_lists import write_entries, write_loans
from services.risk_pool.reports.workbook_style import StyledBook


async def write_xlsx(
    file: IO[bytes],
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    bank: str | None,
    *,
    language: Language,
) -> None:
    """The statement as XLSX: summary, balances, every entry, and every loan of the month.

    A spreadsheet keeps numbers as floats; amounts below a hundred trillion yuan keep their fen. Rows
    go from the database to the disk in parts, so the memory does not grow with them.
    """
    book = _Front(file, statement, language)
    book.summary()
    book.balances()
    await write_entries(book, statement_entries.in_parts(conn, settlement, statement))
    await write_loans(book, settlements.lines_in_parts(conn, settlement["id"], bank))
    await asyncio.to_thread(book.close)


class _Front(StyledBook):
    """The two sheets that come first, and are small."""

    def summary(self) -> None:
        """Who, when, what is due, the loans by class, and who stood for it."""
        statement, word = self.statement, self.words
        sheet = self.sheet(word["statement"], (34, 26, 20, 20, 20, 20))
        sheet.write(0, 0, statement["pool"]["name"], self.soft)
        sheet.write(1, 0, word["title"], self.title)
        state = word["final"] if statement["posted_on"] else word["provisional"]
        role = statement["party"]["role_zh" if self.zh else "role_en"]
        row = 3
        for label, value in (
            (word["to"], f"{statement['party']['name']} ({statement['party']['code']})"),
            (word["role"], role),
            (word["month"], statement["month"]),
            (word["period"], f"{statement['from']} — {statement['to']}"),
            (word["posted_on"], statement["posted_on"] or state),
        ):
            sheet.write(row, 0, label, self.soft)
            sheet.write(row, 1, value, self.plain)
            row += 1
        row = self._due(sheet, row + 1)
        row = self._classes(sheet, row + 1)
        row = self._parties(sheet, row + 1)
        for person in statement["people"]:
            sheet.write(row, 0, word[person["action"]], self.soft)
            sheet.write(row, 1, person["name"], self.plain)
            sheet.write(row, 2, f"{person['local']} {word['local_time']}", self.soft)
            row += 1
        ledger = word["ledger"].format(
            seq=statement["ledger"]["seq"], hash=statement["ledger"]["hash"]
        )
        sheet.write(row + 1, 0, word["how"], self.soft)
        sheet.write(row + 2, 0, ledger, self.soft)

    def _due(self, sheet: Worksheet, row: int) -> int:
        word, due = self.words, self.statement["due"]
        side = due["side"]
        sheet.write_row(row, 0, (word["result"], word["amount"]), self.head)
        first = row + 1
        for place, (label, fen) in enumerate(
            (
                (self.side(side, "to_receive"), side["to_receive_fen"]),
                (self.side(side, "to_pay"), side["to_pay_fen"]),
            )
        ):
            sheet.write(first + place, 0, label, self.plain)
            self.amount(sheet, first + place, 1, fen)
        cells = [xl_rowcol_to_cell(first + place, 1) for place in (0, 1)]
        sheet.write(first + 2, 0, f"{word['net']} · {self.said(side)}", self.sum_text)
        sheet.write_formula(
            first + 2, 1, f"=ABS({cells[0]}-{cells[1]})", self.sum, side["net_fen"] / 100
        )
        sheet.write(first + 2, 2, side["net_in_words"], self.sum_text)
        sheet.write(first + 3, 0, word["awaiting"], self.soft)
        self.amount(sheet, first + 3, 1, due["awaiting_payment_fen"])
        earlier = due["earlier_side"]
        said = f" · {self.said(earlier)}" if earlier["net_fen"] else ""
        sheet.write(first + 4, 0, word["earlier"] + said, self.soft)
        self.amount(sheet, first + 4, 1, earlier["net_fen"])
        return self._how_to_pay(sheet, first + 5)

    def _how_to_pay(self, sheet: Worksheet, row: int) -> int:
        """Where to and by when, for who pays."""
        word, due = self.words, self.statement["due"]
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
            sheet.write(place, 0, label, self.soft)
            sheet.write_string(place, 1, value, self.plain)
        return row + len(lines)

    def _classes(self, sheet: Worksheet, row: int) -> int:
        loans, word = self.statement["loans"], self.words
        if not loans:
            return row
        heads = ("risk_class", "count", "outstanding", "covered", "overdue", "amount")
        sheet.write_row(row, 0, [word[name] for name in heads], self.head)
        first = row + 1
        for one in loans["by_class"]:
            row += 1
            sheet.write(row, 0, risk_class(one["risk_class"], self.language), self.plain)
            sheet.write_number(row, 1, one["loans"], self.whole)
            self.amount(sheet, row, 2, one["outstanding_fen"])
            self.amount(sheet, row, 3, one["covered_fen"])
            sheet.write_number(row, 4, one["overdue_loans"], self.whole)
            self.amount(sheet, row, 5, one["overdue_fen"])
        row += 1
        sheet.write(row, 0, word["total"], self.sum_text)
        for column, name in ((1, "loans"), (4, "overdue_loans")):
            self.total(sheet, row, column, first, loans[name], self.sum_whole)
        for column, name in ((2, "outstanding_fen"), (3, "covered_fen"), (5, "overdue_fen")):
            self.total(sheet, row, column, first, loans[name] / 100, self.sum)
        if loans["once_covered_fen"]:
            row += 1
            sheet.write(row, 0, word["counted_once"], self.soft)
            self.amount(sheet, row, 2, loans["once_outstanding_fen"])
            self.amount(sheet, row, 3, loans["once_covered_fen"])
        for label, count, amount in (
            ("claims_of_month", "claims", "claimed_fen"),
            ("recoveries_of_month", "recoveries", "recovered_fen"),
        ):
            row += 1
            sheet.write(row, 0, word[label], self.soft)
            sheet.write_number(row, 1, loans[count], self.whole)
            self.amount(sheet, row, 2, loans[amount])
        return row + 1

    def _parties(self, sheet: Worksheet, row: int) -> int:
        parties, word = self.statement["parties"], self.words
        if not parties:
            return row
        heads = (
            word["party"], word["role"], self.side(parties[0]["side"], "to_receive"),
            self.side(parties[0]["side"], "to_pay"), word["awaiting"],
            self.side(parties[0]["side"], "to_receive") + "－" + self.side(parties[0]["side"], "to_pay"),
        )  # fmt: skip
        sheet.write_row(row, 0, heads, self.head)
        first = row + 1
        for one in parties:
            row += 1
            sheet.write(row, 0, f"{one['name']} ({one['code']})", self.plain)
            sheet.write(row, 1, one["role_zh" if self.zh else "role_en"], self.plain)
            self.amount(sheet, row, 2, one["side"]["to_receive_fen"])
            self.amount(sheet, row, 3, one["side"]["to_pay_fen"])
            self.amount(sheet, row, 4, one["awaiting_payment_fen"])
            gets, pays = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 3)
            sheet.write_formula(row, 5, f"={gets}-{pays}", self.money, -one["net_fen"] / 100)
        row += 1
        sheet.write(row, 0, word["total"], self.sum_text)
        sheet.write(row, 1, "", self.sum_text)
        sums = (
            sum(one["side"]["to_receive_fen"] for one in parties),
            sum(one["side"]["to_pay_fen"] for one in parties),
            sum(one["awaiting_payment_fen"] for one in parties),
            -sum(one["net_fen"] for one in parties),
        )
        for column, fen in enumerate(sums, 2):
            value = fen / 100
            self.total(sheet, row, column, first, value, self.sum)
        return row + 2

    def balances(self) -> None:
        """Opening, movements by kind, closing as a formula; then the accounts."""
        statement, word = self.statement, self.words
        sheet = self.sheet(word["balances"], (40, 22, 22, 22, 22, 12))
        row = 0
        for one in statement["tables"]:
            sheet.write_row(row, 0, (self.said(one), word["amount"]), self.head)
            first = row + 1
            sheet.write(first, 0, word["opening"], self.soft)
            self.amount(sheet, first, 1, one["opening_fen"])
            row = first + 1
            for part in one["rows"]:
                sheet.write(row, 0, self.said(part), self.plain)
                self.amount(sheet, row, 1, part["amount_fen"])
                row += 1
            sheet.write(row, 0, word["closing"], self.sum_text)
            self.total(sheet, row, 1, first, one["closing_fen"] / 100, self.sum)
            row += 2
        heads = (word["account"], word["opening"], word["debited"], word["credited"],
                 word["closing"], word["count"])  # fmt: skip
        sheet.write_row(row, 0, heads, self.head)
        for one in statement["accounts"]:
            row += 1
            sheet.write(row, 0, f"{self.said(one)} ({one['account']})", self.plain)
            for column, name in enumerate(
                ("opening_fen", "debited_fen", "credited_fen", "closing_fen"), 1
            ):
                self.amount(sheet, row, column, one[name])
            sheet.write_number(row, 5, one["transfers"], self.whole)
