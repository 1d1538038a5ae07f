"""`zhidai events`: see what waits for somebody, and apply it again once its cause is mended."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from zhidai.access import Access
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE

WAITING = 3
"""The exit code when something is parked, or stays so."""

events = typer.Typer(help="Parked events: see them, replay them.", no_args_is_help=True)
Service = Annotated[
    Literal["applications", "risk_pool", "notifications", "all"],
    typer.Option("--service", help="Whose parked events."),
]
Url = Annotated[
    str, typer.Option("--url", help="The service's root, where no instance of ours runs.")
]
SERVICES = ("applications", "risk_pool", "notifications")


def mount(app: typer.Typer) -> None:
    """Put `events` under the front door."""
    app.add_typer(events, name="events")


def reached(service: str, state: Path, url: str) -> dict[str, Access]:
    """Each chosen service's API, all of them before anything is done."""
    if url and service == "all":
        raise typer.BadParameter("--url is one service's; say which with --service")
    chosen = SERVICES if service == "all" else (service,)
    return {name: Access(name, roles=("admin",), state=state, url=url) for name in chosen}


@events.command()
def parked(service: Service = "all", state: StateFolder = STATE, url: Url = "") -> None:
    """What could not be applied, and what waits behind it. Exit code 3 when there is any."""
    table = Table("service", "position", "key", "type", "reason", "tries", "error")
    for name, access in reached(service, state, url).items():
        for event in access.every("/events/parked", limit=200):
            table.add_row(
                name, str(event["position"]), event["key"], event["type"], event["reason"],
                str(event["attempts"]), event["error"],
            )  # fmt: skip
    if table.row_count == 0:
        typer.echo("没有搁置的事件。Nothing is parked.")
        return
    Console().print(table)
    raise typer.Exit(WAITING)


@events.command()
def replay(
    service: Service = "all",
    key: Annotated[str | None, typer.Option(help="Only this key.")] = None,
    state: StateFolder = STATE,
    url: Url = "",
) -> None:
    """Apply parked events again, in order. Exit code 3 when some still fail."""
    stuck = 0
    for name, access in reached(service, state, url).items():
        outcome = access.post("/events/parked/replay", {"key": key} if key else {})
        typer.echo(f"{name}: {outcome['applied']} applied, {len(outcome['stuck'])} still fail")
        for event in outcome["stuck"]:
            typer.echo(f"  {event['position']} {event['type']} {event['key']}: {event['error']}")
        stuck += len(outcome["stuck"])
    raise typer.Exit(WAITING if stuck else 0)
