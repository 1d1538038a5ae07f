"""`zhidai up`: serve everything with the console until stopped."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.table import Table

from shared.http.issuer import issuer_app
from shared.serve import run, server_config
from zhidai import ground as grounds
from zhidai.addresses import HOST, Addresses, a_port, usual
from zhidai.demo.run import serving
from zhidai.ground import Ground

ISSUER_PORT = 8104


async def up(*, transport: str, state: Path) -> None:
    """Start, say where, wait for Ctrl-C or SIGTERM, stop cleanly."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    screen = Console()
    async with AsyncExitStack() as stack:
        with screen.status("启动 starting …"):
            ground, embedded = await grounds.prepare(state)
            if embedded is not None:
                stack.callback(embedded.stop)
            addresses = usual()
            await stack.enter_async_context(serving(transport, ground, addresses))
            issuer_port = a_port(ISSUER_PORT)
            stack.push_async_callback(await _serve_issuer(ground, issuer_port))
        screen.print(_where(addresses, issuer_port, transport))
        screen.print("Ctrl-C 停止 stops it.")
        await stop.wait()
        screen.print("正在停止 finishing what is in hand …")


async def _serve_issuer(ground: Ground, port: int):  # type: ignore[no-untyped-def]
    server = uvicorn.Server(server_config(issuer_app(ground.issuer), host=HOST, port=port))
    # Signals are ours: uvicorn would otherwise take them for this one server.
    serving_it = asyncio.create_task(server._serve())

    async def end() -> None:
        server.should_exit = True
        await serving_it

    return end


def _where(addresses: Addresses, issuer_port: int, transport: str) -> Table:
    table = Table(
        title=f"知贷 Zhidai · transport={transport} · {os.getpid()}", title_justify="left"
    )
    table.add_column("服务 service")
    table.add_column("地址 address")
    table.add_row("控制台 console", addresses.url("console"))
    for service in ("applications", "risk_pool", "notifications"):
        table.add_row(service, f"{addresses.api(service)}/docs")
    table.add_row("开发令牌 development tokens", f"http://{HOST}:{issuer_port}/token")
    return table


def main(*, transport: str, state: Path) -> None:
    """From the command line."""
    run(up(transport=transport, state=state))
