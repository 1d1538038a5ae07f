"""Others' waiting time while somebody floods a service: its p99 beside the quiet one of the same run.

    python -m benchmarks.flood [--seconds 10] [--connections 1000] [--json]

`applications` serves over HTTP on loopback with the limits that it has as it comes. A bank's system asks
for its cases, so many times a second, over connections that it keeps. First nobody else is there; then
a process that does all of this at once: heads that come a byte a second, bodies that do, answers that
nobody reads, and one caller who asks as fast as he can. The goal is a p99 within twice the quiet one.
"""

import asyncio
import contextlib
import json
import os
import random
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from zhidai import embedded, environment
from zhidai.addresses import free

RATE = 40
"""Requests a second of the one who is measured."""
GOAL = 2.0


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the one who is measured had."""

    answered: int
    refused: int
    median_ms: float
    p99_ms: float


async def measure(url: str, token: str, seconds: float) -> Measured:
    """Ask at a steady rate, whatever the answers take; how long each took."""
    took: list[float] = []
    refused = 0
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:

        async def ask() -> None:
            nonlocal refused
            begin = time.perf_counter()
            try:
                answer = await client.get(f"{url}/applications?limit=20")
                refused += answer.status_code != 200
            except httpx.TransportError:
                refused += 1
            took.append((time.perf_counter() - begin) * 1000)

        await ask()
        took.clear()
        async with asyncio.TaskGroup() as group:
            for _ in range(int(seconds * RATE)):
                group.create_task(ask())
                await asyncio.sleep(1 / RATE)
    took.sort()
    return Measured(
        answered=len(took) - refused,
        refused=refused,
        median_ms=round(took[len(took) // 2], 1),
        p99_ms=round(took[int(len(took) * 0.99)], 1),
    )


async def attack(host: str, port: int, token: str, connections: int) -> None:
    """Everything at once, until killed; what is closed is opened again."""
    head = f"GET /api/v1/applications HTTP/1.1\r\nhost: {host}\r\n"
    auth = f"authorization: Bearer {token}\r\n"
    posts = (
        f"POST /api/v1/applications HTTP/1.1\r\nhost: {host}\r\n{auth}content-length: 90000\r\n\r\n"
    )
    reads = f"GET /api/v1/openapi.json HTTP/1.1\r\nhost: {host}\r\n\r\n"

    async def drip(first: str) -> None:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, port)
                writer.write(first.encode())
                while not writer.is_closing():
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(1)
            await asyncio.sleep(random.random())

    async def deaf() -> None:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host, port, limit=1024)
                writer.write(reads.encode())
                await asyncio.sleep(30)
                writer.close()
            await asyncio.sleep(random.random())

    async def greedy(client: httpx.AsyncClient) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get(
                    "/applications", headers={"Authorization": f"Bearer {token}"}
                )
                if answer.status_code == 429:
                    await asyncio.sleep(0.05)

    base = f"http://{host}:{port}/api/v1"
    async with httpx.AsyncClient(base_url=base, timeout=30) as client, asyncio.TaskGroup() as group:
        for number in range(connections):
            kind = number % 10
            group.create_task(drip(head) if kind < 6 else drip(posts) if kind < 9 else deaf())
        for _ in range(16):
            group.create_task(greedy(client))


async def run(seconds: float, connections: int) -> tuple[Measured, Measured]:
    """Quiet, then flooded."""
    with TemporaryDirectory(prefix="zhidai-flood-", ignore_cleanup_errors=True) as temporary:
        state = Path(temporary) / "state"
        Path(temporary).chmod(0o755)
        base, postgres = await environment.prepare(state)
        addresses = free()
        try:
            async with embedded.serving(base, addresses):
                good = base.issuer.issue("system", "system", ["bank_operator"], "ICBC-TJ")
                bad = base.issuer.issue("flood", "flood", ["bank_operator"], "CCB-TJ")
                url = addresses.api("applications")
                quiet = await _apart("measure", url, good, str(seconds))
                port = str(addresses.ports["applications"])
                attacker = await asyncio.create_subprocess_exec(
                    *_words("attack", "127.0.0.1", port, bad, str(connections))
                )
                try:
                    await asyncio.sleep(3)
                    flooded = await _apart("measure", url, good, str(seconds))
                finally:
                    attacker.kill()
                    await attacker.wait()
        finally:
            if postgres is not None:
                await asyncio.to_thread(postgres.stop)
    return quiet, flooded


def _words(*words: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks.flood", *words]


async def _apart(*words: str) -> Measured:
    """Measured by a process of its own, so that it waits for the service and not for itself."""
    process = await asyncio.create_subprocess_exec(*_words(*words), stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return Measured(**json.loads(told))


def main() -> int:
    """The figures and their ratio; or one of the parts, as a process of its own."""
    if sys.argv[1:2] == ["measure"]:
        url, token, seconds = sys.argv[2:]
        print(json.dumps(asdict(asyncio.run(measure(url, token, float(seconds))))))
        return 0
    if sys.argv[1:2] == ["attack"]:
        host, port, token, connections = sys.argv[2:]
        asyncio.run(attack(host, int(port), token, int(connections)))
        return 0
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    quiet, flooded = asyncio.run(run(asked.seconds, asked.connections))
    ratio = round(flooded.p99_ms / quiet.p99_ms, 2)
    load = [round(one, 1) for one in os.getloadavg()]
    if asked.json:
        print(
            json.dumps(
                {"quiet": asdict(quiet), "flooded": asdict(flooded), "ratio": ratio, "load": load}
            )
        )
    else:
        print(
            f"quiet    {quiet}\nflooded  {flooded}\np99 {ratio} times the quiet one (goal {GOAL}); load {load}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
