"""The command line acts for a person who has agreed in a browser; nobody is made up in production."""

import asyncio
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from typer.testing import CliRunner

from shared.auth.issuer import Issuer
from shared.http.issuer import issuer_app
from zhidai import login as logins
from zhidai.access import TOKEN_REFUSED, _token
from zhidai.commands import login as commands


@contextmanager
def over_http(app: FastAPI) -> Iterator[str]:
    """An application on a port of its own, in a thread of its own: the command line is not async."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("ZHIDAI_TOKEN", raising=False)


def agrees(code: logins.Code) -> None:
    person = {"user_code": code.user_code, "subject": "qian", "name": "钱卫东",
              "roles": ["finance_checker"]}  # fmt: skip
    httpx.post(f"{code.page}/approval", json=person).raise_for_status()


def test_a_person_is_kept_for_his_eyes_only_renewed_and_forgotten(tmp_path: Path):
    issuer = Issuer.at(tmp_path / "issuer", environment="sandbox")
    cli = typer.Typer()
    commands.mount(cli)
    with over_http(issuer_app(issuer)) as url:
        login = logins.log_in(url, show=agrees, pause=lambda _: None)

        assert stat.S_IMODE(logins.place().stat().st_mode) == 0o600
        assert logins.find() == login and logins.access_token(login) == login.access_token
        assert "钱卫东 (qian; finance_checker)" in CliRunner().invoke(cli, ["whoami"]).output

        logins._keep(replace(login, expires_at=0))
        fresh = logins.access_token(replace(login, expires_at=0))
        kept = logins.find()
        assert kept is not None and kept.access_token == fresh
        assert kept.refresh_token != login.refresh_token and kept.expires_at > 0
        with pytest.raises(logins.NotLoggedIn, match="invalid_grant"):
            logins._keep(replace(login, expires_at=0))
            logins.access_token(replace(login, expires_at=0))

        logins._keep(kept)
        assert "Logged out" in CliRunner().invoke(cli, ["logout"]).output
        assert logins.find() is None and not logins.place().exists()
        logins._keep(replace(kept, expires_at=0))
        with pytest.raises(logins.NotLoggedIn, match="invalid_grant"):
            logins.access_token(replace(kept, expires_at=0))
        nobody = httpx.post(f"{url}/device/approval", json={
            "user_code": "BBBB-BBBB", "subject": "x", "name": "x", "roles": ["auditor"]})  # fmt: skip
        assert (nobody.status_code, nobody.json()["code"]) == (404, "no-such-code")
    (tmp_path / "config" / "zhidai" / "login.json").unlink()
    assert CliRunner().invoke(cli, ["whoami"]).exit_code == TOKEN_REFUSED


def test_the_provider_is_asked_as_slowly_as_it_wants_and_its_no_is_a_no():
    app, answers, said = FastAPI(), ["authorization_pending", "slow_down", "access_denied"], ""

    @app.get("/.well-known/openid-configuration")
    def configuration(request: Request) -> dict[str, str]:
        root = str(request.base_url).rstrip("/")
        return {"issuer": said or root, "device_authorization_endpoint": f"{root}/device",
                "token_endpoint": f"{root}/token"}  # fmt: skip

    @app.post("/device")
    def device() -> dict[str, Any]:
        return {"device_code": "d", "user_code": "u", "verification_uri": "https://id/d",
                "expires_in": 60, "interval": 2}  # fmt: skip

    @app.post("/token")
    def token() -> JSONResponse:
        return JSONResponse({"error": answers.pop(0)}, 400)

    waited: list[float] = []
    with over_http(app) as root:
        with pytest.raises(logins.NotLoggedIn, match="access_denied"):
            logins.log_in(root, show=lambda _: None, pause=waited.append)
        assert waited == [2, 2, 7]
        said = "https://another.example.cn"
        with pytest.raises(logins.NotLoggedIn, match="says that it is"):
            logins.log_in(root, show=lambda _: None)
    with pytest.raises(logins.NotLoggedIn, match="in the clear"):
        logins.log_in("http://id.example.cn", show=lambda _: None)


def test_nobody_is_made_up_for_a_service_that_is_not_on_this_machine(tmp_path: Path):
    Issuer.at(tmp_path / "issuer", environment="sandbox")

    made_up, is_person = _token(("finance_maker",), None, tmp_path, "http://127.0.0.1:8102")
    assert made_up and not is_person
    with pytest.raises(typer.Exit) as ended:
        _token(("finance_maker",), "gao", tmp_path, "https://pool.example.cn")
    assert ended.value.exit_code == TOKEN_REFUSED
