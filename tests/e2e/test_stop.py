"""Told to stop, the services finish what is in hand, take nothing new, and lose nothing."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.auth.issuer import Issuer
from shared.postgres.embedded import EmbeddedPostgres
from tests.notifications.conftest import until

ROOT = Path(__file__).parents[2]


@dataclass
class Up:
    """`zhidai up` as a process."""

    process: asyncio.subprocess.Process
    state: Path
    places: dict[str, str]
    said: str

    async def says(self, words: str) -> None:
        """Wait until it has printed these words."""
        assert self.process.stdout is not None
        while words not in self.said:
            line = await asyncio.wait_for(self.process.stdout.readline(), 60)
            assert line, self.said
            self.said += line.decode()


@pytest.fixture
async def up(tmp_path: Path) -> AsyncIterator[Up]:
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zhidai.cli", "up", "--state", str(tmp_path),
        cwd=ROOT, env={**environment, "COLUMNS": "200", "ZHIDAI_STATE": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    running = Up(process, tmp_path, {}, "")
    try:
        await running.says("Ctrl-C")
        running.places = dict(re.findall(r"(\w+)\W+(http://[0-9.:]+/api/v1)/docs", running.said))
        yield running
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_request_in_hand_is_finished_and_what_it_said_is_kept(up: Up):
    postgres = await asyncio.to_thread(EmbeddedPostgres(up.state / "postgres").start)
    token = Issuer.at(up.state / "issuer", environment="sandbox").issue("a", "a", ["admin"], "*")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bank-1"}
    bank = {"code": "ICBC", "name": "中国工商银行", "uscc": "91100000100003962T"}
    database = postgres.server_url.replace("/postgres?", "/applications?", 1)
    holding, looking = await asyncpg.connect(database), await asyncpg.connect(database)

    async def somebody_waits() -> bool:
        return bool(
            await looking.fetchval("select exists (select from pg_locks where not granted)")
        )

    async with httpx.AsyncClient(base_url=up.places["applications"], timeout=30) as client:
        lock = holding.transaction()
        await lock.start()
        await holding.execute("lock table banks in access exclusive mode")
        asked = asyncio.create_task(client.post("/banks", json=bank, headers=headers))
        await until(somebody_waits)
        up.process.terminate()
        await up.says("finishing what is in hand")

        async def nobody_is_let_in() -> bool:
            async with httpx.AsyncClient(base_url=up.places["applications"]) as late:
                try:
                    return (await late.get("/openapi.json")).status_code == 503
                except httpx.TransportError:
                    return True

        await until(nobody_is_let_in)
        assert up.process.returncode is None and not asked.done()
        await lock.rollback()
        answer = await asked

    assert answer.status_code == 201, answer.text
    assert await asyncio.wait_for(up.process.wait(), 30) == 0
    assert await looking.fetchval("select name from banks where code = 'ICBC'") == "中国工商银行"
    await holding.close()
    await looking.close()
    await asyncio.to_thread(postgres.stop)
