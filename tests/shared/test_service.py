"""The frame of a service: whether it can work is told by its parts."""

import asyncpg
import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.publishing import publish

ALL = (APPLICATIONS, RISK_POOL)
FIRST = "0001"
"""The version of the oldest database."""


def _root(service):
    return service.anonymous(), "http://zhidai.test"


async def test_together_every_service_is_alive_and_ready(running):
    async with running(*ALL) as services:
        for service in services:
            somebody, root = _root(service)
            assert (await somebody.get(f"{root}/healthz")).json()["status"] == "alive"
            ready = await somebody.get(f"{root}/readyz")
            assert ready.status_code == 200, ready.text
            assert set(ready.json()) == {
                "status", "service", "database", "migrations", "transport", "relay",
                "listens", "heard",
            }  # fmt: skip
            assert "zhidai_http_requests_total" in (await somebody.get(f"{root}/metrics")).text


async def test_an_older_database_is_not_ready_and_says_so_a_newer_one_is(running):
    async with running(RISK_POOL) as service:
        somebody, root = _root(service)
        owner = await asyncpg.connect(
            service.context.database.url.replace("//risk_pool", "//risk_pool_owner")
        )
        for version, code, said in (
            # The first of all, and one that the next version of this code may bring.
            (FIRST, 503, f"at {FIRST}, this code wants"),
            ("9999", 200, "ok"),
        ):
            await owner.execute("update alembic_version set version_num = $1", version)
            answer = await somebody.get(f"{root}/readyz")
            assert answer.status_code == code
            assert answer.json()["migrations"].startswith(said)
        await owner.close()


async def test_one_service_cannot_even_connect_to_anothers_database(database_of):
    theirs = await database_of("risk_pool")

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await asyncpg.connect(theirs.url.replace("//risk_pool", "//applications"))


async def test_what_one_service_says_the_other_has_heard_when_all_is_quiet(running):
    async with running(APPLICATIONS, RISK_POOL) as (applications, pool):
        await publish(pool, "dongli")
        manager = pool.as_("wu", "pool_manager")
        opened = await manager.post(
            "/pools",
            json={
                "code": "dongli", "name": "资金池", "programme": "dongli",
                "opened_on": "2026-01-01", "parties": [],
            },
        )  # fmt: skip
        assert opened.status_code == 201, opened.text
        await pool.settled()

        known = (await applications.as_("lin", "reviewer").get("/pools")).json()["items"]

        assert [one["code"] for one in known] == ["dongli"]
