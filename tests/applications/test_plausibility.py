"""What a reported position can be: every row of the table refuses, and no honest series is stopped."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.applications.domain.draws import Drawn
from services.applications.domain.life_cycle import State
from services.applications.domain.plausibility import RULES, Report, errors, questions
from services.applications.domain.positions import Earlier, Loan, Position
from shared.calendar import WorkingDays
from shared.months import Month, add_months

CALENDAR = WorkingDays()
MARCH = Month(2026, 3)
LOAN = Loan(
    state=State.DISBURSED,
    amount_fen=100_000_000,
    annual_rate_bp=360,
    disbursed_on=date(2026, 1, 10),
    falls_due_on=date(2027, 1, 11),
    last_month="2026-02",
    risk_class="normal",
    before=None,
)
GOOD = Position(
    outstanding_fen=100_000_000,
    overdue_days=0,
    interest_arrears_fen=0,
    penalty_interest_fen=0,
    risk_class="normal",
)


def before(month: str = "2026-02", **changes: object) -> Loan:
    """The loan with a report of an earlier month."""
    return replace(LOAN, before=Earlier(month, replace(GOOD, **changes)))  # type: ignore[arg-type]


def report(loan: Loan = LOAN, today: date = date(2026, 4, 1), **changes: object) -> Report:
    return Report(position=replace(GOOD, **changes), loan=loan, month=MARCH, today=today)  # type: ignore[arg-type]


def drawn(repaid_to: int = 50_000_000, overdue_days: int = 0) -> Loan:
    """Half at first, 300,000.00 more on 10 March, the rest on 5 April; in February only the first."""
    return replace(
        before(outstanding_fen=repaid_to, overdue_days=overdue_days),
        draws=(
            Drawn(on=date(2026, 3, 10), amount_fen=30_000_000),
            Drawn(on=date(2026, 4, 5), amount_fen=20_000_000),
        ),
    )


REPAID = replace(LOAN, state=State.REPAID, last_month="2026-03")
MATURED = replace(LOAN, falls_due_on=date(2026, 3, 9))
# 80 days out on 31 March: 1,000,000.00 × 3.6 % × 80 ÷ 360 = 8,000.00.
SAID = [
    ("loan-over", report(replace(LOAN, state=State.CLOSED)), report()),
    ("loan-over", report(replace(REPAID, last_month="2026-04")), report(REPAID)),
    ("month-not-over", report(today=date(2026, 3, 30)), report(today=date(2026, 3, 31))),
    ("before-disbursement", report(replace(LOAN, disbursed_on=date(2026, 4, 1))),
     report(replace(LOAN, disbursed_on=date(2026, 3, 31)))),
    ("above-loan-amount", report(outstanding_fen=100_000_001), report()),
    ("principal-grew", report(before(outstanding_fen=90_000_000), outstanding_fen=90_000_001),
     report(before(outstanding_fen=90_000_000), outstanding_fen=90_000_000)),
    ("above-loan-amount", report(drawn(), outstanding_fen=80_000_001),
     report(drawn(), outstanding_fen=80_000_000)),
    ("principal-grew", report(drawn(repaid_to=30_000_000), outstanding_fen=60_000_001),
     report(drawn(repaid_to=30_000_000), outstanding_fen=60_000_000)),
    ("principal-grew", report(before(outstanding_fen=90_000_000)),
     report(replace(before(outstanding_fen=90_000_000), changed_on=date(2026, 3, 5)))),
    ("repaid-but-overdue", report(outstanding_fen=0, overdue_days=1), report(outstanding_fen=0)),
    ("overdue-before-disbursement", report(overdue_days=81), report(overdue_days=80)),
    ("overdue-before-disbursement", report(overdue_days=5000), report(overdue_days=1)),
    ("overdue-grew-too-fast", report(before(overdue_days=10), overdue_days=42),
     report(before(overdue_days=10), overdue_days=41)),
    ("matured-unpaid", report(MATURED, overdue_days=21), report(MATURED, overdue_days=22)),
    ("matured-unpaid", report(MATURED), report(MATURED, outstanding_fen=0)),
    ("interest-beyond-rate", report(interest_arrears_fen=1_600_001),
     report(interest_arrears_fen=1_600_000)),
    # 500,000.00 for 80 days and 300,000.00 for 21: 4,000.00 + 630.00 at 3.6 % of 360 days.
    ("interest-beyond-rate", report(drawn(), outstanding_fen=80_000_000,
                                    interest_arrears_fen=926_001),
     report(drawn(), outstanding_fen=80_000_000, interest_arrears_fen=926_000)),
    ("penalty-beyond-rate", report(penalty_interest_fen=2_400_001),
     report(penalty_interest_fen=2_400_000)),
    ("reopens-repaid", report(REPAID), report()),
    ("renewed-still-out", report(replace(LOAN, renewed_on=date(2026, 3, 31))),
     report(replace(LOAN, renewed_on=date(2026, 4, 1)))),
    ("renewed-still-out", report(replace(LOAN, renewed_on=date(2026, 3, 2))),
     report(replace(LOAN, renewed_on=date(2026, 3, 2)), outstanding_fen=0)),
    ("class-too-good", report(replace(LOAN, disbursed_on=date(2025, 1, 1)), overdue_days=91),
     report(replace(LOAN, disbursed_on=date(2025, 1, 1)), overdue_days=91,
            risk_class="substandard")),
    ("class-mended-while-overdue", report(before(overdue_days=5, risk_class="substandard"),
                                          overdue_days=36, risk_class="special_mention"),
     report(before(overdue_days=5, risk_class="substandard"), overdue_days=36,
            risk_class="substandard")),
    ("overdue-shrank-unpaid", report(drawn(overdue_days=5), outstanding_fen=80_000_000),
     report(drawn(overdue_days=5), outstanding_fen=79_999_999)),
    ("overdue-shrank-unpaid", report(before(overdue_days=5)),
     report(before(overdue_days=5), outstanding_fen=99_000_000)),
    ("overdue-shrank-unpaid", report(before(overdue_days=5)),
     report(replace(before(overdue_days=5), changed_on=date(2026, 3, 5)))),
    ("arrears-without-principal", report(outstanding_fen=0, interest_arrears_fen=1),
     report(outstanding_fen=1, interest_arrears_fen=1)),
    ("penalty-without-overdue", report(penalty_interest_fen=1),
     report(before(overdue_days=3, interest_arrears_fen=5), penalty_interest_fen=1)),
]  # fmt: skip


def said(of: Report) -> list[str]:
    return [one.code for one in (*errors(of), *questions(of))]


@pytest.mark.parametrize(("code", "wrong", "right"), SAID)
def test_a_rule_speaks_where_its_bound_is_passed_and_not_on_it(
    code: str, wrong: Report, right: Report
):
    assert code in said(wrong)
    assert code not in said(right)


def test_every_rule_is_shown_and_says_its_source_and_its_words_in_two_languages():
    assert {rule.code for rule in RULES} == {code for code, _, _ in SAID}
    assert len({rule.code for rule in RULES}) == len(RULES)
    for _, wrong, _ in SAID:
        for one in (*errors(wrong), *questions(wrong)):
            assert one.source and one.zh and one.en


def test_a_loan_that_matures_on_a_holiday_is_due_on_the_next_working_day():
    # 2026's National Day holiday is 1 to 7 October.
    loan = replace(LOAN, falls_due_on=CALENDAR.add(date(2026, 10, 1), 0))

    of = Report(position=GOOD, loan=loan, month=Month(2026, 10), today=date(2026, 11, 1))

    assert loan.falls_due_on == date(2026, 10, 8)
    (wrong,) = errors(of)
    assert (wrong.code, "23" in wrong.zh) == ("matured-unpaid", True)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Loan, list[tuple[Month, Position]]]:
    """A loan and what its bank honestly reports: instalments on the 20th, the rest at maturity,
    some of them late by any number of days, interest and penalty by the contract."""
    begins = draw(st.dates(date(2024, 1, 1), date(2026, 6, 30)))
    tenor = draw(st.integers(1, 24))
    amount = draw(st.integers(10_000, 10**11))
    rate = draw(st.integers(1, 1500))
    due = CALENDAR.add(add_months(begins, tenor), 0)
    loan = Loan(
        state=State.DISBURSED, amount_fen=amount, annual_rate_bp=rate, disbursed_on=begins,
        falls_due_on=due, last_month=None, risk_class="normal", before=None,
    )  # fmt: skip
    instalments = draw(st.booleans())
    days = [CALENDAR.add(add_months(begins, n), 0) for n in range(1, tenor)] if instalments else []
    days.append(due)
    late = [draw(st.sampled_from([0, 0, 0, 1, 15, 40, 200])) for _ in days]
    paid = [day + timedelta(days=wait) for day, wait in zip(days, late, strict=True)]
    part = amount // len(days)
    parts = [part] * (len(days) - 1) + [amount - part * (len(days) - 1)]
    told = []
    month = Month.of(begins)
    while month <= Month.of(max(paid)):
        end = month.last
        owed = sum(one for one, day in zip(parts, paid, strict=True) if day > end)
        open_ = [day for day, done in zip(days, paid, strict=True) if day < end and done > end]
        overdue = (end - min(open_)).days if open_ else 0
        interest = owed * rate * overdue // 3_600_000
        least = [c for d, c in ((360, "loss"), (270, "doubtful"), (90, "substandard"))
                 if overdue > d]  # fmt: skip
        position = Position(
            outstanding_fen=owed, overdue_days=overdue, interest_arrears_fen=interest,
            penalty_interest_fen=interest // 2,
            risk_class=least[0] if least else "special_mention" if overdue else "normal",
        )  # fmt: skip
        told.append((month, position))
        month = month.after
    return loan, told


@settings(max_examples=300, deadline=None)
@given(histories())
def test_no_honest_series_of_reports_is_refused(
    history: tuple[Loan, list[tuple[Month, Position]]],
):
    loan, told = history
    for month, position in told:
        of = Report(position=position, loan=loan, month=month, today=month.last)
        assert errors(of) == ()
        assert "class-too-good" not in said(of)
        if position.is_repaid:
            break
        loan = replace(
            loan, before=Earlier(str(month), position), last_month=str(month),
            risk_class=position.risk_class,
        )  # fmt: skip
