"""`zhidai counts`: the kept counters of cases, loans and the cockpit against the rows they stand for."""

import asyncio
from typing import Annotated

import typer

from services.applications.tables import case_counts
from services.risk_pool.tables import book_counts
from shared.clock import SystemClock, business_date
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from zhidai.commands.options import StateFolder
from zhidai.databases import UrlOf, all_at_one_moment, databases
from zhidai.environment import STATE

DIFFER = 3
MOST_NAMED = 20

Again = Annotated[
    bool, typer.Option("--again", help="Forget what is kept, so that all is counted once more.")
]


def mount(app: typer.Typer) -> None:
    """It is a command of its own."""
    app.command()(counts)


def counts(again: Again = False, state: StateFolder = STATE) -> None:
    """计数器核对:统计、办理流程和驾驶舱的计数是否与明细一致。Are the kept counts those of the rows? Names
    what differs; exit code 3 when anything does. Safe while the services run."""
    with databases(state) as url_of:
        lines = asyncio.run(_forgotten(url_of) if again else _differing(url_of))
    for line in lines[:MOST_NAMED]:
        typer.echo(line)
    if not lines:
        typer.echo("一致。The counts are those of the rows.")
    raise typer.Exit(DIFFER if lines and not again else 0)


async def _differing(url_of: UrlOf) -> list[str]:
    """A line for each count that differs."""
    until = Month.of(business_date(SystemClock().now()))
    async with all_at_one_moment(url_of) as at:
        cases = await case_counts.differences(at["applications"])
        book = await book_counts.differences(at["risk_pool"], until=until)
    return [f"applications {row['counter']}: {row['differs']}" for row in cases] + [
        f"risk_pool {row['pool_code']} {row['measure']} {row['month']} {row['by']}={row['value']}:"
        f" kept {row['kept_loans']} / {row['kept_fen']} fen, told {row['told_loans']} / {row['told_fen']} fen"
        for row in book
    ]


async def _forgotten(url_of: UrlOf) -> list[str]:
    for name, tables in (("applications", case_counts), ("risk_pool", book_counts)):
        database = await Database.connect(url_of(name), max_size=1, name="counts")
        try:
            async with database.begin(EVERYWHERE) as conn:
                await tables.begin_anew(conn)
        finally:
            await database.close()
    return ["已清空，服务运行时将重新计数。All is counted once more while the services run."]
