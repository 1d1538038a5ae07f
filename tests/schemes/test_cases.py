"""Every scheme file is free of mistakes, and every case beside it comes out to the fen."""

import pytest

from shared.schemes.cases.cases import Case, cases_beside, read_cases, run
from shared.schemes.library import PROGRAMMES, common_text, load, programmes
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import SchemeNotLive

COMPARISON_TABLE = {
    "tj_binhai", "gd_zhongshan", "gd_zhuhai_ip", "gd_zhuhai_tech", "gd_guangzhou_2020",
    "gd_guangzhou_2023", "gd_shenzhen", "gd_sz_pingshan", "gd_jiangmen", "js_suzhidai", "js_wuxi",
    "ah_4321", "ah_tech", "sd_weihai", "sd_qingdao", "sx_qinzhidai", "yn_tech", "cq_zhishi",
    "sh_escrow", "sh_precompensation", "sh_general", "bj_etown", "bj_haidian", "cd_2008",
    "cd_xinzhi", "sc_tianfu", "my_keji", "sc_meishan", "gz_guiyang", "nfgf", "hb_wuhan",
}  # fmt: skip

RATIO_NOT_PUBLISHED = {
    "js_wuxi", "sh_precompensation", "bj_haidian", "sc_tianfu", "gz_guiyang", "nfgf", "hb_wuhan",
}  # fmt: skip


def all_cases() -> list[tuple[str, Case]]:
    found = []
    for name in programmes():
        text = cases_beside(PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8")
        cases, problems = read_cases(text)
        assert not problems, [problem.text("en") for problem in problems]
        found.extend((name, case) for case in cases)
    return found


CASES = all_cases()


def test_every_programme_of_the_comparison_table_is_a_file():
    assert set(programmes()) >= COMPARISON_TABLE


@pytest.mark.parametrize("name", programmes())
def test_a_scheme_file_has_no_mistakes(name):
    text = (PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8")

    scheme, problems = read_scheme(text, programme=name, common=common_text)

    assert [problem.text("en") for problem in problems] == []
    assert scheme is not None


@pytest.mark.parametrize("name", programmes())
def test_every_programme_has_at_least_six_cases(name):
    assert len([case for programme, case in CASES if programme == name]) >= 6


@pytest.mark.parametrize(("name", "case"), CASES, ids=lambda value: getattr(value, "name", value))
def test_a_case_comes_out_as_its_official_expects(name, case):
    assert run(case, load(name)).differences == ()


def test_a_case_with_another_figure_fails():
    cases, _ = read_cases(
        "programme: dongli\ncases:\n"
        "  - name: wrong by a fen\n    day: 2025-03-03\n"
        '    loss: {outstanding_principal: "100.00"}\n'
        '    expect: {shares: {pool: "40.01"}, unknown_name: 1}\n'
    )

    outcome = run(cases[0], load("dongli"))

    assert outcome.differences == (
        "loss.shares.pool: expected 40.01, got 40.00",
        "loss.unknown_name: expected 1, got nothing of that name",
    )


FILE = """\
programme: gd_shenzhen
ordinary:
  loss: {attributes: {is_tech_loan: false, is_first_loan: false, is_green_loan: false}}
cases:
  - name: one
    day: 2024-04-01
    loss: {LOSS}
    expect: {EXPECT}
"""


def outcome_of(loss: str, expected: str):
    cases, problems = read_cases(FILE.replace("LOSS", loss).replace("EXPECT", expected))
    assert problems == []
    return run(cases[0], load("gd_shenzhen"))


def test_what_a_file_states_for_all_its_cases_a_case_may_state_otherwise_fact_by_fact():
    general = 'outstanding_principal: "100.00", attributes: {is_ip_loan: false}'
    green = 'outstanding_principal: "100.00", attributes: {is_green_loan: true}'
    silent = 'outstanding_principal: "100.00"'

    assert outcome_of(general, 'shares: {pool: "30.00"}').passed
    assert outcome_of(green, 'shares: {pool: "50.00"}').passed
    assert outcome_of(silent, "refused: fact-missing, fact: is_ip_loan").passed


def test_a_stated_amount_is_an_exact_share_of_the_contract():
    third = 'outstanding_principal: "3000000.00", ip_amount: "1000000.00", loan_amount: "3000000.00", attributes: {is_ip_loan: true}'

    assert outcome_of(third, 'base: "1000000.00"').passed


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ('ip_amount: "1.00"', "needs loan_amount"),
        ('ip_amount: "2.00", loan_amount: "1.00"', "needs loan_amount"),
        ('ip_amount: "1.00", loan_amount: "2.00", ip_share: 50', "not both"),
    ],
)
def test_an_amount_that_is_no_part_of_the_contract_is_told(loss, said):
    _, problems = read_cases(FILE.replace("LOSS", loss))

    assert said in " ".join(problem.en for problem in problems)


def test_what_cannot_be_stated_for_all_cases_is_told():
    _, problems = read_cases(
        FILE.replace("  loss: {attributes", "  breaker: {subject: pool}\n  loss: {attributes")
    )

    assert "“breaker” is not known here" in problems[0].en


@pytest.mark.parametrize("name", sorted(RATIO_NOT_PUBLISHED))
def test_a_programme_whose_ratio_is_not_published_cannot_go_live(name):
    scheme = load(name)

    assert scheme.status == "incomplete"
    for mode in scheme.modes:
        with pytest.raises(SchemeNotLive):
            scheme.terms(scheme.valid_from, mode)
        assert scheme.terms(scheme.valid_from, mode, live=False).sharing is None


@pytest.mark.parametrize("name", [name for name in programmes() if name.startswith("template_")])
def test_a_template_can_be_tried_but_not_go_live(name):
    scheme = load(name)

    with pytest.raises(SchemeNotLive):
        scheme.terms(scheme.valid_from)
    assert scheme.terms(scheme.valid_from, live=False).parties


@pytest.mark.parametrize("name", programmes())
def test_every_value_says_where_it_comes_from_or_that_it_is_assumed(name):
    scheme = load(name)
    seen = 0
    for mode in scheme.modes:
        for entries in scheme.rules_of(mode).values():
            for entry in entries:
                assert entry.stated.source or entry.stated.mark == "assumed"
                seen += 1
    assert seen
