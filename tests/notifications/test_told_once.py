"""A fact that two events tell reaches people once; machines hear both."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifications.domain import told_once
from services.notifications.domain.audiences import BUREAU, audiences
from services.notifications.domain.notices import NOTICES
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.clock import business_date
from shared.context import run_due
from shared.contracts.registry import EVENTS
from shared.months import Month
from tests.notifications.samples import BANK, one
from tests.risk_pool.claims.driver import claims_of


def heard(event: Any, **more: Any) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Who hears of an event: the institution, whether in its inbox, and its roles."""
    fact = event.model_copy(update=more).model_dump(mode="python", by_alias=False)
    return {
        "bank" if audience.institution == BANK else audience.institution: (
            audience.in_inbox,
            audience.roles if audience.institution == BUREAU else (),
        )
        for audience in audiences(event.type, fact, banks_of_pool=())
    }


def test_what_is_told_by_another_event_reaches_machines_alone():
    late = one("receivable.overdue.v1")
    assert heard(late, bank_code=BANK, since=late.due_on) == {
        "bank": (False, ()), BUREAU: (True, ("finance_checker",)),
    }  # fmt: skip

    call = one("cover-call.changed.v1")
    assert heard(call, what="asked")["bank"] == (True, ())
    assert heard(call, what="overdue")["bank"] == (False, ())

    warning = one("warning.raised.v1")
    assert heard(warning, by_hand=False, cause="overdue") == {
        "bank": (False, ()), BUREAU: (False, ("pool_manager", "reviewer")),
    }  # fmt: skip
    assert heard(warning, by_hand=True, cause="overdue")["bank"] == (True, ())
    assert heard(warning, by_hand=False, cause="risk_class")["bank"] == (True, ())
    assert heard(warning, by_hand=False, cause="right_in_danger")[BUREAU] == (
        True, ("pool_manager",),
    )  # fmt: skip


def test_whoever_is_told_otherwise_is_told():
    """Each row of the table names an event that the same people are told of."""
    for name, rows in told_once.TOLD_ONCE.items():
        for row in rows:
            notice = NOTICES[row.event_type]
            assert notice.bank_inbox or not row.banks, (name, row.event_type)
            assert row.roles <= set(notice.roles) or notice.role_in, (name, row.event_type)


def about(event: Any, on: datetime) -> tuple[str, ...]:
    """What an event is about, the same for every event that tells it."""
    if event.type.startswith("pool-deadline."):
        return event.case_kind, event.number, event.bank_code
    if event.type == "bank.reports-missing.v1":
        return "monthly_report", event.month, event.bank_code
    if event.type == "warning.raised.v1" and event.cause == "silence":
        return "monthly_report", str(Month.of(business_date(on)).before), event.bank_code
    if event.type == "receivable.overdue.v1":
        return "receivable", event.reference, event.party_code
    return event.type, event.subject, getattr(event, "bank_code", "")


def readers(told: list[tuple[datetime, Any]]) -> Iterator[tuple[Any, ...]]:
    """Every day on which people of an institution's role are told, with of what."""
    for at, event in told:
        fact = event.model_dump(mode="python", by_alias=False)
        for audience in audiences(event.type, fact, banks_of_pool=("CCB", "ICBC")):
            if audience.in_inbox:
                for role in audience.roles:
                    yield business_date(at), audience.institution, role, about(event, at)


async def test_in_seven_silent_months_nobody_is_told_the_same_thing_twice_on_one_day(
    running: Any, monkeypatch: pytest.MonkeyPatch
):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("reported", bank="ICBC", amount="1000000.00")
        await pool.covers("silent", bank="CCB", amount="1000000.00")
        context = pool.service.context
        for month in range(2, 9):
            await pool.hears(pool.position("reported", f"2026-{month - 1:02}", "1000000.00"))
            for day in (1, 6, 11, 12, 20):
                at = datetime(2026, month, day, 1, tzinfo=UTC)
                await context.clock.set(at)
                await run_due(RISK_POOL.due, context)
        async with context.database.begin("*") as conn:
            rows = await conn.fetch(
                "select type, body, occurred_at from event_feed order by position"
            )
    told = [
        (row["occurred_at"], EVENTS[row["type"]].model_validate_json(row["body"]))
        for row in rows
        if row["type"] in NOTICES
    ]

    twice = {key: n for key, n in Counter(readers(told)).items() if n > 1}
    assert twice == {}
    # Without the table the bank and the manager were: for the test sees what it looks for.
    monkeypatch.setattr(told_once, "TOLD_ONCE", {})
    twice = {key for key, n in Counter(readers(told)).items() if n > 1}
    assert {(who, role) for _, who, role, _ in twice} >= {
        ("CCB", "bank_operator"), (BUREAU, "pool_manager"),
    }  # fmt: skip
