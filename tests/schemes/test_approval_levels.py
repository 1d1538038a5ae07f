"""Levels of approval in a scheme's file: read, described, put to cases, and refused where wrong."""

import pytest

from shared.schemes import library
from shared.schemes.cases.cases import read_cases, run
from shared.schemes.reading.reader import read_scheme
from shared.schemes.tools.describe import described

LEVELS = """
  approval_levels:
    2022-10-28:
      value:
        - {above: "500000.00", signature: leader}
        - %s
      source: Seed002
"""
SECOND = '{above: "800000.00", signature: leader, joint_meeting: true}'
CASES = """
programme: dongli
cases:
  - name: An amount that is met exactly is not exceeded
    day: 2026-03-02
    approval: {amount: "500000.00"}
    expect: {signature: "", joint_meeting: false}
  - name: A fen more needs the leader
    day: 2026-03-02
    approval: {amount: "500000.01"}
    expect: {signature: leader, joint_meeting: false}
  - name: The highest level says all that it needs
    day: 2026-03-02
    approval: {amount: "800000.01"}
    expect: {signature: leader, joint_meeting: true}
"""


def read(second: str = SECOND):
    text, common = library.texts("dongli")
    rule = LEVELS % second
    return read_scheme(
        text.replace("\n  # 额度\n", f"{rule}\n  # 额度\n"), common=lambda name: common
    )


def test_levels_are_put_to_cases_and_said_in_words():
    scheme, problems = read()
    assert problems == [] and scheme is not None
    cases, problems = read_cases(CASES)
    assert problems == []

    assert [run(case, scheme).differences for case in cases] == [()] * 3
    entry = scheme.rules_of("direct")["approval_levels"][0]
    assert described("approval_levels", entry.value, "zh") == [
        "大于 500,000.00, 另须会签 分管领导",
        "大于 800,000.00, 另须会签 分管领导, 须经联合评审会",
    ]
    assert described("approval_levels", entry.value, "en")[0] == (
        "above 500,000.00, signature leader in charge"
    )


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ('{above: "500000.00", signature: leader}', "须逐档递增"),
        ('{above: "800000.00"}', "没有写明须谁会签"),
        ('{above: "800000.00", signature: mayor}', "mayor"),
        ("{signature: leader}", "above"),
    ],
)
def test_a_level_that_says_nothing_or_does_not_rise_is_told_with_its_place(second: str, told: str):
    _, problems = read(second)

    (problem,) = problems
    assert told in problem.zh and problem.line > 0


def test_a_programme_that_states_no_levels_keeps_to_two_persons():
    assert library.load("dongli").rules_of("direct").get("approval_levels") is None
