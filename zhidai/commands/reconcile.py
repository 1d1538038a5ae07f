"""`zhidai events reconcile`, `hear-again`, `publish-again`, `rebuild`: nothing stays unheard or altered."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from shared.archive.feed import shelf_of
from shared.messaging.heard import how_far
from shared.messaging.inbox import Routes
from shared.messaging.rebuilding import FeedBeginsLate, Rebuilt, StillOnItsWay, View
from shared.messaging.rebuilding import rebuild as rebuilt_from_feeds
from shared.messaging.reconciling import (
    InTheArchive,
    missed_of_archive,
    not_heard,
    told_by_nobody,
    types_heard,
)
from shared.messaging.reconciling import hear_again as handed_again
from shared.messaging.told import epochs
from shared.postgres.database import Database
from shared.postgres.provision import SERVICES
from shared.postgres.sandbox_clock import SandboxClock
from zhidai.access import REFUSED
from zhidai.commands.events import WAITING, Service, Url, events, reached
from zhidai.commands.options import StateFolder
from zhidai.databases import UrlOf, all_at_one_moment, databases
from zhidai.environment import STATE

MOST_NAMED = 20
ATTEMPTS = 20

Listener = Annotated[str, typer.Option("--service", help="Who is to hear: one service, or all.")]


def mount(app: typer.Typer) -> None:
    """They stand under `events`; nothing more is to be mounted."""


@events.command()
def reconcile(state: StateFolder = STATE) -> None:
    """各服务是否一致:逐条核对事件与贷款。Do the services agree on every event and every loan? Names
    what is missing; exit code 3 when anything is. Reads the databases; nothing is changed."""
    with databases(state) as url_of:
        lines, faults = asyncio.run(_compared(url_of))
    for line in lines:
        typer.echo(line)
    raise typer.Exit(WAITING if faults else 0)


@events.command("hear-again")
def hear_again(
    service: Listener = "all",
    archive: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="The folder of `zhidai archive --to`."),
    ] = None,
    state: StateFolder = STATE,
) -> None:
    """补听:把各服务未曾听到的事件按序补给它。Hand services what they have not heard, in order, out of
    the producers' feeds and, where it has left them, out of the archive; 3 where that is needed and not
    named. Repeat it until it says 0; safe while the services run."""
    if service not in (*SERVICES, "all"):
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}, all")
    chosen = SERVICES if service == "all" else (service,)
    with databases(state) as url_of:
        try:
            for line in asyncio.run(_heard_again(url_of, chosen, archive)):
                typer.echo(line)
        except InTheArchive as error:
            typer.echo(
                f"所缺事件在往年档案中，请加 --archive。{error}: name it by --archive.", err=True
            )
            raise typer.Exit(WAITING) from None


@events.command("publish-again")
def publish_again(
    first: Annotated[int, typer.Option("--from", min=1, help="The number of the first event.")],
    until: Annotated[int | None, typer.Option(min=1, help="That of the last; else all.")] = None,
    service: Service = "all",
    state: StateFolder = STATE,
    url: Url = "",
) -> None:
    """重新发布:按原样再发一次事件。Publish events of a service's feed once more, as they were: for a
    topic that was wiped or has expired. Who knows them passes over them."""
    if service == "all":
        raise typer.BadParameter("numbers are one service's: say which with --service")
    body = {"first": first} if until is None else {"first": first, "until": until}
    for name, access in reached(service, state, url).items():
        done = access.post("/events/publish-again", body)
        typer.echo(f"{name}: {done['events']} events are published again")


@events.command()
def rebuild(
    service: Annotated[str, typer.Option("--service", help="Whose tables.")],
    view: Annotated[
        str, typer.Option("--view", help="Which of its views; all of them without.")
    ] = "all",
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what was learnt anew; without it, only compare.")
    ] = False,
    state: StateFolder = STATE,
) -> None:
    """重建:清空只由事件写成的表,再按事件逐条重学。Learn anew what a service knows by events alone, and say
    whether it is what was there; exit code 3 where it is not. Changes nothing without --keep."""
    if service not in SERVICES:
        raise typer.BadParameter(f"one of {', '.join(SERVICES)}")
    known = views_of(service)
    if view not in (*known, "all"):
        raise typer.BadParameter(f"one of {', '.join(known)}, all")
    chosen = known if view == "all" else {view: known[view]}
    with databases(state) as url_of:
        outcomes = asyncio.run(_rebuilt(url_of, service, chosen, keep=keep))
    for name, done in outcomes.items():
        verdict = "the same" if done.is_same else f"not the same; there were {done.rows_before}"
        typer.echo(f"{service} {name}: {done.events} events, {done.rows} rows, {verdict}")
    raise typer.Exit(0 if all(done.is_same for done in outcomes.values()) else WAITING)


def views_of(service: str) -> Mapping[str, View]:
    """What a service knows by events alone."""
    from services.applications.consumer import VIEWS as APPLICATIONS
    from services.notifications.consumer import VIEWS as NOTIFICATIONS
    from services.risk_pool.consumer import VIEWS as RISK_POOL

    return {
        "applications": APPLICATIONS, "risk_pool": RISK_POOL, "notifications": NOTIFICATIONS,
    }[service]  # fmt: skip


async def _rebuilt(
    url_of: UrlOf, service: str, chosen: Mapping[str, View], *, keep: bool
) -> dict[str, Rebuilt]:
    """By view, what came of it."""
    database = await Database.connect(url_of(service), max_size=2, name="rebuild")
    try:
        return {
            name: await _patiently_rebuilt(url_of, database, view, keep=keep)
            for name, view in chosen.items()
        }
    finally:
        await database.close()


async def _patiently_rebuilt(
    url_of: UrlOf, database: Database, view: View, *, keep: bool
) -> Rebuilt:
    """What was heard a moment ago comes into its producer's feed a moment later."""
    for _ in range(ATTEMPTS):
        try:
            return await rebuilt_from_feeds(
                lambda: all_at_one_moment(url_of), database, view, keep=keep
            )
        except StillOnItsWay as error:
            told = error
            await asyncio.sleep(0.5)
        except FeedBeginsLate as error:
            typer.echo(f"事件流已不能回到第一条（往年档案或备份）。{error}.", err=True)
            raise typer.Exit(REFUSED) from None
    typer.echo(f"产方尚未归档,请稍后再试。Try again later: {told}", err=True)
    raise typer.Exit(WAITING)


def routes_of(service: str) -> Routes:
    """What a service hears."""
    from services.applications.main import SERVICE as APPLICATIONS
    from services.notifications.main import SERVICE as NOTIFICATIONS
    from services.risk_pool.main import SERVICE as RISK_POOL

    known = {one.name: one for one in (APPLICATIONS, RISK_POOL, NOTIFICATIONS)}
    return known[service].consumes


async def _compared(url_of: UrlOf) -> tuple[list[str], int]:
    """What there is to say, line by line, and how much of it is a fault."""
    lines: list[str] = []
    faults = 0
    async with all_at_one_moment(url_of) as at:
        for listener in SERVICES:
            for producer, types in sorted(types_heard(routes_of(listener)).items()):
                counted: Counter[str] = Counter()
                named: list[str] = []
                async for piece in not_heard(at[producer], at[listener], types=types):
                    counted.update(event.type for event in piece)
                    named += [f"    {e.position} {e.type} {e.key}" for e in piece]
                    del named[MOST_NAMED:]
                missing = counted.total()
                faults += missing
                last = (await epochs(at[producer]))[-1].last
                lines.append(f"{listener} ← {producer} (1–{last}): {missing} not heard")
                lines += named
                if missed := await missed_of_archive(at[producer], at[listener], producer):
                    faults += missed[1] - missed[0] + 1
                    lines.append(
                        f"    {missed[0]}–{missed[1]} in the archive: hear-again --archive FOLDER"
                    )
            gone = {one.topic: one.gone_back for one in await how_far(at[listener])}
            if any(gone.values()):
                lost = await told_by_nobody([at[name] for name in SERVICES], at[listener])
                faults += len(lost)
                back = ", ".join(f"{name} by {n}" for name, n in gone.items() if n)
                lines.append(
                    f"{listener}: gone back: {back}; it heard {len(lost)} events nobody tells any more"
                )
                lines += [f"    {one}" for one in lost[:MOST_NAMED]]
        loans, differing = await _loans_compared(at)
        lines.append(f"loans: {loans} covered, {len(differing)} not known to both")
        lines += [f"    {one}" for one in differing[:MOST_NAMED]]
        faults += len(differing)
    lines.append(
        "一致。The services agree." if not faults else f"{faults} to mend: docs/operating.md"
    )
    return lines, faults


async def _loans_compared(at: Mapping[str, asyncpg.Connection]) -> tuple[int, list[str]]:
    """How many loans are covered, and those of which the two services think otherwise."""
    from services.applications.queries.covered import covered_cases
    from services.risk_pool.queries.covered import covered_loans

    cases, loans = await covered_cases(at["applications"]), await covered_loans(at["risk_pool"])
    differing = [
        f"{number}: covered in the pool, and no such case"
        for loan, (number, covered) in loans.items()
        if covered and loan not in cases
    ]
    for case, (number, known, covered) in cases.items():
        if known and case not in loans:
            differing.append(f"{number}: the pool does not know of it")
        elif covered and not loans[case][1]:
            differing.append(f"{number}: covered by its case, not in the pool")
    return sum(covered for _, covered in loans.values()), differing


async def _heard_again(url_of: UrlOf, chosen: tuple[str, ...], archive: Path | None) -> list[str]:
    lines = []
    async with all_at_one_moment(url_of) as at:
        for listener in chosen:
            routes = routes_of(listener)
            database = await Database.connect(url_of(listener), max_size=4, name="hear-again")
            try:
                clock = await SandboxClock.load(database)
                for producer in sorted(types_heard(routes)):
                    heard = await handed_again(
                        at[producer], database, routes,
                        service=listener, topic=producer, now=clock.now,
                        archive=shelf_of(archive, producer) if archive else None,
                    )  # fmt: skip
                    lines.append(f"{listener} ← {producer}: {heard} heard again")
            finally:
                await database.close()
    return lines
