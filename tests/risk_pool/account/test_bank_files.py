"""Statements as banks give them are read row by row, and what is wrong is named with its row."""

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk_pool.bank_files.reading import LARGEST_FILE, read_statement
from services.risk_pool.domain.account_statement import (
    AccountEntry,
    BalanceBroken,
    BalanceMissing,
    StatementRowsWrong,
    StatementUnreadable,
    checked,
)
from shared.sheets.cells import day_of, fen_of
from tests.risk_pool.account.files import (
    ACCOUNT,
    HEAD,
    bank_csv,
    camt_of,
    csv_of,
    entry,
    grouped,
    table,
    with_balances,
    xlsx_of,
)

MARCH = [
    entry("2026-03-02", "30000000.00", name="区财政局", reference="0001", purpose="首期出资"),
    entry("2026-03-20", "-500000.00", name="工商银行", reference="0002", purpose="补偿款"),
    entry("2026-03-21", "18750.31", reference="0003", purpose="结息"),
]


def as_read(content: bytes) -> list[tuple[Any, ...]]:
    return [
        (one.booked_on, one.amount_fen, one.counterparty_name, one.reference, one.purpose)
        for one in checked(read_statement(content)).entries
    ]


EXPECTED = [
    (one.booked_on, one.amount_fen, one.counterparty_name, one.reference, one.purpose)
    for one in MARCH
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_banks_use(encoding: str):
    assert as_read(csv_of([HEAD, *table(MARCH)], encoding=encoding)) == EXPECTED


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_csv_is_read_with_whatever_stands_between_its_columns(delimiter: str):
    assert as_read(csv_of([HEAD, *table(MARCH)], delimiter=delimiter)) == EXPECTED


def test_what_stands_above_and_below_the_table_is_passed_over_and_the_account_is_found():
    read = read_statement(bank_csv(MARCH, opening_fen=100))

    assert (read.account_number, read.currency) == (ACCOUNT, "CNY")
    assert (read.opening_fen, read.closing_fen) == (100, 100 + sum(o.amount_fen for o in MARCH))
    assert [row.outcome for row in read.rows] == ["read"] * 3 + ["passed_over"] * 2
    assert [row.line for row in read.rows] == [5, 6, 7, 8, 9]
    assert read.rows[3].zh == "非流水行：合计"


@pytest.mark.parametrize("version", ["02", "06", "08", "12"])
def test_camt_053_is_read_in_each_of_its_versions(version: str):
    content = camt_of(MARCH, version=version, opening_fen=5)

    assert as_read(content) == EXPECTED
    read = read_statement(content)
    assert (read.format, read.account_number, read.currency) == ("camt.053", ACCOUNT, "CNY")
    assert read.opening_fen == 5


def test_an_xlsx_is_read_with_numbers_days_and_text_as_its_cells_have_them():
    rows = [
        ["账户明细"],
        ["账号", ACCOUNT],
        ["记账日", "支出（元）", "收入（元）", "账户余额（元）", "交易对手名称", "用途", "凭证号"],
        [datetime(2026, 3, 2, 9, 30), None, 30000000, 30000000.0, "区财政局", "首期出资", "0001"],
        [46101, 500000, 0, 29500000, "工商银行", "补偿款", "0002"],
        ["2026年3月21日", "", "１８,７５０.３１", 29518750.310000002, "", "结息", "0003"],
        ["合计", 500000, 30018750.31],
    ]

    assert as_read(xlsx_of(rows)) == EXPECTED
    assert read_statement(xlsx_of(rows)).account_number == ACCOUNT


def test_a_signed_amount_and_a_flag_of_debit_or_credit_say_the_same_as_two_columns():
    head = ["交易时间", "交易金额", "借贷标志", "对方名称", "附言", "流水号", "余额"]
    rows = [
        ["20260302093000", "30,000,000.00", "贷", "区财政局", "首期出资", "0001", "30,000,000.00"],
        ["20260320 10:00:00", "500,000.00", "借", "工商银行", "补偿款", "0002", "29,500,000.00"],
        ["2026/3/21", "18,750.31", "贷", "", "结息", "0003", "29,518,750.31"],
    ]
    signed = [[row[0], row[1] if row[2] == "贷" else "-" + row[1], *row[3:]] for row in rows]

    assert as_read(csv_of([head, *rows])) == EXPECTED
    assert as_read(csv_of([head[:2] + head[3:], *signed])) == EXPECTED


def test_a_red_debit_is_money_that_came_in():
    rows = [["2026-03-02", "-5.00", "", "5.00", "", "", "红字冲正", "1"]]

    assert [one[1] for one in as_read(csv_of([HEAD, *rows]))] == [500]


def test_the_newest_entry_on_top_is_the_last_one_booked():
    assert as_read(csv_of([HEAD, *reversed(table(MARCH))])) == EXPECTED


def test_of_one_day_the_running_balance_says_which_entry_came_first():
    day = [entry("2026-03-02", amount, reference=amount) for amount in ("5.00", "7.00", "-3.00")]

    read = as_read(csv_of([HEAD, *reversed(table(day))]))

    assert [one[1] for one in read] == [500, 700, -300]


def test_payer_and_payee_columns_name_the_other_side():
    head = ["日期", "收入", "支出", "付款人名称", "付款人账号", "收款人名称", "收款人账号", "余额"]
    rows = [
        ["2026-03-02", "5.00", "", "甲", "1 1", "我方", "9", "5.00"],
        ["2026-03-03", "", "2.00", "我方", "9", "乙", "2-2", "3.00"],
    ]

    read = read_statement(csv_of([head, *rows]))

    assert [(o.counterparty_name, o.counterparty_account) for o in read.entries] == [
        ("甲", "11"),
        ("乙", "22"),
    ]


def test_long_numbers_keep_their_noughts_however_the_bank_guards_them():
    rows = [["2026-03-02\t", "", "5.00\t", "5.00", "甲", '="0062220001"', "", "'00017"]]

    read = read_statement(csv_of([HEAD, *rows])).entries[0]

    assert (read.counterparty_account, read.reference) == ("0062220001", "00017")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31", "2026/3/31", "2026.3.31", "20260331", "2026年3月31日", "2026-03-31 12:01:02",
        "20260331120102", "20260331 12:01", "2026-03-31T12:01:02+08:00", "２０２６－０３－３１",
        "46112", "46112.5", " 2026-03-31\t", 46112, 46112.75, date(2026, 3, 31),
        datetime(2026, 3, 31, 23, 59),
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form(text: Any):
    assert day_of(text) == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["", "2026-13-01", "2026-02-30", "31/03/2026", "12345", "昨天", 7])
def test_what_is_no_day_is_refused(text: Any):
    with pytest.raises(ValueError):
        day_of(text)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1,234.56", 123456), ("１，２３４．５６", 123456), ("¥1234.5", 123450), ("-0.01", -1),
        ("(1,234.56)", -123456), ("+12", 1200), ("1234.560", 123456), ("12元", 1200),
        ("￥-3.00", None), (".5", 50), ("", None), ("--", None), (0.1 + 0.2, 30), (12, 1200),
        (1234.5600000000001, 123456), ("RMB 5", 500), ("0.00", 0),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_fen(text: Any, fen: int | None):
    if text == "￥-3.00":
        fen = -300
    assert fen_of(text) == fen


@pytest.mark.parametrize("text", ["1.234", "1e5", "12,34.00", "abc", 0.001, 1e30, float("nan"), True,
                                  date(2026, 3, 1), "9" * 20])  # fmt: skip
def test_what_is_no_amount_is_refused(text: Any):
    with pytest.raises(ValueError):
        fen_of(text)


def test_every_row_that_cannot_be_read_is_named_with_its_line_and_reason_and_nothing_is_taken():
    rows = [
        HEAD,
        ["2026-03-02", "", "5.00", "", "", "", "", ""],
        ["2026-02-30", "", "5.00", "", "", "", "", ""],
        ["2026-03-03", "5.00", "6.00", "", "", "", "", ""],
        ["2026-03-04", "", "", "", "", "", "", ""],
        ["", "", "7.00", "", "甲", "", "", ""],
        ["2026-03-05", "", "1.234", "", "", "", "", ""],
        ["2026-03-05", "", "1.00", "x", "", "", "", ""],
        ["2026-03-05", "", "1.00", "", "长" * 1001, "", "", ""],
    ]

    with pytest.raises(StatementRowsWrong) as refused:
        checked(read_statement(csv_of(rows)))

    assert [(row["line"], row["zh"]) for row in refused.value.extra["rows"]] == [
        (3, "日期无法识别：2026-02-30"),
        (4, "借方与贷方同时有金额"),
        (5, "缺少金额"),
        (6, "缺少日期"),
        (7, "贷方金额无法识别：1.234"),
        (8, "余额无法识别：x"),
        (9, "文字超过 1000 字"),
    ]


def test_a_running_balance_that_breaks_names_each_row():
    rows = table(MARCH)
    rows[1][3] = "29,500,000.01"

    with pytest.raises(BalanceBroken) as refused:
        checked(read_statement(csv_of([HEAD, *rows])))

    assert [row["line"] for row in refused.value.extra["rows"]] == [3, 4]
    assert "29,500,000.00" in refused.value.extra["rows"][0]["zh"]


def test_opening_and_movements_that_do_not_make_the_closing_balance_are_refused():
    content = camt_of(MARCH).replace(b"29518750.31", b"29518750.32")

    with pytest.raises(BalanceBroken) as refused:
        checked(read_statement(content))

    assert refused.value.extra["difference"] == "0.01"


def test_a_row_that_a_file_has_twice_does_not_add_up():
    rows = table(MARCH)

    with pytest.raises(BalanceBroken):
        checked(read_statement(csv_of([HEAD, rows[0], rows[1], rows[1], rows[2]])))


def test_a_file_without_balances_needs_them_said():
    head = ["日期", "金额", "摘要"]
    content = csv_of([head, ["2026-03-02", "5.00", "甲"], ["2026-03-03", "-2.00", "乙"]])

    with pytest.raises(BalanceMissing):
        checked(read_statement(content))
    assert checked(read_statement(content), closing_fen=1300).opening_fen == 1000
    with pytest.raises(BalanceBroken):
        checked(read_statement(content), opening_fen=1000, closing_fen=1200)


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def _xlsx_with_entity() -> bytes:
    plain, out = xlsx_of([HEAD, *table(MARCH)]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content
            after.writestr(part, content)
    return out.getvalue()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&b;</Document>'
)
FILE = (
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">&f;</Document>'
)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"  \r\n ", b"\xff\xfe\xff", b"\x80\x81\xff\xff", b"hello", b"<html></html>",
        b"<Document", b"\xd0\xcf\x11\xe0\xa1\xb1", b"PK\x03\x04 nothing", BOMB, FILE,
        camt_of(MARCH).replace(b"053.001.08", b"052.001.08"),
        camt_of(MARCH).replace(b"053.001.08", b"053.001.99"),
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
        b"<a>" * 200 + b"</a>" * 200,
        _zip(nothing=b"1"), _zip(xl__workbook=b"0" * (61 * 1024 * 1024)), _xlsx_with_entity(),
        csv_of([HEAD, *table(MARCH)], encoding="gbk") + b"\xff\xff",
        b"x" * (LARGEST_FILE + 1), "日期,金额\n".encode() + b"2026-03-01,1\n" * 50_001,
        b'"' + b"a" * 200_000,
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_no_statement_is_refused_in_words_whatever_it_is(content: bytes):
    with pytest.raises(StatementUnreadable) as refused:
        read_statement(content)

    assert refused.value.zh and refused.value.en


def test_entries_of_camt_053_that_are_not_booked_are_passed_over():
    content = camt_of(MARCH, version="02").replace(b"<Sts>BOOK</Sts>", b"<Sts>PDNG</Sts>", 1)

    read = read_statement(content)

    assert [row.outcome for row in read.rows] == ["passed_over", "read", "read"]


def test_two_statements_in_one_message_must_follow_each_other():
    one, two = camt_of(MARCH[:1]), camt_of(MARCH[1:], opening_fen=MARCH[0].amount_fen)
    inner = two[two.index(b"<Stmt>") : two.index(b"</Stmt>") + len(b"</Stmt>")]
    both = one.replace(b"</Stmt>", b"</Stmt>" + inner)

    assert as_read(both) == EXPECTED
    with pytest.raises(StatementUnreadable):
        read_statement(both.replace(b"30000000.00", b"30000000.01", 2))


# whatever is written is read again

WORDS = st.text(
    st.characters(
        categories=("L", "N"), codec="gb18030", exclude_characters="\u3000", max_codepoint=0x9FFF
    ),
    max_size=12,
).filter(lambda text: text == text.strip())
ENTRIES = st.lists(
    st.builds(
        AccountEntry,
        line=st.just(1),
        booked_on=st.dates(date(2000, 1, 1), date(2099, 12, 30)),
        amount_fen=st.integers(-(10**12), 10**12).filter(bool),
        counterparty_name=WORDS,
        counterparty_account=st.from_regex(r"[0-9]{0,20}", fullmatch=True),
        purpose=WORDS,
        reference=st.from_regex(r"[0-9A-Z]{0,16}", fullmatch=True),
    ),
    min_size=1,
    max_size=12,
).map(lambda entries: sorted(entries, key=lambda one: one.booked_on))


def _facts(entries: Any) -> list[tuple[date, int, int | None]]:
    return [(one.booked_on, one.amount_fen, one.balance_fen) for one in entries]


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.integers(-(10**12), 10**12), st.sampled_from(["gb18030", "utf-8-sig"]))
def test_a_csv_that_is_written_is_read_again_to_the_fen(entries, opening_fen, encoding):
    content = csv_of([HEAD, *table(entries, opening_fen=opening_fen)], encoding=encoding)

    statement = checked(read_statement(content))

    assert statement.opening_fen == opening_fen
    # Of one and the same day and amount, forwards and backwards may be alike.
    assert sorted(_facts(statement.entries)) == sorted(
        (one.booked_on, one.amount_fen, balance)
        for one, balance in zip(entries, with_balances(entries, opening_fen), strict=True)
    )


@settings(max_examples=25, deadline=None)
@given(ENTRIES, st.integers(0, 10**12), st.sampled_from(["text", "serial", "day"]))
def test_an_xlsx_that_is_written_is_read_again_to_the_fen(entries, opening_fen, days):
    rows = table(entries, opening_fen=opening_fen)
    for row, one in zip(rows, entries, strict=True):
        serial = (one.booked_on - date(1899, 12, 30)) / timedelta(days=1)
        row[0] = {"text": row[0], "serial": int(serial), "day": one.booked_on}[days]
        row[3] = float(row[3].replace(",", ""))

    statement = checked(read_statement(xlsx_of([HEAD, *rows])))

    assert sum(one.amount_fen for one in statement.entries) == sum(o.amount_fen for o in entries)
    assert statement.closing_fen == opening_fen + sum(one.amount_fen for one in entries)


@settings(max_examples=40, deadline=None)
@given(ENTRIES, st.integers(-(10**12), 10**12), st.sampled_from(["02", "06", "08", "12"]))
def test_a_camt_053_that_is_written_is_read_again_to_the_fen(entries, opening_fen, version):
    statement = checked(read_statement(camt_of(entries, version=version, opening_fen=opening_fen)))

    assert [(o.booked_on, o.amount_fen, o.counterparty_name) for o in statement.entries] == [
        (o.booked_on, o.amount_fen, o.counterparty_name) for o in entries
    ]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused_and_never_crash(content: bytes):
    for head in (b"", b"PK\x03\x04", b"<", "日期,金额\n".encode()):
        try:
            checked(read_statement(head + content), opening_fen=0)
        except (StatementUnreadable, StatementRowsWrong, BalanceBroken, BalanceMissing) as refused:
            assert refused.zh


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_an_amount_that_is_printed_is_read_again(fen: int):
    assert fen_of(grouped(fen)) == fen
