"""Orders by hand: who may propose and decide, what is refused, and who sees what."""

import asyncio

import pytest

from tests.risk_pool.core.driver import pool_of

ORDER = {"bank_code": "ICBC", "order": "suspend", "reason": "风控系统停用"}
PEOPLE = (
    "bank_operator",
    "reviewer",
    "approver",
    "finance_maker",
    "finance_checker",
    "pool_manager",
)


async def proposed(pool, **more):
    answer = await pool.manager.post("/pools/dongli/breaker-orders", json={**ORDER, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def person(pool, role, subject="x"):
    institution = {"institution": "ICBC"} if role == "bank_operator" else {}
    return pool.service.as_(f"{subject}-{role}", role, **institution)


async def test_only_a_pool_manager_proposes(running):
    async with pool_of(running, "ICBC") as pool:
        for role in PEOPLE:
            answer = await person(pool, role).post("/pools/dongli/breaker-orders", json=ORDER)
            expected = 201 if role == "pool_manager" else 403
            assert (role, answer.status_code) == (role, expected)


@pytest.mark.parametrize(
    ("step", "body", "leads_to", "stands"),
    [
        ("confirm", None, "carried_out", "suspended_by_hand"),
        ("refuse", {"reason": "理由不足"}, "refused", "normal"),
    ],
)
async def test_only_an_approver_or_a_finance_checker_decides(running, step, body, leads_to, stands):
    banks = ["ICBC", *(f"B{n}" for n in range(1, len(PEOPLE)))]
    async with pool_of(running, *banks) as pool:
        decided = []
        for bank, role in zip(banks, PEOPLE, strict=True):
            order = await proposed(pool, bank_code=bank)
            answer = await person(pool, role).post(
                f"/breaker-orders/{order['id']}/{step}", json=body
            )
            if answer.status_code == 200:
                decided.append(role)
                assert (answer.json()["state"], answer.json()["refusal"]) == (
                    leads_to, (body or {}).get("reason", ""),
                )  # fmt: skip
            else:
                assert (role, answer.status_code) == (role, 403)
        stood = {one["bank_code"]: one["breaker"] for one in (await pool.stands())["banks"]}

    assert decided == ["approver", "finance_checker"]
    assert [stood[bank] for bank in banks] == [
        stands if role in decided else "normal" for role in PEOPLE
    ]


async def test_whoever_proposed_does_not_confirm(running):
    async with pool_of(running, "ICBC") as pool:
        both = pool.service.as_("lin", "pool_manager", "approver")
        order = (await both.post("/pools/dongli/breaker-orders", json=ORDER)).json()
        assert order["pending_actions"] == ["refuse"]

        answer = await both.post(f"/breaker-orders/{order['id']}/confirm")

        assert (answer.status_code, answer.json()["code"]) == (409, "second-person-required")
        assert (await pool.stands())["banks"][0]["breaker"] == "normal"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"order": "resume"}, 409, "not-possible-now"),
        ({"bank_code": "NOBODY"}, 404, "not-found"),
        ({"order": "stop"}, 422, "invalid"),
        ({"reason": ""}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_carried_out_is_not_proposed(running, body, status, code):
    async with pool_of(running, "ICBC") as pool:
        answer = await pool.manager.post("/pools/dongli/breaker-orders", json={**ORDER, **body})

        assert answer.status_code == status, answer.text
        assert code in answer.json()["code"]


async def test_one_order_at_a_time(running):
    async with pool_of(running, "ICBC", "CCB") as pool:
        await proposed(pool)
        again = await pool.manager.post("/pools/dongli/breaker-orders", json=ORDER)
        assert (again.status_code, again.json()["code"]) == (409, "order-open")
        await proposed(pool, bank_code="CCB")
        await proposed(pool, bank_code="")


async def test_two_who_decide_at_once_move_the_breaker_once(running):
    async with pool_of(running, "ICBC") as pool:
        order = await proposed(pool)
        where = f"/breaker-orders/{order['id']}"
        answers = await asyncio.gather(
            person(pool, "approver").post(f"{where}/confirm"),
            person(pool, "finance_checker").post(f"{where}/refuse", json={"reason": "不妥"}),
        )

        statuses = sorted(answer.status_code for answer in answers)
        loser = next(answer for answer in answers if answer.status_code == 409)
        stands = (await pool.stands())["banks"][0]["breaker"]
        state = (await pool.auditor.get(where)).json()["state"]

    assert statuses == [200, 409]
    assert loser.json()["code"] == "not-possible-now"
    assert (state, stands) in [("carried_out", "suspended_by_hand"), ("refused", "normal")]


async def test_a_bank_sees_the_orders_about_itself_alone_once_they_are_carried_out(running):
    async with pool_of(running, "ICBC", "CCB") as pool:
        own = await proposed(pool)
        before = (await pool.bank("ICBC").get("/pools/dongli/breaker-orders")).json()["items"]
        unknown = await pool.bank("ICBC").get(f"/breaker-orders/{own['id']}")
        await person(pool, "approver").post(f"/breaker-orders/{own['id']}/confirm")
        other = await proposed(pool, bank_code="CCB")
        whole = await proposed(pool, bank_code="")

        seen = (await pool.bank("ICBC").get("/pools/dongli/breaker-orders")).json()["items"]
        all_seen = (await pool.auditor.get("/pools/dongli/breaker-orders")).json()["items"]
        hidden = [
            (await pool.bank("ICBC").get(f"/breaker-orders/{one['id']}")).status_code
            for one in (other, whole)
        ]

    assert (before, unknown.status_code) == ([], 404)
    assert [one["id"] for one in seen] == [own["id"]]
    assert (seen[0]["state"], "proposed_by" in seen[0]) == ("carried_out", False)
    assert [one["id"] for one in all_seen] == [whole["id"], other["id"], own["id"]]
    assert hidden == [404, 404]
