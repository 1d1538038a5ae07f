"""The day on which the bank is asked to pay is the value date, and nothing is paid before it."""

from typing import Any

from tests.cash import release
from tests.risk_pool.account.files import camt_of, entry
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.payments.driver import payments_of, report_of

FRIDAY = "2026-03-06"


async def test_the_value_date_is_the_day_the_preparer_chose_not_the_day_of_preparing(
    running: Any,
) -> None:
    async with payments_of(running) as pool:
        item = await pool.owes()
        file = await pool.prepares(item, execution_on=FRIDAY)
        (order,) = (await pool.takes(file, "release"))["payment_orders"]

        early = await pool.checker.post(f"/cash-entries/{order['entry_id']}/release", json={})

        assert code_of(early) == (422, "date-not-yet")
        assert (await pool.balances())["cash"] == "20000000.00"
        await pool.it_is(FRIDAY)
        booked = await release(pool.checker, {"id": order["entry_id"]})
        assert (booked["value_date"], booked["booked_on"]) == (FRIDAY, FRIDAY)
        claims = (await pool.auditor.get("/claims")).json()["items"]
        assert [one["paid_on"] for one in claims if f"claim:{one['number']}" == item] == [FRIDAY]


async def test_a_day_on_which_banks_do_not_pay_is_refused_and_the_next_working_day_named(
    running: Any,
) -> None:
    async with payments_of(running) as pool:
        item = await pool.owes()
        # A Saturday, and Tomb-sweeping Day (清明节) on a Sunday with its Monday off.
        for day, following in (("2026-03-07", "2026-03-09"), ("2026-04-05", "2026-04-07")):
            answer = await pool.tries(item, execution_on=day)

            assert code_of(answer) == (422, "execution-day-not-working")
            assert answer.json()["next_working_day"] == following
        assert (await pool.auditor.get("/pools/dongli/payment-files")).json()["items"] == []


async def test_an_accepted_order_waits_until_the_account_shows_it_and_says_since_when(
    running: Any,
) -> None:
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        (order,) = file["payment_orders"]
        assert order["waits_zh"] == "等待银行回执"
        await pool.hears_of(report_of(file, (order["end_to_end"], "ACSC")))
        (accepted,) = (await pool.file(file))["payment_orders"]
        assert (accepted["state"], accepted["entry_state"]) == ("accepted", "entered")
        assert accepted["waits_zh"] == "等待专户流水"
        assert accepted["waits_en"] == "waits for the account to show it"
        assert accepted["since"].startswith("2026-03-02")
        assert (await pool.balances())["cash"] == "20000000.00"

        shown = camt_of(
            [entry("2026-03-02", f"-{order['amount']}", name="某清算户", reference="B1")],
            opening_fen=20_000_000_00,
        ).replace(b"NOTPROVIDED", order["end_to_end"].encode())
        answer = await pool.sends(shown, by=pool.checker, covers_until="2026-03-02")
        assert answer.status_code == 201, answer.text

        (paid,) = (await pool.file(file))["payment_orders"]
        assert (paid["state"], paid["entry_state"], paid["waits_zh"]) == (
            "accepted", "released", None,
        )  # fmt: skip


async def test_an_orders_history_names_the_role_in_which_it_was_prepared_and_released(
    running: Any,
) -> None:
    async with payments_of(running) as pool:
        item = await pool.owes()
        maker = pool.service.as_("gao", "approver", "finance_maker")
        checker = pool.service.as_("qian", "approver", "finance_checker")
        file = (await pool.tries(item, by=maker)).json()
        await pool.takes(file, "release", by=checker)
        (order,) = (await pool.file(file))["payment_orders"]
        async with pool.service.context.database.begin("*") as conn:
            rows = await conn.fetch(
                "select action, role from case_moves where case_id = $1 order by version",
                order["id"],
            )
        assert [tuple(row) for row in rows] == [
            ("prepare", "finance_maker"), ("release", "finance_checker"),
        ]  # fmt: skip
