"""Adjustments over HTTP: a claim found wrong is booked back, to the fen and by two persons."""

from typing import Any

from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending

BUREAU = (
    "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor", "admin",
)  # fmt: skip
PROPOSAL = {"kind": "claw_back", "reason": "贷款用途不符", "evidence": "审计报告 2026-17"}


async def claimed(pool: Claims, principal: str = "900000.00", **more: Any) -> Any:
    """A claim of which the pool bears 40 %."""
    await lending(pool)
    await bad_loan(pool)
    return await pool.approves("a", principal, overdue_days=95, **more)


async def proposes(pool: Claims, claim: Any, *, by: Any = None, **more: Any) -> Any:
    """Finance proposes; the answer."""
    body = PROPOSAL | more
    return await (by or pool.maker).post(f"/claims/{claim['id']}/adjustments", json=body)


async def decides(pool: Claims, adjustment: Any, *, by: Any = None, **more: Any) -> Any:
    """Another person decides on the trial just read; the answer."""
    where = f"/adjustments/{adjustment['id']}"
    seen = (await pool.checker.get(where)).json()["trial"]
    body = {"opinion": "属实", "trial": seen["id"] if seen else "none"} | more
    return await (by or pool.checker).post(f"{where}/decide", json=body)


async def reversed_by(pool: Claims, claim: Any, **more: Any) -> Any:
    """A claim is booked back, from the proposal to the decision."""
    proposed = await proposes(pool, claim, **more)
    assert proposed.status_code == 201, proposed.text
    decided = await decides(pool, proposed.json())
    assert decided.status_code == 200, decided.text
    return decided.json()


def gets(effect: Any) -> dict[str, str]:
    return {one["party_code"]: one["gets"] for one in effect["parts"]}


def current(held: dict[str, str], party: str) -> str:
    """What stands between the pool and a party: positive what it gets."""
    due = float(held.get(f"payable:{party}", 0)) - float(held.get(f"receivable:{party}", 0))
    return f"{due:.2f}"


async def test_an_unpaid_claim_is_booked_back_and_nothing_is_left_of_it(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        before = await pool.balances()
        claim = await pool.approves("a", "900000.00", overdue_days=95)

        done = await reversed_by(pool, claim)

        assert (done["state"], done["number"]) == ("decided", "DL-T-2026-0001")
        assert gets(done["effect"]) == {"dongli": "360000.00", "ICBC": "-360000.00"}
        held = await pool.balances()
        money = ("claims", "recoveries", "payable:ICBC", "receivable:ICBC", "cash")
        assert {name: held.get(name, "0.00") for name in money} == {
            name: before.get(name, "0.00") for name in money
        }
        seen = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (seen["state"], seen["pending_actions"]) == ("reversed", [])
        assert code_of(await pool.maker.post(f"/claims/{claim['id']}/pay", json={})) == (
            409,
            "not-possible-now",
        )


async def test_a_paid_claim_becomes_a_receivable_less_what_recoveries_gave_back(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.recovers(claim, "100000.00", costs="1.01", on="2026-03-05")

        done = await reversed_by(pool, claim, kind="exclude")

        # 360,000.00 were paid, 39,999.60 of 99,998.99 came back: the bank owes what is left.
        assert gets(done["effect"]) == {"dongli": "320000.40", "ICBC": "-320000.40"}
        held = await pool.balances()
        assert (held.get("claims", "0.00"), held.get("recoveries", "0.00")) == ("0.00", "0.00")
        assert current(held, "ICBC") == "-360000.00"
        by_step = {one["rule"]: one for one in done["explanation"]["explanation"]["steps"]}
        assert by_step["adjustment.before"]["inputs"]["pool"] == "320000.40"
        assert by_step["adjustment.after"]["inputs"] == {"pool": "0.00", "bank": "0.00"}
        assert {one["adjusts"] for one in done["effect"]["entries"]} == {
            f"claim:{claim['number']}:pool:bank",
            "recovery:DL-R-2026-0001:bank:pool",
        }


async def test_every_party_that_bore_a_part_gets_it_back(running):
    async with claims_of(running, code="youxian") as pool:
        for code, role in (("RENBAO", "insurer"), ("PINGGU", "appraiser")):
            await pool.has(code, role)
        await pool.covers("a", mode="four_party", amount="4900000.00", ip_share_bp=8_000)
        await pool.goes_bad("a", "2026-02", "4840520.11", overdue_days=92)
        await pool.it_is("2026-03-05")
        claim = await pool.approves("a", "4840520.11", overdue_days=95)
        await pool.pays(claim)
        await pool.recovers(claim, "1250000.00", costs="48637.40", on="2026-03-05")

        done = await reversed_by(pool, claim)

        for one in done["effect"]["parts"]:
            if one["party"] != "bank":
                owed = float(one["bore"]) - float(one["had_back"])
                assert one["gets"] == f"{owed:.2f}", one["party"]
        held = await pool.balances()
        assert current(held, "RENBAO") == current(held, "PINGGU") == "0.00"
        assert "claims" not in held and "recoveries" not in held


async def test_a_month_with_an_adjustment_settles_and_collects_it_from_the_bank(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.recovers(claim, "1000.00", on="2026-03-05")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.hears(pool.position("other-ICBC-0", month, "10000000.00"))
        await pool.hears(pool.position("a", "2026-01", "1000000.00"))
        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)

        done = await reversed_by(pool, claim)
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.it_is("2026-05-02")
        await pool.settles("2026-04")

        assert done["booked_on"] == "2026-04-02"
        assert gets(done["effect"])["ICBC"] == "-359600.00"
        held = await pool.balances()
        assert current(held, "ICBC") == "0.00"
        assert held["cash"] == "20000000.00"


async def test_a_month_before_and_a_month_with_the_adjustment_settle_of_an_unpaid_claim(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
            await pool.hears(pool.position("other-ICBC-0", month, "10000000.00"))
        await pool.hears(pool.position("a", "2026-01", "1000000.00"))
        await pool.it_is("2026-04-02")
        await reversed_by(pool, claim)
        await pool.it_is("2026-05-02")

        for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
            await pool.settles(month)

        held = await pool.balances()
        assert current(held, "ICBC") == "0.00"
        assert held["cash"] == "20000000.00"


async def test_a_reversed_claim_is_final_for_its_loan_and_shares_nothing_out(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        waiting = await pool.recovers(claim, "500.00", on="2026-03-05", confirmed=False)
        await reversed_by(pool, claim)

        assert (await pool.auditor.get(f"/recoveries/{waiting['id']}")).json()["trial"] is None
        assert code_of(await pool.confirms(waiting)) == (409, "claim-reversed")
        body = {"received_on": "2026-03-05", "route": "sale", "from_pledged_ip": True,
                "gross": "1.00"}  # fmt: skip
        answer = await pool.bank("ICBC").post(f"/claims/{claim['id']}/recoveries", json=body)
        assert code_of(answer) == (409, "claim-reversed")
        assert code_of(await proposes(pool, claim)) == (409, "nothing-to-adjust")
        again = pool.claim_of("a", "900000.00", overdue_days=95)
        refused = await pool.bank("ICBC").post("/claims", json=again)
        assert refused.status_code in (409, 422), refused.text


async def test_a_decision_on_a_trial_that_has_moved_is_refused_with_both(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        adjustment = (await proposes(pool, claim)).json()
        where = f"/adjustments/{adjustment['id']}"
        seen = (await pool.checker.get(where)).json()["trial"]
        assert seen == adjustment["trial"]
        await pool.recovers(claim, "1000.00", on="2026-03-05")

        moved = await decides(pool, adjustment, trial=seen["id"])

        assert code_of(moved) == (409, "trial-moved")
        assert gets(moved.json()["seen"])["dongli"] == "360000.00"
        assert gets(moved.json()["now"])["dongli"] == "359600.00"
        assert (await pool.auditor.get(where)).json()["state"] == "proposed"
        assert (await decides(pool, adjustment)).status_code == 200


async def test_nothing_is_adjusted_without_an_approved_claim_a_reason_and_evidence(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        assert code_of(await proposes(pool, claim)) == (409, "nothing-to-adjust")
        await pool.decides(claim)
        for wrong in ({"reason": ""}, {"evidence": " "}, {"kind": "gift"}, {"more": 1}):
            assert (await proposes(pool, claim, **wrong)).status_code == 422, wrong
        adjustment = (await proposes(pool, claim)).json()
        assert code_of(await proposes(pool, claim)) == (409, "adjustment-open")

        # Its bank hears of it once it is decided; another bank never does.
        where = f"/adjustments/{adjustment['id']}"
        for bank in ("ICBC", "CCB"):
            assert (await pool.bank(bank).get(where)).status_code == 404
        await decides(pool, adjustment)
        assert (await pool.bank("ICBC").get(where)).json()["effect"] is not None
        assert (await pool.bank("CCB").get(where)).status_code == 404
        assert (await pool.bank("CCB").get("/adjustments")).json()["items"] == []
        (event,) = await pool.said("adjustment.decided.v1")
        assert (event["adjustment_kind"], event["reason"]) == ("claw_back", "贷款用途不符")
        assert [one["gets"] for one in event["parts"]] == ["50000.00", "-50000.00"]


async def test_an_adjustment_is_moved_by_those_it_names_alone_and_in_no_other_way(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        people = {role: pool.service.as_(role, role) for role in BUREAU}
        people["bank_operator"] = pool.bank("ICBC")
        for role, person in people.items():
            if role != "finance_maker":
                assert code_of(await proposes(pool, claim, by=person))[0] == 403, role

        bodies = {"decide": {"opinion": "属实", "trial": "none"}, "refuse": {"reason": "证据不足"}}
        for action in ("refuse", "decide"):
            adjustment = (await proposes(pool, claim, by=people["finance_maker"])).json()
            where = f"/adjustments/{adjustment['id']}"
            assert adjustment["waiting_for"]["roles"] == ["finance_checker"]
            for role, person in people.items():
                if role != "finance_checker":
                    for move, body in bodies.items():
                        answer = await person.post(f"{where}/{move}", json=body)
                        known = role == "bank_operator"
                        assert answer.status_code in ((403, 404) if known else (403,)), (role, move)
            assert (await pool.auditor.get(where)).json()["version"] == 1

            if action == "refuse":
                done = await people["finance_checker"].post(
                    f"{where}/refuse", json=bodies["refuse"]
                )
            else:
                done = await decides(pool, adjustment, by=people["finance_checker"])

            assert done.status_code == 200, done.text
            history = done.json()["history"]
            assert [one["action"] for one in history] == ["propose", action]
            assert done.json()["state"] == {"refuse": "refused", "decide": "decided"}[action]
            for move, body in bodies.items():
                answer = await people["finance_checker"].post(f"{where}/{move}", json=body)
                assert code_of(answer) == (409, "not-possible-now"), (action, move)
            if action == "refuse":
                assert (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"] == (
                    "held"
                )
        told = [one["type"] for one in await pool.said() if one["type"].startswith("adjustment.")]
        assert told == ["adjustment.proposed.v1"] * 2 + ["adjustment.decided.v1"]


async def test_whoever_proposed_does_not_decide(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        both = pool.service.as_("both", "finance_maker", "finance_checker")
        adjustment = (await proposes(pool, claim, by=both)).json()

        refused = await decides(pool, adjustment, by=both)

        assert code_of(refused) == (409, "second-person-required")
        assert (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"] == "held"
        taken_back = await both.post(
            f"/adjustments/{adjustment['id']}/refuse", json={"reason": "撤回"}
        )
        assert taken_back.json()["state"] == "refused"


LATE = {"kind": "late_money", "amount": "100000.00", "received_on": "2026-03-01"}


async def test_late_money_lowers_base_and_shares_and_the_difference_is_booked(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.recovers(claim, "10000.00", on="2026-03-05")

        done = await reversed_by(pool, claim, **LATE)

        effect = done["effect"]
        assert (effect["principal_before"], effect["principal_after"]) == ("900000.00", "800000.00")
        assert (effect["base_before"], effect["base_after"]) == ("900000.00", "800000.00")
        assert [(one["party"], one["bore"], one["bears"]) for one in effect["parts"]] == [
            ("pool", "360000.00", "320000.00"),
            ("bank", "540000.00", "480000.00"),
        ]
        assert gets(effect) == {"dongli": "40000.00", "ICBC": "-40000.00"}
        seen = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (seen["state"], seen["base"]) == ("paid", "800000.00")
        held = await pool.balances()
        assert (held["claims"], held["recoveries"]) == ("320000.00", "4000.00")
        # The next recovery goes by what is borne now.
        last = await pool.recovers(claim, "900000.00", on="2026-03-05")
        assert {one["party"]: one["amount"] for one in last["shares"]} == {
            "pool": "316000.00",
            "bank": "474000.00",
        }


async def test_what_came_back_beyond_what_is_borne_after_late_money_is_passed_on(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.recovers(claim, "850000.00", on="2026-03-05")

        done = await reversed_by(pool, claim, **LATE)

        pool_part = done["effect"]["parts"][0]
        assert (pool_part["had_back"], pool_part["keeps_back"]) == ("340000.00", "320000.00")
        # 40,000.00 less borne, of which 20,000.00 had come back already.
        assert gets(done["effect"]) == {"dongli": "20000.00", "ICBC": "-20000.00"}
        held = await pool.balances()
        assert held["claims"] == held["recoveries"] == "320000.00"
        again = await reversed_by(pool, claim, **LATE | {"amount": "50000.00"})
        assert (again["effect"]["base_before"], again["effect"]["base_after"]) == (
            "800000.00", "750000.00",
        )  # fmt: skip
        assert gets(again["effect"])["dongli"] == "0.00"
        undone = await reversed_by(pool, claim)
        assert gets(undone["effect"])["dongli"] == "0.00"
        held = await pool.balances()
        assert "claims" not in held and "recoveries" not in held


async def test_late_money_is_from_before_the_approval(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        for wrong, code in (
            ({"amount": "900000.01"}, "above-principal"),
            ({"amount": None}, "missing"),
            ({"received_on": None}, "missing"),
            ({"received_on": "2026-03-05"}, "after-approval"),
        ):
            answer = await proposes(pool, claim, **LATE | wrong)
            assert answer.status_code == 422, answer.text
            assert [one["code"] for one in answer.json()["errors"]] == [code], wrong
