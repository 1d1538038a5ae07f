"""Every move of a change of the calendar, as people make it over HTTP; what is wrong is told by day."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.risk_pool.main import SERVICE
from shared.postgres.database import EVERYWHERE

AT = "/calendar/changes"
ROLES = (
    "bank_operator", "bank_checker", "reviewer", "approver", "finance_maker", "finance_checker",
    "pool_manager", "auditor", "admin", "leader",
)  # fmt: skip
WHY = {"reason": "须先等国务院办公厅的通知"}
MOVES = (
    # from, action, by whom, to, what is told
    ("proposed", "approve", ("approver", "pool_manager"), "in_force", ["calendar.changed.v1"]),
    ("proposed", "refuse", ("approver", "pool_manager"), "refused", []),
    ("proposed", "withdraw", ("pool_manager", "admin"), "refused", []),
)
BODY = {"days": [{"day": "2026-03-09", "is_working": False}], "reason": "全区停工一天"}


def body_of(action: str) -> dict[str, Any]:
    return {} if action == "approve" else WHY


def somebody(service: Any, role: str, subject: str = "", **more: Any) -> Any:
    bank = "ICBC" if role.startswith("bank") else "*"
    return service.as_(subject or f"a-{role}", role, institution=bank, **more)


async def proposed(service: Any, by: str = "admin", **changes: Any) -> str:
    """A change that waits; its path."""
    answer = await somebody(service, by, "who-proposes").post(AT, json=BODY | changes)
    assert answer.status_code == 201, answer.text
    return f"{AT}/{answer.json()['number']}"


async def told(service: Any) -> list[str]:
    await service.settled()
    items = (await service.as_("shen", "auditor").get("/events")).json()["items"]
    return [one["type"] for one in items]


@pytest.fixture
async def service(running):
    async with running(SERVICE, due_interval_seconds=3600) as started:
        await started.context.clock.set(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        yield started


async def test_a_change_is_proposed_by_manager_or_admin_of_all_pools_and_nobody_is_told(service):
    for role in ROLES:
        if role not in ("pool_manager", "admin"):
            answer = await somebody(service, role).post(AT, json=BODY)
            assert answer.status_code == 403, role
    of_one = await somebody(service, "pool_manager", pools=["dongli"]).post(AT, json=BODY)
    assert (of_one.status_code, of_one.json()["code"]) == (403, "calendar-for-all-pools")

    path = await proposed(service)

    change = (await somebody(service, "auditor").get(path)).json()
    (move,) = change["history"]
    assert (change["state"], change["number"], change["version"]) == ("proposed", 1, 1)
    assert (move["action"], move["role"], move["reason"]) == ("propose", "admin", BODY["reason"])
    assert await told(service) == []
    assert (await somebody(service, "bank_operator").get(AT)).status_code == 403


@pytest.mark.parametrize(
    ("source", "action", "roles", "role", "to", "tells"),
    [(source, action, roles, role, to, tells) for source, action, roles, to, tells in MOVES
     for role in roles],
)  # fmt: skip
async def test_every_move_is_for_its_roles_alone_and_leads_where_it_should(
    service, source, action, roles, role, to, tells
):
    path = await proposed(service)
    for other in ROLES:
        if other not in roles:
            answer = await somebody(service, other).post(f"{path}/{action}", json=body_of(action))
            assert answer.status_code == 403, (other, answer.text)
    assert (await somebody(service, "auditor").get(path)).json()["state"] == source

    answer = await somebody(service, role).post(f"{path}/{action}", json=body_of(action))

    assert (answer.status_code, answer.json().get("state")) == (200, to), answer.text
    last = answer.json()["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        source, action, to, role,
    )  # fmt: skip
    assert await told(service) == tells
    for _, again, by, _, _ in MOVES:
        answer = await somebody(service, by[0]).post(f"{path}/{again}", json=body_of(again))
        assert (answer.status_code, answer.json()["code"]) == (409, "not-possible-now"), again


async def test_nobody_approves_his_own_change_nor_for_pools_that_are_not_his(service):
    path = await proposed(service, "pool_manager")

    own = await somebody(service, "pool_manager", "who-proposes").post(f"{path}/approve", json={})
    of_one = await somebody(service, "approver", pools=["dongli"]).post(f"{path}/approve", json={})

    assert (own.status_code, own.json()["code"]) == (409, "second-person-required")
    assert (of_one.status_code, of_one.json()["code"]) == (403, "calendar-for-all-pools")


async def test_everything_that_is_wrong_of_days_is_told_at_each_of_them(service):
    days = [
        {"day": "2026-03-01", "is_working": True},  # yesterday, a Sunday
        {"day": "2026-03-09", "is_working": True},  # a Monday
        {"day": "2026-03-10", "is_working": False},
        {"day": "2026-03-10", "is_working": False},
        {"day": "2031-01-01", "is_working": False},
    ]
    manager = somebody(service, "pool_manager")

    single = (await manager.post(AT, json=BODY | {"days": days})).json()
    year = (await manager.post(AT, json=BODY | {"year": 2029, "days": days[:1]})).json()

    assert [(one["pointer"], one["code"]) for one in single["errors"]] == [
        ("#/days/0/day", "day-is-past"), ("#/days/1/day", "day-as-it-is"),
        ("#/days/3/day", "day-twice"), ("#/days/4/day", "day-too-far-ahead"),
    ]  # fmt: skip
    assert [(one["pointer"], one["code"]) for one in year["errors"]] == [
        ("#/year", "year-out-of-reach"), ("#/days/0/day", "day-of-another-year"),
    ]  # fmt: skip


async def test_a_year_is_assumed_until_its_notice_is_approved_and_then_known_to_its_last_day(
    service,
):
    clerk = somebody(service, "bank_operator")
    before = (await clerk.get("/calendar", params={"year": 2027})).json()
    free = [{"day": f"2027-10-0{n}", "is_working": False} for n in range(1, 8)]
    worked = [{"day": "2027-09-26", "is_working": True}]
    reason = "国务院办公厅关于2027年部分节假日安排的通知"
    path = await proposed(service, year=2027, days=free + worked, reason=reason)

    await somebody(service, "approver").post(f"{path}/approve", json={})

    after = (await clerk.get("/calendar", params={"year": 2027})).json()
    assert (before["is_published"], before["known_until"]) == (False, "2026-12-31")
    assert (after["is_published"], after["known_until"], after["source"]) == (
        True, "2027-12-31", reason,
    )  # fmt: skip
    assert {one["day"] for one in after["days"]} == {one["day"] for one in free + worked}
    assert service.context.working_days.known_until().isoformat() == "2027-12-31"


async def test_what_was_approved_is_never_changed_or_removed(service):
    path = await proposed(service)
    await somebody(service, "approver").post(f"{path}/approve", json={})

    for statement in (
        "update calendar_changes set reason = 'x'", "delete from calendar_changes",
        "truncate calendar_changes",
    ):  # fmt: skip
        async with service.context.database.begin(EVERYWHERE) as conn:
            with pytest.raises(asyncpg.PostgresError):
                await conn.execute(statement)
