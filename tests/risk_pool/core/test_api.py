"""Pools and money over HTTP: what is taken, what is refused and in which words."""

from datetime import date

import pytest

from tests.cash import released
from tests.risk_pool.core.driver import pool_of, yuan

LEDGER = "/pools/dongli/transfers"


async def test_the_page_of_a_pool_shows_money_exposure_limits_and_the_lending_promise(running):
    async with pool_of(
        running, "ICBC", "CCB", paid_in="1000000.00", lines={"ICBC": "4000000.00"}
    ) as pool:
        await pool.covers("a", amount="1000000.00")
        await pool.approved("b", bank="CCB", amount="1500000.00")
        stands = await pool.stands()

    assert stands["paid_in"] == stands["available"] == stands["cash"] == "1000000.00"
    assert (stands["covered"], stands["reserved"]) == ("1000000.00", "1500000.00")
    assert (stands["utilisation_bp"], stands["leverage_bp"]) == (2_500, 25_000)
    assert stands["ceilings"][0] == stands["ceilings"][0] | {
        "limit": "maximum_leverage",
        "allowed": "10000000.00",
        "used": "2500000.00",
        "room": "7500000.00",
    }
    assert stands["minimum_leverage"]["shortfall"] == "6000000.00"
    assert [bank["bank_code"] for bank in stands["banks"]] == ["CCB", "ICBC"]
    assert stands["banks"][1]["room"] == "3000000.00"
    assert stands["breaker"] == "normal" and stands["transfers"] == 4


async def test_money_in_and_out_has_numbers_and_shows_with_its_people(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        entry = await released(
            pool.finance, pool.checker, "dongli", "interest", "12.34", "2026-01-10", note="一季度"
        )
        shown = (await pool.auditor.get("/pools/dongli/transfers/2")).json()
        stands = await pool.stands()

    assert (entry["number"], stands["available"]) == ("DL-K-2026-0002", "1000012.34")
    assert shown["reference"] == entry["reference"] == "interest:DL-K-2026-0002"
    people = shown["explanation"]["people"]
    assert (people["entered_by"]["subject"], people["released_by"]["subject"]) == ("gao", "qian")
    assert shown["explanation"]["explanation"]["note"] == "一季度"
    assert shown["text"].splitlines()[2] == "2" and len(shown["hash"]) == 64


async def test_every_transfer_of_a_loan_leads_back_to_its_fact_and_its_decision(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("a", amount="1000000.00", ip_share_bp=5_000)
        await pool.hears(pool.position("a", "2026-01", "800000.00"))
        await pool.hears(pool.repayment("a"))
        shown = [
            (await pool.auditor.get(f"/pools/dongli/transfers/{seq}")).json() for seq in range(1, 6)
        ]

    facts = {one["kind"]: one["fact"] for one in shown}
    assert facts["contribution"]["figures"]["party"] == "区财政局"
    assert [one["subject"] for one in facts["contribution"]["people"]] == ["gao", "qian"]
    assert facts["position"]["figures"]["outstanding_principal"] == "800000.00"
    assert facts["position"]["figures"]["covered_principal"] == "400000.00"
    assert facts["position"]["figures"]["ip_share_bp"] == "5000"
    assert facts["release"]["figures"]["reason"] == "repaid"
    assert facts["reserve"]["people"][0]["role"] == "system"
    decisions = {one["kind"]: one["explanation_id"] for one in shown}
    assert decisions["reserve"] == decisions["activate"] == decisions["release"] is not None


async def test_the_same_key_is_one_contribution_and_another_body_is_refused(running):
    async with pool_of(running, "ICBC") as pool:
        body = {
            "kind": "contribution", "party_code": "DL-FIN", "amount": "100.00",
            "value_date": "2026-01-05",
        }  # fmt: skip
        headers, where = {"Idempotency-Key": "once"}, "/pools/dongli/cash-entries"
        first = await pool.finance.post(where, json=body, headers=headers)
        again = await pool.finance.post(where, json=body, headers=headers)
        other = await pool.finance.post(where, json=body | {"amount": "200.00"}, headers=headers)

        assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
        assert again.json() == first.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        listed = (await pool.auditor.get(where)).json()["items"]
        assert [one["amount"] for one in listed] == ["100.00"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": "1e9"}, 422, "invalid-request"),
        ({"amount": 100}, 422, "invalid-request"),
        ({"amount": "-1.00"}, 422, "invalid-request"),
        ({"amount": "0.00"}, 422, "invalid-request"),
        ({"surprise": True}, 422, "invalid-request"),
        ({"kind": "reversal"}, 422, "invalid-request"),
        ({"kind": "payment"}, 422, "invalid-request"),
        ({"bank_reference": "a\nb"}, 422, "invalid-request"),
        ({"party_code": None}, 422, "invalid-request"),
        ({"party_code": "NOBODY"}, 404, "not-found"),
        ({"value_date": "2026-01-12"}, 422, "date-not-yet"),
        ({"value_date": "2025-12-31"}, 422, "before-opening"),
    ],
)
async def test_money_that_cannot_be_is_refused_in_words(running, change, status, code):
    body = {
        "kind": "contribution", "party_code": "DL-FIN", "amount": "1.00",
        "value_date": "2026-01-11",
    }  # fmt: skip
    async with pool_of(running, "ICBC") as pool:
        answer = await pool.finance.post("/pools/dongli/cash-entries", json=body | change)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": "dongli"}, 409, "pool-exists"),
        ({"code": "Dong Li"}, 422, "invalid-request"),
        ({"programme": "nowhere"}, 409, "scheme-not-published"),
        ({"opened_on": "1999-01-01"}, 409, "scheme-not-published"),
        ({"parties": [{"code": "A", "role": "astronaut", "name": "A"}]}, 422, "invalid-request"),
        (
            {"parties": [{"code": "A", "role": "bank", "name": "A"},
                         {"code": "A", "role": "city", "name": "A"}]},
            409,
            "party-differs",
        ),
        (
            {"parties": [{"code": "ICBC-TJ", "role": "bank", "name": "工行"},
                         {"code": "icbc-tj", "role": "bank", "name": "工行"}]},
            409,
            "party-differs",
        ),
        (
            {"parties": [{"code": "A", "role": "city", "name": "A",
                          "line": {"amount": "1.00", "valid_from": "2026-01-01"}}]},
            422,
            "only-banks-have-lines",
        ),
    ],
)  # fmt: skip
async def test_a_pool_that_cannot_be_is_refused_in_words(running, change, status, code):
    body = {"code": "second", "name": "二", "programme": "dongli", "opened_on": "2026-01-01"}
    async with pool_of(running, "ICBC") as pool:
        answer = await pool.manager.post("/pools", json=body | change)

        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert len((await pool.auditor.get("/pools")).json()["items"]) == 1


async def test_what_is_not_there_is_not_found_and_what_is_malformed_is_said_so(running):
    async with pool_of(running, "ICBC") as pool:
        for path in (
            "/pools/nowhere",
            "/pools/nowhere/balances",
            "/pools/nowhere/transfers",
            "/pools/nowhere/banks",
            "/pools/nowhere/parties",
            "/pools/nowhere/ledger-export",
            "/pools/dongli/transfers/99",
            "/pools/dongli/transfers/-1",
            "/pools/dongli/transfers/99999999999999999999999",
            "/coverages/0190163d-8694-739b-aea5-966c26f8ad91",
            "/pools/dongli/explanations/0190163d-8694-739b-aea5-966c26f8ad91",
        ):
            assert (await pool.auditor.get(path)).status_code == 404, path
        for path in (
            "/coverages/42",
            "/coverages?state=unheard",
            "/coverages?limit=201",
            "/pools/dongli/balances?as_of=yesterday",
            "/pools/dongli/transfers/x",
        ):
            assert (await pool.auditor.get(path)).status_code == 422, path
        assert (await pool.auditor.get("/coverages?cursor=rubbish")).status_code == 400


async def test_transfers_are_read_in_pages_without_a_gap_and_filtered(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        for n in range(5):
            await pool.covers(f"l{n}", amount="100000.00")
        seen, cursor = [], None
        while True:
            page = (
                await pool.auditor.get(
                    LEDGER, params={"limit": 4, **({"cursor": cursor} if cursor else {})}
                )
            ).json()
            seen += [item["seq"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break

        assert seen == list(range(11, 0, -1))
        cash = (await pool.auditor.get(LEDGER, params={"account": "cash"})).json()["items"]
        assert [item["seq"] for item in cash] == [1]
        one = (await pool.auditor.get(LEDGER, params={"loan_id": str(pool.loans["l2"])})).json()
        assert [item["kind"] for item in one["items"]] == ["activate", "reserve"]
        pages = (await pool.auditor.get("/coverages", params={"limit": 2})).json()
        more = await pool.auditor.get(
            "/coverages", params={"limit": 200, "cursor": pages["next_cursor"]}
        )
        assert len(pages["items"]) == 2 and len(more.json()["items"]) == 3


async def test_a_balance_is_as_of_a_business_day_and_as_it_was_known_then(running):
    async with pool_of(running, "ICBC", paid_in="100.00") as pool:
        known = pool.service.context.clock.now()
        await pool.paid_in("50.00", on=date(2026, 1, 2))

        async def cash(**params):
            answer = (await pool.auditor.get("/pools/dongli/balances", params=params)).json()
            for sort in ("money", "exposure"):
                assert answer[sort]["debited"] == answer[sort]["credited"]
            return yuan(answer["available"])

        assert await cash() == 15_000
        assert await cash(as_of="2026-01-01") == 10_000
        assert await cash(booked_by=known.isoformat()) == 10_000


async def test_every_route_is_described_with_its_refusals(running):
    async with pool_of(running, "ICBC") as pool:
        described = (await pool.auditor.get("/openapi.json")).json()

    routes = described["paths"]
    assert {"/api/v1/pools", "/api/v1/pools/{code}/ledger-export", "/api/v1/coverages"} <= set(
        routes
    )
