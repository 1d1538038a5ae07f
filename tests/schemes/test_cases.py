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
