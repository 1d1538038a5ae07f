"""Which of the figures that were ever in force holds for a claim."""

from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.risk_pool.domain.registers import Fee, registers_of

LOAN = UUID(int=1)
CLAIM = {
    "bank_code": "ICBC",
    "loan_id": LOAN,
    "terms_on": date(2025, 6, 1),
    "claimed_on": date(2026, 3, 2),
}
PAID_OUT = date(2025, 7, 1)


def figure(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind, "subject": "", "bank_code": "ICBC", "loan_id": None, "year": None,
        "amount_fen": None, "ratio": None, "count": None, "flag": None, "state": "in_force",
        "valid_from": date(2025, 1, 1), "valid_to": None, **more,
    }  # fmt: skip


def registers(*figures: dict[str, Any], fees: Any = ()) -> Any:
    return registers_of(CLAIM, figures, fees, frozenset(), PAID_OUT)


def test_a_fact_of_the_bureau_counts_as_it_was_on_each_day():
    told = registers(
        figure("bank_score", count=70, valid_to=date(2025, 6, 15), state="ended"),
        figure("bank_score", count=80, valid_from=date(2025, 6, 16), valid_to=date(2025, 12, 31)),
        figure("bank_score", count=90, valid_from=date(2026, 1, 1)),
    )

    assert {at: facts["bank_score"] for at, facts in told.by_bureau.items()} == {
        "approval": 70,
        "disbursement": 80,
        "claim": 90,
    }


def test_the_nearest_to_the_loan_holds_whatever_was_released_later():
    told = registers(
        figure("agreed_share", subject="pool", ratio="1/5", loan_id=LOAN),
        figure("agreed_share", subject="pool", ratio="2/5"),
        figure("agreed_share", subject="pool", ratio="3/5", bank_code=""),
    )

    assert told.agreed == {"pool": Fraction(1, 5)}


def test_what_is_said_of_another_bank_or_loan_does_not_hold():
    told = registers(
        figure("claim_rate", ratio="1/20", bank_code="CCB"),
        figure("confirmed", subject="x", flag=True, loan_id=UUID(int=2)),
    )

    assert (told.confirmed, told.by_bureau["claim"]) == ({}, {})


def test_a_prior_decision_taken_after_the_filing_holds_and_an_ended_one_does_not():
    later = {"subject": "x", "loan_id": LOAN, "valid_from": date(2026, 4, 1)}

    assert registers(figure("confirmed", flag=True, **later)).confirmed == {"x": True}
    assert registers(figure("confirmed", flag=True, state="ended", **later)).confirmed == {}


def test_budget_and_ceiling_are_those_of_the_year_of_filing():
    told = registers(
        figure("year_budget", bank_code="", year=2025, amount_fen=1),
        figure("year_budget", bank_code="", year=2026, amount_fen=2),
        figure("bank_year_ceiling", year=2026, amount_fen=3),
    )

    assert told.figures == {"year_budget": 2, "bank_year_ceiling": 3}


def test_fees_count_up_to_the_day_of_filing_and_without_any_the_figure_is_missing():
    day = date(2026, 3, 2)

    assert registers(fees=[Fee("term", date(2026, 3, 3), 5)]).figures == {}
    by_loan = [Fee("term", day, 5), Fee("term", date(2025, 1, 1), 7)]
    assert registers(fees=by_loan).figures == {"term_fees": 12, "portfolio_fees": 12}
    batch = Fee("portfolio", day, 100)
    assert registers(fees=[batch]).figures == {"portfolio_fees": 100}
    assert registers(fees=[*by_loan, batch]).figures == {"term_fees": 12, "portfolio_fees": 112}


def test_a_cap_raised_for_the_pool_holds_from_the_day_of_the_decision():
    raised = {"subject": "per_loan", "amount_fen": 9, "bank_code": ""}

    assert registers(figure("raised_cap", **raised)).raised == {"per_loan": 9}
    later = figure("raised_cap", **raised | {"valid_from": date(2026, 3, 3)})
    assert registers(later).raised == {}
