"""Every move of a duty of pools, as people make it over HTTP."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.risk_pool.main import SERVICE
from shared.auth.pool_duties import narrower
from shared.postgres.database import EVERYWHERE

AT = "/pool-duties"
ROLES = (
    "bank_operator", "bank_checker", "bank_admin", "reviewer", "approver", "finance_maker",
    "finance_checker", "pool_manager", "auditor", "admin", "leader",
)  # fmt: skip
WHY = {"reason": "分工尚未商定"}
MOVES = (
    # from, action, by whom, to, what is told
    (
        "proposed",
        "approve",
        ("approver", "pool_manager", "admin"),
        "agreed",
        ["pool_duty.given.v1"],
    ),
    ("proposed", "refuse", ("approver", "pool_manager", "admin"), "refused", []),
    ("proposed", "withdraw", ("pool_manager", "admin"), "refused", []),
)
BODY = {
    "person": "lin", "person_name": "林晓", "pools": ["*"], "from_day": "2026-03-02", "reason": "分工",
}  # fmt: skip


def body_of(action: str) -> dict[str, Any]:
    return {} if action == "approve" else WHY


def somebody(service: Any, role: str, subject: str = "", **more: Any) -> Any:
    bank = "ICBC" if role.startswith("bank") else "*"
    return service.as_(subject or f"a-{role}", role, institution=bank, **more)


async def proposed(service: Any, by: str = "admin", **changes: Any) -> str:
    """A duty that waits; its path."""
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


async def test_a_duty_is_proposed_by_manager_or_admin_of_all_pools_and_nobody_is_told(service):
    for role in ROLES:
        if role not in ("pool_manager", "admin"):
            answer = await somebody(service, role).post(AT, json=BODY)
            assert answer.status_code == 403, role
    of_one = await somebody(service, "pool_manager", pools=["dongli"]).post(AT, json=BODY)
    assert (of_one.status_code, of_one.json()["code"]) == (403, "duty-for-all-pools")

    path = await proposed(service)

    duty = (await somebody(service, "auditor").get(path)).json()
    (move,) = duty["history"]
    assert (duty["state"], duty["number"], duty["version"]) == ("proposed", 1, 1)
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


async def test_proposer_approver_and_whose_it_is_are_three_persons_of_all_pools(service):
    path = await proposed(service, "pool_manager", person="hu")

    own = await somebody(service, "pool_manager", "who-proposes").post(f"{path}/approve", json={})
    for_himself = await somebody(service, "approver", "Ｈu").post(f"{path}/approve", json={})
    of_one = await somebody(service, "approver", pools=["dongli"]).post(f"{path}/approve", json={})

    assert (own.status_code, own.json()["code"]) == (409, "second-person-required")
    assert (for_himself.status_code, for_himself.json()["code"]) == (409, "second-person-required")
    assert (of_one.status_code, of_one.json()["code"]) == (403, "duty-for-all-pools")


async def test_everything_that_is_wrong_is_told_at_its_field(service):
    await somebody(service, "bank_operator", "clerk").get("/pools")
    manager = somebody(service, "pool_manager", "hu")

    said = {"person": "clerk", "pools": ["nowhere"], "from_day": "2026-03-01"}
    wrong = (await manager.post(AT, json=BODY | said)).json()
    own = (await manager.post(AT, json=BODY | {"person": "HU", "pools": ["*", "a"]})).json()

    assert sorted((one["pointer"], one["code"]) for one in wrong["errors"]) == [
        ("#/from_day", "day-is-past"), ("#/person", "person-not-of-bureau"),
        ("#/pools/0", "no-such-pool"),
    ]  # fmt: skip
    assert sorted((one["pointer"], one["code"]) for one in own["errors"]) == [
        ("#/person", "own-duty"), ("#/pools", "all-pools-alone"),
    ]  # fmt: skip


async def test_what_was_agreed_is_never_changed_or_removed(service):
    path = await proposed(service)
    await somebody(service, "approver").post(f"{path}/approve", json={})

    for statement in (
        "update pool_duty_cases set pools = '{a}'", "delete from pool_duty_cases",
        "truncate pool_duty_cases",
    ):  # fmt: skip
        async with service.context.database.begin(EVERYWHERE) as conn:
            with pytest.raises(asyncpg.PostgresError):
                await conn.execute(statement)


@pytest.mark.parametrize(
    ("token", "duty", "seen"),
    [
        ({"*"}, {"a"}, {"a"}), ({"a", "b"}, {"b", "c"}, {"b"}), ({"a"}, {"*"}, {"a"}),
        ({"a"}, {"b"}, set()), ({"*"}, {"*"}, {"*"}), (set(), {"*"}, set()),
    ],
)  # fmt: skip
def test_the_narrower_of_token_and_duty_counts(token, duty, seen):
    assert narrower(token, duty) == seen
