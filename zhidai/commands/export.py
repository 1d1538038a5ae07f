"""`zhidai export`: a pool's ledger for people outside, to check or to read with their own programs."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.risk_pool.audit.bundle import write_bundle
from services.risk_pool.audit.export import exported
from services.risk_pool.audit.journal import journal as lines_of_journal
from services.risk_pool.audit.outside.amounts import NotAnExport
from services.risk_pool.audit.verify import opened, pools_of
from zhidai.commands.audit import database
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Pool = Annotated[str, typer.Option(help="The pool's code.")]
Out = Annotated[Path, typer.Option(dir_okay=False, help="The file to write; it is replaced.")]
Url = Annotated[
    str | None,
    typer.Option(
        envvar="RISK_POOL_DATABASE_URL",
        help="The risk pool's database; the embedded one without it.",
    ),
]


def mount(front_door: typer.Typer) -> None:
    """Put `export` under the front door."""
    front_door.add_typer(app, name="export", help="账簿导出。A pool's ledger for people outside.")


@app.command()
def ledger(pool: Pool, out: Out, url: Url = None, state: StateFolder = STATE) -> None:
    """账簿导出包，内含只需 Python 的 verify.py。A zip with a verify.py that needs only Python."""
    with database(url, state) as found:
        asyncio.run(_bundle(found, pool, out))
    typer.echo(f"{out}: 解压后 python3 -I -S verify.py; unpack it and run python3 -I -S verify.py")


@app.command()
def journal(
    out: Out,
    pool: Annotated[str | None, typer.Option(help="The pool's code; not with --from.")] = None,
    form: Annotated[Literal["hledger", "beancount"], typer.Option("--format")] = "hledger",
    made_of: Annotated[
        Path | None,
        typer.Option("--from", exists=True, help="An export (zip, folder, NDJSON), no database."),
    ] = None,
    url: Url = None,
    state: StateFolder = STATE,
) -> None:
    """账簿的文本日记账，供 hledger 或 Beancount 阅读。A journal that hledger or Beancount reads."""
    if (pool is None) == (made_of is None):
        typer.echo("--pool 与 --from 任选其一。Either --pool or --from.", err=True)
        raise typer.Exit(2)
    with tempfile.TemporaryDirectory(prefix="zhidai-journal-") as folder:
        export = made_of or Path(folder) / "export.zip"
        if pool is not None:
            with database(url, state) as found:
                asyncio.run(_bundle(found, pool, export))
        try:
            with out.open("w", encoding="utf-8") as written:
                written.writelines(lines_of_journal(export, form))
        except NotAnExport as error:
            out.unlink(missing_ok=True)
            typer.echo(f"不是完整的账簿导出。Not a whole export: {error}", err=True)
            raise typer.Exit(2) from None
    typer.echo(f"{out}")


async def _bundle(url: str, pool: str, path: Path) -> None:
    now = datetime.now(UTC)
    async with opened(url) as conn:
        if pool not in await pools_of(conn):
            typer.echo(f"没有资金池 {pool}。There is no pool {pool}.", err=True)
            raise typer.Exit(2)
        await write_bundle(path, exported(conn, pool, now=now), now=now)
