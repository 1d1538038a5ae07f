"""`zhidai scheme publish`: a programme's file becomes a version in force, by two persons.

The second person approves with the file in hand: what is published is the version whose bytes are
those of the file, not whatever was proposed last.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from shared.schemes import library
from shared.schemes.publication import Publication
from zhidai.access import REFUSED, Access
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE
from zhidai.scheme_files import CANNOT, path_of, text_of


def mount(scheme: typer.Typer) -> None:
    """Put `publish` among the commands of `scheme`."""
    scheme.command("publish")(publish)


def publish(
    source: Annotated[str, typer.Argument(help="a programme, or the path of a scheme file")],
    since: Annotated[
        str, typer.Option("--from", help="the first day of approval that it binds, YYYY-MM-DD")
    ] = "",
    accept: Annotated[
        list[str] | None,
        typer.Option(help="a rule whose assumed value is accepted; once for each, by name"),
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="as the second person: publish what was proposed")
    ] = False,
    person: Annotated[
        str | None,
        typer.Option("--as", help="In whose name, with the development issuer's tokens."),
    ] = None,
    state: StateFolder = STATE,
    url: Annotated[
        str, typer.Option("--url", help="risk_pool's root, where no instance of ours runs.")
    ] = "",
) -> None:
    """Propose a file as a programme's next version; with --approve, publish it as another person."""
    path = path_of(source, "zh")
    text_of(path, "zh")  # ends in words where the file cannot be read
    publication = library.publication_of(path)
    role = "approver" if approve else "pool_manager"
    access = Access("risk_pool", roles=(role,), subject=person, state=state, url=url)
    if approve:
        _approve(access, publication, path)
    else:
        _propose(access, publication, path, _day(since), accept or [])


def _propose(
    access: Access, publication: Publication, path: Path, since: date, accept: list[str]
) -> None:
    known = _versions(access, publication.programme)
    waiting = [
        version
        for version in _waiting(known, publication)
        if version["in_force_from"] == since.isoformat()
    ]
    # What waits already is not proposed again: the answer to the first call may have been lost.
    version = (
        waiting[0]
        if waiting
        else access.post(
            f"/programmes/{publication.programme}/versions",
            {
                "text": publication.text,
                "common_text": publication.common_text,
                "in_force_from": since.isoformat(),
                "accepts": accept,
            },
            key=f"scheme/{publication.programme}/{len(known) + 1}/{publication.sha256}/{since}",
        )
    )
    _show(version)
    typer.echo(f"另一人发布 / another person publishes: zhidai scheme publish {path} --approve")


def _approve(access: Access, publication: Publication, path: Path) -> None:
    proposed = _waiting(_versions(access, publication.programme), publication)
    if not proposed:
        typer.echo(
            f"没有与 {path} 内容一致的待发布版本（SHA-256 {publication.sha256}）。"
            f"No version that waits has the bytes of {path}.",
            err=True,
        )
        raise typer.Exit(REFUSED)
    number = proposed[0]["number"]
    version = access.post(
        f"/programmes/{publication.programme}/versions/{number}/publish",
        {},
        key=f"scheme/{publication.programme}/{number}/publish",
    )
    _show(version)


def _versions(access: Access, programme: str) -> list[dict[str, Any]]:
    """Every version of a programme, the newest first."""
    known = access.get("/programmes")["items"]
    return [
        version for one in known if one["programme"] == programme for version in one["versions"]
    ]


def _waiting(versions: list[dict[str, Any]], publication: Publication) -> list[dict[str, Any]]:
    """Those that wait for a second person and have the bytes of the file."""
    return [
        version
        for version in versions
        if version["state"] == "proposed" and version["sha256"] == publication.sha256
    ]


def _show(version: dict[str, Any]) -> None:
    typer.echo(
        f"{version['programme']} 第 {version['number']} 版 version {version['number']}: "
        f"{version['state_zh']} {version['state_en']}, 自 from {version['in_force_from']}"
    )
    typer.echo(f"SHA-256 {version['sha256']}")
    if version["accepted"]:
        typer.echo(f"接受的假定值 assumed and accepted: {', '.join(version['accepted'])}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        typer.echo(f"--from {text or '?'}: YYYY-MM-DD", err=True)
        raise typer.Exit(CANNOT) from None
