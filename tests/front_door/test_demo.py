"""The demo's plan is the same year whenever it is made, and its numbers are right."""

from collections import Counter

import pytest

from shared.identifiers import InvalidIdentifier, patent, uscc
from zhidai.demo import filing, plan
from zhidai.demo.loans import claim_month, position
from zhidai.demo.people import BANKS
from zhidai.demo.run import DataInTheWay, demo

CASES = plan.plan()


def test_the_same_seed_is_the_same_year_and_another_seed_another():
    assert plan.plan() == CASES
    assert plan.plan(seed=7) != CASES


def test_the_year_holds_at_least_four_hundred_cases_of_six_banks_in_two_pools_every_month():
    assert len(CASES) >= 400
    assert {case.bank for case in CASES} == {bank.code for bank in BANKS}
    assert {(case.pool, case.month) for case in CASES} == {
        (pool.code, month) for pool in plan.POOLS for month in range(1, 13)
    }
    assert sum(case.course is plan.Course.DEFAULT for case in CASES) >= 8


def test_every_firm_and_every_patent_has_the_right_check_digits():
    for case in CASES:
        uscc(case.firm.uscc)
        for right in case.rights:
            if right.kind in ("invention", "utility_model", "design"):
                assert patent(right.number).kind == right.kind


def test_no_right_is_offered_twice_but_the_public_numbers_are_among_them():
    numbers = Counter((right.kind, right.number) for case in CASES for right in case.rights)

    assert max(numbers.values()) == 1
    assert {("invention", "202010566088.9"), ("invention", "200510096239.4")} <= set(numbers)


def test_the_mistyped_number_is_really_wrong():
    with pytest.raises(InvalidIdentifier):
        patent(filing.WRONG_PATENT)
    assert sum(filing.has_typo(case) for case in CASES) == 8


def test_a_loan_never_grows_and_one_that_goes_bad_is_claimed_when_its_position_allows():
    for case in CASES:
        course = [position(case, month).outstanding_fen for month in range(case.month, 14)]
        assert course == sorted(course, reverse=True)
        if case.course is plan.Course.DEFAULT:
            last = position(case, claim_month(case) - 1)
            assert last.risk_class == "substandard" or (case.lawsuit and last.overdue_days > 60)


async def test_data_that_no_demo_has_made_is_not_lost(tmp_path):
    (tmp_path / "postgres").mkdir()

    with pytest.raises(DataInTheWay, match="--fresh"):
        await demo(transport="local", seed=1, fresh=False, state=tmp_path)

    assert (tmp_path / "postgres").exists()
