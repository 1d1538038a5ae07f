"""`zhidai init-production`: secrets, certificates and a realm for a first installation."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

_IDENTITY = "https and the realm, e.g. https://id.example.cn/realms/zhidai"


def mount(app: typer.Typer) -> None:
    """Add the commands to the front door."""
    app.command("init-production")(init_production)
    app.command("keycloak-client")(keycloak_client)


def init_production(
    public_url: Annotated[str, typer.Option(help="How people reach the console, by https.")],
    issuer: Annotated[str, typer.Option(help=f"Your identity provider: {_IDENTITY}.")],
    keys: Annotated[
        str, typer.Option(help="Its public keys; a Keycloak's are found by themselves.")
    ] = "",
    into: Annotated[
        Path, typer.Option(help="The folder of docker-compose.yml.", file_okay=False, exists=True)
    ] = Path(),
) -> None:
    """Write .env and certificates/ for production: made secrets, TLS for everything, a Keycloak realm.

    Nothing that is there is touched: with old secrets on the disk the command ends with 2.
    """
    from deploy.installation import AlreadyThere, Installation, give_to_their_readers, make

    wrong = [
        f"--{name} must begin with https://"
        for name, url in (("public-url", public_url), ("issuer", issuer), ("keys", keys))
        if url and not url.startswith("https://")
    ]
    if wrong:
        typer.echo("; ".join(wrong), err=True)
        raise typer.Exit(2)
    installation = Installation(
        public_url=public_url.rstrip("/"),
        issuer=issuer.rstrip("/"),
        keys=keys or f"{issuer.rstrip('/')}/protocol/openid-connect/certs",
    )
    try:
        written = make(into, installation)
    except AlreadyThere as error:
        typer.echo(
            f"{error} is there already and stays as it is: whoever makes new secrets can no longer "
            "open what the old ones closed. Move it away for a new installation.",
            err=True,
        )
        raise typer.Exit(2) from None
    certificates = into / "certificates"
    typer.echo(_NEXT.format(env=written, certificates=certificates))
    if run_as_root := give_to_their_readers(certificates):
        typer.echo(f"as root, or the containers cannot read what is theirs:\n  {run_as_root}")


_NEXT = """\
written: {env}
written: {certificates}/ (a folder for each container; keep authority/ away from this machine)

next:
  1. give {certificates}/keycloak/zhidai-realm.json to Keycloak (kc.sh start --import-realm), or enter
     the same in your identity provider; delete the file afterwards, it holds a secret
  2. docker compose up -d
  3. in front of the console, a proxy with a certificate that browsers believe
The statements of a month are signed with a certificate of this installation's own authority. For one
that others believe, put your PKCS#12 file in its place: {certificates}/house/signing.p12."""


def keycloak_client(
    institution: Annotated[str, typer.Argument(help="The bank's code.")],
    into: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)] = Path(
        "machine-client.json"
    ),
) -> None:
    """Write the Keycloak client of a bank's own system, with a secret made for it."""
    from deploy.keycloak.realm import write_machine_client

    if into.exists():
        typer.echo(f"{into} is there already and stays as it is.", err=True)
        raise typer.Exit(2)
    place = write_machine_client(into, institution=institution, secret=secrets.token_urlsafe(32))
    typer.echo(
        f"written: {place}; kcadm.sh create clients -r zhidai -f {place}, then give its service "
        "account the role bank_operator"
    )
