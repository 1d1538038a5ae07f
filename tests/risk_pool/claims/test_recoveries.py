"""Recoveries over HTTP: costs first, then back by what each bore, until each is whole."""

from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending


async def claimed(pool, **more):
    """A claim of 900,000.00, of which the pool bears 40 %."""
    await lending(pool)
    await bad_loan(pool)
    return await pool.approves("a", "900000.00", overdue_days=95, **more)


async def test_costs_come_first_and_what_they_exceed_is_carried_to_the_next(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)

        first = await pool.recovers(claim, "1000.00", costs="1500.00", on="2026-03-05")
        assert (first["net"], first["carried_after"]) == ("0.00", "500.00")
        assert amounts(first["shares"]) == {"pool": "0.00", "bank": "0.00"}
        assert (await pool.auditor.get(f"/claims/{claim['id']}")).json()[
            "carried_costs"
        ] == "500.00"

        second = await pool.recovers(claim, "10500.00", on="2026-03-05")
        assert (second["carried_before"], second["net"]) == ("500.00", "10000.00")
        assert amounts(second["shares"]) == {"pool": "4000.00", "bank": "6000.00"}
        held = await pool.balances()
        assert held["recoveries"] == held["receivable:ICBC"] == "4000.00"
        assert (second["number"], second["state"]) == ("DL-R-2026-0002", "confirmed")
        assert second["explanation"]["explanation"]["steps"]


async def test_it_stops_when_all_are_whole_then_interest_then_the_pledgor(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool, interest_arrears="20000.00", penalty_interest="500.00")

        last = await pool.recovers(claim, "1000000.00", on="2026-03-05")

        assert amounts(last["shares"]) == {"pool": "360000.00", "bank": "540000.00"}
        assert (last["to_interest"], last["to_pledgor"]) == ("20500.00", "79500.00")
        more = await pool.recovers(claim, "5000.00", on="2026-03-05")
        assert (more["to_interest"], more["to_pledgor"]) == ("0.00", "5000.00")
        assert (await pool.balances())["recoveries"] == "360000.00"
        returned = (await pool.auditor.get(f"/claims/{claim['id']}")).json()["returned"]
        assert amounts(returned) == {"pool": "360000.00", "bank": "540000.00"}


async def test_of_anything_but_the_pledged_ip_only_the_ip_share_counts(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool, ip_share_bp=8_000)
        claim = await pool.approves("a", "900000.00", overdue_days=95)

        back = await pool.recovers(claim, "10000.00", on="2026-03-05", from_pledged_ip=False)

        assert back["net"] == "8000.00"
        assert amounts(back["shares"]) == {"pool": "3200.00", "bank": "4800.00"}


async def test_what_others_bore_goes_to_them_through_the_settlement(running):
    async with claims_of(running, code="youxian") as pool:
        for code, role in (("RENBAO", "insurer"), ("PINGGU", "appraiser")):
            await pool.has(code, role)
        await pool.covers("a", mode="four_party", amount="4900000.00", ip_share_bp=8_000)
        await pool.goes_bad("a", "2026-02", "4840520.11", overdue_days=92)
        await pool.it_is("2026-03-05")
        claim = await pool.approves("a", "4840520.11", overdue_days=95)

        back = await pool.recovers(claim, "1250000.00", costs="48637.40", on="2026-03-05")

        # The worked example C.4, by what each bore: the ratio after rounding, not 54:26:16:4.
        assert back["net"] == "1201362.60"
        shares = amounts(back["shares"])
        assert shares == {
            "pool": "648735.80",
            "bank": "312354.28",
            "insurer": "192218.02",
            "appraiser": "48054.50",
        }
        held = await pool.balances()
        assert held["recoveries"] == "648735.80"
        assert held["receivable:ICBC"] == "889008.32"
        assert held["payable:RENBAO"] == "192218.02"


async def test_what_comes_in_before_the_approval_is_no_recovery(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        body = {
            "received_on": "2026-03-05",
            "route": "debtor",
            "from_pledged_ip": False,
            "gross": "100.00",
            "costs": "0.00",
        }
        where = f"/claims/{claim['id']}/recoveries"
        assert code_of(await pool.bank("ICBC").post(where, json=body)) == (
            409,
            "claim-not-approved",
        )
        await pool.decides(claim)
        for day, finding in (
            ("2026-03-04", "received-before-approval"),
            ("2026-03-06", "received-in-the-future"),
        ):
            answer = await pool.bank("ICBC").post(where, json=body | {"received_on": day})
            assert code_of(answer) == (422, "recovery-not-admissible")
            assert answer.json()["findings"][0]["code"] == finding
        for wrong in ({"route": "gift"}, {"gross": "0.00"}, {"costs": "-1.00"}, {"more": 1}):
            answer = await pool.bank("ICBC").post(where, json=body | wrong)
            assert answer.status_code == 422


async def test_finance_confirms_once_or_sends_back(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        report = await pool.recovers(claim, "100.00", on="2026-03-05", confirmed=False)
        where = f"/recoveries/{report['id']}"
        assert report["waiting_for"]["roles"] == ["finance_checker"]

        for person in (pool.maker, pool.bank("ICBC")):
            assert code_of(await pool.confirms(report, by=person)) == (403, "role-missing")
        answer = await pool.checker.post(f"{where}/refuse", json={"reason": "流水不符"})
        assert answer.json()["state"] == "refused"
        assert code_of(await pool.confirms(report)) == (409, "not-possible-now")
        assert "recoveries" not in await pool.balances()

        good = await pool.recovers(claim, "100.00", on="2026-03-05")
        again = await pool.confirms(good)
        assert code_of(again) == (409, "not-possible-now")
        listed = (await pool.auditor.get("/recoveries", params={"state": "confirmed"})).json()
        assert [one["number"] for one in listed["items"]] == [good["number"]]
        shown = await pool.auditor.get(f"/recoveries/{good['id']}")
        assert [move["action"] for move in shown.json()["history"]] == ["report", "confirm"]
        assert shown.headers["ETag"] == '"2"'
        (event,) = await pool.said("recovery.booked.v1")
        assert (event["net"], event["claim_number"]) == ("100.00", claim["number"])


async def test_money_of_a_settled_month_is_booked_in_the_open_one(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        await pool.pays(claim)
        await pool.hears(pool.position("other-ICBC-0", "2026-02", "10000000.00"))
        await pool.hears(pool.position("other-ICBC-0", "2026-01", "10000000.00"))
        await pool.hears(pool.position("a", "2026-01", "1000000.00"))
        await pool.hears(pool.position("other-ICBC-0", "2026-03", "10000000.00"))
        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)

        back = await pool.recovers(claim, "100.00", on="2026-03-20")

        assert back["booked_on"] == "2026-04-01"


async def test_who_confirms_sees_before_what_each_would_get_and_what_would_be_left_to_get(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool, interest_arrears="20000.00")
        report = await pool.recovers(
            claim, "120000.00", costs="20000.00", on="2026-03-05", confirmed=False
        )

        seen = (await pool.checker.get(f"/recoveries/{report['id']}")).json()["trial"]

        assert (seen["gross"], seen["costs"], seen["net"]) == ("120000.00", "20000.00", "100000.00")
        assert (seen["carried_before"], seen["carried_after"]) == ("0.00", "0.00")
        assert (seen["to_interest"], seen["interest_after"]) == ("0.00", "20000.00")
        assert [
            (one["party_code"], one["open_before"], one["amount"], one["open_after"])
            for one in seen["shares"]
        ] == [
            ("dongli", "360000.00", "40000.00", "320000.00"),
            ("ICBC", "540000.00", "60000.00", "480000.00"),
        ]
        assert report["trial"] == seen
        booked = (await pool.confirms(report)).json()
        assert booked["trial"] is None
        assert amounts(booked["shares"]) == amounts(seen["shares"])


async def test_a_confirmation_on_a_trial_that_has_moved_is_refused_with_both_figures(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        first = await pool.recovers(
            claim, "1000.00", costs="1500.00", on="2026-03-05", confirmed=False
        )
        second = await pool.recovers(claim, "10500.00", on="2026-03-05", confirmed=False)
        where = f"/recoveries/{second['id']}"
        seen = (await pool.checker.get(where)).json()["trial"]
        assert (await pool.confirms(first)).status_code == 200

        moved = await pool.checker.post(f"{where}/confirm", json={"trial": seen["id"]})

        assert code_of(moved) == (409, "trial-moved")
        assert moved.json()["seen"] == seen
        assert (moved.json()["seen"]["net"], moved.json()["now"]["net"]) == ("10500.00", "10000.00")
        assert (await pool.checker.post(f"{where}/confirm", json={})).status_code == 422
        assert (await pool.auditor.get(where)).json()["state"] == "reported"
        assert "recoveries" not in await pool.balances()


async def test_a_banks_own_reference_is_kept_and_stands_for_one_recovery(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        first = await pool.recovers(claim, "100.00", on="2026-03-05", reference="ZC-2026-07-01")
        assert first["reference"] == "ZC-2026-07-01"

        body = report_of("200.00", reference="ZC-2026-07-01")
        where = f"/claims/{claim['id']}/recoveries"
        refused = await pool.bank("ICBC").post(where, json=body)

        assert code_of(refused) == (409, "reference-used")
        assert refused.json()["number"] == first["number"]
        # What was not confirmed leaves its reference free.
        report = await pool.recovers(
            claim, "300.00", on="2026-03-05", reference="ZC-2", confirmed=False
        )
        gone = await pool.bank("ICBC").post(
            f"/recoveries/{report['id']}/withdraw", json={"reason": "串户"}
        )
        assert gone.json()["state"] == "withdrawn"
        again = await pool.bank("ICBC").post(where, json=report_of("300.00", reference="ZC-2"))
        assert again.status_code == 201, again.text


def report_of(gross: str, **more):
    return {
        "received_on": "2026-03-05",
        "route": "auction",
        "from_pledged_ip": True,
        "gross": gross,
        **more,
    }


async def test_the_same_amount_of_the_same_day_is_taken_only_with_a_reason(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        first = await pool.recovers(claim, "100.00", on="2026-03-05")
        where = f"/claims/{claim['id']}/recoveries"

        double = await pool.bank("ICBC").post(where, json=report_of("100.00"))

        assert code_of(double) == (409, "likely-double")
        assert double.json()["number"] == first["number"]
        unsaid = await pool.bank("ICBC").post(where, json=report_of("100.00", not_a_double=True))
        assert unsaid.status_code == 422
        assert unsaid.json()["errors"][0]["pointer"] == "#/not_a_double_reason"
        said = report_of("100.00", not_a_double=True, not_a_double_reason="两笔租金")
        other = (await pool.bank("ICBC").post(where, json=said)).json()
        assert (other["state"], other["double_reason"]) == ("reported", "两笔租金")
        assert (await pool.bank("ICBC").post(where, json=report_of("100.01"))).status_code == 201


async def test_costs_are_listed_by_kind_and_each_counts_once_over_the_loan(running):
    async with claims_of(running) as pool:
        cost = {"reference": "票-1", "kind": "lawyer", "amount": "30.00", "paid_on": "2026-03-01"}
        auction = cost | {"reference": "票-2", "kind": "auction", "amount": "20.00"}
        claim = await claimed(pool, cost_items=[cost | {"reference": "票-0"}])
        where = f"/claims/{claim['id']}/recoveries"

        first = await pool.recovers(claim, "1050.00", on="2026-03-05", cost_items=[cost, auction])

        assert (first["costs"], first["net"]) == ("50.00", "1000.00")
        assert [one["kind"] for one in first["cost_items"]] == ["lawyer", "auction"]
        for reference, code in (("票-0", "cost-counted-before"), ("票-2", "cost-counted-before")):
            items = [cost | {"reference": reference}]
            again = await pool.bank("ICBC").post(where, json=report_of("5.00", cost_items=items))
            assert again.status_code == 422
            (fault,) = again.json()["errors"]
            assert (fault["pointer"], fault["code"]) == ("#/cost_items/0/reference", code)
        disagree = report_of("5.00", costs="1.00", cost_items=[cost | {"reference": "票-3"}])
        assert (await pool.bank("ICBC").post(where, json=disagree)).status_code == 422


async def test_what_is_returned_is_mended_and_reported_again_with_what_it_says_now(running):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        report = await pool.recovers(claim, "100.00", on="2026-03-05", confirmed=False)
        where = f"/recoveries/{report['id']}"
        returned = (
            await pool.checker.post(f"{where}/return", json={"reason": "金额与流水不符"})
        ).json()
        assert (returned["state"], returned["trial"]) == ("returned", None)
        assert returned["waiting_for"]["roles"] == ["bank_operator"]

        mended = await pool.bank("ICBC").post(f"{where}/resubmit", json=report_of("1000.00"))

        assert mended.status_code == 200, mended.text
        assert (mended.json()["state"], mended.json()["gross"]) == ("reported", "1000.00")
        assert mended.json()["trial"]["net"] == "1000.00"
        booked = (await pool.confirms(report)).json()
        assert (booked["net"], booked["number"]) == ("1000.00", report["number"])
        actions = [one["action"] for one in booked["history"]]
        assert actions == ["report", "return", "resubmit", "confirm"]
