"""Indicators of the plans: targets of a year and over years, base years, and where each figure is from."""

from datetime import date

import pytest
from uuid6 import uuid7

from services.risk_pool.domain.indicators import Target, reached
from shared.contracts.around_loans import PolicyStandsV1
from tests.risk_pool.bad_loans.driver import pledge, pledged
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.reports.test_reports import agreed, behind, report, rows


@pytest.fixture
async def pool(running):
    """Lent in 2026: an inclusive loan against a trademark, one against several kinds, a larger one."""
    async with claims_of(running, "ICBC") as found:
        await found.covers("trademark", attributes={"ip_kind": "trademark_right"})
        await found.covers("mixed", amount="2000000.00", attributes={"ip_kind": "several"})
        await pledged(found, "mixed", pledge("202110123456.7"), pledge("7", kind="trademark_right"))
        await pledged(found, "large", pledge("202110123456.7"))
        await found.covers("large", amount="9000000.00", attributes={"ip_kind": "invention"})
        yield found


async def test_a_year_stands_against_the_year_before_and_its_targets_to_the_fen(pool):
    await agreed(pool, kind="indicator_amount", subject="pledge_amount", amount="36000000.00")
    await agreed(pool, kind="indicator_count", subject="mixed_count", count=10)
    await agreed(
        pool, kind="stated_amount", subject="pledge_amount", year=2025, amount="9000000.00"
    )
    await agreed(pool, kind="stated_amount", subject="insured_amount", amount="5000000.00")
    await agreed(pool, released=False, kind="indicator_count", subject="pledge_count", count=1)

    answer = await report(pool, "indicators", "2026")

    money, numbers = rows(answer), rows(answer, 1)
    assert money["pledge_amount"] == {
        "year": "12000000.00", "before": "9000000.00", "growth": 3_333,
        "target": "36000000.00", "reached": 3_333,
    }  # fmt: skip
    assert money["inclusive_amount"]["year"] == "12000000.00"
    assert money["inclusive_trademark_amount"]["year"] == "1000000.00"
    assert (money["insured_amount"]["year"], money["trade_amount"]["year"]) == ("5000000.00", None)
    assert (numbers["mixed_count"]["year"], numbers["mixed_count"]["reached"]) == (1, 1_000)
    assert money["patent_trademark_amount"]["year"] == "2000000.00", "a patent with a trademark"
    assert numbers["patent_trademark_count"]["year"] == 1
    assert (numbers["pledge_count"]["year"], numbers["pledge_count"]["target"]) == (3, None)
    assert numbers["pledge_count"]["before"] is None, "nothing is guessed of a year before the book"
    insured = next(x for x in answer["tables"][0]["rows"] if x["key"] == "insured_amount")
    assert "填报" in insured["zh"] and "stated_amount" in insured["cells"]["year"]["href"]


def policy(pool, firm, insured, begins_on, **more):
    said = {"policy_id": uuid7(), "loan_id": None, "bank_code": "", "kind": "application",
            "insurer_name": "某财险", "reference": "PB-1", "ends_on": date(2027, 12, 31)}  # fmt: skip
    return PolicyStandsV1(
        **said | {"borrower_uscc": firm, "insured_fen": insured, "begins_on": begins_on} | more
    )


async def test_what_is_insured_is_read_from_the_policies_that_begin_in_the_year(pool):
    def told(answer, table, key):
        return rows(answer, table)[key]["year"]

    assert told(await report(pool, "indicators", "2026"), 0, "insured_amount") is None
    firm = pool.cases["mixed"]["borrower_uscc"]
    mine = policy(pool, firm, 100_000_00, date(2026, 1, 15), pool_code="dongli")
    events = [
        mine,
        policy(pool, firm, 7_00, date(2026, 3, 1)),  # The firm's own, in no case.
        policy(pool, "91120110MA05X9999X", 5_00, date(2026, 3, 1)),  # Of no firm of the pool.
        policy(pool, firm, 9_00, date(2025, 3, 1), pool_code="dongli"),
        mine.model_copy(update={"insured_fen": 200_000_00}),  # Endorsed.
    ]
    await pool.hears(*events)
    await pool.hears(events[-1])

    answer = await report(pool, "indicators", "2026")
    assert told(answer, 0, "insured_amount") == "200007.00"
    assert told(answer, 1, "insured_count") == 2
    row = next(x for x in answer["tables"][0]["rows"] if x["key"] == "insured_amount")
    assert "填报" not in row["zh"]
    # Both figures lead to the policies of the pool and the year, and to no other.
    for table, key in ((0, "insured_amount"), (1, "insured_count")):
        cell = next(x for x in answer["tables"][table]["rows"] if x["key"] == key)["cells"]["year"]
        found = await behind(pool, cell["href"])
        assert [one["insured"] for one in found] == ["200000.00", "7.00"]
    last = await behind(pool, "/api/v1/pools/dongli/reports/policies?period=2025")
    assert [one["insured"] for one in last] == ["9.00"]


async def test_every_figure_of_the_book_is_the_sum_of_the_loans_behind_it(pool):
    answer = await report(pool, "indicators", "2026")

    for line in answer["tables"][0]["rows"]:
        cell = line["cells"]["year"]
        if cell["value"] is None:
            continue
        loans = await behind(pool, cell["href"])
        fen = sum(int(one["amount"].replace(".", "")) for one in loans)
        assert fen == int(cell["value"].replace(".", "")), line["key"]
    for line in answer["tables"][1]["rows"]:
        cell = line["cells"]["year"]
        if cell["value"] is not None and not line["key"].endswith("firms"):
            assert len(await behind(pool, cell["href"])) == cell["value"], line["key"]


async def test_targets_over_years_and_over_a_base_year_stand_with_the_years_they_are_made_of(pool):
    for year, amount in ((2023, "1000000.00"), (2024, "7000000.00"), (2025, "9000000.00")):
        await agreed(pool, kind="stated_amount", subject="pledge_amount", year=year, amount=amount)
    await agreed(pool, kind="stated_amount", subject="inclusive_trademark_amount", year=2023,
                 amount="800000.00")  # fmt: skip
    # Ma'anshan's plan: above 2.5 bn by 2026 in sum, inclusive trademark pledges double those of 2023.
    await agreed(pool, kind="indicator_amount", subject="pledge_amount", since_year=2024,
                 amount="2500000000.00")  # fmt: skip
    await agreed(pool, kind="indicator_growth", subject="inclusive_trademark_amount",
                 since_year=2023, ratio="100")  # fmt: skip
    await agreed(pool, kind="indicator_growth", subject="mixed_amount", since_year=2024, ratio="30")

    answer = await report(pool, "indicators", "2026")

    tables = {one["code"]: n for n, one in enumerate(answer["tables"])}
    plans = rows(answer, tables["plans_money"])
    assert plans["pledge_amount:2024-2026"] == {
        "base": None, "actual": "28000000.00", "growth": None, "target": "2500000000.00",
        "reached": 112,
    }  # fmt: skip
    assert plans["inclusive_trademark_amount:2023-2026"] == {
        "base": "800000.00", "actual": "1000000.00", "growth": 2_500, "target": "1600000.00",
        "reached": 6_250,
    }  # fmt: skip
    assert plans["mixed_amount:2024-2026"]["target"] is None, "no base year, no target"
    years = rows(answer, tables["years_money"])
    sum_of = ["pledge_amount:2024", "pledge_amount:2025", "pledge_amount:2026"]
    assert [years[key]["figure"] for key in sum_of] == ["7000000.00", "9000000.00", "12000000.00"]
    assert "plans_count" not in tables
    earlier = await report(pool, "indicators", "2023")
    assert rows(earlier)["pledge_amount"]["year"] == "1000000.00"


def test_a_year_that_nobody_knows_makes_a_sum_unknown():
    target = Target(indicator="pledge_amount", year=2026, since=2024, amount=10)

    assert reached(target, {2024: 1, 2025: None, 2026: 2}, until=2026).actual is None
    assert reached(target, {2024: 1, 2025: 3}, until=2025).actual == 4
