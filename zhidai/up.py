"""`zhidai up`: serve everything with the console until stopped."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from shared.http.issuer import issuer_app
from shared.serve import run
from zhidai import environment as environments
from zhidai import instance as instances
from zhidai.addresses import Addresses, replaced, usual
from zhidai.demo.loader import BackgroundDemo
from zhidai.environment import Environment
from zhidai.http_server import served
from zhidai.instance import Instance
from zhidai.serving import Transport, log_to_file, serving


async def up(*, transport: Transport, state: Path) -> None:
    """Start, say where, wait for Ctrl-C or SIGTERM, stop cleanly."""
    instances.refuse_if_running(state)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    screen = Console()
    async with AsyncExitStack() as stack:
        with screen.status("启动 starting …"):
            environment, embedded = await environments.prepare(state)
            if embedded is not None:
                stack.callback(embedded.stop)
            log_to_file(transport, environment)
            addresses = usual()
            stack.callback(addresses.close)
            instance = instances.start(environment, addresses, transport=transport)
            issuer = _issuer(environment, instance)
            await stack.enter_async_context(served((issuer, addresses.sockets["issuer"])))
            demo = BackgroundDemo(addresses, environment.issuer)
            await stack.enter_async_context(serving(transport, environment, addresses, demo=demo))
            stack.push_async_callback(demo.stop)
            instance.publish(state)
            stack.callback(instance.withdraw, state)
        for line in replaced(addresses):
            screen.print(line, soft_wrap=True, highlight=False)
        screen.print(_where(addresses, instance))
        screen.print("Ctrl-C 停止 stops it.")
        await stop.wait()
        screen.print("正在停止 finishing what is in hand …")


def _issuer(environment: Environment, instance: Instance) -> FastAPI:
    """Tokens for development; at the same place the instance says which one it is."""
    app = issuer_app(environment.issuer)

    @app.get("/instance")
    async def which() -> dict[str, str]:
        """Which run of `zhidai up` answers here."""
        return {"id": instance.id, "started_at": instance.started_at}

    return app


def _where(addresses: Addresses, instance: Instance) -> Table:
    table = Table(
        title=f"知贷 Zhidai · transport={instance.transport} · {instance.pid}", title_justify="left"
    )
    table.add_column("服务 service")
    table.add_column("地址 address")
    table.add_row("控制台 console", addresses.url("console"))
    for service in ("applications", "risk_pool", "notifications"):
        table.add_row(service, f"{addresses.api(service)}/docs")
    table.add_row("开发令牌 development tokens", f"{addresses.url('issuer')}/token")
    return table


def main(*, transport: Transport, state: Path) -> None:
    """From the command line."""
    run(up(transport=transport, state=state))
