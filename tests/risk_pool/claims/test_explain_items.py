"""An open item, and what earlier statements left open, open to what adds up to them."""

from typing import Any

from shared.money import parse_fen
from tests.cash import released
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_explain import opened, refused
from tests.risk_pool.claims.test_settlements import story
from tests.risk_pool.claims.test_statements import settled

ITEM = "settlement:dongli:2026-03:ICBC"


def adds_up(told: Any) -> bool:
    return sum(parse_fen(one["amount"]) for one in told["parts"]) == parse_fen(told["amount"])


async def part_received(pool: Claims, amount: str) -> Any:
    return await released(
        pool.maker, pool.checker, pool.code, "receipt", amount, "2026-04-02", item=ITEM
    )


async def test_an_open_item_opens_to_the_statement_it_came_from_less_what_was_received(
    running: Any,
) -> None:
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        entry = await part_received(pool, "5555.56")
        (item,) = (await pool.bank("ICBC").get("/pools/dongli/open-items")).json()["items"]

        for person in (pool.auditor, pool.bank("ICBC")):
            told = await opened(person, f"open-item/dongli/{ITEM}")

            assert told["amount"] == item["open"] == "100000.00"
            assert adds_up(told)
            asked, received = told["parts"]
            assert asked["amount"] == item["amount"]
            assert asked["address"] == "statement/dongli/2026-03/ICBC/net"
            assert (await opened(person, asked["address"]))["amount"] == "-105555.56"
            assert (received["amount"], entry["number"] in received["zh"]) == ("-5555.56", True)
            assert (await opened(person, received["address"]))["amount"] == "5555.56"


async def test_an_unpaid_claim_is_an_item_that_opens_to_its_share_and_to_no_other_bank(
    running: Any,
) -> None:
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        await pool.goes_bad("c", "2026-02", "1900000.00", overdue_days=100)
        claim = await pool.approves("c", "1900000.00", bank="CCB", overdue_days=104)
        address = f"open-item/dongli/claim:{claim['number']}"

        told = await opened(pool.bank("CCB"), address)

        assert told["amount"] == claim["pool_pays"]
        (share,) = told["parts"]
        assert share["address"] == f"claim/{claim['number']}/shares/pool"
        assert (await opened(pool.bank("CCB"), share["address"]))["amount"] == claim["pool_pays"]
        assert await refused(pool.bank("ICBC"), address) == "no-such-figure"
        assert await refused(pool.auditor, "open-item/dongli/claim:nothing") == "no-such-figure"


async def test_what_earlier_statements_left_opens_to_both_balances_less_what_is_asked_now(
    running: Any,
) -> None:
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        await part_received(pool, "5555.56")
        await pool.hears(pool.position("b", "2026-04", "9000000.00"))
        await pool.hears(pool.position("c", "2026-04", "1800000.00"))
        await pool.it_is("2026-05-06")
        await pool.settles("2026-04")

        told = await opened(pool.auditor, "statement/dongli/2026-04/ICBC/earlier")

        assert (told["amount"], adds_up(told)) == ("-100000.00", True)
        own = await opened(pool.auditor, "statement/dongli/2026-04/dongli/earlier")
        assert (own["amount"], adds_up(own)) == ("100000.00", True)
        receivable = await opened(pool.auditor, "statement/dongli/2026-04/ICBC/receivable")
        assert (receivable["amount"], adds_up(receivable)) == ("0.00", True)
        assert "以前月份对账单已列、不再重复计入的" in [one["zh"] for one in receivable["parts"]]
