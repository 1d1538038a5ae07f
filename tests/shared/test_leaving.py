"""A service that is told to stop is not ready, answers who still comes, and only then is gone."""

import asyncio
import signal

import httpx
import pytest
from fastapi import FastAPI

from services.console.main import application
from services.console.settings import ConsoleSettings
from services.risk_pool.main import SERVICE
from shared.serve import LeavingServer, server_config

DRAIN_SECONDS = 0.6


@pytest.fixture(params=["a service", "the console"])
async def app(request, running, tmp_path):
    if request.param == "a service":
        async with running(SERVICE) as service:
            yield service.app
        return
    there = dict.fromkeys(
        ("applications_url", "risk_pool_url", "notifications_url"), "http://127.0.0.1:9"
    )
    yield application(
        ConsoleSettings(
            **there, environment="sandbox", session_secret="x" * 40, issuer_dir=tmp_path
        )
    )


async def test_who_is_told_to_stop_lets_a_balancer_see_it_before_nobody_can_connect(app):
    config = server_config(app, host="127.0.0.1", port=0)
    config.lifespan = "off"
    server = LeavingServer(config, app, drain_seconds=DRAIN_SECONDS)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    async with httpx.AsyncClient(base_url=url) as client:
        before = await client.get("/healthz")
        server.handle_exit(signal.SIGTERM, None)
        await asyncio.sleep(0.15)
        ready = await client.get("/readyz")
        alive = await client.get("/healthz")

        assert "connection" not in before.headers
        assert (ready.status_code, ready.json()["status"]) == (503, "leaving")
        assert (alive.status_code, alive.headers["connection"]) == (200, "close")
        await asyncio.wait_for(serving, DRAIN_SECONDS + 2)
        with pytest.raises(httpx.ConnectError):
            await client.get("/healthz")


def test_where_nothing_balances_nothing_is_waited_for_and_a_second_signal_ends_the_waiting():
    config = server_config(None, host="127.0.0.1", port=0)
    at_once = LeavingServer(config, FastAPI(), drain_seconds=0)
    patient = LeavingServer(config, FastAPI(), drain_seconds=60)

    at_once.handle_exit(signal.SIGTERM, None)
    patient.handle_exit(signal.SIGTERM, None)
    told_once = patient.should_exit
    patient.handle_exit(signal.SIGTERM, None)

    assert (at_once.should_exit, told_once, patient.should_exit) == (True, False, True)
