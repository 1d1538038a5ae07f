"""What an operator does at a command line, against services that are really served over HTTP.

An event that cannot be applied waits with all of its key behind it, the rest flows, and a replay
brings it to its right end; an audit names the row that was changed.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import look_as
from tests.applications.office import CCB, ICBC, PAPERS, START, nothing_found, submission
from tests.notifications.conftest import until
from tests.papers import stores
from tests.publishing import proposal
from tests.services import Person
from zhidai import embedded, environment
from zhidai.access import URL_VARIABLES
from zhidai.addresses import Addresses, free
from zhidai.environment import Environment

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("operator")


@dataclass
class Served:
    """All services on ports of this machine, and an operator's command line beside them."""

    base: Environment
    addresses: Addresses
    client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30))

    async def asks(
        self, service: str, path: str, body: Any = None, *, by: str, bank: str = "*"
    ) -> Any:
        """A POST (or a GET, without a body) by somebody with one role."""
        token = self.base.issuer.issue(f"{by}-{bank}", by, [by], bank)
        answer = await self.client.request(
            "GET" if body is None else "PUT" if "clock" in path else "POST",
            f"{self.addresses.api(service)}{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        )
        assert answer.is_success, (path, answer.text)
        return answer.json()

    def clerk(self, bank: str) -> Person:
        """A bank's clerk at the door of the reviewers' service."""
        token = self.base.issuer.issue(f"bank_operator-{bank}", "张三", ["bank_operator"], bank)
        return Person(
            base_url=self.addresses.api("applications"),
            headers={"Authorization": f"Bearer {token}"},
        )

    async def zhidai(self, *words: str) -> tuple[int, str]:
        """A command as an operator types it: exit code and what was printed."""
        places = {variable: self.addresses.url(name) for name, variable in URL_VARIABLES.items()}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "zhidai.cli", *words],
            cwd=ROOT,
            env={**os.environ, **places, "ZHIDAI_STATE": str(self.base.state), "COLUMNS": "250"},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    async def opens(self, pool: str, *, programme: str = "dongli") -> None:
        parties = [{"code": "FIN", "role": "district", "name": "区财政局"}] + [
            {"code": bank, "role": "bank", "name": bank} for bank in (ICBC, CCB)
        ]
        await self.publishes(programme)
        body = {"code": pool, "name": pool, "programme": programme, "opened_on": "2026-01-01"}
        await self.asks("risk_pool", "/pools", {**body, "parties": parties}, by="pool_manager")
        money = {"kind": "contribution", "party_code": "FIN", "amount": "20000000.00",
                 "value_date": "2026-03-02"}  # fmt: skip
        at = f"/pools/{pool}/cash-entries"
        entry = await self.asks("risk_pool", at, money, by="finance_maker")
        at = f"/cash-entries/{entry['id']}/release"
        await self.asks("risk_pool", at, {}, by="finance_checker")

    async def publishes(self, programme: str) -> None:
        """A version of the programme, unless one is published."""
        known = await self.asks("risk_pool", "/programmes", by="pool_manager")
        if any(one["programme"] == programme for one in known["items"]):
            return
        at = f"/programmes/{programme}/versions"
        await self.asks("risk_pool", at, proposal(programme), by="pool_manager")
        await self.asks("risk_pool", f"{at}/1/publish", {}, by="approver")

    async def approves(self, **changes: Any) -> Any:
        """A case from its submission to its approval by a second person."""
        case = await self.asks(
            "applications", "/applications", submission(**changes), by="bank_operator", bank=ICBC
        )
        at = f"/applications/{case['id']}"
        await self.asks("applications", f"{at}/take", {}, by="reviewer")
        await self.asks("applications", f"{at}/recommend", {"opinion": "同意"}, by="reviewer")
        agreed = {"opinion": "同意", "lists_checked": nothing_found(START.date())}
        await self.asks("applications", f"{at}/approve", agreed, by="approver")
        return case

    async def state(self, case: Any) -> str:
        shown = await self.asks("applications", f"/applications/{case['id']}", by="reviewer")
        return str(shown["state"])

    async def becomes(self, case: Any, state: str) -> None:
        async def so() -> bool:
            return await self.state(case) == state

        await until(so)

    async def parked(self, service: str, count: int) -> list[Any]:
        """What is parked, as soon as it is so much."""

        async def enough() -> list[Any]:
            items = (await self.asks(service, "/events/parked", by="admin"))["items"]
            return items if len(items) >= count else []

        return list(await until(enough))

    async def behind(self, service: str, *statements: str) -> None:
        """Work on a service's tables as its own role, past its API."""
        conn = await asyncpg.connect(self.base.database_url(service))
        async with conn.transaction():
            await look_as(conn, EVERYWHERE)
            for statement in statements:
                await conn.execute(statement)
        await conn.close()


@pytest.fixture(scope="module")
async def served(state_of_module: Path) -> AsyncIterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        base, postgres = await environment.prepare(state_of_module)
        addresses = free()
        async with embedded.serving(base, addresses):
            served = Served(base, addresses)
            for service in ("applications", "risk_pool", "notifications"):
                clock = {"now": START.isoformat()}
                await served.asks(service, "/sandbox/clock", clock, by="admin")
            for code, uscc in ((ICBC, "91100000100003962T"), (CCB, "911100001000044477")):
                bank = {"code": code, "name": code, "uscc": uscc}
                await served.asks("applications", "/banks", bank, by="admin")
                await stores(served.clerk(code), *PAPERS)
            await served.opens("dongli")
            yield served
            await served.client.aclose()
        if postgres is not None:
            await asyncio.to_thread(postgres.stop)


async def test_an_event_whose_pool_is_missing_waits_with_its_key_and_is_replayed_when_it_is_there(
    served: Served,
):
    # The reviewers' service was told of a pool that the risk pool does not have yet.
    await served.behind(
        "applications",
        """insert into pools select (jsonb_populate_record(p, '{"code": "late", "prefix": "LATE"}')).*
           from pools p where code = 'dongli'""",
    )
    waiting = await served.approves(pool_code="late")
    given_up = await served.approves(pool_code="late")
    await served.asks(
        "applications", f"/applications/{given_up['id']}/withdraw", {"reason": "不再需要"},
        by="bank_operator", bank=ICBC,
    )  # fmt: skip
    beside = await served.approves()
    await served.becomes(beside, "capacity_reserved")
    items = await served.parked("risk_pool", 3)

    code, table = await served.zhidai("events", "parked")
    stuck_code, stuck = await served.zhidai("events", "replay", "--service", "risk_pool")

    by_key = {(item["key"], item["reason"]): item for item in items}
    assert by_key.keys() == {
        (waiting["id"], "failed"),
        (given_up["id"], "failed"),
        (given_up["id"], "behind"),
    }
    assert "There is no pool late" in by_key[(waiting["id"], "failed")]["error"]
    assert code == 3, table
    assert waiting["id"] in table and "behind" in table and "risk_pool" in table
    assert stuck_code == 3 and "0 applied, 2 still fail" in stuck, stuck
    assert await served.state(waiting) == "approved"

    await served.opens("late")
    one_code, one = await served.zhidai("events", "replay", "--key", waiting["id"])
    assert one_code == 0 and "risk_pool: 1 applied, 0 still fail" in one, one
    all_code, rest = await served.zhidai("events", "replay")
    assert all_code == 0 and "risk_pool: 2 applied, 0 still fail" in rest, rest

    await served.becomes(waiting, "capacity_reserved")
    assert await served.state(given_up) == "withdrawn"
    coverage = await served.asks("risk_pool", f"/coverages/{given_up['id']}", by="auditor")
    assert coverage["state"] == "released"
    assert (await served.zhidai("events", "parked"))[0] == 0


async def test_bytes_that_are_no_event_are_parked_and_given_up_with_a_reason(served: Served):
    case = await served.approves()
    await served.becomes(case, "capacity_reserved")
    await served.behind(
        "risk_pool",
        f"""insert into outbox (event_id, aggregatetype, aggregateid, type, payload, ce_source,
                                ce_time, ce_subject, traceparent, institution)
            values ('{uuid4()}', 'risk_pool', '{case["id"]}', 'coverage.reserved.v1',
                    '\\xfffe00', '/zhidai/risk_pool', now(), '{case["id"]}',
                    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '{ICBC}')""",
    )
    # What the risk pool then says of the case comes behind it.
    await served.asks(
        "applications", f"/applications/{case['id']}/withdraw", {"reason": "不再需要"},
        by="bank_operator", bank=ICBC,
    )  # fmt: skip
    found = {name: await served.parked(name, 1) for name in ("applications", "notifications")}
    beside = await served.approves()
    await served.becomes(beside, "capacity_reserved")

    stuck, said = await served.zhidai("events", "replay")
    assert stuck == 3 and said.count("1 still fail") == 2, said
    feed = (await served.asks("risk_pool", "/events?limit=1000", by="auditor"))["items"]
    assert "//4A" in [one["data"] for one in feed]
    for name, items in found.items():
        assert items[0]["body"] == "//4A" and items[0]["key"] == case["id"]
        at = f"/events/parked/{items[0]['position']}/discard"
        gone = await served.asks(name, at, {"reason": "测试写入的坏消息"}, by="admin")
        assert gone["event_id"] == items[0]["event_id"]
    done, said = await served.zhidai("events", "replay")
    assert done == 0, said
    assert (await served.zhidai("events", "parked"))[0] == 0
    assert await served.state(case) == "withdrawn"


async def test_one_changed_byte_in_the_ledger_is_named_by_the_audit_and_its_exit_code(
    served: Served,
):
    audit = ("audit", "--pool", "dongli", "--url", served.base.database_url("risk_pool"))
    case = await served.approves()
    await served.becomes(case, "capacity_reserved")
    before, intact = await served.zhidai(*audit)

    async def by_superuser(sign: str) -> None:
        url = served.base.server_url.replace("/postgres?", "/risk_pool?", 1)
        conn = await asyncpg.connect(url)
        try:
            await conn.execute("alter table transfers disable trigger user")
            changed = await conn.execute(
                f"update transfers set amount_fen = amount_fen {sign} 1 "
                "where pool_code = 'dongli' and seq = 2"
            )
            assert changed == "UPDATE 1"
            await conn.execute("alter table transfers enable trigger user")
        finally:
            await conn.close()

    await by_superuser("+")
    after, named = await served.zhidai(*audit)
    await by_superuser("-")
    mended, _ = await served.zhidai(*audit)

    assert (before, after, mended) == (0, 1, 0), (intact, named)
    assert "✗" not in intact and "校验链 hash chain" in intact
    assert "资金池 pool dongli,第 2 笔 / transfer 2" in named
