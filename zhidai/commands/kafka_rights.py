"""`zhidai kafka-rights`: what each service may say and hear, shown or given to a broker."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shared.messaging.kafka_rights import Right
    from shared.messaging.kafka_security import KafkaSecurity


def mount(app: typer.Typer) -> None:
    """Add the command to the front door."""
    app.command("kafka-rights")(kafka_rights)


def kafka_rights(
    bootstrap_servers: Annotated[
        str, typer.Option(envvar="KAFKA_BOOTSTRAP_SERVERS", help="host:port,host:port")
    ] = "",
    username: Annotated[
        str, typer.Option(envvar="KAFKA_ADMIN_USERNAME", help="A super user of the broker.")
    ] = "",
    password_file: Annotated[
        Path | None,
        typer.Option(
            envvar="KAFKA_ADMIN_PASSWORD_FILE", help="Its password.", exists=True, dir_okay=False
        ),
    ] = None,
    ca_file: Annotated[
        str, typer.Option(envvar="KAFKA_CA_FILE", help="PEM of the broker's CA.")
    ] = "",
    mechanism: Annotated[str, typer.Option(envvar="KAFKA_MECHANISM")] = "SCRAM-SHA-512",
    token_url: Annotated[
        str,
        typer.Option(
            envvar="KAFKA_TOKEN_URL", help="With OAUTHBEARER: where its tokens are got (https)."
        ),
    ] = "",
    bank: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE[=PRINCIPAL]",
            help="A bank that has a topic of its own (bank.CODE), and who reads it; else bank.CODE.",
        ),
    ] = None,
    publisher: Annotated[
        str,
        typer.Option(
            help="The principal of Kafka Connect, where Debezium publishes for the relay."
        ),
    ] = "",
) -> None:
    """Show the rights that the services need on the bus; with a super user, give them."""
    # Imported here and below: describing the services takes seconds.
    from shared.messaging.kafka_security import OAUTHBEARER, KafkaSecurity

    needed = _shown(bank or [], publisher)
    if not username:
        typer.echo("Only shown: name --username and --password-file of a super user to give them.")
        return
    if password_file is None or not bootstrap_servers:
        typer.echo("--bootstrap-servers and --password-file are needed, too.", err=True)
        raise typer.Exit(2)
    if mechanism == OAUTHBEARER and not token_url.startswith("https://"):
        typer.echo("--token-url with https is needed with OAUTHBEARER.", err=True)
        raise typer.Exit(2)
    admin = KafkaSecurity(
        username=username,
        password=password_file.read_text().rstrip("\r\n"),
        mechanism=mechanism,
        ca_file=ca_file,
        token_url=token_url,
    )
    _give(bootstrap_servers, admin, needed)


def _give(bootstrap_servers: str, admin: "KafkaSecurity", needed: "Sequence[Right]") -> None:
    from shared.messaging.kafka_rights import NotGranted, grant

    try:
        given = asyncio.run(grant(bootstrap_servers, admin, needed))
    except NotGranted as error:
        typer.echo(f"not given: {error}", err=True)
        raise typer.Exit(4) from None
    typer.echo(f"{given} rights given.")


def _shown(banks: Sequence[str], publisher: str) -> "Sequence[Right]":
    from zhidai.bus import rights

    needed = rights(dict(map(_bank_and_principal, banks)), publisher)
    for right in needed:
        about = f"{right.on.name.lower()} {right.name}"
        typer.echo(f"{right.principal:15} {right.may.name.lower():17} {about}")
    return needed


def _bank_and_principal(named: str) -> tuple[str, str]:
    from shared.messaging.bank_topics import topic_of

    code, _, principal = named.partition("=")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", code) is None:
        typer.echo(f"{code!r} is no bank's code.", err=True)
        raise typer.Exit(2)
    return code, principal or topic_of(code)
