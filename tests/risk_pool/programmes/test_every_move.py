"""Every move of a version, as people make it over HTTP: by whom, to where, and what is told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.risk_pool.main import SERVICE
from tests.publishing import proposal

AT = "/programmes/dongli/versions"
ROLES = (
    "bank_operator", "bank_checker", "reviewer", "approver", "finance_maker", "finance_checker",
    "pool_manager", "auditor", "admin",
)  # fmt: skip
WHY = {"reason": "放大倍数须先报市局"}
MOVES = (
    # from, action, by whom, to, what is told
    ("proposed", "publish", ("approver", "finance_checker"), "published", ["scheme.published.v1"]),
    ("proposed", "refuse", ("approver", "finance_checker"), "refused", []),
    ("proposed", "withdraw", ("pool_manager",), "refused", []),
)
WAY_TO: dict[str, tuple[str, str] | None] = {
    "proposed": None,
    "published": ("publish", "approver"),
    "refused": ("refuse", "approver"),
}


def body_of(action: str) -> dict[str, Any]:
    return {} if action == "publish" else WHY


def somebody(service: Any, role: str) -> Any:
    bank = role.startswith("bank")
    return service.as_(f"a-{role}", role, institution="ICBC" if bank else "*")


async def proposed(service: Any) -> str:
    """A version that waits; its path."""
    answer = await somebody(service, "pool_manager").post(AT, json=proposal("dongli"))
    assert answer.status_code == 201, answer.text
    return f"{AT}/{answer.json()['number']}"


async def seen(service: Any, path: str) -> tuple[Any, ...]:
    version = (await somebody(service, "auditor").get(path)).json()
    return version["state"], version["version"], len(version["history"])


async def told(service: Any) -> list[str]:
    await service.settled()
    items = (await service.as_("shen", "auditor").get("/events")).json()["items"]
    return [one["type"] for one in items]


@pytest.fixture
async def service(running):
    async with running(SERVICE, due_interval_seconds=3600) as started:
        await started.context.clock.set(datetime(2026, 1, 11, 1, 0, tzinfo=UTC))
        yield started


async def test_a_version_is_proposed_by_the_pool_manager_alone_and_nobody_is_told(service):
    for role in ROLES:
        if role != "pool_manager":
            answer = await somebody(service, role).post(AT, json=proposal("dongli"))
            assert answer.status_code == 403, role
    path = await proposed(service)

    version = (await somebody(service, "auditor").get(path)).json()

    (move,) = version["history"]
    assert (version["state"], version["number"], version["version"]) == ("proposed", 1, 1)
    assert (move["source"], move["action"], move["role"]) == (None, "propose", "pool_manager")
    assert await told(service) == []


@pytest.mark.parametrize(
    ("source", "action", "roles", "role", "to", "tells"),
    [(source, action, roles, role, to, tells) for source, action, roles, to, tells in MOVES
     for role in roles],
)  # fmt: skip
async def test_every_move_is_for_its_roles_alone_and_leads_where_it_should(
    service, source, action, roles, role, to, tells
):
    path = await proposed(service)
    before = await seen(service, path)
    for other in ROLES:
        if other not in roles:
            answer = await somebody(service, other).post(f"{path}/{action}", json=body_of(action))
            assert answer.status_code == 403, (other, answer.text)
    assert await seen(service, path) == before

    answer = await somebody(service, role).post(f"{path}/{action}", json=body_of(action))

    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == to
    last = answer.json()["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        source, action, to, role,
    )  # fmt: skip
    assert last["reason"] == body_of(action).get("reason", "")
    assert await told(service) == tells


@pytest.mark.parametrize("state", ["published", "refused"])
async def test_what_is_published_or_refused_stays_so(service, state):
    path = await proposed(service)
    action, role = WAY_TO[state] or ("", "")
    await somebody(service, role).post(f"{path}/{action}", json=body_of(action))
    before = await seen(service, path)
    assert before[0] == state

    for _, action, roles, _, _ in MOVES:
        answer = await somebody(service, roles[0]).post(f"{path}/{action}", json=body_of(action))
        assert (answer.status_code, answer.json()["code"]) == (409, "not-possible-now"), action

    assert await seen(service, path) == before


async def test_nobody_publishes_what_he_proposed_himself(service):
    both = service.as_("a-pool_manager", "pool_manager", "approver")
    path = await proposed(service)

    answer = await both.post(f"{path}/publish", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "second-person-required")
    assert (await seen(service, path))[0] == "proposed"
