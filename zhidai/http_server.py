"""Applications served over HTTP in this process, on sockets that are open already."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from shared.garbage import keep_what_is_there
from shared.serve import server_config
from zhidai.addresses import HOST


@asynccontextmanager
async def served(
    *applications: tuple[FastAPI, socket.socket], before_stop: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """Serve while the block runs; at its end all finish what is in hand, at the same time."""
    servers = [
        uvicorn.Server(server_config(app, host=HOST, port=0)) for app, _socket in applications
    ]
    # `_serve` and not `serve`: signals belong to whoever started all of these together.
    running = [
        asyncio.create_task(server._serve([opened]))
        for server, (_app, opened) in zip(servers, applications, strict=True)
    ]
    try:
        await _all_started(servers, running)
        keep_what_is_there()
        yield
    finally:
        before_stop()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running, return_exceptions=True)


async def _all_started(
    servers: Sequence[uvicorn.Server], running: Sequence[asyncio.Task[None]]
) -> None:
    while not all(server.started for server in servers):
        for task in running:
            if task.done():
                task.result()
                raise RuntimeError("a service ended while it was starting; the log says why")
        await asyncio.sleep(0.02)
