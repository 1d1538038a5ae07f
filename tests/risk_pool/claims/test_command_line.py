"""`zhidai settle` over the real API: a month from preview to its statements."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import httpx
import typer
import uvicorn
from typer.testing import CliRunner

from shared.http import device_grant
from shared.http.issuer import issuer_app
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_settlements import story
from zhidai import login as logins
from zhidai.commands import login, settle


@asynccontextmanager
async def over_http(app):
    """The application on a port of its own."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_config=None)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def test_a_month_is_settled_from_the_command_line_by_two_people(
    running, issuer, monkeypatch, tmp_path
):
    cli = typer.Typer()
    settle.mount(cli)
    login.mount(cli)
    async with (
        claims_of(running, "ICBC", "CCB") as pool,
        over_http(pool.service.app) as root,
        over_http(issuer_app(issuer)) as provider,
    ):
        monkeypatch.setenv("ZHIDAI_RISK_POOL_URL", root)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.delenv("ZHIDAI_TOKEN", raising=False)
        monkeypatch.setattr(device_grant, "INTERVAL_SECONDS", 0)

        def agrees(code: logins.Code, who: str, role: str) -> None:
            """A person agrees in a browser."""
            person = {"user_code": code.user_code, "subject": who, "name": who, "roles": role}
            httpx.post(code.page, data=person).raise_for_status()

        async def zhidai(*arguments: str, month: str = "2026-02", who: str = "gao",
                         role: str = "finance_maker"):  # fmt: skip
            monkeypatch.setattr(login, "_show", lambda code: agrees(code, who, role))
            came_in = await asyncio.to_thread(
                CliRunner().invoke, cli, ["login", "--issuer", provider]
            )
            assert came_in.exit_code == 0 and who in came_in.output, came_in.output
            return await asyncio.to_thread(
                CliRunner().invoke,
                cli,
                ["settle", "--pool", "dongli", "--month", month, *arguments],
                env={"COLUMNS": "200"},
            )

        await story(pool)
        early = await zhidai("preview", month="2026-03")
        assert early.exit_code == 3, early.output
        assert "earlier" in early.output or "尚未结账" in early.output

        assert (await zhidai("preview")).exit_code == 0
        assert "待签批" in (await zhidai("confirm")).output
        alone = await zhidai("sign", role="finance_checker")
        assert alone.exit_code == 1
        assert "second-person-required" in alone.output
        assert (await zhidai("sign", who="qian", role="finance_checker")).exit_code == 0
        for _ in range(2):  # Cron may run it again.
            posted = await zhidai("post")
            assert posted.exit_code == 0, posted.output
            assert re.search(r"ICBC\s+│ ICBC", posted.output) or "ICBC" in posted.output
        assert "已核对" in (await zhidai("show")).output

        done = await zhidai("statements", "--to", str(tmp_path / "out"), who="shen", role="auditor")
        assert done.exit_code == 0, done.output
        files = {path.name for path in (tmp_path / "out").iterdir()}
        assert len(files) == 4 * 3
        told = json.loads((tmp_path / "out" / "dongli-2026-02-ICBC.json").read_text())
        assert told["state"] == "posted"
