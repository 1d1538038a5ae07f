"""Rules of law or practice stand once; programmes extend them, and may say that there is none."""

from datetime import date

import pytest

from shared.schemes import library
from shared.schemes.decide.claims import Counters
from shared.schemes.decide.deadlines import NoDeadline, deadline
from shared.schemes.decide.loss import split_loss
from shared.schemes.problems import Problem
from shared.schemes.reading.common import read_common
from shared.schemes.reading.reader import read_scheme
from shared.schemes.terms import Terms
from tests.schemes.builders import loss, terms
from tests.schemes.test_wrong_files import GOOD

COMMON = """\
common: practice
name: {zh: 通行做法, en: Practice}
documents:
  P: {zh: 某省通知}
rules:
  trigger:
    2000-01-01: {value: [{code: sued, lawsuit_accepted: true}], source: P}
  claim_documents:
    2000-01-01: {value: [claim_form], source: P, mark: assumed}
    2027-01-01: {value: [claim_form, recovery_plan], source: P}
  deadlines:
    2000-01-01: {value: {claim: {months: 6}, payment: {working_days: 9}}, source: P, mark: assumed}
  limited_to_balance:
    2000-01-01: {value: true, source: P}
"""
EXTENDS = GOOD.replace("status: complete\n", "status: complete\nextends: practice\n")
DAY = date(2026, 5, 1)


def read(text: str, common: str | None = COMMON):
    return read_scheme(
        text, programme="county", common=lambda name: common if name == "practice" else None
    )


def in_force(text: str, day: date = DAY, mode: str = "direct", common: str = COMMON) -> Terms:
    scheme, problems = read(text, common)
    assert scheme is not None, [problem.text("en") for problem in problems]
    return scheme.terms(day, mode)


def only(problems: list[Problem]) -> Problem:
    (problem,) = problems
    return problem


def test_what_a_programme_does_not_say_is_what_the_common_rules_say():
    found = in_force(EXTENDS)

    assert found.claim_documents == ("claim_form",)
    assert found.source("claim_documents") == "某省通知〔假定〕"
    assert in_force(EXTENDS, date(2027, 5, 1)).claim_documents == ("claim_form", "recovery_plan")
    assert in_force(GOOD).claim_documents == ()


def test_a_programmes_own_rule_wins_on_every_day_on_which_it_holds():
    assert [rule.code for rule in in_force(EXTENDS).trigger] == ["npl"]

    later = EXTENDS.replace(
        "  trigger:\n    2026-01-01: {", "  trigger:\n    2027-01-01: {to: 2027-12-31, "
    )
    codes = {
        day: in_force(later, day).trigger[0].code
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    }
    assert list(codes.values()) == ["sued", "npl", "npl", "sued"]


def test_of_the_deadlines_each_step_wins_on_its_own_and_says_where_it_comes_from():
    limits = in_force(EXTENDS).deadlines

    assert limits["payment"].working_days == 5
    assert limits["claim"].months == 6
    assert (limits["claim"].source, limits["claim"].mark) == ("某省通知", "assumed")


def test_a_rule_of_a_mode_stands_over_the_common_ones_too():
    own = "    rules:\n      claim_documents:\n        2026-06-01: {value: [overdue_notice], source: 第二条}\n"
    text = EXTENDS.replace("en: chain}\n    rules:\n", "en: chain}\n" + own)

    assert in_force(text, date(2026, 6, 1), "chain").claim_documents == ("overdue_notice",)
    assert in_force(text, date(2026, 5, 31), "chain").claim_documents == ("claim_form",)
    assert in_force(text, date(2026, 6, 1), "direct").claim_documents == ("claim_form",)


def test_another_common_text_is_another_version_of_the_terms():
    other = COMMON.replace("months: 6", "months: 7")

    assert in_force(EXTENDS).version == in_force(EXTENDS).version
    assert in_force(EXTENDS).version != in_force(EXTENDS, common=other).version


NONE_OF_IT = """\
  trigger:
    2026-01-01: {value: none, source: 第十条}
  claim_documents:
    2026-01-01: {value: none, source: 第十一条}
"""


def test_a_rule_that_is_said_to_be_none_is_stated_and_is_no_rule():
    own = "  trigger:\n    2026-01-01: {value: [{code: npl, risk_class_at_least: substandard}], source: 第十条}\n"
    found = in_force(EXTENDS.replace(own, NONE_OF_IT))

    assert (found.trigger, found.claim_documents) == ((), ())
    assert (found.source("trigger"), found.source("claim_documents")) == ("第十条", "第十一条")


def test_a_step_that_is_said_to_have_no_limit_has_none_also_over_the_common_one(working_days=None):
    text = EXTENDS.replace(
        "{payment: {working_days: 5}}", "{payment: {working_days: 5}, claim: none}"
    )
    found = in_force(text)

    assert found.without_deadline == ("claim",)
    assert set(found.deadlines) == {"payment"}
    with pytest.raises(NoDeadline):
        deadline("claim", DAY, found, working_days)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{value: true, source: 第四条}", "{value: none, mark: assumed}", "needs a source"),
        (
            "{value: [guarantor, pool, bank], source: 第九条}",
            "{value: none, source: 第九条}",
            "list",
        ),
    ],
)
def test_none_needs_a_source_and_is_not_said_of_the_parties(old, new, said):
    _, problems = read(EXTENDS.replace(old, new))

    assert any(said in problem.en for problem in problems)


def test_the_pool_pays_at_most_its_balance_where_the_scheme_says_so_and_pays_less_to_the_fen():
    limited = terms(limited_to_balance=True)
    poor = Counters(figures={"pool_available": 21_500_075})

    decision = split_loss(loss(108_000_000), limited, poor)

    assert decision.shares == {"pool": 21_500_075, "bank": 86_499_925}
    assert [limit.code for limit in decision.binding] == ["pool_balance"]
    assert terms().caps == ()


def test_a_cap_at_the_balance_that_the_scheme_has_already_is_not_added_again():
    own = "            - {code: rest, parties: [pool], per: pool_balance, of: pool_available}\n"
    text = EXTENDS.replace('amount: "3000000.00"}\n', 'amount: "3000000.00"}\n' + own)

    assert [one.code for one in in_force(text).caps] == ["per_loan", "rest"]
    assert [one.code for one in in_force(EXTENDS).caps] == ["per_loan", "pool_balance"]


def test_without_a_pool_nothing_is_limited_to_its_balance_and_the_scheme_must_say_so():
    text = EXTENDS.replace("[guarantor, pool, bank]", "[guarantor, city, bank]")
    text = text.replace("guarantor: 50, pool: 30", "guarantor: 50, city: 30")
    text = text.replace("{value: {pool: guarantor}", "{value: {city: guarantor}")
    text = text.replace("{value: {pool: {shares", "{value: {city: {shares")
    said = "rules:\n  limited_to_balance:\n    2026-01-01: {value: none, source: 第二条}\n"

    silent = only(read(text)[1])
    scheme, problems = read(text.replace("rules:\n", said, 1))

    assert "say limited_to_balance none" in silent.en
    assert problems == [] and scheme is not None
    assert "limited_to_balance" in scheme.terms(DAY, "chain").stated


@pytest.mark.parametrize(
    ("text", "common", "said"),
    [
        (EXTENDS.replace("extends: practice", "extends: habit"), COMMON, "no file of common rules named habit"),
        (EXTENDS, None, "no file of common rules named practice"),
        (EXTENDS, COMMON.replace("months: 6", "months: 99"), "line 12, column "),
        (EXTENDS, COMMON.replace("common: practice", "common: habit"), "not the file's name practice"),
        (EXTENDS, COMMON + "extends: practice\n", "“extends” is not known here"),
        (EXTENDS, COMMON.replace("source: P}", "source: Q}", 1), "“Q” is not listed"),
    ],
    ids=["unknown name", "nothing to extend", "a mistake", "another name", "a circle", "a source"],
)  # fmt: skip
def test_what_is_wrong_with_the_common_rules_is_told_where_the_programme_extends_them(
    text, common, said
):
    problem = only(read(text, common)[1])

    assert said in problem.en
    assert (problem.path, problem.line) == ("/extends", 5)


def test_common_rules_share_no_losses_of_their_own():
    sharing = "  sharing:\n    2026-01-01: {value: {shares: {pool: 50, bank: 50}}, source: P}\n"

    assert any(
        "for each programme to state" in problem.en
        for problem in read_common(COMMON + sharing, name="practice")[1]
    )


def test_common_files_are_no_programmes_and_stand_beside_the_text_that_is_published():
    text, common = library.texts("gd_zhongshan")

    assert "practice" not in library.programmes()
    assert "extends: practice" in text and common.startswith("# yaml-language-server")
    assert library.texts("gx_guihuidai")[1] == ""
    assert read_scheme(text, common=lambda _: common)[0] == library.load("gd_zhongshan")


def live_terms() -> list[Terms]:
    """Every mode that may bind a loan and shares losses, on every day from which it says something."""
    found = []
    for name in library.programmes():
        scheme = library.load(name)
        for code, mode in scheme.modes.items():
            if mode.status == "complete":
                found += [scheme.terms(day, code) for day in scheme.changes(code)]
    return [one for one in found if one.sharing is not None]


@pytest.mark.parametrize(
    "found", live_terms(), ids=lambda one: f"{one.programme}/{one.mode}@{one.since}"
)
def test_every_live_mode_says_when_with_which_papers_by_when_and_up_to_what_one_may_claim(found):
    assert "trigger" in found.stated and "claim_documents" in found.stated
    assert "claim" in found.deadlines or "claim" in found.without_deadline
    assert found.is_capped_at_balance or "pool" not in found.parties
    assert "limited_to_balance" in found.stated or found.is_capped_at_balance
