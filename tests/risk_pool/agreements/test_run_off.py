"""Run-off: who decides it, what it stops, what lives on, what is left, and who is given what back."""

from datetime import date
from typing import Any

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.domain.run_off import shares_of
from services.risk_pool.main import begin_what_runs_off
from tests.cash import settle_items
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role

AT = "/pools/dongli/run-offs"
ORDER = {"from_day": "2026-03-02", "reason": "合作期满，按协议清算"}


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def proposed(pool: Account, **more: Any) -> Any:
    answer = await pool.manager.post(AT, json=ORDER | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def takes(pool: Account, run_off: Any, step: str, *, by: Any = None) -> Any:
    """A step, by the one it is for; the answer as it comes."""
    who = {"propose_distribution": pool.maker, "close": pool.manager}.get(step, pool.checker)
    body = {"reason": "暂缓"} if step in ("refuse", "send_back") else None
    return await (by or who).post(f"/run-offs/{run_off['id']}/{step}", json=body)


async def goes(pool: Account, run_off: Any, *steps: str) -> Any:
    for step in steps:
        answer = await takes(pool, run_off, step)
        assert answer.status_code == 200, answer.text
    return answer.json()


async def situation(pool: Account) -> Any:
    answer = await pool.auditor.get("/pools/dongli/run-off")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def is_refused_to_all_but(
    pool: Account, run_off: Any, step: str, roles: tuple[str, ...]
) -> None:
    for role in EVERYBODY:
        if role not in roles:
            answer = await takes(pool, run_off, step, by=somebody(pool, role))
            expected = (404, "not-found") if role.startswith("bank") else lacks_role(role)
            assert code_of(answer) == expected, (step, role)


async def test_the_manager_proposes_a_run_off_once_and_from_no_day_that_has_passed(running):
    async with account_of(running) as pool:
        for role in EVERYBODY:
            if role != "pool_manager":
                answer = await somebody(pool, role).post(AT, json=ORDER)
                assert code_of(answer) == (403, "forbidden"), role
        past = await pool.manager.post(AT, json=ORDER | {"from_day": "2026-03-01"})
        assert past.json()["errors"][0]["code"] == "too-early"

        run_off = await proposed(pool)

        assert last_move(run_off) == (None, "propose", "proposed", "pool_manager")
        assert code_of(await pool.manager.post(AT, json=ORDER)) == (409, "run-off-open")
        assert (await pool.auditor.get("/pools/dongli")).json()["state"] == "open"


@pytest.mark.parametrize(("step", "target"), [("confirm", "running"), ("refuse", "refused")])
@pytest.mark.parametrize("role", ["approver", "finance_checker"])
async def test_another_person_confirms_a_run_off_or_does_not(running, step, target, role):
    async with account_of(running) as pool:
        run_off = await proposed(pool)
        await is_refused_to_all_but(pool, run_off, step, ("approver", "finance_checker"))
        both = pool.service.as_("lin", "pool_manager", role)
        answer = await takes(pool, run_off, step, by=both)
        assert code_of(answer) == (409, "second-person-required")

        answer = await takes(pool, run_off, step, by=somebody(pool, role))

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("proposed", step, target, role)
        for again in ("confirm", "refuse"):
            assert code_of(await takes(pool, run_off, again)) == (409, "not-possible-now")
        state = (await pool.auditor.get("/pools/dongli")).json()["state"]
        told = [one for one in await pool.said() if one["type"] == "pool.run-off.v1"]
        assert (state, len(told)) == (("run_off", 1) if step == "confirm" else ("open", 0))
        if step == "refuse":
            await proposed(pool)


async def test_from_its_day_on_new_loans_are_declined_and_covered_ones_live_on(running):
    async with account_of(running) as pool:
        await pool.covers("在保")
        await pool.approved("已预留")
        await goes(pool, await proposed(pool, from_day="2026-03-10"), "confirm")
        await pool.approved("之前")
        await pool.it_is("2026-03-10")
        await pool.approved("之后")

        states = {name: (await pool.coverage(name))["state"] for name in pool.loans}
        assert states == {
            "在保": "active", "已预留": "reserved", "之前": "reserved", "之后": "declined",
        }  # fmt: skip
        limits = (await pool.coverage("之后"))["limits"]
        assert limits[0]["limit"] == "pool_in_run_off"
        await begin_what_runs_off(pool.service.context)
        assert (await pool.coverage("已预留"))["state"] == "reserved", "kept, as the order says"
        await pool.hears(pool.disbursement("已预留", on=date(2026, 3, 10)))
        assert (await pool.coverage("已预留"))["state"] == "active"


async def test_where_the_order_says_so_what_is_held_is_let_go_on_the_first_day(running):
    async with account_of(running) as pool:
        await pool.covers("在保")
        await pool.approved("已预留")
        await goes(
            pool, await proposed(pool, from_day="2026-03-10", keeps_reserved=False), "confirm"
        )
        await begin_what_runs_off(pool.service.context)
        assert (await pool.coverage("已预留"))["state"] == "reserved", "the day is still to come"
        await pool.it_is("2026-03-10")
        for _ in range(2):
            await begin_what_runs_off(pool.service.context)

        assert (await pool.coverage("已预留"))["state"] == "released"
        assert (await pool.coverage("在保"))["state"] == "active"
        told = [one for one in await pool.said() if one["type"] == "coverage.released.v1"]
        assert [one["reason"] for one in told] == ["expired"]


async def test_nothing_is_distributed_while_something_is_left_and_each_thing_is_named(running):
    async with account_of(running) as pool:
        await pool.covers("在保", amount="1000000.00")
        await pool.enters("fee", "1.00", "2026-03-02")
        run_off = await proposed(pool)
        await goes(pool, run_off, "confirm")
        answer = await takes(pool, run_off, "propose_distribution")

        assert code_of(answer) == (409, "something-left")
        assert answer.json()["left"] == ["covered", "cash_entries_open"]
        left = {one["name"]: one["amount"] for one in (await situation(pool))["left"]}
        assert (left["covered"], left["claims_open"], left["cash_entries_open"]) == (
            "1000000.00", "0", "1",
        )  # fmt: skip


async def contributed(pool: Account) -> Any:
    """DL-FIN has paid in 20,000,000.00, TJ-FIN 10,000,000.01; 0.02 went for a fee."""
    await pool.has("TJ-FIN", "city")
    await pool.moves("contribution", "10000000.01", "2026-03-02", party_code="TJ-FIN")
    await pool.moves("fee", "0.02", "2026-03-02")
    run_off = await proposed(pool)
    await goes(pool, run_off, "confirm")
    return run_off


@pytest.mark.parametrize("step", ["distribute", "send_back"])
async def test_one_of_finance_proposes_the_distribution_and_another_decides(running, step):
    async with account_of(running) as pool:
        run_off = await contributed(pool)
        await is_refused_to_all_but(pool, run_off, "propose_distribution", ("finance_maker",))
        to_decide = await goes(pool, run_off, "propose_distribution")
        assert last_move(to_decide) == (
            "running", "propose_distribution", "to_distribute", "finance_maker",
        )  # fmt: skip
        assert [(one["party_code"], one["share"]) for one in to_decide["shares"]] == [
            ("DL-FIN", "19999999.99"), ("TJ-FIN", "10000000.00"),
        ]  # fmt: skip
        await is_refused_to_all_but(pool, run_off, step, ("finance_checker",))
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        answer = await takes(pool, run_off, step, by=both)
        assert code_of(answer) == (409, "second-person-required")

        done = await goes(pool, run_off, step)

        target = {"distribute": "distributed", "send_back": "running"}[step]
        assert last_move(done) == ("to_distribute", step, target, "finance_checker")
        for again in ("distribute", "send_back"):
            assert code_of(await takes(pool, run_off, again)) == (409, "not-possible-now")
        balances = await pool.balances()
        owed = (balances.get("payable:DL-FIN", "0.00"), balances.get("payable:TJ-FIN", "0.00"))
        if step == "send_back":
            assert (owed, done["shares"]) == (("0.00", "0.00"), [])
            return
        assert owed == ("19999999.99", "10000000.00")
        assert (await pool.auditor.get("/pools/dongli")).json()["available"] == "0.00"


async def test_a_distribution_is_outdated_where_money_has_moved_since(running):
    async with account_of(running) as pool:
        run_off = await contributed(pool)
        await goes(pool, run_off, "propose_distribution")
        await pool.moves("interest", "0.01", "2026-03-02")

        assert code_of(await takes(pool, run_off, "distribute")) == (409, "distribution-outdated")


async def test_the_months_statement_pays_it_out_and_the_empty_pool_is_closed(running):
    async with account_of(running) as pool:
        run_off = await contributed(pool)
        await goes(pool, run_off, "propose_distribution", "distribute")
        await is_refused_to_all_but(pool, run_off, "close", ("pool_manager",))
        assert code_of(await takes(pool, run_off, "close")) == (409, "not-paid-out")
        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)
        owed = (await pool.auditor.get("/pools/dongli/open-items")).json()["items"]
        assert [(one["party_code"], one["direction"], one["open"]) for one in owed] == [
            ("DL-FIN", "payable", "19999999.99"), ("TJ-FIN", "payable", "10000000.00"),
        ]  # fmt: skip
        await settle_items(pool.maker, pool.checker, "dongli", "2026-04-02")

        closed = await goes(pool, run_off, "close")

        assert last_move(closed) == ("distributed", "close", "closed", "pool_manager")
        assert closed["closed_on"] == "2026-04-02"
        shown = (await pool.auditor.get("/pools/dongli")).json()
        assert (shown["state"], shown["cash"], shown["available"]) == ("closed", "0.00", "0.00")
        (told,) = [one for one in await pool.said() if one["type"] == "pool.closed.v1"]
        assert [one["amount"] for one in told["distributed"]] == ["19999999.99", "10000000.00"]
        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")
        assert report is not None and report.passed
        assert code_of(await takes(pool, run_off, "close")) == (409, "not-possible-now")
        assert code_of(await pool.manager.post(AT, json=ORDER)) == (409, "run-off-open")


def test_what_is_left_is_shared_as_paid_in_to_the_fen_losses_and_gains_alike():
    assert shares_of(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert shares_of(7, {"a": 3, "b": 4, "c": 0}) == {"a": 3, "b": 4}
    assert shares_of(8, {"a": 3, "b": 4}) == {"a": 3, "b": 5}
    assert shares_of(0, {"a": 3}) == {} and shares_of(5, {}) == {}
    for fen in range(80):
        assert sum(shares_of(fen, {"a": 17, "b": 29, "c": 31}).values()) == fen
