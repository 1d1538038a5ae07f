"""A month is complete when everything told up to its end has arrived, and nothing of it is parked."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.risk_pool.consumer import ROUTES
from shared.contracts.applications import DayOverV1, ToldInMonth
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Consumer, Patience
from shared.messaging.replay import replay
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.core.driver import arrived

FEBRUARY = datetime(2026, 2, 10, 2, 0, tzinfo=UTC)
APPROVED, DISBURSED = "application.approved.v1", "loan.disbursed.v1"


def day_over(day: str, **told: int) -> DayOverV1:
    """The producer says that a day is over, and how much it has told in the day's month."""
    types = {"approved": APPROVED, "disbursed": DISBURSED, "unheard": "loan.overdue.v1"}
    return DayOverV1(
        day=date.fromisoformat(day),
        told=tuple(
            ToldInMonth(month=day[:7], type=types[name], count=count)
            for name, count in told.items()
        ),
    )


async def nothing_told_yet(pool: Claims) -> None:
    """The producer of this story speaks for itself."""
    async with pool.service.context.database.begin(EVERYWHERE) as conn:
        await conn.execute("delete from producers_told_until")


def consumer_of(pool: Claims) -> Consumer:
    context = pool.service.context
    return Consumer(
        context.database,
        ROUTES,
        service="risk_pool",
        now=context.clock.now,
        patience=Patience(attempts=1),
    )


async def lacks(pool: Claims, month: str = "2026-02") -> dict[str, Any]:
    """What a fresh preview finds of messages, by code."""
    answer = await pool.settles(month, "preview")
    return {
        one["code"]: one
        for one in answer["completeness"]["findings"]
        if one["code"].startswith(("producer", "events"))
    }


async def test_a_month_waits_until_its_producer_says_that_it_is_over(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-03-02")
        await pool.settles("2026-01")
        await nothing_told_yet(pool)

        found = await lacks(pool)
        assert found["producer-behind"]["zh"] == (
            "申请服务尚未报告 2026年2月已结束（最后报告：无）"
        )
        refused = await pool.maker.post("/pools/dongli/settlements/2026-02/confirm", json={})
        assert code_of(refused) == (409, "settlement-incomplete")
        await pool.hears(day_over("2026-02-27"))
        assert "最后报告：2026-02-27" in (await lacks(pool))["producer-behind"]["zh"]

        await pool.hears(day_over("2026-02-28"))
        assert await lacks(pool) == {}
        assert (await pool.settles("2026-02"))["state"] == "matched"


async def test_a_message_that_was_told_and_has_not_arrived_keeps_the_month_open(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-03-02")
        await pool.settles("2026-01")
        await nothing_told_yet(pool)
        one, lost, late = (arrived(pool.approval(name), at=FEBRUARY) for name in ("a", "b", "c"))
        consumer = consumer_of(pool)
        await consumer.receive("applications", [one])
        # Repeats count once, whoever of the group hears them.
        await consumer.receive("applications", [one, one])

        await pool.hears(day_over("2026-02-28", approved=3, unheard=5))

        found = await lacks(pool)
        assert found["events-missing"]["count"] == 2
        assert found["events-missing"]["zh"] == "申请服务 2026年2月的消息尚差 2 条"
        assert found["events-missing"]["link"]["page"] == "/parked"
        await consumer.receive("applications", [late])
        assert (await lacks(pool))["events-missing"]["count"] == 1
        refused = await pool.maker.post("/pools/dongli/settlements/2026-02/confirm", json={})
        assert "2026年2月的消息尚差 1 条" in refused.json()["findings"][0]["zh"]
        await consumer.receive("applications", [lost])
        assert await lacks(pool) == {}


async def test_what_of_an_earlier_month_is_missing_is_missing_of_the_later_one_too(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-04-02")
        await nothing_told_yet(pool)
        await pool.hears(day_over("2026-02-28", disbursed=1))
        await pool.hears(day_over("2026-03-31"))

        assert (await lacks(pool, "2026-03"))["events-missing"]["zh"] == (
            "申请服务 2026年2月的消息尚差 1 条"
        )
        assert "events-missing" not in await lacks(pool, "2026-01")


def broken(envelope: Envelope) -> Envelope:
    """The same message with a body that no contract reads."""
    return Envelope(
        **{name: getattr(envelope, name) for name in Envelope.__slots__ if name != "body"},
        body=envelope.body.replace(b'"approved_on"', b'"approved"'),
    )


@pytest.mark.parametrize(("pool_code", "blocks"), [("dongli", True), ("youxian", False)])
async def test_what_is_parked_for_a_pool_keeps_its_month_open(running, pool_code, blocks):
    async with claims_of(running) as pool:
        await pool.it_is("2026-03-02")
        await pool.settles("2026-01")
        approval = pool.approval("a").model_copy(update={"pool_code": pool_code})
        failing = broken(arrived(approval, at=FEBRUARY))
        behind = arrived(approval, at=FEBRUARY)
        await consumer_of(pool).receive("applications", [failing, behind])

        found = await lacks(pool)

        if not blocks:
            assert found == {}
            return
        assert (found["events-parked"]["count"], found["events-parked"]["numbers"]) == (
            2, ["DL-2026-000001"],
        )  # fmt: skip
        refused = await pool.maker.post("/pools/dongli/settlements/2026-02/confirm", json={})
        assert code_of(refused) == (409, "settlement-incomplete")
        # Given up by name, what is behind it is applied, and nothing is parked any more.
        context = pool.service.context
        async with context.database.begin(EVERYWHERE) as conn:
            await conn.execute("delete from parked where event_id = $1", failing.id)
        done = await replay(context.database, ROUTES, by="zhou", now=context.clock.now)
        assert done.applied == 1
        assert await lacks(pool) == {}
