"""Silence is no shelter: past the reporting day a bank's breaker is looked at, reports or none."""

from datetime import UTC, date, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.risk_pool.domain.silence import LastKnown, class_by_days, estimate, reports_due
from services.risk_pool.main import watch_banks_past_the_reporting_day
from shared.calendar import WorkingDays
from shared.months import Month
from shared.risk_classes import RISK_CLASSES
from shared.schemes import library
from tests.risk_pool.core.driver import pool_of

# dongli: bank 3 % warn, 5 % stop, resume below 4 % at two month-ends; reports due on the 10th.
WORKING_DAYS = WorkingDays()


async def the_day_is(pool, year, month, day):
    """The clock is set, and the jobs of the day are done, twice."""
    await pool.service.context.clock.set(datetime(year, month, day, 4, tzinfo=UTC))
    for _ in range(2):
        await watch_banks_past_the_reporting_day(pool.service.context)


async def bank(pool, code="ICBC"):
    return next(one for one in (await pool.stands())["banks"] if one["bank_code"] == code)


async def looks(pool):
    answer = (await pool.auditor.get("/pools/dongli/banks")).json()
    return [
        (one["month"], one["part"], one["whole"], one["loans"], one["estimated"], one["target"])
        for one in reversed(answer["banks"][0]["history"])
    ]


async def test_a_silent_loan_counts_with_what_was_drawn_of_it_since_its_last_report(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.pays_in_parts("parts", "400000.00", amount="1000000.00", ip_share_bp=5_000)
        await pool.pays_in_parts("never", "100000.00", amount="300000.00")
        await pool.hears(pool.draw("parts", "100000.00", "500000.00", on=date(2026, 2, 3)))
        await pool.hears(pool.draw("parts", "200000.00", "700000.00", no=3, on=date(2026, 3, 2)))
        await pool.hears(pool.draw("never", "50000.00", "150000.00", on=date(2026, 3, 3)))
        await pool.hears(pool.position("parts", "2026-01", "300000.00", drawn_since="300000.00"))

        await the_day_is(pool, 2026, 3, 11)

        # Of February: 150,000.00 known of January and the 50,000.00 drawn in February; of the loan
        # that was never reported its first part. What was drawn in March is March's.
        assert (await looks(pool))[-1] == ("2026-02", "0.00", "300000.00", 2, 2, "normal")


async def test_a_breaker_wakes_at_the_reporting_day_although_a_bank_reports_nothing_more(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good", amount="900000.00")
        await pool.covers("late", amount="100000.00")
        await pool.hears(
            pool.position("good", "2026-01", "900000.00"),
            pool.position(
                "late", "2026-01", "100000.00", risk_class="special_mention", overdue_days=63
            ),
        )
        assert (await bank(pool))["breaker"] == "normal"

        await the_day_is(pool, 2026, 3, 10)
        assert len(await looks(pool)) == 1, "the tenth itself is in time"
        await the_day_is(pool, 2026, 3, 11)

        # 63 days at the end of January, 28 more: 91 days, substandard.
        assert await looks(pool) == [
            ("2026-01", "0.00", "1000000.00", 2, 0, "normal"),
            ("2026-02", "100000.00", "1000000.00", 2, 2, "suspended"),
        ]
        (missing,) = await pool.said("bank.reports-missing.v1")
        assert (missing["month"], missing["missing_loans"], missing["loans"]) == ("2026-02", 2, 2)
        assert (missing["due_on"], missing["silent_months"]) == ("2026-03-10", 1)
        (suspended,) = await pool.said("bank.suspended.v1")
        assert (suspended["cause"], suspended["line_bp"]) == ("figures", 500)
        assert (suspended["bad_principal"], suspended["estimated_loans"]) == ("100000.00", 2)


async def test_a_loan_that_was_never_overdue_stays_normal_until_it_has_matured(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("loan")  # paid out on 2026-01-21, matures on 2027-01-21
        await pool.hears(
            *(pool.position("loan", f"2026-{n:02d}", "1000000.00") for n in range(1, 13))
        )
        await the_day_is(pool, 2027, 6, 11)

        found = await looks(pool)

    assert [(month, bad) for month, bad, *_ in found[-5:]] == [
        ("2027-01", "0.00"),
        ("2027-02", "0.00"),
        ("2027-03", "0.00"),  # 69 days after maturity
        ("2027-04", "1000000.00"),  # 99 days
        ("2027-05", "1000000.00"),
    ]


async def test_one_missing_report_of_many_is_estimated_and_the_others_count_as_reported(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("told", amount="600000.00")
        await pool.covers("silent", amount="400000.00")
        await pool.hears(pool.position("told", "2026-01", "500000.00", risk_class="doubtful"))
        await the_day_is(pool, 2026, 2, 11)

        assert await looks(pool) == [("2026-01", "500000.00", "900000.00", 2, 1, "suspended")]
        (missing,) = await pool.said("bank.reports-missing.v1")
        assert (missing["missing_loans"], missing["silent_months"]) == (1, 0)


async def test_a_report_after_the_day_changes_the_next_look_and_not_the_one_that_was_made(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("loan")
        await the_day_is(pool, 2026, 2, 11)
        await pool.hears(
            pool.position("loan", "2026-01", "1000000.00", risk_class="loss", overdue_days=400)
        )
        assert (await bank(pool))["breaker"] == "normal"

        await the_day_is(pool, 2026, 3, 11)

        assert await looks(pool) == [
            ("2026-01", "0.00", "1000000.00", 1, 1, "normal"),
            ("2026-02", "1000000.00", "1000000.00", 1, 1, "suspended"),
        ]


async def test_a_bank_silent_for_two_months_is_suspended_and_resumed_by_reporting_again(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="10000000.00") as pool:
        await pool.covers("loan")
        await the_day_is(pool, 2026, 2, 11)
        assert (await bank(pool))["breaker"] == "normal"
        await the_day_is(pool, 2026, 3, 11)

        assert (await bank(pool))["breaker"] == "suspended"
        assert (await bank(pool, "CCB"))["breaker"] == "normal", "it has nothing to report"
        (suspended,) = await pool.said("bank.suspended.v1")
        assert (suspended["cause"], suspended["line_bp"], suspended["on"]) == (
            "reports-missing", 0, "2026-02-28",
        )  # fmt: skip

        await the_day_is(pool, 2026, 4, 13)
        assert (await bank(pool))["breaker"] == "suspended", "silence lifts nothing"
        await pool.hears(pool.position("loan", "2026-04", "1000000.00"))
        assert (await bank(pool))["breaker"] == "suspended", "one good month-end of two"
        await pool.hears(pool.position("loan", "2026-05", "1000000.00"))
        assert (await bank(pool))["breaker"] == "normal"
        assert len(await pool.said("bank.resumed.v1")) == 1


async def test_a_warned_bank_that_falls_silent_is_suspended_too(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good", amount="960000.00")
        await pool.covers("bad", amount="40000.00")
        await pool.hears(
            pool.position("good", "2026-01", "960000.00"),
            pool.position("bad", "2026-01", "40000.00", risk_class="substandard"),
        )
        await the_day_is(pool, 2026, 3, 11)
        assert (await bank(pool))["breaker"] == "warned"

        await the_day_is(pool, 2026, 4, 13)

        assert (await bank(pool))["breaker"] == "suspended"
        assert [one["type"] for one in await pool.said() if one["type"].startswith("bank.")] == [
            "bank.warned.v1", "bank.reports-missing.v1",
            "bank.suspended.v1", "bank.reports-missing.v1",
        ]  # fmt: skip


async def test_a_claimed_or_repaid_loan_and_one_paid_out_after_the_month_lack_no_report(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("repaid")
        await pool.hears(pool.repayment("repaid", on=date(2026, 1, 31)))
        await pool.hears(pool.approval("young"))
        await pool.hears(pool.disbursement("young", on=date(2026, 2, 2)))

        await the_day_is(pool, 2026, 2, 11)

        assert await looks(pool) == []
        assert await pool.said("bank.reports-missing.v1") == []


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2026-02", date(2026, 3, 10)),
        ("2026-09", date(2026, 10, 10)),  # a working Saturday of the holiday's exchange
        ("2026-03", date(2026, 4, 10)),
        ("2026-04", date(2026, 5, 11)),  # the tenth is a Sunday
    ],
)
def test_reports_are_due_on_the_day_the_scheme_says_or_the_next_working_day(month, due):
    terms = library.load("dongli").terms(on=date(2026, 3, 1), mode="direct")

    assert reports_due(Month.parse(month), terms, WORKING_DAYS) == due
    assert reports_due(Month.parse(month), None, WORKING_DAYS) == due


@pytest.mark.parametrize(
    ("days", "least"),
    [
        (0, "normal"), (7, "normal"), (8, "special_mention"), (90, "special_mention"),
        (91, "substandard"), (270, "substandard"), (271, "doubtful"), (360, "doubtful"),
        (361, "loss"),
    ],
)  # fmt: skip
def test_the_class_is_at_least_what_the_overdue_days_say(days, least):
    assert class_by_days(days) == least


known = st.builds(
    LastKnown,
    known_on=st.just(date(2026, 1, 31)),
    risk_class=st.sampled_from(RISK_CLASSES),
    overdue_days=st.integers(0, 1000),
    matures_on=st.none() | st.dates(date(2025, 1, 1), date(2028, 1, 1)),
)


@given(known, st.dates(date(2026, 1, 31), date(2028, 1, 1)), st.integers(0, 400))
def test_the_longer_the_silence_the_worse_never_better(last, day, more):
    sooner, later = estimate(last, day), estimate(last, date.fromordinal(day.toordinal() + more))
    worse = RISK_CLASSES.index

    assert worse(last.risk_class) <= worse(sooner.risk_class) <= worse(later.risk_class)
    assert last.overdue_days <= sooner.overdue_days <= later.overdue_days
