"""A payment file: what the bank is sent, never twice, and only by two persons."""

import asyncio
from hashlib import sha256

import asyncpg
import pytest
import xmlschema

from services.risk_pool.bank_files.pain001 import NAMESPACE, require_schema
from shared.postgres.database import EVERYWHERE
from tests.cash import release, reversed_by_two
from tests.risk_pool.account.files import ACCOUNT, camt_of, entry
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.payments.driver import PAYEE, payments_of, report_of


async def download(pool, file, *, by=None):
    return await (by or pool.maker).get(f"/payment-files/{file['id']}/pain.001")


def faults(answer):
    assert answer.status_code == 422, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.program("ISO 20022 schema", version="pain.001.001.09", does="takes a file of payments")
async def test_a_file_names_every_amount_in_words_and_holds_the_official_schema(running):
    async with payments_of(running) as pool:
        first, second = await pool.owes("甲"), await pool.owes("乙", "500000.01")
        file = await pool.prepares(first, second)
        one, two = file["payment_orders"]
        assert file["total_in_words"] and one["amount_in_words"]
        open_items = (await pool.auditor.get("/pools/dongli/open-items")).json()["items"]
        owed = {item["reference"]: item["open"] for item in open_items}
        assert [one["amount"], two["amount"]] == [owed[first], owed[second]]

        await pool.takes(file, "release")
        answer = await download(pool, file)

        assert answer.headers["content-type"].startswith("application/xml")
        require_schema(answer.content)
        root = xmlschema.XMLResource(answer.text).root
        read = {name: [one.text for one in root.iter(f"{{{NAMESPACE}}}{name}")]
                for name in ("MsgId", "EndToEndId", "InstdAmt", "MmbId", "Ustrd", "NbOfTxs")}  # fmt: skip
        assert read["MsgId"] == [file["number"]]
        assert read["EndToEndId"] == [one["end_to_end"], two["end_to_end"]]
        assert read["InstdAmt"] == [one["amount"], two["amount"]]
        assert read["MmbId"] == [PAYEE["cnaps"]] * 2
        assert read["Ustrd"] == [f"补偿款 {item.split(':')[1]}" for item in (first, second)]
        sums = [one.text for one in root.iter(f"{{{NAMESPACE}}}CtrlSum")]
        assert sums == [file["total"]] * 2
        assert all(len(name) <= 35 for name in read["EndToEndId"])


async def test_what_breaks_the_schema_is_not_written(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        content = (await download(pool, file)).content

        with pytest.raises(xmlschema.XMLSchemaValidationError):
            require_schema(content.replace(b"<PmtMtd>TRF</PmtMtd>", b""))


async def test_the_bytes_are_the_same_each_time_and_leave_only_when_released(running):
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        assert code_of(await download(pool, file)) == (409, "payment-file-not-released")
        await pool.takes(file, "release")

        first, again = await download(pool, file), await download(pool, file, by=pool.checker)

        assert first.content == again.content
        assert sha256(first.content).hexdigest() == file["sha256"]
        assert code_of(await download(pool, file, by=pool.bank("ICBC"))) == (403, "forbidden")
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            with pytest.raises(asyncpg.RestrictViolationError):
                await conn.execute("update payment_files set total_fen = 1")


async def test_an_order_without_an_account_of_its_payee_is_refused_and_names_it(running):
    async with payments_of(running, payee=False) as pool:
        item = await pool.owes()
        await pool.maker.post("/pools/dongli/party-accounts", json=PAYEE)
        answer = await pool.tries(item, "claim:DL-C-1999-0001")

        assert faults(answer) == [
            ("#/orders/0/item", "payee-account-missing"), ("#/orders/1/item", "not-found"),
        ]  # fmt: skip
        assert "ICBC" in answer.text
        await pool.has_payee(valid_from="2026-03-03")
        assert faults(await pool.tries(item)) == [("#/orders/0/item", "payee-account-missing")]
        later = await pool.tries(item, execution_on="2026-03-03")
        assert later.status_code == 201, later.text


async def test_the_account_of_the_latest_day_is_paid_to_and_a_change_stops_the_release(running):
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        await pool.has_payee(account_number="555555", valid_from="2026-03-01")

        answer = await pool.steps(file, "release", by=pool.checker)

        assert code_of(answer) == (409, "payee-account-changed")
        await pool.takes(file, "withdraw")
        anew = await pool.prepares(file["payment_orders"][0]["item"])
        assert anew["payment_orders"][0]["account_number"] == "555555"


async def test_an_item_stands_in_one_live_file_until_it_is_freed(running):
    async with payments_of(running) as pool:
        item = await pool.owes()
        assert faults(await pool.tries(item, item)) == [("#/orders/1/item", "item-doubled")]
        file = await pool.prepares(item)
        assert faults(await pool.tries(item)) == [("#/orders/0/item", "item-in-payment-file")]
        entry_id = file["payment_orders"][0]["entry_id"]
        hands_off = await pool.maker.post(
            f"/cash-entries/{entry_id}/withdraw", json={"reason": "撤"}
        )
        assert code_of(hands_off) == (409, "order-live")
        early = await pool.checker.post(f"/cash-entries/{entry_id}/release", json={})
        assert code_of(early) == (409, "payment-file-not-released")
        await pool.takes(file, "withdraw")
        assert await pool.orders(file) == [("freed", "withdrawn")]

        again = await pool.sent(item)

        assert faults(await pool.tries(item)) == [("#/orders/0/item", "item-in-payment-file")]
        assert await pool.orders(again) == [("ordered", "entered")]
        accepted = report_of(again, (again["payment_orders"][0]["end_to_end"], "ACSC"))
        assert (await pool.hears_of(accepted)).status_code == 200
        assert faults(await pool.tries(item)) == [("#/orders/0/item", "item-in-payment-file")]


async def test_of_two_files_over_one_item_at_once_one_is_prepared(running):
    async with payments_of(running) as pool:
        item = await pool.owes()
        other = pool.service.as_("zhou", "finance_maker")

        answers = await asyncio.gather(pool.tries(item), pool.tries(item, by=other))

        assert sorted(one.status_code for one in answers) == [201, 422]
        elsewhere = await pool.enters("fee", "1.00", "2026-03-02")
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            order = await conn.fetchrow("select * from payment_orders")
            with pytest.raises(asyncpg.UniqueViolationError, match="payment_orders_item_once"):
                async with conn.transaction():
                    await conn.execute(
                        """insert into payment_orders select (jsonb_populate_record(one,
                            jsonb_build_object('id', gen_random_uuid(), 'position', 2,
                                'end_to_end', 'X', 'entry_id', $1::text))).*
                           from payment_orders as one""",
                        elsewhere["id"],
                    )
        assert order["item"] == item


async def test_a_release_needs_cash_a_day_to_come_and_what_is_still_owed(running):
    async with payments_of(running) as pool:
        past = await pool.tries(await pool.owes(), execution_on="2026-03-01")
        assert code_of(past) == (409, "execution-day-passed")
        file = await pool.prepares("claim:" + (await items(pool))[0])
        held = (await pool.balances())["cash"]
        await pool.moves("fee", held, "2026-03-02")
        answer = await pool.steps(file, "release", by=pool.checker)
        assert code_of(answer) == (409, "cash-short")
        await pool.it_is("2026-03-03")
        answer = await pool.steps(file, "release", by=pool.checker)
        assert code_of(answer) == (409, "execution-day-passed")


async def items(pool):
    found = (await pool.auditor.get("/pools/dongli/open-items")).json()["items"]
    return [one["reference"].split(":")[1] for one in found]


@pytest.mark.parametrize("how", ["the account", "two persons"])
async def test_an_order_is_booked_when_the_account_shows_it_or_two_persons_say_so(running, how):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        (order,) = file["payment_orders"]
        assert (await pool.balances())["cash"] == "20000000.00"
        if how == "the account":
            shown = camt_of(
                [entry("2026-03-02", f"-{order['amount']}", name="某清算户", reference="B1")],
                opening_fen=20_000_000_00,
            ).replace(b"NOTPROVIDED", order["end_to_end"].encode())
            answer = await pool.sends(shown, by=pool.checker, covers_until="2026-03-02")
            assert answer.status_code == 201, answer.text
        else:
            await release(pool.checker, {"id": order["entry_id"]})

        assert await pool.orders(file) == [("ordered", "released")]
        assert (await pool.auditor.get("/pools/dongli/open-items")).json()["items"] == []
        booked = await pool.entry({"id": order["entry_id"]})
        second = "statement-of-account" if how == "the account" else "qian"
        assert (booked["released_by"], booked["account"]) == (second, ACCOUNT)


async def test_what_came_back_is_reversed_by_two_and_may_be_ordered_again(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        (order,) = file["payment_orders"]
        booked = await release(pool.checker, {"id": order["entry_id"]})
        await reversed_by_two(pool.maker, pool.checker, booked, reason="银行退汇")

        again = await pool.prepares(order["item"])

        assert await pool.orders(file) == [("taken_back", "released")]
        assert again["payment_orders"][0]["amount"] == order["amount"]


async def test_two_alike_in_one_file_are_no_double_but_one_outside_of_it_is(running):
    async with payments_of(running) as pool:
        first, second, third = [await pool.owes(name) for name in "甲乙丙"]
        file = await pool.prepares(first, second)
        assert len(file["payment_orders"]) == 2

        double = await pool.tries(third)

        assert code_of(double) == (409, "likely-double")
        other = double.json()["entry"]["id"]
        done = await pool.tries({"item": third, "confirm_double_of": other})
        assert done.status_code == 201, done.text


async def test_no_bank_sees_a_file_an_order_or_an_account(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        bank = pool.bank("ICBC")
        for path in ("/pools/dongli/payment-files", "/pools/dongli/party-accounts",
                     f"/payment-files/{file['id']}"):  # fmt: skip
            assert code_of(await bank.get(path)) == (403, "forbidden"), path
        tables = ("party_accounts", "payment_files", "payment_orders", "payment_status_reports")
        async with pool.service.context.database.begin("ICBC") as conn:
            for table in tables:
                assert await conn.fetchval(f"select count(*) from {table}") == 0, table
