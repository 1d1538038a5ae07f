"""The cockpit says what the reports say, of one pool or of several, and each figure is its loans."""

import pytest

from services.risk_pool.domain.report_period import parse
from shared.money import format_fen, parse_fen
from shared.months import Month
from tests.risk_pool.reports.test_reports import behind, pool, report, rows

__all__ = ["pool"]

MOVES = ("lent", "claimed", "compensated", "paid", "recovered")


async def cockpit(book, **query):
    answer = await book.auditor.get("/reports/cockpit", params=query)
    assert answer.status_code == 200, answer.text
    return {table["code"]: table for table in answer.json()["tables"]}


def lines(table):
    return {
        line["key"]: {name: cell["value"] for name, cell in line["cells"].items()}
        for line in table["rows"]
    }


@pytest.mark.parametrize("period", ["2026-05", "2026-Q2", "2026", "2026-01..2026-05"])
async def test_its_figures_are_those_of_the_business_report_to_the_fen(pool, period):
    answer = await report(pool, "business", period)
    said = rows(answer, 0)[""] | rows(answer, 1)[""]

    found = await cockpit(pool, period=period, pool="dongli")

    headline = lines(found["headline"])
    assert {one: line["now"] for one, line in headline.items()} == {
        one: said[one] for one in headline
    }
    assert lines(found["ratios"])["bad_ratio"]["now"] == said["bad_ratio"]
    for by in ("bank", "area", "ip_kind", "first_loan", "industry"):
        divided = lines((await report(pool, "business", period, by=by))["tables"][0])
        here = {one: line["covered"] for one, line in lines(found[by]).items()}
        of_areas = {one: fen for one, fen in here.items() if by != "area" or len(one) == 6}
        assert of_areas == {one: line["covered"] for one, line in divided.items()}


async def test_a_month_of_the_trend_is_the_report_of_that_month(pool):
    found = lines((await cockpit(pool, period="2026", pool="dongli"))["months"])

    assert list(found)[-1] == "2026-05", "no month is shown that has not begun"
    assert len(found) == 12
    for month in ("2026-01", "2026-03", "2026-05"):
        answer = await report(pool, "business", month)
        said = rows(answer, 0)[""] | rows(answer, 1)[""]
        shown = {name: value for name, value in found[month].items() if name in said}
        assert len(shown) == 11
        assert shown == {name: said[name] for name in shown}
    assert sum(parse_fen(line["paid"]) for line in found.values()) == 36_000_000


async def test_every_figure_leads_to_the_loans_whose_sum_it_is(pool):
    found = await cockpit(pool, period="2026-Q2", pool="dongli")

    looked = 0
    for code in ("headline", "months", "bank", "area", "first_loan"):
        money = [one["name"] for one in found[code]["columns"] if one["unit"] == "money"]
        for line in found[code]["rows"]:
            for name in money:
                cell = line["cells"][name]
                if cell["value"] == "0.00":
                    continue
                loans = await behind(pool, cell["href"])
                assert format_fen(sum(parse_fen(one["amount"]) for one in loans)) == cell["value"]
                looked += 1
    assert looked > 30


async def test_what_is_beyond_the_largest_lines_is_one_line_and_all_come_to_the_total(
    pool, monkeypatch
):
    whole = await cockpit(pool, period="2026", pool="dongli")
    monkeypatch.setattr("services.risk_pool.reports.cockpit.MOST_LINES", 1)

    found = await cockpit(pool, period="2026", pool="dongli")
    every = await cockpit(pool, period="2026", pool="dongli", every=True)

    assert every == whole
    assert len(whole["bank"]["rows"]) > 1
    largest, others = found["bank"]["rows"]
    assert largest == whole["bank"]["rows"][0]
    assert others["en"] == f"{len(whole['bank']['rows']) - 1} others together"
    for name in ("lent", "covered", "bad", "claimed", "recovered"):
        lent = [parse_fen(line["cells"][name]["value"]) for line in (largest, others)]
        assert sum(lent) == parse_fen(found["bank"]["total"]["cells"][name]["value"])


async def test_all_pools_together_are_their_sum(pool):
    one = await cockpit(pool, period="2026", pool="dongli")
    every = await cockpit(pool, period="2026")

    assert lines(every["headline"]) == lines(one["headline"])


async def test_a_pool_that_is_not_there_and_a_bank_are_turned_away(pool):
    unknown = await pool.auditor.get("/reports/cockpit", params={"pool": "nowhere"})
    bank = await pool.bank("ICBC").get("/reports/cockpit")

    assert unknown.status_code == 404
    assert bank.status_code == 403


def test_the_period_before_is_as_long_and_ends_the_month_before():
    before = {text: parse(text).before.text for text in (
        "2026-01", "2026-Q1", "2026", "2026-02..2026-06")}  # fmt: skip

    assert before == {
        "2026-01": "2025-12",
        "2026-Q1": "2025-Q4",
        "2026": "2025",
        "2026-02..2026-06": "2025-09..2026-01",
    }


def test_a_trend_ends_with_the_present_month():
    months = parse("2026").last_months(3, until=Month(2026, 5))

    assert [one.text for one in months] == ["2026-03", "2026-04", "2026-05"]
