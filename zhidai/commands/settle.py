"""`zhidai settle`: a month's settlement from the command line, for people and for cron.

Each step may be run again: what is done is left as it is. Another person signs than the one who
confirmed: `zhidai login` says who runs it; only a sandbox makes somebody up.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from zhidai.access import Access
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE

settle = typer.Typer(
    help="Monthly settlement: preview, confirm, sign (another person), post, statements.",
    no_args_is_help=True,
)

INCOMPLETE = 3
"""The exit code of a preview that something stands against."""


@dataclass(frozen=True)
class _Asked:
    pool: str
    month: str
    person: str | None
    state: Path
    url: str

    def access(self, role: str) -> Access:
        return Access(
            "risk_pool", roles=(role,), subject=self.person, state=self.state, url=self.url
        )  # fmt: skip

    @property
    def path(self) -> str:
        return f"/pools/{self.pool}/settlements/{self.month}"


def mount(app: typer.Typer) -> None:
    """Put `settle` under the front door."""
    app.add_typer(settle, name="settle")


@settle.callback()
def asked(
    context: typer.Context,
    pool: Annotated[str, typer.Option(help="The pool's code.")],
    month: Annotated[str, typer.Option(help="The month, 2026-03.")],
    person: Annotated[
        str | None,
        typer.Option("--as", help="In whose name, with the development issuer's tokens."),
    ] = None,
    state: StateFolder = STATE,
    url: Annotated[
        str, typer.Option("--url", help="risk_pool's root, where no instance of ours runs.")
    ] = "",
) -> None:
    """Which month of which pool."""
    context.obj = _Asked(pool, month, person, state, url)


@settle.command()
def preview(context: typer.Context) -> None:
    """Compute the month and show it; nothing is booked. Exit code 3 when something is missing."""
    one: _Asked = context.obj
    settlement = one.access("finance_maker").post(f"{one.path}/preview", {})
    _show(settlement)
    if not settlement["completeness"]["is_complete"]:
        raise typer.Exit(INCOMPLETE)


@settle.command()
def confirm(context: typer.Context) -> None:
    """Stand by the figures."""
    _step(context.obj, "confirm", "finance_maker")


@settle.command()
def sign(context: typer.Context) -> None:
    """Sign, as another person than the one who confirmed."""
    _step(context.obj, "sign", "finance_checker")


@settle.command()
def post(context: typer.Context) -> None:
    """Net what the parties owe each other; the rest stays owed. The month is closed for ever."""
    _step(context.obj, "post", "finance_maker")


@settle.command()
def show(context: typer.Context) -> None:
    """Where the month stands."""
    one: _Asked = context.obj
    _show(one.access("auditor").get(one.path))


@settle.command()
def statements(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="The folder to put them in.")],
    language: Annotated[str, typer.Option("--lang", help="zh or en")] = "zh",
) -> None:
    """Fetch every party's statement as PDF, XLSX and JSON."""
    one: _Asked = context.obj
    access = one.access("auditor")
    to.mkdir(parents=True, exist_ok=True)
    for line in access.get(one.path)["statements"]:
        for form in ("pdf", "xlsx", "json"):
            name = f"{line['party_code']}.{form}"
            place = to / f"{one.pool}-{one.month}-{name}"
            place.write_bytes(access.get_bytes(f"{one.path}/statements/{name}?lang={language}"))
            typer.echo(str(place))


def _step(one: _Asked, step: str, role: str) -> None:
    access = one.access(role)
    version = access.get(one.path)["version"]
    # The key names this step of this version, so that a call whose answer was lost is not a new one.
    key = f"settle/{one.pool}/{one.month}/{step}/{version}"
    settlement = access.post(f"{one.path}/{step}", {}, key=key)
    typer.echo(f"{one.pool} {one.month}: {settlement['state_zh']} {settlement['state_en']}")
    if step == "post":
        _show(settlement)


def _show(settlement: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"{settlement['pool_code']} {settlement['month']} · {settlement['state_zh']} "
        f"{settlement['state_en']} · {settlement['loans']} 笔 loans"
    )
    for finding in settlement["completeness"]["findings"]:
        mark = "✗" if finding["blocking"] else "!"
        console.print(f" {mark} {finding['party_code']} {finding['zh']} {finding['en']}")
        if finding["numbers"]:
            console.print("   " + ", ".join(finding["numbers"]))
    table = Table("party", "name", "payable", "receivable", "awaiting payment", "earlier", "net")
    for column in table.columns[2:]:
        column.justify = "right"
    for line in settlement["statements"]:
        table.add_row(
            line["party_code"], line["party_name"], line["payable"], line["receivable"],
            line["awaiting_payment"], line["earlier"], line["net"],
        )  # fmt: skip
    console.print(table)
