"""Nothing missing is assumed: a fact that could change what is paid is stated, or named as missing."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.decide.loss import split_loss
from shared.schemes.rules.sharing import Base, Condition, Plus, Row, Sharing
from tests.schemes.builders import HALF, cap, flat, loss, terms


def missing(facts: ClaimFacts, rule) -> str:
    """The fact for want of which a split is refused."""
    with pytest.raises(FactMissing) as refused:
        split_loss(facts, rule)
    return str(refused.value.extra["fact"])


def test_a_flag_that_nobody_stated_is_missing_and_not_no_where_it_could_change_the_shares():
    rows = (
        Row(when=(), shares=(("pool", Fraction(3, 10)), ("bank", Fraction(7, 10)))),
        Row(when=(Condition("is_ip_loan", equals=True),), shares=HALF),
        Row(when=(Condition("is_green_loan", equals=True),), shares=HALF),
    )
    highest, first = terms(Sharing(rows=rows, choose="highest")), terms(Sharing(rows=rows))

    assert missing(loss(100), highest) == "is_ip_loan"
    assert missing(loss(100, attributes={"is_ip_loan": False}), highest) == "is_green_loan"
    assert split_loss(loss(100, attributes={"is_ip_loan": True}), highest).shares["pool"] == 50
    assert split_loss(loss(100, attributes={"is_green_loan": True}), highest).shares["pool"] == 50
    assert split_loss(loss(100), first).shares["pool"] == 30  # the first row fits; none is asked


def test_rows_asked_in_order_want_a_fact_only_until_one_fits_and_only_if_it_could_fit():
    third = (("pool", Fraction(1, 3)), ("bank", Fraction(2, 3)))
    ip_and_first = (
        Condition("is_ip_loan", equals=True), Condition("is_first_loan", equals=True),
    )  # fmt: skip
    rows = (
        Row(when=ip_and_first, shares=HALF),
        Row(when=(Condition("is_green_loan", equals=True),), shares=third),
    )
    rule = terms(Sharing(rows=rows))

    assert missing(loss(90), rule) == "is_ip_loan"
    assert missing(loss(90, attributes={"is_ip_loan": True}), rule) == "is_first_loan"
    assert missing(loss(90, attributes={"is_first_loan": False}), rule) == "is_green_loan"
    green = {"is_first_loan": False, "is_green_loan": True}
    assert split_loss(loss(90, attributes=green), rule).shares["pool"] == 30
    neither = {"is_first_loan": False, "is_green_loan": False}
    assert split_loss(loss(90, attributes=neither), rule).shares["pool"] == 0


def test_points_are_asked_for_until_one_flag_gives_them():
    rule = terms(
        replace(
            flat(pool=40, bank=60),
            plus=(Plus(Fraction(1, 20), if_any=("is_first_loan", "is_ip_loan")),),
        )
    )

    assert split_loss(loss(100, attributes={"is_ip_loan": True}), rule).shares["pool"] == 45
    assert missing(loss(100, attributes={"is_ip_loan": False}), rule) == "is_first_loan"
    assert missing(loss(100, attributes={"is_first_loan": False}), rule) == "is_ip_loan"


def test_amounts_that_a_scheme_asks_for_are_stated_be_it_as_nothing():
    net = terms(base=Base(net_of_recoveries=True))
    capped = terms(caps=(cap(of="loss_before_policy_money", rate=Fraction(4, 5), per="claim"),))

    assert missing(loss(100), net) == "recovered"
    assert missing(loss(100), capped) == "other_policy_money"
    assert split_loss(loss(100, recovered_fen=0), net).base_fen == 100
    assert split_loss(loss(100, other_policy_money_fen=0), capped).shares["pool"] == 50


def test_a_prior_decision_that_is_neither_confirmed_nor_denied_is_missing():
    shares = flat(province=40, city=20, bank=40)
    rule = terms(replace(shares, only_if_confirmed=(("city", "province_says"),)))

    assert missing(loss(100), rule) == "province_says"
    assert missing(loss(100, confirmed={"another": True}), rule) == "province_says"


def test_a_running_total_or_a_figure_that_nobody_handed_in_is_missing():
    fixed = terms(caps=(cap(amount_fen=1),))
    rate = terms(caps=(cap(of="term_fees", rate=Fraction(2), per="term"),))

    with pytest.raises(FigureMissing):
        split_loss(loss(100), fixed)
    with pytest.raises(FigureMissing):
        split_loss(loss(100), rate, Counters(used={"c": 0}))


FLAGS = ("is_first_loan", "is_ip_loan", "is_green_loan")
shares_of_pool = st.integers(5, 90).map(
    lambda part: (("pool", Fraction(part, 100)), ("bank", Fraction(100 - part, 100)))
)
conditions = st.lists(
    st.builds(Condition, st.sampled_from(FLAGS), equals=st.booleans()), max_size=2
)
rows = st.builds(Row, when=conditions.map(tuple), shares=shares_of_pool)
some_points = st.lists(
    st.lists(st.sampled_from(FLAGS), min_size=1, max_size=2, unique=True).map(
        lambda flags: Plus(Fraction(1, 20), if_any=tuple(flags))
    ),
    max_size=1,
)
sharings = st.builds(
    Sharing,
    rows=st.lists(rows, min_size=1, max_size=4).map(tuple),
    choose=st.sampled_from(["first", "highest"]),
    plus=some_points.map(tuple),
)
stated = st.dictionaries(st.sampled_from(FLAGS), st.booleans())


def completed(flags: Mapping[str, bool]) -> list[dict[str, bool]]:
    """Every way in which what is left open could turn out."""
    left = [flag for flag in FLAGS if flag not in flags]
    return [
        {**flags, **dict(zip(left, answers, strict=True))}
        for answers in product((True, False), repeat=len(left))
    ]


@given(sharings, stated)
def test_what_is_decided_without_a_fact_is_what_it_would_be_with_any_answer_to_it(sharing, flags):
    rule = terms(sharing)

    try:
        shares = split_loss(loss(10_000, attributes=flags), rule).shares
    except FactMissing:
        return

    for answers in completed(flags):
        assert split_loss(loss(10_000, attributes=answers), rule).shares == shares


@given(sharings, stated)
def test_a_fact_that_is_asked_for_is_one_that_nobody_stated(sharing, flags):
    rule = terms(sharing)

    try:
        split_loss(loss(10_000, attributes=flags), rule)
    except FactMissing as refused:
        assert refused.extra["fact"] in set(FLAGS) - set(flags)
    for answers in completed(flags):
        split_loss(loss(10_000, attributes=answers), rule)  # with all answers nothing is missing
