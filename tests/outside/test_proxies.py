"""A proxy set up as the operator's pages say speaks HTTP/2 to callers, and loses nothing of theirs."""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.certificates import Authority
from deploy.kafka.broker import free_ports
from tests.front_door.started import Up, up
from tests.outside.debian import debian_program
from tests.programs import first_line

ROOT = Path(__file__).parents[2]
PAGES = ("docs/operating.zh-CN.md", "docs/operating.md")
START_SECONDS = 30


def block(page: str, kind: str) -> str:
    """The one configuration of this kind on a page, without what is explained in it."""
    [found] = re.findall(rf"```{kind}\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return re.sub(r" +# .*$", "", found, flags=re.MULTILINE)


def nginx(text: str, folder: Path) -> tuple[str, list[str]]:
    """The page's servers in a file of their own, and how nginx is started on it."""
    frame = (
        f"pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; "
        f"proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; "
        f"uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n{text}}}"
    )
    program = str(debian_program("nginx"))
    return frame, [
        program,
        "-e",
        "stderr",
        "-p",
        str(folder),
        "-c",
        f"{folder}/conf",
        "-g",
        "daemon off;",
    ]


def caddy(text: str, folder: Path) -> tuple[str, list[str]]:
    """The page's site, without the parts of Caddy that listen besides."""
    frame = f"{{\n admin off\n auto_https disable_redirects\n}}\n{text}"
    program = str(debian_program("caddy"))
    return frame, [program, "run", "--adapter", "caddyfile", "--config", f"{folder}/conf"]


PROXIES = {
    "nginx": (nginx, "nginx", "-v"),
    "Caddy": (caddy, "caddyfile", "version"),
}


@pytest.fixture(scope="module")
async def running(state_of_module: Path) -> AsyncIterator[Up]:
    async with up(state_of_module) as found:
        yield found


@asynccontextmanager
async def behind(
    proxy: Callable[[str, Path], tuple[str, list[str]]], text: str, folder: Path, service: str
) -> AsyncIterator[tuple[str, Path]]:
    """The proxy before a service, set up by the page's text with this machine's own places in it."""
    authority = Authority(folder / "tls")
    certificate, key = authority.issue("api", ["localhost"])
    (port,) = free_ports(1)
    for old, new in (
        ("127.0.0.1:8101", service.removeprefix("http://")),
        ("/etc/zhidai/tls/api.crt", str(certificate)),
        ("/etc/zhidai/tls/api.key", str(key)),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("api.example.cn {", f"localhost:{port} {{"),
        ("api.example.cn", "localhost"),
    ):
        text = text.replace(old, new)
    written, command = proxy(text, folder)
    (folder / "conf").write_text(written)
    log = folder / "log"
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, stdout=said, stderr=said,
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    try:
        await _listens(port, process, log)
        yield f"https://localhost:{port}", authority.certificate_file
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def _listens(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            assert process.returncode is None, log.read_text()[-3000:]
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def token_of(issuer: str) -> str:
    """Of a bank's own system."""
    who = {"subject": "icbc-1", "name": "张三", "roles": ["bank_operator"], "institution": "ICBC"}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{issuer}/token", json=who)
        return str(answer.raise_for_status().json()["access_token"])


@pytest.mark.parametrize("kind", ["nginx", "caddyfile"])
def test_both_languages_show_the_same_configuration(kind: str):
    assert block(PAGES[0], kind) == block(PAGES[1], kind)


@pytest.mark.program("a proxy", does="set up as documented: HTTP/2 before our HTTP/1.1")
@pytest.mark.parametrize("name", PROXIES)
async def test_a_call_over_http2_arrives_whole_and_is_answered(
    name: str, running: Up, tmp_path: Path, record_property: Callable[[str, Any], None]
):
    proxy, kind, asked = PROXIES[name]
    record_property("program", name)
    record_property("version", first_line(str(debian_program(name.lower())), asked))
    service = running.variables["APPLICATIONS"]
    token = await token_of(running.variables["TOKENS"])
    body = json.dumps({"rights": [{"kind": "invention", "number": "201811564288.X"}]})

    async with behind(proxy, block(PAGES[0], kind), tmp_path, service) as (url, ca):
        command = [
            "curl", "-sS", "--http2", "--cacert", str(ca), f"{url}/api/v1/rights/pledged",
            "-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json",
            "-H", "Idempotency-Key: over-http2", "-d", body,
            "-w", "\n%{http_version} %{http_code}",
        ]  # fmt: skip
        ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)

    answer, status = ran.stdout.rsplit("\n", 1)
    assert status == "2 200", (ran.stdout, ran.stderr)
    assert json.loads(answer)["rights"][0]["number"] == "201811564288.X"
