"""Told to stop, the services finish what is in hand, take nothing new, and lose nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.auth.issuer import Issuer
from shared.postgres.embedded import EmbeddedPostgres
from tests.front_door.started import Up, up
from tests.notifications.conftest import until


@pytest.fixture
async def running(state: Path) -> AsyncIterator[Up]:
    async with up(state) as started:
        yield started


async def test_a_request_in_hand_is_finished_and_what_it_said_is_kept(running: Up):
    postgres = await asyncio.to_thread(EmbeddedPostgres(running.state / "postgres").start)
    token = Issuer.at(running.state / "issuer", environment="sandbox").issue(
        "a", "a", ["admin"], "*"
    )
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bank-1"}
    bank = {"code": "ICBC", "name": "中国工商银行", "uscc": "91100000100003962T"}
    database = postgres.server_url.replace("/postgres?", "/applications?", 1)
    holding, looking = await asyncpg.connect(database), await asyncpg.connect(database)

    async def somebody_waits() -> bool:
        return bool(
            await looking.fetchval("select exists (select from pg_locks where not granted)")
        )

    async with httpx.AsyncClient(base_url=running.places["applications"], timeout=30) as client:
        lock = holding.transaction()
        await lock.start()
        await holding.execute("lock table banks in access exclusive mode")
        asked = asyncio.create_task(client.post("/banks", json=bank, headers=headers))
        await until(somebody_waits)
        running.process.terminate()
        await running.says("finishing what is in hand")

        async def nobody_is_let_in() -> bool:
            async with httpx.AsyncClient(base_url=running.places["applications"]) as late:
                try:
                    return (await late.get("/openapi.json")).status_code == 503
                except httpx.TransportError:
                    return True

        await until(nobody_is_let_in)
        assert running.process.returncode is None and not asked.done()
        await lock.rollback()
        answer = await asked

    assert answer.status_code == 201, answer.text
    assert await asyncio.wait_for(running.process.wait(), 60) == 0
    assert await looking.fetchval("select name from banks where code = 'ICBC'") == "中国工商银行"
    await holding.close()
    await looking.close()
    await asyncio.to_thread(postgres.stop)
