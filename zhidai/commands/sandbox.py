"""`zhidai sandbox`: what a bank's integrators try out, and what shows that they are ready."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from shared.clock import SHANGHAI
from zhidai.access import Access
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE
from zhidai.sandbox import certification, kit

sandbox = typer.Typer(
    help="A sandbox for banks: the clock of all services, a kit of applications, a certification.",
    no_args_is_help=True,
)
SERVICES = ("applications", "risk_pool", "notifications")
NOT_READY = 3
"""The exit code of a certification with something left to show, and of a kit with a surprise."""
AT = time(10, 0)
"""Of a day that is named without its hour."""

Bank = Annotated[str, typer.Option(help="The bank's code.")]


def mount(app: typer.Typer) -> None:
    """Put `sandbox` under the front door."""
    app.add_typer(sandbox, name="sandbox")


@sandbox.command()
def clock(
    to: Annotated[str, typer.Argument(help="2026-03-31, or 2026-03-31T10:00:00+08:00.")] = "",
    state: StateFolder = STATE,
) -> None:
    """Show the clock of every service; with a moment, move all of them there (admin). What becomes due
    is done before the command ends. Safe to repeat: a clock that is there already stays."""
    moment = _moment(to) if to else None
    for service in SERVICES:
        access = Access(service, roles=("admin",), state=state)
        now = datetime.fromisoformat(access.get("/sandbox/clock")["now"])
        if moment is not None and now < moment:
            moved = access.put("/sandbox/clock", {"now": moment.isoformat()})
            now = datetime.fromisoformat(moved["now"])
        typer.echo(f"{service:14} {now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


@sandbox.command(name="kit")
def try_kit(
    bank: Bank,
    folder: Annotated[
        Path | None, typer.Option("--to", help="Write each body as a JSON file there.")
    ] = None,
    state: StateFolder = STATE,
) -> None:
    """Try every application of the kit as this bank (POST /pre-checks: nothing is kept) and show what
    comes of it; exit code 3 where it is not what the kit says."""
    access = Access("applications", roles=("bank_operator",), institution=bank, state=state)
    papers = access.get("/documents", limit=1)["items"]
    if not papers:
        typer.echo(
            "先上传一份材料。Store a paper of the bank's own first: POST /documents.", err=True
        )
        raise typer.Exit(2)
    now = datetime.fromisoformat(access.get("/sandbox/clock")["now"])
    today = now.astimezone(SHANGHAI).date()
    table = Table("name", "", "would be", "codes", box=None)
    surprises = 0
    for one in kit.tries():
        body = one.application(today=today, document=papers[0]["id"])
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(body, ensure_ascii=False, indent=1)
            (folder / f"{one.name}.json").write_text(text + "\n")
        verdict = access.post("/pre-checks", body)
        codes = kit.codes_of(verdict)
        as_said = (verdict["would_be"], codes) == (one.would_be, one.codes)
        surprises += not as_said
        mark = "" if as_said else " ≠ " + ", ".join(one.codes or (one.would_be,))
        table.add_row(one.name, one.zh, verdict["would_be"], ", ".join(codes) + mark)
    Console().print(table)
    raise typer.Exit(NOT_READY if surprises else 0)


@sandbox.command()
def listen(
    port: Annotated[int, typer.Option(help="Where to listen on this machine.")] = 8099,
    secret: Annotated[
        str, typer.Option(envvar="WEBHOOK_SECRET", help="The endpoint's, to look at signatures.")
    ] = "",
    answer: Annotated[int, typer.Option(min=200, max=599, help="The status to answer.")] = 204,
    after: Annotated[float, typer.Option(min=0, max=600, help="Answer after so many seconds.")] = 0,
) -> None:
    """Be a bank's endpoint: tell every message that comes, until Ctrl-C. Late answers and errors on
    purpose (--after 30, --answer 500) show how messages are sent again."""
    import uvicorn

    from zhidai.sandbox.receiver import receiver

    try:
        app = receiver(typer.echo, secret=secret, answer=answer, after_seconds=after)
    except ValueError as error:
        raise typer.BadParameter(f"{error}", param_hint="--secret") from None
    typer.echo(f'POST /endpoints  {{"url": "http://127.0.0.1:{port}/hooks"}}')
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@sandbox.command()
def certify(
    bank: Bank,
    report: Annotated[Path | None, typer.Option(help="Write it as JSON, too.")] = None,
    state: StateFolder = STATE,
) -> None:
    """What this bank's system has shown, step by step, with the evidence; exit code 3 while something
    is left to show. Its endpoints are sent two messages that they have to refuse."""
    access = {
        name: Access(name, roles=("bank_operator",), institution=bank, state=state)
        for name in SERVICES
    }
    notifications = access["notifications"]
    endpoints = list(notifications.every("/endpoints", limit=100))
    seen = certification.collected(
        chain.from_iterable(_feed(one) for one in access.values()),
        [one for one in endpoints if one["state"] == "active"],
        delivered=_count(notifications, "delivered"),
        undelivered=_count(notifications, "pending") + _count(notifications, "failed"),
        tell=certification.told,
    )
    results = certification.judged(seen)
    now = datetime.now(SHANGHAI)
    _show(bank, results, now)
    if report is not None:
        report.write_text(_as_json(bank, results, now))
    raise typer.Exit(0 if all(one.passed for one in results) else NOT_READY)


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-03-31"):
            return datetime.combine(date.fromisoformat(text), AT, SHANGHAI)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: 2026-03-31 or 2026-03-31T10:00:00+08:00") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r}: 请写明时区。Say the offset, +08:00.")
    return moment


def _feed(access: Access) -> Iterator[dict[str, Any]]:
    """The whole feed of a service, as far as it is this bank's."""
    cursor: dict[str, str] = {}
    while (page := access.get("/events", limit=1000, **cursor))["items"]:
        yield from page["items"]
        cursor = {"cursor": page["next_cursor"]}


def _count(access: Access, state: str) -> int:
    """As many as the certification wants to know of."""
    most = certification.ENOUGH_DELIVERED
    return len(access.get("/deliveries", channel="webhook", state=state, limit=most)["items"])


def _show(bank: str, results: tuple[certification.Result, ...], now: datetime) -> None:
    table = Table("", "", "", "evidence / how", box=None)
    for one in results:
        step = one.step
        shown = one.evidence or f"{step.how_zh} | {step.how_en}"
        table.add_row("✓" if one.passed else "·", step.zh, step.en, shown)
    console = Console()
    console.print(table)
    passed = sum(one.passed for one in results)
    console.print(f"{bank}  {now:%Y-%m-%d %H:%M}  {passed} / {len(results)}")


def _as_json(bank: str, results: tuple[certification.Result, ...], now: datetime) -> str:
    steps = [
        {"name": one.step.name, "zh": one.step.zh, "en": one.step.en,
         "passed": one.passed, "evidence": one.evidence}
        for one in results
    ]  # fmt: skip
    told = {"bank": bank, "on": now.isoformat(timespec="seconds"),
            "passed": all(one.passed for one in results), "steps": steps}  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
