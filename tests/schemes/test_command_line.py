"""`zhidai scheme`, as an official meets it."""

import re
from datetime import date
from fractions import Fraction

import pytest
from typer.testing import CliRunner

from shared.schemes.library import load
from shared.schemes.scheme import SchemeNotLive
from shared.schemes.tools.book import SAMPLE_BOOK, read_book
from shared.schemes.tools.comparison import cost_of, differing_rules
from shared.schemes.vocabulary import PARTIES
from tests.schemes.test_wrong_files import GOOD
from zhidai.scheme_files import book_text, scheme_of
from zhidai.schemes_cli import scheme

run = CliRunner().invoke


@pytest.fixture
def county(tmp_path):
    path = tmp_path / "county.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_check_passes_a_good_file(county):
    result = run(scheme, ["check", str(county)])

    assert result.exit_code == 0
    assert "没有发现错误" in result.output


def test_check_names_line_and_column_in_either_language(county):
    county.write_text(GOOD.replace("{pool: 50, bank: 50}", "{pool: 50, bank: 40}"))

    zh, en = (
        run(scheme, ["check", str(county)]),
        run(scheme, ["check", str(county), "--lang", "en"]),
    )

    assert zh.exit_code == en.exit_code == 1
    assert re.search(r"第 \d+ 行第 \d+ 列 .*各方比例合计 90%", zh.output)
    assert re.search(r"line \d+, column \d+ .*add up to 90%", en.output)


def test_check_reads_the_cases_beside_the_file(county):
    county.with_name("county.cases.yaml").write_text("programme: county\ncases:\n  - nam: x\n")

    assert run(scheme, ["check", str(county)]).exit_code == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    result = run(scheme, ["check", str(tmp_path / "nowhere.yaml")])

    assert result.exit_code == 2
    assert "读不了文件" in result.output


def test_test_tells_a_difference_to_the_fen(county):
    county.with_name("county.cases.yaml").write_text(
        "programme: county\ncases:\n  - name: 普通\n    day: 2026-03-01\n"
        '    loss: {outstanding_principal: "100.00", borrower_balance: "1.00"}\n'
        '    expect: {shares: {pool: "80.01"}}\n'
    )

    result = run(scheme, ["test", str(county)])

    assert result.exit_code == 1
    assert "loss.shares.pool: expected 80.01, got 80.00" in result.output
    assert "1 个案例，1 个不符" in result.output


def test_test_of_a_programme_passes():
    result = run(scheme, ["test", "gd_zhongshan", "--lang", "en"])

    assert result.exit_code == 0
    assert "17 cases, 0 failed" in result.output


def test_explain_prints_every_step_in_chinese_and_in_english():
    zh = run(scheme, ["explain", "gd_zhongshan", "--case", "1"]).output
    en = run(scheme, ["explain", "gd_zhongshan", "--case", "1", "--lang", "en"]).output

    for word in (
        "知识产权部分的本金",
        "风险补偿资金池 54%",
        "2091104.69",
        "评估机构",
        "国家知识产权局",
    ):
        assert word in zh
    for word in ("principal of the IP part", "risk pool 54%", "2091104.69", "rounded half-up"):
        assert word in en
    assert not re.search(rf"\b({'|'.join(PARTIES)})\b", zh)


def test_explain_finds_a_case_by_a_part_of_its_name_and_lists_them_without():
    assert "1936208.05" in run(scheme, ["explain", "gd_zhuhai_tech", "--case", "60%"]).output
    assert "首贷 90%" in run(scheme, ["explain", "gd_zhuhai_tech"]).output
    assert " 4. 同时符合三档" in run(scheme, ["explain", "gd_zhuhai_tech", "--case", "4"]).output
    assert "贷款恰 500 万" in run(scheme, ["explain", "gd_jiangmen", "--case", "4"]).output
    assert run(scheme, ["explain", "gd_zhuhai_tech", "--case", "nothing"]).exit_code == 2


def test_diff_says_who_pays_more():
    result = run(
        scheme,
        ["diff", "gd_zhuhai_ip", "gd_zhongshan", "--on", "2022-05-17", "--lang", "en"],
    )

    assert result.exit_code == 0
    assert "risk pool 40% : bank 60%" in result.output
    line = next(row for row in result.output.splitlines() if "│ risk pool" in row and "+" in row)
    old, new, change = re.findall(r"[+\-]?[\d,]+\.\d\d", line)
    as_fen = [int(re.sub(r"[,.+]", "", amount)) for amount in (old, new, change)]
    assert as_fen[1] - as_fen[0] == as_fen[2]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--on", "2016-01-01"], 1, "不在有效期内"),
        (["--on", "2022-05-17", "--mode", "nowhere"], 1, "没有模式 nowhere"),
        (["--on", "17.5.2022"], 2, "YYYY-MM-DD"),
        (["--on", "2022-05-17", "--available", "1e9"], 2, "1000000.00"),
    ],
)
def test_diff_says_what_it_cannot_do(words, code, said):
    result = run(scheme, ["diff", "gd_zhuhai_ip", "gd_zhongshan", *words])

    assert result.exit_code == code
    assert said in result.output


def test_a_book_is_counted_claim_by_claim_until_a_cap_is_full():
    terms = load("dongli").terms(date(2026, 1, 5), "direct")
    rows = "".join(f"C-{number},2026-02-0{number},b,f,5000000.00\n" for number in range(1, 5))
    book, problems = read_book("number,filed_on,bank,borrower,outstanding_principal\n" + rows)

    totals = cost_of(book, terms)

    assert problems == []
    assert totals.shares == {"pool": 500_000_000, "bank": 1_500_000_000}  # a borrower-year
    assert (totals.claims, totals.cut) == (4, 2)


HEAD = (
    "number,filed_on,bank,borrower,outstanding_principal,loan_amount,ip_amount,agreed,confirmed\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_book_is_read_as_spreadsheets_save_it(tmp_path, encoding):
    path = tmp_path / "申请.csv"
    path.write_bytes(
        (HEAD + "甲,2026/3/1,工行,某企业,3000000.00,3000000.00,1000000.00,,\n").encode(encoding)
    )

    book, problems = read_book(book_text(path, "zh"))

    assert problems == []
    (claim,) = book
    assert (claim.number, claim.bank, claim.filed_on) == ("甲", "工行", date(2026, 3, 1))
    assert claim.facts.ip_share == Fraction(1, 3)
    assert cost_of(book, load("gd_zhongshan").terms(date(2022, 5, 17))).base_fen == 100_000_000


def test_a_book_states_the_agreed_share_and_the_prior_decisions_too():
    rows = "A,2026-03-01,b,f,100.00,,,pool=40,provincial_confirmation=true\n"

    (claim,), problems = read_book(HEAD + rows)

    assert problems == []
    assert claim.facts.agreed == {"pool": Fraction(2, 5)}
    assert claim.facts.confirmed == {"provincial_confirmation": True}
    assert cost_of([claim], load("bj_etown").terms(date(2024, 5, 1))).shares["pool"] == 4_000


@pytest.mark.parametrize(
    "cells",
    ["3.00,1.00,2.00,,", "3.00,,2.00,,", "3.00,,,pool=forty,", "3.00,,,,confirmation=perhaps"],
)
def test_a_share_or_an_answer_that_cannot_be_is_told_with_its_row(cells):
    _, problems = read_book(HEAD + f"A,2026-03-01,b,f,{cells}\n")

    assert [problem.line for problem in problems] == [2]


def test_what_is_refused_stays_with_the_bearer_and_is_counted_by_its_reason():
    terms = load("bj_etown").terms(date(2024, 5, 1))
    rows = "A,2026-03-01,b,f,100.00,,,pool=40,\nB,2026-03-02,b,f,50.00,,,,\n"

    totals = cost_of(read_book(HEAD + rows)[0], terms)

    assert totals.refused == {"B": "agreement-missing"}
    assert totals.refused_fen == 5_000
    assert totals.shares == {"pool": 4_000, "bank": 6_000 + 5_000}


def test_diff_shows_how_much_is_refused_and_why():
    shown = run(scheme, ["diff", "gd_zhuhai_ip", "bj_etown", "--on", "2024-05-01", "--lang", "en"])

    assert "principal refused" in shown.output
    assert "agreement-missing" in shown.output


def test_a_book_that_cannot_be_read_is_told_row_by_row():
    text = (
        "number,filed_on,outstanding_principal,colour\nA,2026-02-30,1.00,red\nB,2026-02-01,1e9,\n"
    )

    book, problems = read_book(text)

    assert book == ()
    assert [problem.line for problem in problems] == [1, 2, 3]


def test_the_sample_book_can_be_decided_by_every_complete_scheme():
    for name in ("dongli", "youxian", "gd_zhuhai_tech", "js_suzhidai", "sd_weihai"):
        terms = load(name).terms(date(2024, 6, 3))
        totals = cost_of(SAMPLE_BOOK, terms)
        assert totals.claims == len(SAMPLE_BOOK)
        assert sum(totals.shares.values()) == totals.base_fen + totals.uncovered_fen


def test_rules_that_differ_are_found_and_the_same_are_not():
    dongli = load("dongli")
    direct, insured = (dongli.terms(date(2026, 1, 5), mode) for mode in ("direct", "insured"))

    assert differing_rules(direct, direct) == []
    assert {difference.rule for difference in differing_rules(direct, insured)} == {
        "parties",
        "sharing",
    }


def test_new_drafts_a_measure_that_passes_check_and_test(tmp_path):
    answers = [
        "new", "--programme", "wuxi", "--zh", "无锡办法", "--en", "Wuxi measure",
        "--place-zh", "无锡市", "--place-en", "Wuxi", "--measure", "锡政办发〔2019〕63号",
        "--valid-from", "2026-01-01", "--shares", "pool=45,bank=55", "--article", "第九条",
        "--loan-cap", "5000000.00", "--loan-cap-article", "第五条", "--region-code", "320200",
        "--folder", str(tmp_path),
    ]  # fmt: skip

    drafted = run(scheme, answers)

    assert drafted.exit_code == 0, drafted.output
    path = tmp_path / "wuxi.yaml"
    assert run(scheme, ["check", str(path)]).exit_code == 0
    assert run(scheme, ["test", str(path)]).exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert "source: 第九条" in text and "mark: assumed" in text
    assert 'region_code: "320200"' in text and "extends: practice" in text
    assert "status: draft" in text  # as long as a value of the template is assumed
    with pytest.raises(SchemeNotLive):
        scheme_of(str(path), "en").terms(date(2026, 1, 5))
    assert run(scheme, answers).exit_code == 1  # it does not overwrite


def test_new_asks_for_what_it_is_not_told(tmp_path):
    said = "\n".join(
        [
            "abc",
            "甲",
            "A",
            "乙",
            "B",
            "丙办法",
            "2026-01-01",
            "pool=40,bank=60",
            "第九条",
            "",
            "",
            "320200",
        ]
    )

    result = run(scheme, ["new", "--folder", str(tmp_path)], input=said)

    assert result.exit_code == 0, result.output
    assert "分担比例" in result.output
    assert (tmp_path / "abc.yaml").is_file()


@pytest.mark.parametrize(
    ("option", "value", "said", "code"),
    [
        ("--shares", "pool=45,bank=50", "各方比例合计 95%", 1),
        ("--shares", "pool=half,bank=half", "pool=40,bank=60", 2),
        ("--loan-cap", "500万", "500万", 1),
        ("--region-code", "12", "六位行政区划代码", 1),
        ("--programme", "Bad", "小写英文字母", 1),
        ("--mode", "nowhere", "direct", 2),
    ],
)
def test_new_writes_nothing_unless_every_answer_fits(tmp_path, option, value, said, code):
    answers = {
        "--programme": "bad", "--zh": "甲", "--en": "A", "--place-zh": "乙", "--place-en": "B",
        "--measure": "丙", "--valid-from": "2026-01-01", "--shares": "pool=45,bank=55",
        "--article": "第九条", "--loan-cap": "", "--loan-cap-article": "", "--region-code": "",
        "--folder": str(tmp_path),
    }  # fmt: skip

    result = run(
        scheme, ["new", *(word for pair in {**answers, option: value}.items() for word in pair)]
    )

    assert result.exit_code == code
    assert said in result.output
    assert list(tmp_path.iterdir()) == []


def test_the_generated_pages_are_those_in_the_tree(request, tmp_path):
    folder = request.config.rootpath / "docs" / "schemes"

    stale = run(scheme, ["docs", "--check", "--folder", str(folder)])

    assert stale.exit_code == 0, stale.output
    assert run(scheme, ["docs", "--folder", str(tmp_path)]).exit_code == 0
    assert {path.name for path in folder.iterdir()} == {path.name for path in tmp_path.iterdir()}


def test_every_place_without_a_ratio_is_led_to_a_template_that_exists():
    from shared.schemes.library import programmes
    from shared.schemes.tools.pages import SHAPES

    templates = {name for name in programmes() if name.startswith("template_")}

    assert {template for _, template, _ in SHAPES} == templates
