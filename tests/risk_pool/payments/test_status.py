"""What the bank says of orders: taken as a whole, each row with its result; the rejected are free."""

import pytest

from tests.cash import release
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.payments.driver import payments_of, report_of


async def test_statuses_stand_on_the_orders_and_a_rejected_one_says_what_to_do(running):
    async with payments_of(running) as pool:
        items = [await pool.owes(name) for name in "甲乙丙"]
        file = await pool.sent(*items)
        names = [one["end_to_end"] for one in file["payment_orders"]]

        answer = await pool.hears_of(
            report_of(file, (names[0], "ACSC"), (names[1], "PDNG"),
                      (names[2], "RJCT", "AC04", "账户已销户"))
        )  # fmt: skip

        assert answer.status_code == 200, answer.text
        assert [row["outcome"] for row in answer.json()["rows"]] == ["taken"] * 3
        assert await pool.orders(file) == [
            ("accepted", "entered"), ("pending", "entered"), ("rejected", "withdrawn"),
        ]  # fmt: skip
        rejected = (await pool.file(file))["payment_orders"][2]
        assert (rejected["reason_code"], rejected["reason"]) == ("AC04", "账户已销户")
        assert "收款账户有误" in rejected["what_to_do_zh"]
        (told,) = await pool.said("payment.rejected.v1")
        shown = {name: told[name] for name in ("file_number", "end_to_end", "item", "amount")}
        assert shown == {
            "file_number": file["number"], "end_to_end": names[2], "item": items[2],
            "amount": rejected["amount"],
        }  # fmt: skip
        assert (told["reason_code"], told["reason"]) == ("AC04", "账户已销户")
        assert told["what_to_do_zh"] == rejected["what_to_do_zh"]
        assert told["is_booked"] is False
        anew = await pool.tries(items[2], {"item": items[2]})
        assert anew.status_code == 422
        other = (await pool.tries(items[2])).json()["entry"]["id"]
        again = await pool.prepares({"item": items[2], "confirm_double_of": other})
        assert again["payment_orders"][0]["end_to_end"] not in names


async def test_a_status_of_the_whole_message_holds_for_every_order(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes("甲"), await pool.owes("乙"))

        answer = await pool.hears_of(report_of(file, group="RJCT"))

        assert answer.status_code == 200, answer.text
        assert await pool.orders(file) == [("rejected", "withdrawn")] * 2


async def test_a_rejection_of_what_was_booked_says_that_two_persons_reverse_it_first(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        (order,) = file["payment_orders"]
        await release(pool.checker, {"id": order["entry_id"]})

        await pool.hears_of(report_of(file, (order["end_to_end"], "RJCT", "AM04", "余额不足")))

        (told,) = await pool.said("payment.rejected.v1")
        assert told["is_booked"] is True
        assert told["what_to_do_zh"].startswith("该笔付款已记账：先由两人冲正")
        (rejected,) = (await pool.file(file))["payment_orders"]
        assert rejected["what_to_do_zh"] == told["what_to_do_zh"]
        assert (await pool.balances())["cash"] == "19600000.00", "only two persons take it back"


async def test_a_row_that_is_unknown_doubled_or_no_status_refuses_the_whole_report(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        named = file["payment_orders"][0]["end_to_end"]

        answer = await pool.hears_of(
            report_of(file, (named, "ACSC"), ("DL-K-1999-0001", "ACSC"), (named, "RJCT"))
        )

        assert code_of(answer) == (422, "payment-status-rows-wrong")
        outcomes = [(row["line"], row["outcome"]) for row in answer.json()["rows"]]
        assert outcomes == [(1, "taken"), (2, "refused"), (3, "refused")]
        odd = await pool.hears_of(report_of(file, (named, "XXXX")))
        assert code_of(odd) == (422, "payment-status-rows-wrong")
        silent = await pool.hears_of(report_of(file))
        assert code_of(silent) == (422, "payment-status-rows-wrong")
        assert await pool.orders(file) == [("ordered", "entered")]


async def test_a_report_is_taken_once_and_only_of_a_file_that_was_released(running):
    async with payments_of(running) as pool:
        file = await pool.prepares(await pool.owes())
        named = file["payment_orders"][0]["end_to_end"]
        said = report_of(file, (named, "PDNG"))
        assert code_of(await pool.hears_of(said)) == (422, "payment-file-unknown")
        unknown = report_of({"number": "DL-P-1999-0001"}, (named, "PDNG"))
        assert code_of(await pool.hears_of(unknown)) == (422, "payment-file-unknown")
        await pool.takes(file, "release")
        assert (await pool.hears_of(said)).status_code == 200

        assert code_of(await pool.hears_of(said)) == (409, "payment-status-known")
        same_number = report_of(file, (named, "ACSC"))
        assert code_of(await pool.hears_of(same_number)) == (409, "payment-status-known")
        repeated = await pool.hears_of(report_of(file, (named, "PDNG"), message="RPT-2"))
        assert [row["outcome"] for row in repeated.json()["rows"]] == ["known"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"/>',
        b'<!DOCTYPE x [<!ENTITY a "b">]>'
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">&a;</Document>',
    ],
    ids=["empty", "words", "another message", "a document type"],
)
async def test_what_is_no_report_is_refused(running, content):
    async with payments_of(running) as pool:
        answer = await pool.hears_of(content)

        assert code_of(answer) == (422, "payment-status-unreadable")


async def test_only_finance_brings_a_report(running):
    async with payments_of(running) as pool:
        file = await pool.sent(await pool.owes())
        said = report_of(file, (file["payment_orders"][0]["end_to_end"], "ACSC"))

        for person in (pool.auditor, pool.bank("ICBC")):
            assert code_of(await pool.hears_of(said, by=person)) == (403, "forbidden")
        assert (await pool.hears_of(said, by=pool.checker)).status_code == 200
