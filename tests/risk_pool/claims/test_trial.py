"""The trial split before every decision: what is shown, what is approved, and what has moved."""

from datetime import date
from uuid import UUID

import pytest

from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.queries import claims as known
from shared.money import format_fen, parse_fen
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending


async def reviewed(pool, name="a", principal="900000.00", **more):
    """A claim that waits for the second person."""
    claim = await pool.files(name, principal, overdue_days=95, **more)
    await pool.readies(claim)
    return claim


async def two_bad_loans(pool):
    """Two loans of one bank that may be claimed for on the same day."""
    for name in ("first", "a"):
        await pool.covers(name)
    for name in ("first", "a"):
        await pool.goes_bad(name, "2026-02", "900000.00", overdue_days=92)
    await pool.it_is("2026-03-05")


async def test_whoever_decides_sees_the_split_and_every_cap_before_and_after(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        for number in range(4):
            await pool.covers(f"x{number}", amount="10000000.00")
        for name in ("first", "a"):
            await pool.covers(name, amount="5000000.00", ip_share_bp=8_000)
            await pool.goes_bad(name, "2026-02", "4500000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        await pool.files("first", "4500000.00", overdue_days=95)
        claim = await reviewed(pool, principal="4500000.00", interest_arrears="1000.00")

        trial = await pool.trial(claim)

        assert (trial["principal"], trial["ip_part"], trial["base"]) == (
            "4500000.00", "3600000.00", "3600000.00",
        )  # fmt: skip
        assert (trial["uncovered"], trial["interest_outside"]) == ("0.00", "1000.00")
        assert trial["facts"]["ip_share"] == "4/5"
        assert trial["position"] == {
            "month": "2026-02",
            "outstanding_principal": "4500000.00",
            "overdue_days": 92,
            "risk_class": "substandard",
        }
        # The bank's year is 5 % of 50,000,000: of 2,500,000 the first in line holds 1,440,000.
        assert amounts(trial["shares"]) == {"pool": "1060000.00", "bank": "2540000.00"}
        assert [(one["ratio"], one["due"]) for one in trial["shares"]] == [
            ("2/5", "1440000.00"),
            ("3/5", "2160000.00"),
        ]
        (year,) = [one for one in trial["limits"] if one["binds"]]
        shown = {name: year[name] for name in ("code", "limit", "used", "held", "left", "takes")}
        assert shown == {
            "code": "bank_year",
            "limit": "2500000.00",
            "used": "0.00",
            "held": "1440000.00",
            "left": "1060000.00",
            "takes": "1060000.00",
        }
        assert year["left_after"] == "0.00"
        assert trial["binding"] == ["bank_year"]
        assert trial["pool"] == {
            "before": "60000000.00",
            "held": "1440000.00",
            "takes": "1060000.00",
            "after": "58940000.00",
        }
        assert trial["bank_year"] == {
            "before": "0.00", "held": "1440000.00", "after": "1060000.00",
        }  # fmt: skip
        assert (trial["missing"], trial["moved"]) == ([], [])
        whole = (await pool.maker.get(f"/claims/{claim['id']}")).json()
        assert whole["trial"] == trial


async def test_what_is_approved_is_the_trial_and_it_stays_beside_the_claim(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await two_bad_loans(pool)
        # The bank's year is 5 % of 12,000,000; the first in line holds 360,000.00 of it.
        first = await pool.files("first", "900000.00", overdue_days=95)
        filed = await pool.files("a", "900000.00", overdue_days=95)
        await pool.maker.post(f"/claims/{first['id']}/refuse", json={"reason": "缺页"})
        await pool.readies(filed)
        trial = await pool.trial(filed)

        claim = (await pool.approves_now(filed, trial=trial["id"])).json()

        assert claim["trials"]["decision"] == trial
        assert amounts(claim["shares"]) == amounts(trial["shares"])
        assert claim["pool_pays"] == "360000.00"
        assert claim["trial"] is None
        kept = {name: amounts(one["shares"])["pool"] for name, one in claim["trials"].items()}
        assert kept == {"filing": "240000.00", "review": "360000.00", "decision": "360000.00"}
        gone = await pool.checker.get(f"/claims/{claim['id']}/trial")
        assert code_of(gone) == (409, "nothing-to-decide")


async def moved_balance(pool):
    await pool.fee("0.01", on=date(2026, 3, 5))


async def moved_position(pool):
    await pool.hears(
        pool.position("a", "2026-02", "920000.00", risk_class="substandard", overdue_days=93)
    )


async def moved_line(pool):
    """A claim that was filed before it is refused, and what was held for it is free."""
    (first,) = [one for one in await claims_listed(pool) if one["borrower_name"] == "企业first"]
    await pool.maker.post(f"/claims/{first['id']}/refuse", json={"reason": "缺页"})


async def claims_listed(pool):
    return (await pool.auditor.get("/claims")).json()["items"]


@pytest.mark.parametrize("move", [moved_balance, moved_position, moved_line])
async def test_a_decision_on_what_has_moved_is_refused_with_both_and_nothing_is_done(running, move):
    async with claims_of(running) as pool:
        await two_bad_loans(pool)
        await pool.files("first", "900000.00", overdue_days=95)
        claim = await reviewed(pool)
        seen = await pool.trial(claim)
        await move(pool)
        before = await pool.balances()

        answer = await pool.approves_now(claim, trial=seen["id"])

        assert code_of(answer) == (409, "trial-moved")
        now = await pool.trial(claim)
        assert answer.json()["seen"] == seen
        assert answer.json()["now"] == now
        assert now["id"] != seen["id"]
        assert await pool.balances() == before
        unchanged = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (unchanged["state"], unchanged["shares"]) == ("reviewed", [])
        assert (await pool.approves_now(claim, trial=now["id"])).status_code == 200


async def test_a_trial_that_nobody_was_shown_decides_nothing(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)

        answer = await pool.approves_now(claim, trial="6a1f0c52d83be94f70c1e5a4b7d2983c")

        assert code_of(answer) == (409, "trial-moved")
        assert answer.json()["seen"] is None
        without = await pool.checker.post(f"/claims/{claim['id']}/approve", json={"opinion": "好"})
        assert without.status_code == 422


async def test_decisions_about_others_in_line_move_no_trial_that_they_leave_as_it_is(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        for name in ("a", "b", "c"):
            await pool.covers(name, amount="5000000.00")
        for name in ("a", "b", "c"):
            await pool.goes_bad(name, "2026-02", "5000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        first, middle, last = [await reviewed(pool, n, "5000000.00") for n in ("a", "b", "c")]
        seen = await pool.trial(middle)

        await pool.approves_now(last)
        await pool.approves_now(first)

        assert (await pool.approves_now(middle, trial=seen["id"])).status_code == 200


async def test_a_bank_sees_its_shares_and_its_payments_and_nothing_of_other_banks(running):
    async with claims_of(running, "ICBC", "CCB", paid_in="60000000.00") as pool:
        await pool.covers("b", amount="5000000.00", bank="CCB")
        await pool.covers("a", amount="5000000.00")
        for name in ("b", "a"):
            await pool.goes_bad(name, "2026-02", "5000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        await pool.files("b", "5000000.00", overdue_days=95, bank="CCB")
        claim = await pool.files("a", "5000000.00", overdue_days=95)
        path = f"/claims/{claim['id']}"

        seen = (await pool.bank("ICBC").get(f"{path}/trial")).json()

        # What it is told is what the house sees, other banks' claims counted.
        assert amounts(seen["shares"]) == amounts((await pool.trial(claim))["shares"])
        assert amounts(seen["shares"])["pool"] == "250000.00"
        assert (seen["pool"], seen["bank_year"], seen["borrower"]) == (None, None, None)
        assert "borrower_balance" not in seen["facts"]
        assert [(one["code"], one["used"], one["held"]) for one in seen["limits"]] == [
            ("bank_year", None, None)
        ]
        assert all("ICBC" in (one["payer_code"], one["payee_code"]) for one in seen["payments"])
        assert claim["trial"] == seen
        assert claim["trials"]["filing"] == seen
        for path_of_bank in (f"{path}/trial", path):
            assert (await pool.bank("CCB").get(path_of_bank)).status_code == 404


async def test_what_is_missing_is_named_and_nothing_is_approved_without_it(running):
    async with claims_of(running, code="gd_guangzhou_2023") as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)

        trial = await pool.trial(claim)

        assert [(one["code"], one["field"]) for one in trial["missing"]] == [
            ("figure-missing", "/figures/bank_year_ceiling")
        ]
        assert all(one["zh"] and one["en"] for one in trial["missing"])
        assert (trial["base"], trial["shares"]) == (None, [])
        answer = await pool.approves_now(claim, trial=trial["id"])
        assert code_of(answer) == (422, "figure-missing")
        assert "claims" not in await pool.balances()


async def test_a_part_is_approved_for_a_reason_and_on_the_trial_of_the_part(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await reviewed(pool)
        whole = await pool.trial(claim)
        part = await pool.trial(claim, principal="500000.00")
        assert (part["in_part"], part["base"]) == (True, "500000.00")
        assert amounts(part["shares"]) == {"pool": "200000.00", "bank": "300000.00"}
        decision = {"covered_principal": "500000.00", "reason": "其余未按约定用途使用"}

        of_the_whole = await pool.approves_now(claim, trial=whole["id"], **decision)
        assert code_of(of_the_whole) == (409, "trial-moved")
        decision_without = {"covered_principal": "500000.00"}
        unreasoned = await pool.approves_now(claim, trial=part["id"], **decision_without)
        assert unreasoned.status_code == 422
        assert [one["pointer"] for one in unreasoned.json()["errors"]] == ["#/reason"]
        beyond = await pool.checker.get(
            f"/claims/{claim['id']}/trial", params={"principal": "900000.01"}
        )
        assert code_of(beyond) == (422, "part-above-claimed")

        approved = (await pool.approves_now(claim, trial=part["id"], **decision)).json()

        assert (approved["approved_principal"], approved["pool_pays"]) == ("500000.00", "200000.00")
        assert approved["part_reason"] == "其余未按约定用途使用"
        assert approved["state_zh"] == "部分批准，待拨付"
        assert approved["state_en"] == "approved in part"
        assert (await pool.balances())["claims"] == "200000.00"
        (listed,) = await claims_listed(pool)
        assert listed["state_zh"] == "部分批准，待拨付"


async def test_a_claim_without_principal_is_tried_and_approved(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update claims set outstanding_principal_fen = 0")

        trial = await pool.trial(claim)

        assert (trial["principal"], trial["base"], trial["in_part"]) == ("0.00", "0.00", False)
        approved = (await pool.approves_now(claim, trial=trial["id"])).json()
        assert (approved["state"], approved["pool_pays"]) == ("approved", "0.00")
        assert (await pool.pays(approved))["state"] == "paid"


@pytest.mark.parametrize(
    ("report", "code", "now"),
    [
        ({"outstanding": "899999.99"}, "principal-lower", "899999.99"),
        ({"risk_class": "special_mention"}, "risk-class-better", "special_mention"),
    ],
)
async def test_a_loan_that_stands_better_than_was_claimed_is_not_approved_as_claimed(
    running, report, code, now
):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)
        more = {
            "outstanding": "900000.00",
            "risk_class": "substandard",
            "overdue_days": 92,
        } | report
        await pool.hears(pool.position("a", "2026-02", more.pop("outstanding"), **more))

        trial = await pool.trial(claim)
        answer = await pool.approves_now(claim, trial=trial["id"])

        assert code_of(answer) == (409, "claim-facts-moved")
        assert answer.json()["moved"] == trial["moved"]
        (moved,) = trial["moved"]
        assert (moved["code"], moved["now"]) == (code, now)
        assert (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"] == "reviewed"


async def test_a_part_that_the_loan_still_owes_may_be_approved_after_it_has_fallen(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)
        await pool.goes_bad("a", "2026-03", "600000.00", overdue_days=123)

        part = await pool.trial(claim, principal="600000.00")
        more = {"covered_principal": "600000.00", "reason": "已还 30 万元"}
        answer = await pool.approves_now(claim, trial=part["id"], **more)

        assert answer.status_code == 200, answer.text
        shares = amounts(answer.json()["shares"])
        assert sum(parse_fen(fen) for fen in shares.values()) == parse_fen("600000.00")
        assert format_fen(parse_fen(shares["pool"])) == part["shares"][0]["amount"]


async def test_a_loan_that_was_repaid_since_is_not_approved(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await reviewed(pool)
        await pool.hears(pool.repayment("a", on=date(2026, 3, 5)))

        trial = await pool.trial(claim)
        answer = await pool.approves_now(claim, trial=trial["id"])

        assert code_of(answer) == (409, "claim-facts-moved")
        assert [one["code"] for one in trial["moved"]] == ["loan-repaid"]
        assert "claims" not in await pool.balances()


async def test_however_many_wait_a_trial_asks_the_database_as_often(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        names = ("a", "b", "c", "d", "e")
        for name in names:
            await pool.covers(name)
        for name in names:
            await pool.goes_bad(name, "2026-02", "900000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        claims = [await pool.files(name, "900000.00", overdue_days=95) for name in names]

        asked = [await statements_of(pool, claim) for claim in (claims[0], claims[-1])]

        assert 0 < asked[0] == asked[1]


async def statements_of(pool, claim):
    """How many statements a trial takes."""
    asked = []
    async with pool.service.context.database.begin(EVERYWHERE) as conn:
        row = await known.find(conn, UUID(claim["id"]))
        conn.add_query_logger(asked.append)
        await trial_of(conn, row)
        conn.remove_query_logger(asked.append)
    return len(asked)
