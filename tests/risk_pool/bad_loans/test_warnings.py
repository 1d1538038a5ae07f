"""Early warnings: raised once for a cause and a loan, answered by measures, concluded by another."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.risk_pool.domain.warning import LIFE_CYCLE
from services.risk_pool.main import watch_matured_loans
from tests.risk_pool.bad_loans.driver import (
    REPORT,
    ROLES,
    asks,
    is_over,
    reads,
    somebody,
    walks,
)
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending

RAISES = ("bank_operator", "finance_maker", "reviewer", "pool_manager")
ACTS = RAISES
CONCLUDES = ("finance_checker", "pool_manager")
MEASURE = {"text": "上门核查", "by_whom": "王敏", "until": "2026-12-31"}
DONE = {"measure": 1, "done_on": "2026-01-11", "note": "已核查", "papers": [REPORT]}
GONE = {"conclusion": "risk_gone", "reason": "已还清逾期款"}
BODIES: dict[str, Any] = {
    "add_measure": MEASURE, "complete_measure": DONE, "watch": {"reason": "再看一季"},
    "close": GONE,
}  # fmt: skip
README = Path(__file__).parents[3] / "services/risk_pool/README.md"


async def by_hand(pool: Claims, *, by: Any = None, status: int = 201, **more: Any) -> Any:
    body = {"cause": "business", "level": "yellow", "text": "主要客户停产", **more}
    return await asks(
        by or somebody(pool, "reviewer", "raiser"), f"/pools/{pool.code}/warnings", body, status
    )


async def stands(pool: Claims, name: str, state: str) -> str:
    """The path of a warning about a loan that stands so."""
    warning = await by_hand(pool, loan_id=str(pool.loans[name]))
    path, manager = f"/warnings/{warning['id']}", somebody(pool, "pool_manager", "ming")
    for action in {"raised": (), "in_hand": ("add_measure",), "watched": ("watch",),
                   "closed": ("close",)}[state]:  # fmt: skip
        await asks(manager, f"{path}/{action}", BODIES[action])
    return path


async def known(pool: Claims, **asked: str) -> list[tuple[str, str, str, int]]:
    answer = await pool.auditor.get("/warnings", params=asked)
    assert answer.status_code == 200, answer.text
    return [
        (one["cause"], one["level"], one["state"], one["times"])
        for one in reversed(answer.json()["items"])
    ]


async def test_a_warning_is_moved_on_by_those_it_names_alone(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        concluded = ("warning.concluded.v1",)
        for source, action, to, roles, told in (
            ("raised", "add_measure", "in_hand", ACTS, ()),
            ("in_hand", "add_measure", "in_hand", ACTS, ()),
            ("watched", "add_measure", "in_hand", ACTS, ()),
            ("in_hand", "complete_measure", "in_hand", ACTS, ()),
            ("raised", "watch", "watched", CONCLUDES, ()),
            ("in_hand", "watch", "watched", CONCLUDES, ()),
            ("raised", "close", "closed", CONCLUDES, concluded),
            ("in_hand", "close", "closed", CONCLUDES, concluded),
            ("watched", "close", "closed", CONCLUDES, concluded),
        ):
            for role in roles:
                path = await stands(pool, "a", source)
                if (source, action) == ("in_hand", "close"):
                    await asks(somebody(pool, "reviewer"), f"{path}/complete_measure", DONE)
                if roles is CONCLUDES:
                    same = pool.service.as_("raiser", role)
                    answer = await same.post(f"{path}/{action}", json=BODIES[action])
                    assert code_of(answer) == (409, "second-person-required"), (source, action)
                await walks(
                    pool, path, action, BODIES[action], by=role, roles=roles, to=to, told=told
                )
        for state in LIFE_CYCLE.states:
            path = await stands(pool, "a", state)
            possible = tuple(move.action for move in LIFE_CYCLE.moves if move.source == state)
            await is_over(pool, path, BODIES, but=possible)


async def test_a_person_raises_one_for_a_loan_or_a_borrower_and_a_bank_only_for_its_own(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("a")
        await pool.covers("b", bank="CCB")
        loan = {"loan_id": str(pool.loans["a"])}
        for role in ROLES:
            if role in RAISES:
                made = await by_hand(pool, by=somebody(pool, role), **loan)
                last = made["history"][-1]
                assert (last["source"], last["target"], last["role"]) == (None, "raised", role)
            else:
                body = {"cause": "other", "level": "red", "text": "x", **loan}
                answer = await somebody(pool, role).post("/pools/dongli/warnings", json=body)
                assert code_of(answer) == (403, "forbidden"), role
        told = await pool.said("warning.raised.v1")
        assert len(told) == len(RAISES)
        assert {(one["by_hand"], one["again"], one["text"]) for one in told} == {
            (True, False, "主要客户停产")
        }

        firm = pool.cases["a"]["borrower_uscc"]
        made = await by_hand(pool, by=pool.bank("ICBC"), borrower_uscc=firm, cause="lawsuit")
        assert (made["bank_code"], made["loan_id"], made["borrower_name"]) == (
            "ICBC", None, "企业a",
        )  # fmt: skip
        other = {"cause": "other", "level": "red", "text": "x"}
        for body, said in (
            ({"loan_id": str(pool.loans["b"])}, (404, "not-found")),
            ({"borrower_uscc": pool.cases["b"]["borrower_uscc"]}, (404, "not-found")),
            ({}, (422, "invalid-request")),
            ({**loan, "borrower_uscc": firm}, (422, "invalid-request")),
        ):
            answer = await pool.bank("ICBC").post("/pools/dongli/warnings", json=other | body)
            assert code_of(answer) == said, body
        theirs = await pool.bank("CCB").get("/warnings")
        assert theirs.json()["items"] == []
        answer = await pool.bank("CCB").get(f"/warnings/{made['id']}")
        assert code_of(answer) == (404, "not-found")


async def test_a_reported_loan_is_warned_of_once_and_again_when_the_cause_comes_again(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await pool.covers("a")
        at = {"loan_id": str(pool.loans["a"])}
        late = pool.position("a", "2026-02", "900000.00", overdue_days=20)
        await pool.hears(late)
        await pool.hears(pool.position("a", "2026-02", "900000.00", overdue_days=21))
        assert await known(pool, **at) == [("overdue", "yellow", "raised", 1)]

        await pool.hears(
            pool.position("a", "2026-03", "900000.00", overdue_days=50, risk_class="substandard")
        )
        assert await known(pool, **at) == [
            ("overdue", "orange", "raised", 2), ("risk_class", "orange", "raised", 1),
        ]  # fmt: skip
        assert len(await pool.said("warning.raised.v1")) == 2

        overdue = (await pool.auditor.get("/warnings", params={**at, "cause": "overdue"})).json()
        path = f"/warnings/{overdue['items'][0]['id']}"
        manager = somebody(pool, "pool_manager")
        await asks(manager, f"{path}/watch", {"reason": "已制定还款计划"})
        await pool.hears(pool.position("a", "2026-04", "900000.00", overdue_days=60))
        assert (await reads(pool, path))["state"] == "watched", "no worse: it is watched on"
        await pool.hears(pool.position("a", "2026-05", "900000.00", overdue_days=120))
        shown = await reads(pool, path)
        assert (shown["state"], shown["level"], shown["facts"]) == (
            "raised", "red", {"month": "2026-05", "overdue_days": 120},
        )  # fmt: skip
        assert [(m["source"], m["action"], m["role"]) for m in shown["history"][-2:]] == [
            ("raised", "watch", "pool_manager"), ("watched", "reopen", "system"),
        ]  # fmt: skip

        closed = await asks(manager, f"{path}/close", GONE)
        assert (closed["conclusion_en"], closed["concluded_by"]) == (
            "the risk is gone", "pool_manager",
        )  # fmt: skip
        await pool.hears(pool.position("a", "2026-05", "900000.00", overdue_days=119))
        assert (await reads(pool, path))["state"] == "closed", "the same month is no new cause"
        await pool.hears(pool.position("a", "2026-06", "900000.00", overdue_days=5))
        again = await reads(pool, path)
        assert (again["state"], again["level"], again["times"], again["conclusion"]) == (
            "raised", "yellow", 5, "",
        )  # fmt: skip
        assert again["history"][-1]["source"] == "closed"
        told = await pool.said("warning.raised.v1")
        assert [one["again"] for one in told if one["cause"] == "overdue"] == [False, True, True]


async def test_a_bank_s_silence_its_breaker_and_a_passed_last_day_are_warned_of(running):
    async with claims_of(running) as pool:
        await lending(pool, 3)
        await pool.covers("a", amount="1000000.00")
        names = [name for name in pool.loans if name != "a"]
        # 1,000,000 of 31,000,000 is 3.2 %: beyond the line at which dongli warns, 3 %.
        whole = [pool.position(name, "2026-01", "10000000.00") for name in names]
        bad = pool.position("a", "2026-01", "1000000.00", risk_class="substandard")
        await pool.hears(*whole, bad)
        assert ("breaker", "orange", "raised", 1) in await known(pool)
        before = await known(pool)

        await pool.it_is("2026-03-12")
        await pool.service.context.clock.reload()
        from services.risk_pool.main import watch_banks_past_the_reporting_day as watch

        await watch(pool.service.context)
        await watch(pool.service.context)
        assert ("silence", "orange", "raised", 1) in set(await known(pool)) - set(before)

        await pool.it_is(str(date(2026, 1, 21) + timedelta(days=366)))
        for _ in range(2):
            await watch_matured_loans(pool.service.context)
        matured = [one for one in await known(pool) if one[0] == "matured"]
        assert matured == [("matured", "orange", "raised", 1)] * 4


async def test_measures_are_done_once_with_a_paper_before_the_risk_is_said_to_be_gone(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        path = await stands(pool, "a", "in_hand")
        manager = somebody(pool, "pool_manager")
        assert code_of(await manager.post(f"{path}/close", json=GONE)) == (409, "measures-open")
        for body, field in (
            ({**DONE, "measure": 2}, "/measure"),
            ({**DONE, "done_on": "2026-01-12"}, "/done_on"),
            ({**DONE, "papers": []}, "/papers"),
        ):
            answer = await manager.post(f"{path}/complete_measure", json=body)
            assert code_of(answer) == (422, "invalid-request")
            assert field in answer.text
        past = {**MEASURE, "until": "2026-01-10"}
        assert code_of(await manager.post(f"{path}/add_measure", json=past))[0] == 422

        done = await asks(manager, f"{path}/complete_measure", DONE)
        assert [(one["done_on"], one["papers"][0]["kind"]) for one in done["measures"]] == [
            ("2026-01-11", "report")
        ]
        answer = await manager.post(f"{path}/complete_measure", json=DONE)
        assert code_of(answer) == (409, "measure-done")
        claim = {"conclusion": "turned_into_claim", "reason": "转补偿"}
        assert code_of(await manager.post(f"{path}/close", json=claim)) == (409, "no-claim-yet")


async def test_a_warning_that_has_turned_into_a_claim_names_it_and_months_are_counted(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        filed = await pool.files("a", "900000.00", overdue_days=95)
        (warning,) = (await pool.auditor.get("/warnings", params={"cause": "overdue"})).json()[
            "items"
        ]
        body = {"conclusion": "turned_into_claim", "reason": "已申请补偿"}
        manager = somebody(pool, "pool_manager")
        closed = await asks(manager, f"/warnings/{warning['id']}/close", body)
        assert closed["claim_number"] == filed["number"]

        path = "/pools/dongli/warnings/monthly"
        rows = (await pool.auditor.get(path, params={"year": "2026"})).json()["items"]
        counted = {(one["month"], one["cause"]): one for one in rows}
        # The story was heard in January, and concluded in March.
        january, march = counted["2026-01", "overdue"], counted["2026-03", "overdue"]
        assert (january["raised"], january["left_open"]) == (1, 1)
        assert (march["turned_into_claim"], march["risk_gone"], march["left_open"]) == (1, 0, 0)
        later = (await pool.auditor.get(path, params={"year": "2027"})).json()["items"]
        assert {
            one["year_before"] for one in later
            if (one["month"], one["cause"]) == ("2027-01", "overdue")
        } == {1}  # fmt: skip
        own = (await pool.bank("CCB").get(path, params={"year": "2026"})).json()["items"]
        assert own == [], "another bank counts nothing of it"


@pytest.mark.parametrize("year", ["1999", "abc", ""])
async def test_a_year_that_cannot_be_is_refused(running, year):
    async with claims_of(running) as pool:
        answer = await pool.auditor.get("/pools/dongli/warnings/monthly", params={"year": year})
        assert answer.status_code == 422


def test_the_manual_draws_a_warning_as_it_is():
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in README.read_text(encoding="utf-8")
