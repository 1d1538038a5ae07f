"""How the workbook is read: amounts without floats, headings in two languages, one sheet as CSV."""

import pytest

from services.risk_pool.bank_files.opening_book import BookUnreadable, read_book
from services.risk_pool.bank_files.opening_cells import CellWrong, read_cell
from services.risk_pool.bank_files.opening_template import template
from services.risk_pool.domain.opening_sheets import BY_NAME, SHEETS, Column
from tests.risk_pool.openings.book import book, workbook

MONEY = Column(name="amount", zh="金额", kind="money")


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("1,234,567.89", 123456789),
        ("１２３，４５６．７８", 12345678),
        (0.29, 29),
        (1234567890123.45, 123456789012345),
        (100, 10000),
        ("¥ 1,000.00元", 100000),
        ("-", 0),
    ],
)
def test_an_amount_is_read_to_the_fen_from_text_or_number(cell, fen):
    assert read_cell(MONEY, cell, in_wan=False) == fen


@pytest.mark.parametrize(
    ("cell", "fen"), [("123.4567", 123456700), (101, 101000000), (0.01, 10000)]
)
def test_a_column_in_wan_says_so_in_its_heading(cell, fen):
    assert read_cell(MONEY, cell, in_wan=True) == fen


@pytest.mark.parametrize(
    ("cell", "in_wan", "code"),
    [
        ("101万", False, "amount-in-wan"),
        ("101万元", True, "amount-in-wan"),
        ("1.005", False, "amount-malformed"),
        (0.001, False, "amount-malformed"),
        ("0.00000001", True, "amount-malformed"),
        ("一百", False, "amount-malformed"),
        ("-5.00", False, "amount-negative"),
        ("#REF!", False, "formula-error"),
    ],
)
def test_what_is_no_amount_in_yuan_is_refused_with_its_reason(cell, in_wan, code):
    with pytest.raises(CellWrong) as wrong:
        read_cell(MONEY, cell, in_wan=in_wan)

    assert wrong.value.code == code
    assert wrong.value.zh and wrong.value.en


@pytest.mark.parametrize(
    ("cell", "points"), [(0.0435, 435), ("4.35%", 435), ("100%", 10000), (1, 10000)]
)
def test_a_rate_is_a_percentage_as_text_or_as_a_number_in_percent_format(cell, points):
    assert read_cell(Column(name="r", zh="年利率", kind="percent"), cell, in_wan=False) == points


def test_headings_may_be_chinese_or_the_names_of_the_api_and_a_unit_may_stand_behind():
    zh = read_book(workbook({"contributions": [{"party": "A", "amount": 3}]}))
    en = read_book(b"party,amount\nA,3\n", sheet="contributions")
    wan = read_book("出资方,已到位金额（万元）\nA,3\n".encode("gb18030"), sheet="contributions")

    assert zh.rows[0].values == en.rows[0].values == {"party": "A", "amount": 300}
    assert wan.rows[0].values == {"party": "A", "amount": 3000000}
    assert (zh.rows[0].line, en.rows[0].line) == (2, 2)


def test_what_nobody_asked_for_is_named_and_a_column_that_must_be_there_is_missed():
    read = read_book("party,amount,客户经理\nA,3,王\n合计,3,\n".encode(), sheet="contributions")
    assert (len(read.rows), read.ignored) == (1, ("出资: 客户经理",))

    with pytest.raises(BookUnreadable) as missing:
        read_book(b"party,direction,amount,since\nA,x,3,2026-01-01\n", sheet="items")
    assert "到期日、事由" in missing.value.zh
    with pytest.raises(BookUnreadable, match="say which sheet"):
        read_book(b"party,amount\nA,3\n")
    with pytest.raises(BookUnreadable, match="None of the sheets"):
        read_book(workbook({}, other="台账"))


def test_a_fact_that_a_mode_asks_for_is_a_column_of_its_own():
    row = book(1)["loans"][0] | {"事实:科技型中小企业": "是", "industry": "C"}

    (read,) = read_book(workbook({"loans": [row]})).rows

    assert read.facts == {"is_tech_sme": "是", "industry": "C"}


def test_the_template_is_read_as_an_empty_book_of_every_sheet():
    read = read_book(template())

    assert read.rows == [] and read.ignored == ()
    assert read.sheets == {sheet.name for sheet in SHEETS}


def test_every_sheet_says_what_makes_two_of_its_rows_the_same():
    for sheet in BY_NAME.values():
        assert {sheet.column(name).name for name in sheet.key} == set(sheet.key)
        assert len({column.zh for column in sheet.columns}) == len(sheet.columns), sheet.name
