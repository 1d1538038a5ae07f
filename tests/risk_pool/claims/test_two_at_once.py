"""Two of everything at the same moment, over HTTP: one wins, the other hears why."""

import asyncio

import pytest

from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import code_of, lending


async def second_pool(pool, code="danling"):
    """Another pool of the same programme, with money and the same bank."""
    other = Claims(pool.service, code)
    other.programme = pool.code
    answer = await pool.manager.post(
        "/pools",
        json={
            "code": code, "name": code, "programme": pool.code, "opened_on": "2026-01-01",
            "parties": [
                {"code": "DL-FIN", "role": "district", "name": "区财政局"},
                {"code": "ICBC", "role": "bank", "name": "ICBC"},
            ],
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await other.paid_in("20000000.00")
    return other


async def approved_in(*pools):
    """A claim of 900,000.00 in each pool, approved on 5 March."""
    for one in pools:
        await lending(one)
        await one.covers("a")
        await one.goes_bad("a", "2026-02", "900000.00", overdue_days=92)
    await pools[0].it_is("2026-03-05")
    return [await one.approves("a", "900000.00", overdue_days=95) for one in pools]


def heard(answers, *, won=200, lost):
    """Exactly one won, and every other one heard the same reason: 409 with a code, zh and en."""
    assert sorted(one.status_code for one in answers) == [won] + [409] * (len(answers) - 1), [
        one.text for one in answers
    ]
    for one in answers:
        if one.status_code == 409:
            assert one.json()["code"] == lost
            assert one.headers["content-language"] == "zh-CN" and one.json()["detail"]


@pytest.mark.parametrize("round_", range(3))
async def test_one_bank_reference_reported_in_two_pools_at_once_stands_for_one_recovery(
    running, round_
):
    async with claims_of(running) as pool:
        other = await second_pool(pool)
        claims = await approved_in(pool, other)
        body = {
            "received_on": "2026-03-05", "route": "debtor", "from_pledged_ip": False,
            "gross": "100.00", "costs": "0.00", "reference": "ICBC-SK-20260305-17",
        }  # fmt: skip

        answers = await asyncio.gather(
            *(
                pool.bank("ICBC").post(f"/claims/{claim['id']}/recoveries", json=body)
                for claim in claims * 2
            )
        )

        heard(answers, won=201, lost="reference-used")
        kept = (await pool.auditor.get("/recoveries")).json()["items"]
        assert [one["reference"] for one in kept] == ["ICBC-SK-20260305-17"]
        (lost, *_) = [one for one in answers if one.status_code == 409]
        assert lost.json()["number"] == kept[0]["number"], "who was first is named"


async def test_a_returned_recovery_is_not_reported_anew_with_a_reference_taken_meanwhile(running):
    async with claims_of(running) as pool:
        other = await second_pool(pool)
        claims = await approved_in(pool, other)
        body = {
            "received_on": "2026-03-05", "route": "debtor", "from_pledged_ip": False,
            "gross": "100.00", "costs": "0.00",
        }  # fmt: skip
        bank = pool.bank("ICBC")
        sent = (await bank.post(f"/claims/{claims[0]['id']}/recoveries", json=body)).json()
        back = await pool.checker.post(
            f"/recoveries/{sent['id']}/return", json={"reason": "补编号"}
        )
        assert back.status_code == 200, back.text

        answers = await asyncio.gather(
            bank.post(f"/recoveries/{sent['id']}/resubmit", json=body | {"reference": "X-1"}),
            bank.post(f"/claims/{claims[1]['id']}/recoveries", json=body | {"reference": "X-1"}),
        )

        assert sorted(one.status_code for one in answers) in ([200, 409], [201, 409])
        assert [code_of(one)[1] for one in answers if one.status_code == 409] == ["reference-used"]
