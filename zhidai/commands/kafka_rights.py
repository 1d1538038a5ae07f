"""`zhidai kafka-rights`: what each service may say and hear, shown or given to a broker."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


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
) -> None:
    """Show the rights that the services need on the bus; with a super user, give them."""
    # Imported here: describing the services takes seconds.
    from shared.messaging.kafka_rights import NotGranted, grant
    from shared.messaging.kafka_security import OAUTHBEARER, KafkaSecurity
    from zhidai.bus import rights

    needed = rights()
    for right in needed:
        about = f"{right.on.name.lower()} {right.name}"
        typer.echo(f"{right.principal:15} {right.may.name.lower():17} {about}")
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
    try:
        given = asyncio.run(grant(bootstrap_servers, admin, needed))
    except NotGranted as error:
        typer.echo(f"not given: {error}", err=True)
        raise typer.Exit(4) from None
    typer.echo(f"{given} rights given.")
