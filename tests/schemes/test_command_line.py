"""`zhidai scheme`, as an official meets it."""

import re
from datetime import date

import pytest
from typer.testing import CliRunner

from shared.schemes.library import load
from shared.schemes.tools.comparison import SAMPLE_BOOK, cost_of, differing_rules, read_book
from shared.schemes.vocabulary import PARTIES
from tests.schemes.test_wrong_files import GOOD
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
    assert "10 cases, 0 failed" in result.output


def test_explain_prints_every_step_in_chinese_and_in_english():
    zh = run(scheme, ["explain", "gd_zhongshan", "--case", "1"]).output
    en = run(scheme, ["explain", "gd_zhongshan", "--case", "1", "--lang", "en"]).output

    for word in ("知识产权部分的本金", "风险补偿资金池 54%", "2091104.69", "评估机构", "S3"):
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
        "--loan-cap", "5000000.00", "--loan-cap-article", "第五条", "--folder", str(tmp_path),
    ]  # fmt: skip

    drafted = run(scheme, answers)

    assert drafted.exit_code == 0, drafted.output
    path = tmp_path / "wuxi.yaml"
    assert run(scheme, ["check", str(path)]).exit_code == 0
    assert run(scheme, ["test", str(path)]).exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert "source: 第九条" in text and "mark: assumed" in text
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
            "",
        ]
    )

    result = run(scheme, ["new", "--folder", str(tmp_path)], input=said)

    assert result.exit_code == 0, result.output
    assert "分担比例" in result.output
    assert (tmp_path / "abc.yaml").is_file()


def test_a_draft_whose_ratio_is_wrong_says_so(tmp_path):
    answers = [
        "new", "--programme", "bad", "--zh", "甲", "--en", "A", "--place-zh", "乙", "--place-en",
        "B", "--measure", "丙", "--valid-from", "2026-01-01", "--shares", "pool=45,bank=50",
        "--article", "第九条", "--loan-cap", "", "--loan-cap-article", "", "--folder",
        str(tmp_path),
    ]  # fmt: skip

    result = run(scheme, answers)

    assert result.exit_code == 1
    assert "各方比例合计 95%" in result.output


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
