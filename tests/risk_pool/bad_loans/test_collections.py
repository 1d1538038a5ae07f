"""Collection of compensated loans: steps, instalments met by recoveries, concluded by two."""

from datetime import date, datetime
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from services.risk_pool.domain.collection import LIFE_CYCLE, Instalment, standings
from services.risk_pool.main import remind_of_instalments
from tests.papers import document
from tests.risk_pool.bad_loans.driver import REPORT, ROLES, asks, is_over, reads, somebody, walks
from tests.risk_pool.bad_loans.test_warnings import README
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending
from tests.risk_pool.claims.test_explain import opened, refused

BEGIN = {"collector": "工行资产保全部", "plan": "先函后诉"}
BODIES: dict[str, Any] = {
    "record": {"kind": "suit", "taken_on": "2026-03-05", "note": "已立案",
               "reference": "(2026)津0116民初1号", "papers": [REPORT]},
    "agree": {"agreed_on": "2026-03-05", "papers": [REPORT], "instalments": [
        {"due_on": "2026-03-05", "amount": "1000.00"}, {"due_on": "2026-04-05", "amount": "500.00"},
    ]},
    "propose": {"conclusion": "written_off", "reason": "终结执行"},
    "send_back": {"reason": "再追偿一季"},
    "conclude": {"opinion": "同意"},
}  # fmt: skip
RUNS = ("bank_operator", "finance_maker")


async def compensated(pool: Claims, name: str = "a") -> Any:
    await bad_loan(pool, name)
    return await pool.approves(name, "900000.00", overdue_days=95)


async def begins(pool: Claims, claim: Any, *, by: Any = None) -> tuple[Any, str]:
    path = f"/claims/{claim['id']}/collection"
    made = await asks(by or pool.bank("ICBC"), path, BEGIN, 201)
    return made, f"/collections/{made['id']}"


async def test_a_collection_is_moved_on_by_those_it_names_alone(running):
    async with claims_of(running) as pool:
        await lending(pool)
        _, path = await begins(pool, await compensated(pool))
        checks, proposed = ("finance_checker",), ("collection.conclusion-proposed.v1",)
        for action, to, roles, told in (
            ("record", "collecting", RUNS, ()),
            ("agree", "collecting", RUNS, ()),
            ("propose", "proposed", RUNS, proposed),
        ):
            for role in roles:
                body = BODIES[action]
                await walks(pool, path, action, body, by=role, roles=roles, to=to, told=told)
                if action == "propose":
                    await is_over(pool, path, BODIES, but=("send_back", "conclude"))
                    body = BODIES["send_back"]
                    await walks(pool, path, "send_back", body, by=checks[0], roles=checks,
                                to="collecting", told=())  # fmt: skip
        await is_over(pool, path, BODIES, but=("record", "agree", "propose"))
        await asks(somebody(pool, "finance_maker", "both"), f"{path}/propose", BODIES["propose"])
        same = pool.service.as_("both", "finance_checker")
        answer = await same.post(f"{path}/conclude", json=BODIES["conclude"])
        assert code_of(answer) == (409, "second-person-required")
        await walks(pool, path, "conclude", BODIES["conclude"], by=checks[0], roles=checks,
                    to="concluded", told=("collection.concluded.v1",))  # fmt: skip
        await is_over(pool, path, BODIES, but=())


async def test_the_bank_or_finance_begins_one_for_a_compensated_claim_and_once(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await lending(pool)
        await pool.covers("a")
        await pool.goes_bad("a", "2026-02", "900000.00", overdue_days=92)
        await bad_loan(pool, "b")
        filed = await pool.files("b", "900000.00", overdue_days=95)
        answer = await pool.bank("ICBC").post(f"/claims/{filed['id']}/collection", json=BEGIN)
        assert code_of(answer) == (409, "claim-not-compensated")
        claim = await pool.approves("a", "900000.00", overdue_days=95)
        path = f"/claims/{claim['id']}/collection"
        for role in ROLES:
            if role not in RUNS:
                answer = await somebody(pool, role).post(path, json=BEGIN)
                assert code_of(answer) == (403, "forbidden"), role
        assert code_of(await pool.bank("CCB").post(path, json=BEGIN)) == (404, "not-found")
        made, by_id = await begins(pool, claim, by=somebody(pool, "finance_maker"))
        assert [(one["source"], one["target"]) for one in made["history"]] == [(None, "collecting")]
        assert code_of(await pool.bank("ICBC").post(path, json=BEGIN)) == (409, "collection-begun")
        for where in (path, by_id):
            assert code_of(await pool.bank("CCB").get(where)) == (404, "not-found")
            own = await pool.bank("ICBC").get(where)
            # By whom of the bureau it was begun its bank is not told.
            assert own.json()["begun_name"] == "" != made["begun_name"], own.text
        second, _ = await begins(pool, await pool.decides(filed))
        assert second["history"][-1]["role"] == "bank_operator"


async def test_instalments_are_met_by_recoveries_and_a_settlement_is_over_when_all_are(running):
    async with claims_of(running) as pool:
        await lending(pool)
        claim = await compensated(pool)
        _, path = await begins(pool, claim)
        bank, settled = pool.bank("ICBC"), {"conclusion": "settled", "reason": "履行完毕"}
        assert code_of(await bank.post(f"{path}/propose", json=settled)) == (
            409, "instalments-open",
        )  # fmt: skip
        await pool.recovers(claim, "200.00", on="2026-03-05", not_a_double=False)
        wrong = BODIES["agree"] | {
            "agreed_on": "2026-03-06",
            "instalments": [{"due_on": day, "amount": "1.00"} for day in ("2026-03-05",) * 2],
        }
        answer = await bank.post(f"{path}/agree", json=wrong)
        assert [one["pointer"] for one in answer.json()["errors"]] == [
            "#/agreed_on", "#/instalments/0/due_on", "#/instalments/1/due_on",
            "#/instalments/1/due_on",
        ]  # fmt: skip
        agreed = await asks(bank, f"{path}/agree", BODIES["agree"])
        assert [(one["met"], one["standing"]) for one in agreed["instalments"]] == [
            ("200.00", "due"), ("0.00", "due"),
        ]  # fmt: skip
        await pool.it_is("2026-03-10")
        by_claim = f"/claims/{claim['id']}/collection"
        assert [one["standing"] for one in (await reads(pool, by_claim))["instalments"]] == [
            "late", "due",
        ]  # fmt: skip

        # Of the first one the bank is reminded once, as late: the clock went by its day.
        context = pool.service.context
        for _ in "12":
            await remind_of_instalments(context)
        await pool.recovers(claim, "900.00", on="2026-03-09")
        for day in ("2026-03-30", "2026-03-31", "2026-04-05", "2026-04-06", "2026-04-07"):
            await context.clock.set(datetime.fromisoformat(f"{day}T01:00:00+00:00"))
            await remind_of_instalments(context)
        told = await pool.said("collection.instalment-due.v1")
        assert [(one["due_on"], one["stage"], one["left"], one["on"]) for one in told] == [
            ("2026-03-05", "late", "800.00", "2026-03-10"),
            ("2026-04-05", "ahead", "400.00", "2026-03-31"),
            ("2026-04-05", "due", "400.00", "2026-04-05"),
            ("2026-04-05", "late", "400.00", "2026-04-06"),
        ]  # fmt: skip
        last = (await reads(pool, by_claim))["instalments"][1]
        assert ([one["stage"] for one in last["reminded"]], last["late_days"]) == (
            ["ahead", "due", "late"], 2,
        )  # fmt: skip
        await pool._clock_is_put_back(datetime.fromisoformat("2026-03-10T01:00:00+00:00"))
        shown = await reads(pool, path)
        assert [(one["met"], one["standing"]) for one in shown["instalments"]] == [
            ("1000.00", "met"), ("100.00", "due"),
        ]  # fmt: skip
        assert (shown["recovered"], shown["open"]) == ("1100.00", "898900.00")
        for part, amount, parts in (
            ("recovered", "1100.00", ["200.00", "900.00"]),
            ("met/2026-03-05", "1000.00", ["200.00", "800.00"]),
            ("met/2026-04-05", "100.00", ["100.00"]),
            ("left/2026-04-05", "400.00", ["500.00", "-100.00"]),
            ("agreed", "1500.00", ["1000.00", "500.00"]),
            ("left", "400.00", ["0.00", "400.00"]),
        ):
            told = await opened(bank, f"collection/{claim['number']}/{part}")
            got = (told["amount"], [one["amount"] for one in told["parts"]])
            assert got == (amount, parts), part
            for one in told["parts"]:
                assert one["address"] is None or await opened(bank, one["address"])
        assert (await opened(bank, f"collection/{claim['number']}/open"))["amount"] == "898900.00"
        await refused(bank, f"collection/{claim['number']}/met/2026-05-05")
        answer = await bank.post(f"{path}/propose", json=settled)
        assert (code_of(answer), answer.json()["instalments"]) == ((409, "instalments-open"), 1)
        full = {"conclusion": "recovered", "reason": "全额收回"}
        answer = await bank.post(f"{path}/propose", json=full)
        assert (code_of(answer), answer.json()["open"]) == ((409, "not-all-recovered"), "898900.00")
        await pool.recovers(claim, "400.00", on="2026-03-10")
        await asks(bank, f"{path}/propose", settled)
        done = await asks(pool.checker, f"{path}/conclude", BODIES["conclude"])
        assert (done["conclusion_en"], done["next_step"]) == ("settled as agreed", "")


async def test_recovered_in_full_is_what_has_come_back_to_everybody_by_confirmed_money(running):
    async with claims_of(running) as pool:
        await lending(pool)
        claim = await compensated(pool)
        _, path = await begins(pool, claim)
        await pool.recovers(claim, "900000.00", on="2026-03-05")
        full = {"conclusion": "recovered", "reason": "全额收回"}
        done = await asks(pool.bank("ICBC"), f"{path}/propose", full)
        assert (done["open"], done["state"]) == ("0.00", "proposed")


async def test_what_is_to_be_written_off_leads_to_the_claims_own_step_and_books_nothing(running):
    async with claims_of(running) as pool:
        await lending(pool)
        claim = await compensated(pool)
        await pool.pays(claim)
        _, path = await begins(pool, claim)
        await asks(pool.bank("ICBC"), f"{path}/record", BODIES["record"])
        await asks(pool.bank("ICBC"), f"{path}/propose", BODIES["propose"])
        held = await pool.balances()
        done = await asks(pool.checker, f"{path}/conclude", BODIES["conclude"])

        assert (done["next_step"], await pool.balances()) == ("write_off", held)
        assert (await reads(pool, f"/claims/{claim['id']}"))["state"] == "paid"
        (step,) = done["steps"]
        assert (step["kind"], step["reference"], step["papers"][0]["sha256"]) == (
            "suit", "(2026)津0116民初1号", document("report")["sha256"],
        )  # fmt: skip


@given(
    amounts=st.lists(st.integers(1, 10_000), min_size=1, max_size=6),
    recovered=st.integers(0, 70_000),
)
def test_no_fen_meets_two_instalments_and_none_is_met_before_an_earlier_one(amounts, recovered):
    agreed = [
        Instalment(due_on=date(2026, month, 1), amount_fen=fen)
        for month, fen in enumerate(amounts, start=1)
    ]

    stand = standings(agreed, recovered_fen=recovered, today=date(2026, 3, 15))

    assert sum(one.met_fen for one in stand) == min(recovered, sum(amounts))
    for earlier, later in pairwise(stand):
        assert earlier.standing == "met" or later.met_fen == 0
    assert {one.standing for one in stand if one.met_fen == one.amount_fen} <= {"met"}
    assert all(one.standing != "late" for one in stand if one.due_on >= date(2026, 3, 15))


def test_the_manual_draws_a_collection_as_it_is():
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in README.read_text(encoding="utf-8")
