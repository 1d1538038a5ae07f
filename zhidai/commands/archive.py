"""`zhidai archive`: closed years into cheap storage; read what is there, and look whether all of it is."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from shared.archive.files import Broken, Shelf
from shared.archive.moving import NotArchived
from shared.postgres.database import Database
from shared.postgres.provision import SERVICES
from zhidai.access import REFUSED
from zhidai.commands.options import StateFolder
from zhidai.databases import UrlOf, databases
from zhidai.environment import STATE

archive = typer.Typer(
    help="往年数据归档。Closed years in cheap storage.", invoke_without_command=True
)

Folder = Annotated[
    Path, typer.Option("--from", exists=True, file_okay=False, help="The archive's folder.")
]
Of = Annotated[str, typer.Option("--service", help="Whose.")]


def mount(app: typer.Typer) -> None:
    """Put `archive` under the front door."""
    app.add_typer(archive, name="archive")


@archive.callback()
def keep(
    context: typer.Context,
    service: Annotated[str, typer.Option(help="Whose: applications, risk_pool, …")] = "",
    year: Annotated[int, typer.Option(help="Which year, such as 2023.")] = 0,
    to: Annotated[
        Path | None, typer.Option(help="The folder that keeps it, for all years.")
    ] = None,
    state: StateFolder = STATE,
) -> None:
    """把已结账年度的事件与查阅记录移入档案，账簿留副本。Move a closed year's events and looks into the
    archive, and copy its ledger there. Each month is read back before it leaves; 1 where one must stay.
    """
    if context.invoked_subcommand is not None:
        return
    if service not in SERVICES or not year or to is None:
        raise typer.BadParameter(f"--service ({', '.join(SERVICES)}), --year and --to are needed")
    with databases(state) as url_of:
        try:
            asyncio.run(_kept(url_of, service, year, to))
        except NotArchived as refused:
            typer.echo(f"{refused.zh}。{refused}", err=True)
            raise typer.Exit(REFUSED) from None
        except Broken as error:
            typer.echo(f"档案有误。{error}", err=True)
            raise typer.Exit(REFUSED) from None


@archive.command()
def verify(folder: Folder) -> None:
    """逐月核对档案。Read every month of an archive and hold it against its hash, the month before it, and
    the ledger's chain; needs no database. 1 on a fault."""
    from zhidai.archiving import look_through

    months, faults = look_through(folder)
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"{months} 个月，{len(faults)} 处有误。{months} months, {len(faults)} faults.")
    raise typer.Exit(REFUSED if faults or not months else 0)


@archive.command()
def read(
    folder: Folder,
    service: Of,
    table: Annotated[str, typer.Option(help="event_feed, reads or transfers.")],
    month: Annotated[str, typer.Option(help="Only this month, such as 2023-01.")] = "",
    where: Annotated[
        list[str] | None, typer.Option(help="column=value; may be repeated, all must hold.")
    ] = None,
) -> None:
    """按行输出档案内容（JSON）。What an archive has, as lines of JSON; the bodies of events as JSON too."""
    wanted = [one.partition("=") for one in where or ()]
    if any(not equals for _, equals, _ in wanted):
        raise typer.BadParameter("--where is column=value")
    shelf = Shelf(folder, service, table)
    months = [month] if month else shelf.months()
    try:
        for one in months:
            for line in shelf.lines(one):
                row = orjson.loads(line)["row"]
                if all(_text(row.get(column)) == value for column, _, value in wanted):
                    typer.echo(orjson.dumps(_readable(table, row)).decode())
    except Broken as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


async def _kept(url_of: UrlOf, service: str, year: int, folder: Path) -> None:
    from zhidai.archiving import archive_year

    async with AsyncExitStack() as stack:
        at = {}
        for name in SERVICES:
            at[name] = await Database.connect(url_of(name), max_size=3, name="archive")
            stack.push_async_callback(at[name].close)
        months = 0
        async for table, moved in archive_year(at, service, year, folder, now=datetime.now(UTC)):
            months += 1
            where = "已移出 has left" if moved.left else "副本 is copied"
            typer.echo(f"{service} {table} {moved.month}: {moved.rows} {where}")
        if not months:
            typer.echo(f"{service} {year}: 没有数据。Nothing is there.")


def _text(value: Any) -> str:
    return (
        value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()
    )


def _readable(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row, with the body of an event as JSON where it is some."""
    if table != "event_feed":
        return row
    body = bytes.fromhex(row["body"].removeprefix("\\x"))
    try:
        return row | {"body": orjson.loads(body)}
    except orjson.JSONDecodeError:
        return row
