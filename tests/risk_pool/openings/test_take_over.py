"""A county's book of forty loans: mended, even to the fen, taken over by two persons, alive after."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from tests.applications.office import ICBC, right
from tests.cash import released
from tests.risk_pool.openings.book import book, changed, firm, loan, patent_of, right_of
from tests.risk_pool.openings.county import County, county_of


@pytest.fixture
async def county(running: Any) -> AsyncIterator[County]:
    async with county_of(running) as county:
        yield county


def old_right(n):
    """The patent of the nth loan of the book, as a bank offers it for another one."""
    return right(patent_of(n).removeprefix("ZL "), filed_on="2020-05-06", expires_on="2040-05-06")


def planted(sheets):
    """One mistake of each kind that a person makes in a spreadsheet."""
    loans, rights = sheets["loans"], sheets["rights"]
    loans[0]["borrower_uscc"] = firm(0)[:-1] + ("A" if firm(0)[-1] != "A" else "B")
    loans[1]["amount"] = "101万"
    loans[2]["mode"] = "guarantee"
    loans[3]["approved_on"] = date(2022, 1, 5)
    loans[4]["covered"] = "1,020,000.01"
    loans[5]["bank"] = "BOC-TJ"
    loans[6]["outstanding"] = "9999999.00"
    loans[7]["disbursed_on"] = "三月三日"
    loans[8]["loan_no"] = None
    loans[9] = {**loans[11]}
    loans[10]["disbursed_on"] = date(2026, 3, 2)
    rights[12]["number"] = patent_of(12)[:-1] + ("X" if patent_of(12)[-1] != "X" else "1")
    rights[13]["number"] = patent_of(15)
    sheets["items"][0]["party"] = "某银行"
    sheets["totals"][1]["amount"] = "30,000,000.001"


async def test_planted_mistakes_are_each_named_mended_and_made_even_and_then_it_is_taken_over(
    county,
):
    right_book = book()
    opening = await county.sends(changed(right_book, planted))

    found = {
        (row["sheet"], row["line"], one["column"], one["code"])
        for row in opening["wrong_rows"]
        for one in row["findings"]
    }
    assert found == {
        ("loans", 2, "统一社会信用代码", "uscc-check-digit"),
        ("loans", 3, "贷款本金", "amount-in-wan"),
        ("loans", 4, "合作模式", "mode-unknown"),
        ("loans", 5, "批准日", "scheme-not-published"),
        ("loans", 6, "在保本金", "covered-above-share"),
        ("loans", 7, "银行", "bank-not-in-pool"),
        ("rights", 7, "借据号", "loan-not-in-book"),
        ("loans", 8, "未还本金", "outstanding-above-loan"),
        ("loans", 9, "放款日", "day-malformed"),
        ("loans", 10, "借据号", "missing"),
        ("rights", 10, "借据号", "loan-not-in-book"),
        ("rights", 11, "借据号", "loan-not-in-book"),
        ("loans", 12, "放款日", "after-opening"),
        ("loans", 13, "", "named-twice"),
        ("rights", 14, "权利号", "patent-check-digit"),
        ("loans", 14, "", "right-missing"),
        ("loans", 17, "", "right-missing"),
        ("rights", 17, "", "named-twice"),
        ("items", 2, "对方", "party-not-in-pool"),
        ("totals", 3, "金额", "amount-malformed"),
    }
    refused = await county.step(opening, "propose", status=409)
    assert refused["code"] == "opening-incomplete"

    # Only the rows that were wrong are sent again; everything else stays.
    mended = {
        "loans": [*right_book["loans"][:11], *right_book["loans"][12:14]],
        "rights": [right_book["rights"][n] for n in (12, 13, 15)],
        "items": right_book["items"][:1],
        "totals": [{"item": "出资合计", "amount": "29999999.99"}],
    }
    opening = await county.sends(mended, completes=True)
    assert opening["wrong_rows"] == [], opening["wrong_rows"]
    uneven = {
        line["item"]: (line["stated"], line["rows"], line["difference"])
        for line in opening["lines"]
        if not line["is_even"]
    }
    assert uneven == {"contributions": ("29999999.99", "30000000.00", "0.01")}
    assert (await county.step(opening, "propose", status=409))["lines"][0][
        "item"
    ] == "contributions"

    opening = await county.sends(
        {"totals": [{"item": "出资合计", "amount": "30000000.00"}]}, completes=True
    )
    assert opening["is_even"] and opening["rows_count"] == 11 + 1 + 2 + 40 + 40
    both = county.pool.as_("fan", "finance_maker", "finance_checker")
    await county.step(opening, "propose", by=both)
    alone = await county.step(opening, "take_over", by=both, status=409)
    assert alone["code"] == "second-person-required"
    opening = await county.step(opening, "take_over")
    assert opening["state"] == "taken_over"
    again = await county.step(opening, "take_over", status=409)
    assert again["code"] == "not-possible-now"

    held = await county.balances()
    assert held["cash"] == "29386111.18"
    assert held["contribution:DL-FIN"] == "30000000.00"
    assert held["interest"] == "123456.78"
    assert held["recoveries"] == "60000.12"
    assert held["claims"] == "800000.00"
    assert held["fees"] == "12345.67"
    assert held["receivable:ICBC-TJ"] == "20000.05"
    assert held["payable:CCB-TJ"] == "35000.00"
    assert held["suspense"] == "0.00"
    report = await county.audit()
    assert report.passed, [check.first for check in report.checks if check.first]


async def test_the_first_month_rests_on_it_and_a_claim_on_an_old_loan_is_paid(county):
    sheets = book()
    sheets["loans"][3]["overdue_days"] = 31
    await county.taken_over(sheets)
    warned = (await county.auditor.get("/warnings")).json()["items"]
    late = [(one["loan_number"], one["level"]) for one in warned if one["cause"] == "overdue"]
    assert late == [("DL-2026-000004", "orange")], "a loan is warned of as it is taken over"
    listed = (await county.office.bank().get("/loans", params={"loan_no": "JK-00002"})).json()
    old = listed["items"][0]
    assert (old["state"], old["outstanding_principal"], old["last_month"]) == (
        "disbursed", "1010000.00", "2026-02",
    )  # fmt: skip

    bad = {"overdue_days": 95, "risk_class": "substandard", "outstanding_principal": "900000.00"}
    await county.reports("2026-03", sheets, JK00002=bad)
    month = await county.settles("2026-03")
    told = {one["party_code"]: (one["net"], one["earlier"]) for one in month["statements"]}
    # Nothing new is owed in March; what was taken over is asked for already.
    assert told[ICBC] == ("0.00", "-20000.05")
    assert told["CCB-TJ"] == ("0.00", "35000.00")

    items = (await county.auditor.get("/pools/dongli/open-items")).json()["items"]
    assert [(one["direction"], one["open"], one["due_on"]) for one in items] == [
        ("receivable", "20000.05", "2026-02-15"),
        ("payable", "35000.00", "2026-03-20"),
    ]
    receipt = items[0]["reference"]
    await released(
        county.maker, county.checker, "dongli", "receipt", "20000.05", "2026-04-02", item=receipt
    )
    claim = await county.claims(old["id"], "900000.00")
    # 40 % would be 360,000; Dongli pays a bank no more in a year than 5 % of what it lent in it, and
    # three of its loans were paid out this year, before the pool was taken over: 4,080,000.
    assert (claim["state"], claim["pool_pays"]) == ("paid", "204000.00")
    assert await county.office.state({"id": old["id"]}) == "claimed"
    report = await county.audit()
    assert report.passed, [check.first for check in report.checks if check.first]
    held = await county.balances()
    assert held["cash"] == "29202111.23"
    assert held["receivable:ICBC-TJ"] == "0.00"


async def test_a_number_that_is_used_and_a_right_that_is_pledged_are_refused_until_mended(county):
    await county.office.submits(collateral=[old_right(3)])
    opening = await county.proposed(book(6))

    loans = next(one for one in opening["sheets"] if one["sheet"] == "loans")
    assert (loans["accepted"], loans["refused"]) == (5, 1)
    refused = await county.step(opening, "take_over", status=409)
    assert refused["code"] == "loans-not-answered"
    assert refused["refused"][0]["loan_no"] == "JK-00003"
    assert refused["refused"][0]["reasons"][0]["code"] == "right-in-use"

    await county.step(opening, "return", reason="JK-00003 的专利已另行质押")
    fresh = right_of(99, "CCB-TJ", loan_no="JK-00003")
    sheets = changed(book(6), lambda all_of: all_of["rights"].__setitem__(3, fresh))
    opening = await county.step(await county.proposed(sheets), "take_over")
    assert opening["state"] == "taken_over"


async def test_what_is_taken_back_lets_its_rights_and_numbers_go(county):
    opening = await county.proposed(book(4))
    taken = {"collateral": [old_right(0)]}
    await county.office.submits(expect="returned_for_correction", **taken)

    await county.step(opening, "take_back", reason="余额须再核对")

    await county.office.submits(**taken)
    cases = (await county.office.reviewer().get("/applications?state=withdrawn")).json()["items"]
    assert len(cases) == 4
    assert (await county.step(opening, "withdraw", reason="改期"))["state"] == "withdrawn"


async def test_a_pool_in_which_anything_is_booked_is_not_taken_over(county):
    opening = await county.proposed(book(4))
    await released(
        county.maker, county.checker, "dongli", "interest", "1.00", "2026-03-02", note="利息"
    )

    refused = await county.step(opening, "take_over", status=409)
    assert refused["code"] == "pool-has-bookings"
    await county.step(opening, "take_back", reason="已有记账")
    assert (await county.sends(book(4), status=409))["code"] == "pool-has-bookings"


async def test_the_same_file_and_the_same_step_said_twice_are_done_once(county):
    keyed = {"headers": {"Idempotency-Key": "0190163d-8694-739b-aea5-966c26f8ad91"}}
    opening = await county.proposed(book(4))

    first = await county.checker.post(f"/openings/{opening['id']}/take_over", json={}, **keyed)
    await county.settled()
    second = await county.checker.post(f"/openings/{opening['id']}/take_over", json={}, **keyed)

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    exported = (await county.auditor.get("/pools/dongli/ledger-export")).text
    assert exported.count('"opening:totals:balance"') == 2
    assert loan(0, ICBC)["loan_no"] == "JK-00000"
