"""Statements: the same figures as PDF, workbook and JSON, and a reference for each amount."""

import asyncio
import csv
import io
from datetime import date
from typing import Any

import openpyxl
import pypdf
import pytest

from shared.money import format_fen, group_fen, parse_fen
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_settlements import story

WHERE = "/pools/dongli/settlements/2026-02/statements"


async def settled(pool: Any) -> Any:
    """The story, settled through February, with the recovery's month as well."""
    claim = await story(pool)
    await pool.interest("1234.56", on=date(2026, 2, 20))
    await pool.settles("2026-02")
    await pool.hears(pool.position("b", "2026-03", "9000000.00"))
    await pool.hears(pool.position("c", "2026-03", "1800000.00"))
    await pool.it_is("2026-04-02")
    await pool.settles("2026-03")
    return claim


async def fetched(pool, party, form, *, month="2026-03", lang="zh"):
    answer = await pool.auditor.get(
        f"/pools/dongli/settlements/{month}/statements/{party}.{form}", params={"lang": lang}
    )
    assert answer.status_code == 200, answer.text
    return answer


async def test_opening_and_rows_make_the_closing_and_every_row_its_entries(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        months = {}
        for party in ("dongli", "ICBC", "CCB", "DL-FIN"):
            for month in ("2026-02", "2026-03"):
                told = (await fetched(pool, party, "json", month=month)).json()
                months[party, month] = {table["code"]: table for table in told["tables"]}
                for table in told["tables"]:
                    moved = sum(parse_fen(row["amount"]) for row in table["rows"])
                    assert parse_fen(table["opening"]) + moved == parse_fen(table["closing"])
                # Every movement of money of the party's accounts is there as its transfers.
                for account in told["accounts"]:
                    name = account["account"]
                    for side in ("debit", "credit"):
                        listed = sum(
                            parse_fen(entry["amount"])
                            for entry in told["entries"]
                            if entry[side] == name
                        )
                        assert listed == parse_fen(account[f"{side}ed"]), (name, side)
                assert all(entry["reference"] and entry["seq"] for entry in told["entries"])
            february, march = months[party, "2026-02"], months[party, "2026-03"]
            for code in february.keys() & march.keys():
                assert february[code]["closing"] == march[code]["opening"], (party, code)


async def test_each_amount_can_be_followed_to_its_transfer_and_explanation(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        told = (await fetched(pool, "ICBC", "json")).json()

        borne = [entry for entry in told["entries"] if entry["kind"] == "claim-approved"]
        assert [entry["reference"] for entry in borne] == [f"claim:{claim['number']}:pool:bank"]
        shown = await pool.auditor.get(f"/pools/dongli/transfers/{borne[0]['seq']}")
        assert shown.json()["amount"] == borne[0]["amount"] == claim["pool_pays"]
        assert shown.json()["explanation_id"] == borne[0]["explanation_id"]

        # Nothing to net, and no cash moved: what is left is an item, due in ten working days.
        assert told["due"]["transfers"] == []
        item = told["due"]["item"]
        assert item == {"reference": "settlement:dongli:2026-03:ICBC", "due_on": "2026-04-17"}
        (open_item,) = (await pool.bank("ICBC").get("/pools/dongli/open-items")).json()["items"]
        assert open_item["reference"] == item["reference"]
        assert open_item["amount"] == told["due"]["net"].removeprefix("-") == "105555.56"
        assert (open_item["direction"], open_item["due_on"]) == ("receivable", item["due_on"])
        assert [person["action"] for person in told["people"]] == [
            "preview",
            "confirm",
            "sign",
            "post",
        ]
        assert len(told["ledger"]["hash"]) == 64


def words_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("lang", "title", "result"),
    [
        ("zh", "月度结算对账单", "应付资金池"),
        ("en", "Monthly Settlement Statement", "To pay to the pool"),
    ],
)
async def test_a_pdf_has_the_figures_and_carries_its_fonts(running, lang, title, result):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        pdf = (await fetched(pool, "ICBC", "pdf", lang=lang)).content

        text = words_of(pdf)
        assert title in text
        assert result in text
        assert "105,555.56" in text
        assert "企业a" in text.replace(" ", "")
        fonts = [
            font.get_object()
            for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
            for font in page["/Resources"]["/Font"].values()
        ]
        assert fonts
        for font in fonts:
            inside = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile3" in inside
            assert "+NotoS" in inside["/FontName"]
        assert len(pdf) < 400_000
        # The same statement is the same file.
        assert (await fetched(pool, "ICBC", "pdf", lang=lang)).content == pdf


async def test_statements_asked_for_at_once_are_all_whole(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        parties = ("dongli", "ICBC", "CCB", "DL-FIN") * 2
        at_once = await asyncio.gather(*(fetched(pool, party, "pdf") for party in parties))

        for party, answer in zip(parties, at_once, strict=True):
            assert answer.content == (await fetched(pool, party, "pdf")).content


async def test_a_preview_says_that_it_is_one(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        await pool.settles("2026-02", "preview")

        preview = words_of((await fetched(pool, "ICBC", "pdf", month="2026-02")).content)
        assert "预览稿" in preview

        await pool.settles("2026-02")
        assert "预览稿" not in words_of(
            (await fetched(pool, "ICBC", "pdf", month="2026-02")).content
        )


async def test_the_workbook_has_numbers_formats_and_totals_as_formulas(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        told = (await fetched(pool, "dongli", "json")).json()

        content = (await fetched(pool, "dongli", "xlsx")).content
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)

        assert formulas.sheetnames == ["对账单", "余额与发生额", "逐笔明细", "贷款明细"]
        lines = list(values["贷款明细"].iter_rows(values_only=True))
        assert lines[0][:3] == ("贷款编号", "借据号", "借款企业")
        assert [row[0] for row in lines[1:]] == [
            "DL-2026-000003",
            "DL-2026-000001",
            "DL-2026-000002",
            "合计",
        ]
        column = lines[0].index("未还本金")
        assert [row[column] for row in lines[1:]] == [1800000.0, 9000000.0, 9000000.0, 19800000.0]
        last = formulas["贷款明细"].cell(row=5, column=column + 1)
        assert last.value == "=SUM(G2:G4)"
        assert "#,##0.00" in last.number_format

        entries = list(values["逐笔明细"].iter_rows(min_row=2, values_only=True))
        posting = told["due"]["transfers"]
        assert [group_fen(round(row[6] * 100)) for row in entries] == [
            group_fen(parse_fen(entry["amount"])) for entry in told["entries"] + posting
        ]
        assert [row[3] for row in entries] == [
            entry["reference"] for entry in told["entries"] + posting
        ]
        # Each closing is the sum of what stands above it, and the same as in the JSON.
        sheet = formulas["余额与发生额"]
        shown = values["余额与发生额"]
        closings = [
            (cell.value, format_fen(round(shown.cell(cell.row, 2).value * 100)))
            for (cell,) in sheet.iter_rows(min_col=2, max_col=2)
            if isinstance(cell.value, str) and cell.value.startswith("=SUM")
        ]
        assert [value for _, value in closings] == [table["closing"] for table in told["tables"]]


async def test_the_entries_as_csv_begin_with_a_mark_and_are_those_of_the_statement(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        told = (await fetched(pool, "dongli", "json")).json()
        answer = await fetched(pool, "dongli", "csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff日期,".encode())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    entries = told["entries"] + told["due"]["transfers"]
    assert len(rows) == 3
    assert [(row["账簿序号"], row["金额"], row["借"]) for row in rows] == [
        (str(entry["seq"]), entry["amount"], entry["debit_zh"]) for entry in entries
    ]


async def test_english_for_whoever_asks_for_it(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        book = openpyxl.load_workbook(
            io.BytesIO((await fetched(pool, "CCB", "xlsx", lang="en")).content)
        )

        assert book.sheetnames == [
            "Statement",
            "Balances and movements",
            "Every entry",
            "Loan by loan",
        ]
        assert (await pool.auditor.get(f"{WHERE}/CCB.pdf?lang=fr")).status_code == 422


async def test_many_loans_are_told_in_files_and_not_on_paper(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-01", "1000000.00"))
        await pool.it_is("2026-02-03")
        await pool.settles("2026-01", "preview")
        async with pool.service.context.database.begin("*") as conn:
            await conn.execute(
                """insert into settlement_lines
                   select settlement_id, bank_code, number || '-' || n, gen_random_uuid(), loan_no,
                          borrower_name, is_covered, amount_fen, outstanding_fen, covered_fen,
                          overdue_days, risk_class, position_version, 0, 0
                   from settlement_lines, generate_series(1, 1200) as n"""
            )
        where = {"month": "2026-01"}

        told = (await fetched(pool, "ICBC", "json", **where)).json()
        book = openpyxl.load_workbook(
            io.BytesIO((await fetched(pool, "ICBC", "xlsx", **where)).content), read_only=True
        )
        paper = words_of((await fetched(pool, "ICBC", "pdf", **where)).content)

        assert (told["lines"], len(told["line_rows"])) == (1201, 1000)
        assert sum(1 for _ in book["贷款明细"].iter_rows()) == 1 + 1201 + 1
        assert "共 1201 笔" in paper and "dongli-2026-01-ICBC-lines.csv" in paper
