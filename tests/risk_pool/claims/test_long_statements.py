"""A statement of very many lines takes as much memory as one of a thousand."""

import asyncio
import hashlib
import io
import json
import sys

import openpyxl
import pytest

from services.risk_pool.queries.settlements import PART
from services.risk_pool.reports import pdf as paper
from services.risk_pool.reports.comma_separated import entries_as_csv, lines_as_csv
from tests.depth import depth
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_statements import fetched, words_of

FEW, MANY = 1_000, depth(40_000, 100_000)
MOST_GROWTH_MB = 16
"""Forty thousand rows kept as Python objects are four times as much, a hundred thousand ten times."""

DOCUMENTS = ("ICBC.json", "ICBC.csv", "ICBC/lines.csv", "ICBC.pdf", "ICBC.xlsx")

pytestmark = pytest.mark.timeout(300)


async def previewed(pool, *months):
    """A covered loan, reported and previewed for these months."""
    await pool.covers("a")
    for month in months:
        await pool.hears(pool.position("a", month, "1000000.00"))
    await pool.it_is("2026-03-03")
    for month in months:
        await pool.settles(month, "preview")


async def grows(pool, month, *, lines, entries=0):
    """The month gets so many lines in all, and so many entries on the bank's account."""
    async with pool.service.context.database.begin("*") as conn:
        await conn.execute(
            """insert into settlement_lines
               select settlement_id, line.bank_code, number || '-' || n, gen_random_uuid(), loan_no,
                      borrower_name, is_covered, amount_fen, outstanding_fen, covered_fen,
                      overdue_days, risk_class, position_version, 0, 0
               from settlement_lines as line join settlements as s on s.id = settlement_id,
                    generate_series(2, $2::integer) as n
               where month = $1""",
            month,
            lines,
        )
        if not entries:
            return
        first = await conn.fetchval("select max(seq) + 1 from transfers where pool_code = 'dongli'")
        await conn.execute(
            """insert into transfers (pool_code, seq, reference, debit, credit, amount_fen,
                                      business_date, kind, booked_at, hash)
               select 'dongli', $2::bigint + n, $1 || ':claim:' || n, 'claims', 'payable:ICBC', 100,
                      ($1 || '-15')::date, 'claim-approved', now(), sha256(n::text::bytea)
               from generate_series(1, $3::integer) as n""",
            month,
            first,
            entries,
        )
        await conn.execute(
            """insert into settlement_movements
               select id, 'payable:ICBC', 'claim-approved', 'ICBC', 0, 100 * $2::bigint, $2::integer
               from settlements where month = $1""",
            month,
            entries,
        )
        await conn.execute("update settlements set ledger_seq = 10000000 where month = $1", month)


async def read_by_another_process(pool, folder, paths):
    """What a process that keeps nothing finds, and what memory it took."""
    service = pool.service
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.risk_pool.claims.reading_long",
        service.context.database.url, str(folder),
        service.token("wang", "auditor", institution="*"), *paths,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await child.communicate()
    assert child.returncode == 0
    return dict(zip(paths, json.loads(said.splitlines()[-1]), strict=True))


def where(month, document):
    return f"/pools/dongli/settlements/{month}/statements/{document}"


async def test_the_memory_of_a_statement_does_not_grow_with_its_lines(running, shared_folder):
    async with claims_of(running) as pool:
        await previewed(pool, "2026-01", "2026-02")
        await grows(pool, "2026-01", lines=FEW, entries=FEW)
        await grows(pool, "2026-02", lines=MANY, entries=MANY // 2)
        short = [where("2026-01", document) for document in DOCUMENTS]
        long = [where("2026-02", document) for document in DOCUMENTS]

        found = await read_by_another_process(pool, shared_folder, [*short, *long])

    assert {one["status"] for one in found.values()} == {200}
    for document in ("ICBC.csv", "ICBC/lines.csv", "ICBC.xlsx"):
        few, many = found[where("2026-01", document)], found[where("2026-02", document)]
        assert many["bytes"] > 15 * few["bytes"]
        assert many["largest_piece"] <= 1 << 16
    # JSON and PDF are bounded themselves.
    for document in ("ICBC.json", "ICBC.pdf"):
        few, many = found[where("2026-01", document)], found[where("2026-02", document)]
        assert many["bytes"] < 1.1 * few["bytes"]
    before = found[short[-1]]["peak_mb"]
    growth = {path: round(found[path]["peak_mb"] - before, 1) for path in long}
    assert max(growth.values()) < MOST_GROWTH_MB, growth


async def test_a_statement_names_its_annexes_so_that_the_signature_covers_them(running):
    async with claims_of(running) as pool:
        await previewed(pool, "2026-01")
        await grows(pool, "2026-01", lines=PART + 1, entries=PART + 1)
        text = words_of((await fetched(pool, "ICBC", "pdf", month="2026-01")).content)
        entries = await fetched(pool, "ICBC", "csv", month="2026-01")
        lines = await pool.auditor.get(where("2026-01", "ICBC/lines.csv"))

    said = text.replace("\n", "").replace(" ", "")
    for name, answer in (
        ("dongli-2026-01-ICBC.csv", entries),
        ("dongli-2026-01-ICBC-lines.csv", lines),
    ):
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.content.count(b"\r\n") == 1 + PART + 1
        assert f"共{PART + 1}笔，逐笔列于附件{name}" in said
        assert hashlib.sha256(answer.content).hexdigest() in said


async def test_the_entries_are_paged_and_are_those_of_the_file(running):
    async with claims_of(running) as pool:
        await previewed(pool, "2026-01")
        await grows(pool, "2026-01", lines=1, entries=450)
        told = (await fetched(pool, "ICBC", "json", month="2026-01")).json()
        pages, cursor = [], None
        while cursor or not pages:
            answer = await pool.auditor.get(
                told["entries_href"].removeprefix("/api/v1"),
                params={"limit": 200} | ({"cursor": cursor} if cursor else {}),
            )
            assert answer.status_code == 200, answer.text
            pages.append(answer.json()["items"])
            cursor = answer.json()["next_cursor"]
        refused = await pool.bank("CCB").get(where("2026-01", "ICBC/entries"))
        refused_lines = await pool.bank("CCB").get(where("2026-01", "ICBC/lines.csv"))

    assert [len(page) for page in pages] == [200, 200, 50]
    assert told["entry_count"] == 450
    assert [one for page in pages for one in page] == told["entries"]
    assert (refused.status_code, refused_lines.status_code) == (404, 404)


async def test_a_sheet_that_is_full_is_followed_by_another_one(running, monkeypatch):
    monkeypatch.setattr("services.risk_pool.reports.workbook_lists.MOST_ROWS", 3)
    async with claims_of(running) as pool:
        await previewed(pool, "2026-01")
        await grows(pool, "2026-01", lines=5)
        content = (await fetched(pool, "ICBC", "xlsx", month="2026-01")).content
    book = openpyxl.load_workbook(io.BytesIO(content))

    assert book.sheetnames[-2:] == ["贷款明细", "贷款明细 2"]
    assert [book[name].max_row for name in book.sheetnames[-2:]] == [1 + 3 + 1, 1 + 2 + 1]
    assert book["贷款明细 2"].cell(row=4, column=7).value == "=SUM(G2:G3)"


LINE = {
    "number": "DL-2026-000001", "loan_no": None, "borrower_name": "东丽科技", "bank_code": "ICBC",
    "is_covered": True, "amount_fen": 100_000_000, "outstanding_fen": 90_000_001, "covered_fen": 5,
    "overdue_days": 0, "risk_class": "normal", "claimed_fen": 0, "recovered_fen": 0,
}  # fmt: skip
ENTRY = {
    "date": "2026-01-15", "seq": 7, "zh": "资金池应承担补偿", "en": "Claims borne by the pool",
    "reference": "claim:C-1:pool:bank", "debit_zh": "补偿支出", "debit_en": "claims",
    "credit_zh": "应付 工商银行", "credit_en": "payable ICBC", "amount_fen": 36,
    "loan_number": "DL-2026-000001", "explanation_id": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("made", "row", "bytes_"),
    [
        (
            lines_as_csv,
            LINE,
            "贷款编号,借据号,借款企业,银行,月末在保,贷款金额,未还本金,在保本金,逾期天数,五级分类,"
            "资金池补偿,资金池收回\r\nDL-2026-000001,,东丽科技,ICBC,✓,1000000.00,900000.01,0.05,0,正常,"
            "0.00,0.00\r\n",
        ),
        (
            entries_as_csv,
            ENTRY,
            "日期,账簿序号,事项,凭证号,借,贷,金额,贷款编号,计算说明编号\r\n2026-01-15,7,资金池应承担补偿,"
            "claim:C-1:pool:bank,补偿支出,应付 工商银行,0.36,DL-2026-000001,\r\n",
        ),
    ],
)
async def test_what_was_signed_as_an_annex_is_made_with_the_same_bytes_for_ever(made, row, bytes_):
    async def parts():
        yield [row]

    pieces = [piece async for piece in made(parts(), language="zh")]

    assert b"".join(pieces) == b"\xef\xbb\xbf" + bytes_.encode()


def test_a_statement_of_few_lines_has_them_on_paper_and_one_of_many_has_not():
    assert 0 < paper.MOST_ROWS < PART
