"""Payees' accounts, payment files and their orders: who takes which step, and to where it leads."""

from typing import Any

import pytest

from tests.cash import release, reversed_by_two
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.payments.driver import PAYEE, Payments, payments_of, report_of
from tests.services import lacks_role


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def moves_of_order(pool: Payments, file: Any) -> list[tuple[str | None, str, str, str]]:
    """The life of its first order, from the history of cases."""
    order = (await pool.file(file))["payment_orders"][0]
    async with pool.service.context.database.begin("*") as conn:
        rows = await conn.fetch(
            "select source, action, target, role from case_moves where case_id = $1 "
            "order by version",
            order["id"],
        )
    return [tuple(row) for row in rows]


async def test_finance_or_the_manager_enters_where_a_party_is_paid_and_nobody_else(running):
    async with payments_of(running, payee=False) as pool:
        for role in EVERYBODY:
            answer = await somebody(pool, role).post("/pools/dongli/party-accounts", json=PAYEE)
            if role in ("finance_maker", "pool_manager"):
                assert answer.status_code == 201, answer.text
                assert last_move(answer.json()) == (None, "enter", "entered", role)
            else:
                assert code_of(answer) == (403, "forbidden"), role


@pytest.mark.parametrize(("step", "target"), [("confirm", "confirmed"), ("refuse", "refused")])
async def test_another_person_confirms_a_payees_account_or_does_not(running, step, target):
    async with payments_of(running, payee=False) as pool:
        entered = await pool.maker.post("/pools/dongli/party-accounts", json=PAYEE)
        where = f"/party-accounts/{entered.json()['id']}/{step}"
        body = {"reason": "账号有误"} if step == "refuse" else None
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await somebody(pool, role).post(where, json=body)
                expected = (404, "not-found") if role.startswith("bank") else lacks_role(role)
                assert code_of(answer) == expected, role
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        assert code_of(await both.post(where, json=body)) == (409, "second-person-required")

        answer = await pool.checker.post(where, json=body)

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("entered", step, target, "finance_checker")
        assert code_of(await pool.checker.post(where, json=body)) == (409, "not-possible-now")


async def test_only_finance_prepares_a_file(running):
    async with payments_of(running) as pool:
        item = await pool.owes()
        for role in EVERYBODY:
            if role != "finance_maker":
                answer = await pool.tries(item, by=somebody(pool, role))
                assert code_of(answer) == (403, "forbidden"), role

        file = await pool.prepares(item)

        assert last_move(file) == (None, "prepare", "prepared", "finance_maker")
        assert file["waiting_for"]["roles"] == ["finance_checker"]
        assert await moves_of_order(pool, file) == [(None, "prepare", "prepared", "finance_maker")]


@pytest.mark.parametrize(
    ("step", "role", "target", "of_order"),
    [
        ("release", "finance_checker", "released", ("release", "ordered", "finance_checker")),
        ("refuse", "finance_checker", "refused", ("free", "freed", "system")),
        ("withdraw", "finance_maker", "withdrawn", ("free", "freed", "system")),
    ],
)
async def test_a_prepared_file_is_moved_on_by_those_it_names_alone(
    running, step, role, target, of_order
):
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        for other in EVERYBODY:
            if other != role:
                answer = await pool.steps(file, step, by=somebody(pool, other))
                bank = other.startswith("bank")
                expected = (404, "not-found") if bank else lacks_role(other)
                assert code_of(answer) == expected, other
        if step == "release":
            both = pool.service.as_("gao", "finance_maker", "finance_checker")
            answer = await pool.steps(file, step, by=both)
            assert code_of(answer) == (409, "second-person-required")
        if step == "withdraw":
            other = pool.service.as_("zhou", "finance_maker")
            assert code_of(await pool.steps(file, step, by=other)) == (403, "prepared-by-another")

        done = await pool.takes(file, step)

        assert done["state"] == target
        assert last_move(done) == ("prepared", step, target, role)
        assert (await moves_of_order(pool, file))[-1] == ("prepared", *of_order)
        for again in ("release", "refuse"):
            answer = await pool.steps(file, again, by=pool.checker)
            assert code_of(answer) == (409, "not-possible-now")
        answer = await pool.steps(file, "withdraw", by=pool.maker)
        assert code_of(answer) == (409, "not-possible-now")


STATUS = {"await": "PDNG", "accept": "ACSP", "reject": "RJCT"}
STATE = {"await": "pending", "accept": "accepted", "reject": "rejected"}


@pytest.mark.parametrize(
    "way",
    [
        ("await", "accept", "reject"),
        ("await", "reject"),
        ("accept",),
        ("reject",),
        ("await", "take_back"),
        ("accept", "take_back"),
        ("take_back",),
    ],
    ids="-".join,
)
async def test_what_the_bank_reports_moves_an_order(running, way):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        (order,) = file["payment_orders"]
        source = "ordered"
        for n, action in enumerate(way):
            if action == "take_back":
                entry = await release(pool.checker, {"id": order["entry_id"]})
                await reversed_by_two(pool.maker, pool.checker, entry, reason="银行退汇")
                target = "taken_back"
            else:
                said = report_of(file, (order["end_to_end"], STATUS[action]), message=f"R{n}")
                answer = await pool.hears_of(said)
                assert answer.status_code == 200, answer.text
                target = STATE[action]
            assert (await moves_of_order(pool, file))[-1] == (source, action, target, "system")
            source = target
        # Whatever the bank said before, finance hears that it does not pay.
        told = await pool.said("payment.rejected.v1")
        assert len(told) == way.count("reject")


@pytest.mark.parametrize("ended", ["accepted", "rejected", "freed", "taken_back"])
async def test_an_order_that_has_ended_hears_no_more(running, ended):
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        (order,) = file["payment_orders"]
        named = order["end_to_end"]
        if ended == "freed":
            await pool.takes(file, "withdraw")
            answer = await pool.hears_of(report_of(file, (named, "ACSP")))
            assert code_of(answer) == (422, "payment-file-unknown")
            return
        await pool.takes(file, "release")
        if ended == "taken_back":
            entry = await release(pool.checker, {"id": order["entry_id"]})
            await reversed_by_two(pool.maker, pool.checker, entry, reason="银行退汇")
        else:
            status = "ACSP" if ended == "accepted" else "RJCT"
            assert (await pool.hears_of(report_of(file, (named, status)))).status_code == 200
        refused = {"accepted": ["PDNG"], "rejected": ["PDNG", "ACSP"]}.get(
            ended, ["PDNG", "ACSP", "RJCT"]
        )
        before = await moves_of_order(pool, file)

        for n, status in enumerate(refused):
            answer = await pool.hears_of(report_of(file, (named, status), message=f"L{n}"))
            assert code_of(answer) == (422, "payment-status-rows-wrong"), status

        assert await moves_of_order(pool, file) == before
