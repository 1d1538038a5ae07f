"""A service as a process of its own: its memory stays flat, and killed it leaves nothing half."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from services.applications.storage.objects import STALE_SECONDS, store_at

PROCESS = """
import sys
import uvicorn
from services.applications.main import SERVICE
from services.applications.settings import Settings
from shared.messaging.local import LocalTransport
from shared.service import build

url, issuer, keys, folder, port = sys.argv[1:]
settings = Settings(
    environment="development", database_url=url, transport="local", token_issuer=issuer,
    token_keys=keys, documents=folder, max_document_bytes=300 * 1024**2,
)
app = build(SERVICE, settings, transport=LocalTransport(["applications"]))
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")
"""
MEGABYTES = 200


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def served(fresh, issuer, shared_folder: Path, folder: Path, temporary: Path) -> Iterator[tuple]:
    """(process, port) of a service that answers."""
    port = free_port()
    temporary.mkdir(exist_ok=True)
    keys = str(shared_folder / "issuer" / "jwks.json")
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, fresh.url, issuer.issuer, keys, str(folder), str(port)],
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, "the service has ended"
                time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


def peak_kilobytes(process: subprocess.Popen) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def headers(issuer, length: int) -> dict[str, str]:
    token = issuer.issue("clerk", "clerk", ["bank_operator"], "ICBC-TJ")
    return {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": "one",
        "Content-Length": str(length),
        "Content-Type": "image/jpeg",
    }


def bits(megabytes: int) -> Iterator[bytes]:
    yield b"\xff\xd8\xff\xe0"
    for _ in range(megabytes):
        yield os.urandom(1024) * 1024
    yield b"\xff\xd9"


async def rows_of(fresh) -> int:
    connection = await asyncpg.connect(fresh.owner_url)
    try:
        return int(await connection.fetchval("select count(*) from stored_documents"))
    finally:
        await connection.close()


def kept(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def test_the_memory_is_flat_while_200_megabytes_come_and_go(
    database_of, issuer, shared_folder, tmp_path
):
    fresh = await database_of("applications")
    length = MEGABYTES * 1024**2 + 6
    with served(fresh, issuer, shared_folder, tmp_path / "kept", tmp_path / "tmp") as (
        process,
        port,
    ):
        before = peak_kilobytes(process)

        def send_and_fetch() -> tuple[int, int]:
            sender = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            sender.request(
                "POST", "/api/v1/documents?name=a.jpg", body=bits(MEGABYTES),
                headers=headers(issuer, length),
            )  # fmt: skip
            answer = sender.getresponse()
            where = answer.headers["Location"]
            assert answer.status == 201, answer.read()
            answer.read()
            sender.request("GET", f"{where}/content", headers=headers(issuer, 0))
            content, seen = sender.getresponse(), 0
            while bit := content.read(1024**2):
                seen += len(bit)
            return content.status, seen

        status, seen = await asyncio.to_thread(send_and_fetch)
        grown = peak_kilobytes(process) - before

    assert (status, seen) == (200, length)
    assert grown < 80 * 1024, f"the service grew by {grown} kB"
    assert [one.stat().st_size for one in kept(tmp_path / "kept")] == [length]


async def test_killed_in_the_middle_it_leaves_nothing_half(
    database_of, issuer, shared_folder, tmp_path
):
    fresh = await database_of("applications")
    with served(fresh, issuer, shared_folder, tmp_path / "kept", tmp_path / "tmp") as (
        process,
        port,
    ):

        def half() -> None:
            sender = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            sender.putrequest("POST", "/api/v1/documents?name=a.jpg")
            for name, value in headers(issuer, 50 * 1024**2).items():
                sender.putheader(name, value)
            sender.endheaders()
            for bit in bits(20):
                sender.send(bit)
            os.kill(process.pid, signal.SIGKILL)

        await asyncio.to_thread(half)
        process.wait()

    assert kept(tmp_path / "kept") == []
    assert kept(tmp_path / "tmp") == []
    assert await rows_of(fresh) == 0


STORING = """
import asyncio, sys
from services.applications.storage.objects import store_at

class Slow:
    def __init__(self): self.left = 40
    def seek(self, *args): return 0
    def tell(self): return 0
    def read(self, size=-1):
        self.left -= 1
        if self.left == 20:
            print("half", flush=True)
            import time; time.sleep(60)
        return b"x" * size if self.left > 0 else b""

asyncio.run(store_at(sys.argv[1]).keep("ab/abcd/1", Slow()))
"""


async def test_killed_while_it_stores_nothing_stands_under_a_name_that_is_read(tmp_path):
    process = subprocess.Popen(  # noqa: ASYNC220 (it only starts)
        [sys.executable, "-c", STORING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "half\n"
    process.kill()
    process.wait()
    store = store_at(str(tmp_path))

    with pytest.raises(FileNotFoundError):
        await store.read("ab/abcd/1", 0, 1)
    left = kept(tmp_path)
    assert all(one.parent.name == "incoming" for one in left)
    await store.sweep()
    assert kept(tmp_path) == left, "it may still be coming"
    for one in left:
        os.utime(one, (time.time() - STALE_SECONDS - 1,) * 2)
    await store.sweep()
    assert kept(tmp_path) == []
