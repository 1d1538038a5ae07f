"""`zhidai audit`: verify ledgers from their first row, in the database or in an export."""

import asyncio
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.risk_pool.audit.outside import command as outside
from services.risk_pool.audit.outside.amounts import NotAnExport as NoBundle
from services.risk_pool.audit.verify import (
    NotAnExport,
    Report,
    audit_file,
    audit_pool,
    opened,
    pools_of,
)
from services.risk_pool.audit.verify import Progress as Tell
from services.risk_pool.domain.audit_checks import first_fault
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.provision import url_for
from zhidai.access import NO_INSTANCE, WRONG_INSTANCE
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE
from zhidai.instance import database_name, find

console = Console()


def mount(app: typer.Typer) -> None:
    """Put `audit` under the front door."""
    app.command()(audit)


def audit(
    pool: Annotated[
        list[str] | None, typer.Option(help="The pool's code; may be repeated. All without it.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, help="An export (zip, its folder or NDJSON), no database."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            envvar="RISK_POOL_DATABASE_URL",
            help="The risk pool's database; the embedded one without it.",
        ),
    ] = None,
    state: StateFolder = STATE,
) -> None:
    """核对账簿:重算每个余额和校验链。Recompute every balance and the hash chain; 1 on a fault."""
    reports: list[Report] = []
    if file is not None and (file.is_dir() or zipfile.is_zipfile(file)):
        raise typer.Exit(_audit_bundle(file))
    if file is not None:
        try:
            with _bar(file.name) as progress:
                reports.append(audit_file(file, progress))
        except NotAnExport as error:
            typer.echo(f"不是完整的账簿导出:{error}", err=True)
            raise typer.Exit(2) from None
    else:
        with database(url, state) as found:
            reports += asyncio.run(_audit_database(found, pool or []))
    for report in reports:
        show(report)
    raise typer.Exit(0 if reports and all(report.passed for report in reports) else 1)


def _audit_bundle(path: Path) -> int:
    """An export as it was handed over, by the same program that stands inside it."""
    try:
        found = outside.audit(path)
    except NoBundle as error:
        typer.echo(f"不是完整的账簿导出:{error}", err=True)
        return 2
    for line in outside.told(found):
        typer.echo(line)
    return 1 if found.faults() else 0


async def _audit_database(url: str, wanted: list[str]) -> list[Report]:
    reports = []
    async with opened(url) as conn:
        for code in wanted or await pools_of(conn):
            with _bar(code) as progress:
                report = await audit_pool(conn, code, progress)
            if report is None:
                typer.echo(f"没有资金池 {code}。There is no pool {code}.", err=True)
                raise typer.Exit(2)
            reports.append(report)
    return reports


@contextmanager
def database(url: str | None, state: Path) -> Iterator[str]:
    """The database's URL: as given, on the server at DATABASE_URL, or the embedded one."""
    if url is not None:
        yield url
        return
    server_url = os.environ.get("DATABASE_URL", "")
    _is_the_instances_own(server_url, state)
    if server_url:
        yield url_for(server_url, role="risk_pool", database="risk_pool")
        return
    if not (state / "postgres").is_dir():
        typer.echo(
            f"没有数据：{state}/postgres 不存在，请用 --url 指明数据库。"
            f"There is no data in {state}; name a database with --url.",
            err=True,
        )
        raise typer.Exit(NO_INSTANCE)
    embedded = EmbeddedPostgres(state / "postgres").start()
    try:
        yield embedded.url("risk_pool")
    finally:
        embedded.stop()


def _is_the_instances_own(server_url: str, state: Path) -> None:
    """Ends the command where the running instance works on another database than we would read.

    Its figures and our verdict would be of two different books, and nobody would notice.
    """
    found = find(state)
    if found is None or not found.is_running or found.database == database_name(server_url):
        return
    typer.echo(
        f"正在运行的实例使用另一数据库（{found.database}）。The instance that runs from {state} works "
        f"on another database: {found.database}, not {database_name(server_url)}. "
        "Set DATABASE_URL as it was when it was started, or name one with --url.",
        err=True,
    )
    raise typer.Exit(WRONG_INSTANCE)


@contextmanager
def _bar(name: str) -> Iterator[Tell]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def progress(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield progress


def show(report: Report) -> None:
    """The checks as a table, and in words the first row that is wrong."""
    table = Table(
        title=f"{report.name}({report.pool_code}):{report.transfers} 笔 transfers",
        title_justify="left",
    )
    table.add_column("核对 check")
    table.add_column("数量 looked at", justify="right")
    table.add_column("结果 result")
    for check in report.checks:
        if not check.passed:
            result = f"[red]✗ {check.faults} 处 faults[/]"
        elif check.looked_at:
            result = "[green]✓ 相符 ok[/]"
        else:
            result = "[dim]— 无可核对 nothing there[/]"
        table.add_row(f"{check.zh} {check.en}", f"{check.looked_at:,}", result)
    console.print(table)
    told = first_fault(report.checks)
    if told is not None and told.first is not None:
        where = f"第 {told.first.seq} 笔 / transfer {told.first.seq}" if told.first.seq else told.zh
        console.print(f"[red]资金池 pool {report.pool_code},{where}[/]", soft_wrap=True)
    for check in report.checks:
        if check.first is not None:
            console.print(f"  {check.zh}:{check.first.zh}", soft_wrap=True, highlight=False)
            console.print(f"  {check.en}: {check.first.en}", soft_wrap=True, highlight=False)
