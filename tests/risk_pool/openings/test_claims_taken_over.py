"""A claim that was paid before its pool was taken over: what is recovered of it goes back to who bore it,
and the caps of its year count it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.applications.office import CCB
from tests.risk_pool.openings.book import book, changed, paid_claim
from tests.risk_pool.openings.county import County, county_of


@pytest.fixture
async def county(running: Any) -> AsyncIterator[County]:
    async with county_of(running) as county:
        yield county


async def test_a_recovery_on_an_old_claim_goes_back_to_who_bore_it_and_its_year_counts_it(county):
    sheets = book() | {"claims": [paid_claim(900, CCB)]}
    await county.taken_over(sheets)
    clerk = county.pool.as_("clerk", "bank_operator", institution=CCB)
    (old,) = (await clerk.get("/claims")).json()["items"]
    assert (old["state"], old["pool_pays"], old["paid"]) == ("paid", "100000.00", "100000.00")
    shown = (await clerk.get(f"/claims/{old['id']}")).json()
    assert [(one["party"], one["amount"]) for one in shown["shares"]] == [
        ("pool", "100000.00"), ("bank", "150000.00"),
    ]  # fmt: skip
    assert [(one["action"], one["role"]) for one in shown["history"]] == [
        ("take_over", "system"),
    ]  # fmt: skip

    reported = await clerk.post(
        f"/claims/{old['id']}/recoveries",
        json={
            "received_on": "2026-03-02", "route": "auction", "from_pledged_ip": True,
            "gross": "50000.00", "costs": "1000.00",
        },
    )  # fmt: skip
    assert reported.status_code == 201, reported.text
    where = f"/recoveries/{reported.json()['id']}"
    trial = (await county.checker.get(where)).json()["trial"]
    confirmed = await county.checker.post(f"{where}/confirm", json={"trial": trial["id"]})
    assert confirmed.status_code == 200, confirmed.text
    assert [(one["party"], one["amount"]) for one in confirmed.json()["shares"]] == [
        ("pool", "19600.00"), ("bank", "29400.00"),
    ]  # fmt: skip
    held = await county.balances()
    assert held["recoveries"] == "79600.12"
    assert held["receivable:CCB-TJ"] == "19600.00"

    listed = (await county.office.bank(CCB).get("/loans", params={"loan_no": "JK-00003"})).json()
    bad = {"overdue_days": 95, "risk_class": "substandard", "outstanding_principal": "900000.00"}
    await county.reports("2026-03", sheets, JK00003=bad)
    await county.settles("2026-03")
    claim = await county.claims(listed["items"][0]["id"], "900000.00", bank=CCB)
    # Five per cent of what the bank lent this year, 4,110,000, less what the old claim has taken of
    # the same year.
    assert claim["pool_pays"] == "105500.00"
    report = await county.audit()
    assert report.passed, [check.first for check in report.checks if check.first]


async def test_what_an_old_claim_cannot_be_is_named_and_never_more_than_what_was_paid_in_all(
    county,
):
    wrong = [
        paid_claim(901, CCB, pool_share="200000.00"),
        paid_claim(902, CCB, pool_returned="100000.01"),
        paid_claim(903, CCB, paid_on="2026-03-02"),
        paid_claim(904, CCB, claimed_on="2024-02-08"),
        paid_claim(905, CCB, other_shares="guarantor=1.00"),
        paid_claim(1, CCB),
    ]
    opening = await county.sends(book(4) | {"claims": wrong})

    assert [
        (row["line"], one["code"]) for row in opening["wrong_rows"] for one in row["findings"]
    ] == [
        (2, "shares-above-principal"),
        (3, "returned-above-share"),
        (4, "after-opening"),
        (5, "days-out-of-order"),
        (6, "share-malformed"),
        (7, "named-twice"),
    ]

    many = [paid_claim(900 + n, CCB, pool_returned="0.00") for n in range(9)]
    opening = await county.sends(changed(book(4), lambda one: one.update(claims=many)))
    uneven = {line["item"]: line["difference"] for line in opening["lines"] if not line["is_even"]}
    assert uneven == {"claims": "100000.00"}
