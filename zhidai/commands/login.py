"""`zhidai login`, `zhidai logout`, `zhidai whoami`: whom the command line acts for."""

import base64
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from zhidai import login as logins
from zhidai.access import TOKEN_REFUSED, running_instance
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE


def mount(app: typer.Typer) -> None:
    """Add the commands to the front door."""
    app.command("login")(log_in)
    app.command("logout")(log_out)
    app.command("whoami")(whoami)


def log_in(
    issuer: Annotated[
        str,
        typer.Option(
            envvar=["ZHIDAI_ISSUER", "TOKEN_ISSUER"],
            help="Your identity provider; without it the development issuer of what runs here.",
        ),
    ] = "",
    client_id: Annotated[
        str, typer.Option(help="The provider's public client for the command line.")
    ] = logins.CLIENT,
    state: StateFolder = STATE,
) -> None:
    """Log in at the identity provider: agree in a browser that the command line acts for you."""
    named = issuer or running_instance(state).addresses["issuer"]
    try:
        login = logins.log_in(named, client_id=client_id, show=_show)
    except logins.NotLoggedIn as error:
        typer.echo(f"未能登录：{error}。Not logged in: {error}.", err=True)
        raise typer.Exit(TOKEN_REFUSED) from None
    typer.echo(f"已登录：{_who(login)}。Logged in as {_who(login)}; kept in {logins.place()}.")


def log_out() -> None:
    """Forget the login, here and at the provider."""
    was_in = logins.log_out()
    typer.echo("已退出。Logged out." if was_in else "没有登录。Nobody was logged in.")


def whoami() -> None:
    """Whom the command line acts for. Exit code 6 for nobody."""
    login = logins.find()
    if login is None:
        typer.echo("没有登录，请运行 zhidai login。Nobody is logged in: zhidai login.", err=True)
        raise typer.Exit(TOKEN_REFUSED)
    until = datetime.fromtimestamp(login.expires_at, UTC).isoformat(timespec="seconds")
    typer.echo(f"{_who(login)} · {login.issuer} · {until}")


def _show(code: logins.Code) -> None:
    typer.echo(
        f"请在浏览器中打开 {code.page_with_code} 并核对代码 {code.user_code}。\n"
        f"Open {code.page_with_code} in a browser and check the code {code.user_code}."
    )


def _who(login: logins.Login) -> str:
    """Name, account and roles, as the token says; the services verify it, not we."""
    try:
        payload = login.access_token.split(".")[1]
        claims: Any = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        realm = (claims.get("realm_access") or {}).get("roles", [])
        roles = ", ".join(claims.get("roles") or realm)
        return f"{claims.get('name') or claims['sub']} ({claims['sub']}; {roles})"
    except (IndexError, ValueError, KeyError, AttributeError, TypeError):
        return "?"
