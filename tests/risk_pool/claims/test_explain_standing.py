"""Limits, lines, the dedicated account, plans and breakers open to what adds up to them."""

from typing import Any

from shared.money import parse_fen
from tests.agreements import agreed
from tests.cash import released
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_explain import opened, refused
from tests.risk_pool.claims.test_settlements import story


def adds_up(told: Any) -> bool:
    return sum(parse_fen(one["amount"]) for one in told["parts"]) == parse_fen(told["amount"])


async def test_room_is_what_a_rule_allows_less_what_is_covered_and_reserved(running: Any) -> None:
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        shown = (await pool.auditor.get("/pools/dongli")).json()
        (ceiling, *_) = shown["ceilings"]

        room = await opened(pool.auditor, "limit/dongli/maximum_leverage/room")
        used = await opened(pool.auditor, "limit/dongli/maximum_leverage/used")

        assert (room["amount"], adds_up(room)) == (ceiling["room"], True)
        assert (used["amount"], adds_up(used)) == (ceiling["used"], True)
        assert [part["address"] for part in used["parts"]] == [
            "pool/dongli/covered", "pool/dongli/reserved",
        ]  # fmt: skip
        for part in (*room["parts"], *used["parts"]):
            amount = (await opened(pool.auditor, part["address"]))["amount"]
            assert amount.lstrip("-") == part["amount"].lstrip("-")


async def test_a_limit_on_a_past_day_rests_on_the_money_of_that_day(running: Any) -> None:
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        before = await opened(pool.auditor, "limit/dongli/maximum_leverage/room@2026-02-28")
        await released(
            pool.maker, pool.checker, pool.code, "fee", "1000000.00", "2026-03-02", note="审计费"
        )

        again = await opened(pool.auditor, "limit/dongli/maximum_leverage/room@2026-02-28")
        now = await opened(pool.auditor, "limit/dongli/maximum_leverage/room")

        assert again["amount"] == before["amount"] != now["amount"]


async def test_a_line_opens_to_the_agreement_and_the_two_who_made_it_and_to_no_other_bank(
    running: Any,
) -> None:
    async with claims_of(running, "ICBC", "CCB") as pool:
        await agreed(
            pool.maker, pool.checker, "dongli", "ICBC", line="30000000.07", valid_from="2026-01-02"
        )
        for person in (pool.auditor, pool.bank("ICBC")):
            line = await opened(person, "bank/dongli/ICBC/line")
            assert line["amount"] == "30000000.07"
            assert [one["action"] for one in line["people"]] == ["enter", "release"]
            paper = await opened(person, line["parts"][0]["address"])
            assert paper["amount"] == "30000000.07"
            room = await opened(person, "bank/dongli/ICBC/room")
            assert adds_up(room)

        for address in (
            "bank/dongli/ICBC/line",
            "bank/dongli/ICBC/room",
            line["parts"][0]["address"],
        ):
            assert await refused(pool.bank("CCB"), address) == "no-such-figure"


async def test_a_plan_opens_for_its_own_party_alone(running: Any) -> None:
    async with claims_of(running, "ICBC", "CCB") as pool:
        plan = [{"due_on": "2026-02-28", "amount": "300000.03"}]
        version = await agreed(
            pool.maker, pool.checker, "dongli", "ICBC", valid_from="2026-01-02", contributions=plan
        )
        address = f"planned/dongli/{version['number']}/1"
        await pool.it_is("2026-03-02")

        told = await opened(pool.bank("ICBC"), address)
        late = await opened(pool.bank("ICBC"), "contribution/dongli/ICBC/overdue")

        assert told["amount"] == late["amount"] == "300000.03"
        assert adds_up(told) and adds_up(late)
        item = await opened(pool.bank("ICBC"), late["parts"][0]["address"])
        assert item["parts"][0]["address"] == address
        assert await refused(pool.bank("CCB"), address) == "no-such-figure"
        assert (
            await refused(pool.bank("CCB"), "contribution/dongli/ICBC/overdue") == "no-such-figure"
        )


NOWHERE = (
    "limit/dongli/maximum_leverage/nothing",
    "limit/dongli/no_rule/room",
    "bank/dongli/NOBODY/line",
    "bank/dongli/DL-FIN/covered",
    "account/dongli/000",
    "account-line/dongli/000/1",
    "planned/dongli/DL-H-2026-9999/1",
    "planned/dongli/DL-H-2026-9999/x",
    "contribution/dongli/NOBODY/planned",
    "agreement/DL-H-2026-9999/line",
    "top-up/dongli/most",
    "top-up/dongli/most/DL-FIN",
    "top-up-call/DL-B-2026-9999/amount",
    "breaker/dongli/ICBC/nothing",
    "breaker/dongli/NOBODY/part",
)


async def test_what_is_not_there_is_said_to_be_no_figure(running: Any) -> None:
    async with claims_of(running) as pool:
        for address in NOWHERE:
            assert await refused(pool.auditor, address) == "no-such-figure", address
