"""`zhidai`: the front door for operators, finance staff, auditors and those who write schemes.

What serves or describes the services is imported where it is used: that takes seconds, and
whoever tries a scheme file again and again should not wait for it.
"""

from typing import Annotated, Literal

import typer

from zhidai import schemes_cli
from zhidai.commands import (
    archive,
    audit,
    backup,
    counts,
    events,
    explain,
    export,
    init_production,
    kafka_rights,
    login,
    reconcile,
    sandbox,
    settle,
)
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE

app = typer.Typer(
    name="zhidai",
    help="知贷:知识产权质押融资风险补偿资金池。Risk-compensation pools, every fen explained.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Transport = Annotated[
    Literal["local", "kafka"],
    typer.Option(help="local: one process. kafka: a process per service over Apache Kafka."),
]


@app.command()
def demo(
    transport: Transport = "local",
    seed: Annotated[int, typer.Option(help="Another seed, another year.")] = 20251,
    fresh: Annotated[bool, typer.Option(help="Drop data that no demo has made.")] = False,
    state: StateFolder = STATE,
) -> None:
    """A year in the life of two pools, on real parts, driven through the public APIs only."""
    from zhidai.demo import run
    from zhidai.instance import AlreadyRunning

    try:
        held = run.main(transport=transport, seed=seed, fresh=fresh, state=state)
    except (run.DataInTheWay, AlreadyRunning) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if held else 1)


@app.command()
def up(transport: Transport = "local", state: StateFolder = STATE) -> None:
    """Serve everything with the console until stopped."""
    from zhidai import up as serve
    from zhidai.instance import AlreadyRunning

    try:
        serve.main(transport=transport, state=state)
    except AlreadyRunning as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@app.command()
def docs(
    check: Annotated[bool, typer.Option(help="Only say what is out of date.")] = False,
) -> None:
    """Write the generated pages anew: OpenAPI, AsyncAPI, event schemas, the flow of events."""
    from zhidai.commands.docs import write_stale

    stale = write_stale(check=check)
    raise typer.Exit(1 if check and stale else 0)


@app.command()
def check_settings() -> None:
    """Say of all processes at once which settings are missing, wrong or unsafe; exit code 78."""
    from zhidai.commands.check_settings import check

    check()


@app.command()
def migrate(
    service: Annotated[
        str, typer.Argument(help="applications, risk_pool, notifications or console")
    ],
    owner_url: Annotated[
        str, typer.Option(envvar="OWNER_DATABASE_URL", help="The database, as its owner.")
    ],
) -> None:
    """Bring a service's database to the newest version."""
    from shared.postgres.migrations import head, upgrade
    from shared.postgres.provision import DATABASES

    if service not in DATABASES:
        typer.echo(f"{service} keeps no database; one of {', '.join(DATABASES)} does.", err=True)
        raise typer.Exit(2)
    upgrade(service, owner_url)
    typer.echo(f"{service} is at {head(service)}")


for command in (
    schemes_cli, sandbox, settle, audit, export, explain, events, reconcile, kafka_rights, init_production,
    backup, login, counts, archive,
):  # fmt: skip
    command.mount(app)


def main() -> None:
    """The command `zhidai`."""
    app(prog_name="zhidai")


if __name__ == "__main__":
    main()
