"""How the command line reaches the running services: where they are, and in whose name."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import typer

from shared.auth.issuer import Issuer
from zhidai.addresses import HOST, USUAL_PORTS


class Access:
    """One service's API, called in somebody's name; problems become messages and exit code 1."""

    def __init__(self, service: str, *, roles: tuple[str, ...], subject: str, state: Path) -> None:
        default = f"http://{HOST}:{USUAL_PORTS[service]}"
        root = os.environ.get(f"ZHIDAI_{service.upper()}_URL", default).rstrip("/")
        self._service = service
        self._root = root
        self._client = httpx.Client(
            base_url=f"{root}/api/v1",
            timeout=httpx.Timeout(120, connect=5),
            headers={"Authorization": f"Bearer {_token(roles, subject, state)}"},
        )

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET."""
        return self._call("GET", path, params=query).json()

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """The JSON of a POST. `key` names the fact, so that doing it again changes nothing."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._call("POST", path, json=body, headers=headers).json()

    def get_bytes(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._call("GET", path).content

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.TransportError as error:
            typer.echo(
                f"{self._service} does not answer at {self._root} ({error}). Is it running "
                f"(make up)? Another place: ZHIDAI_{self._service.upper()}_URL.",
                err=True,
            )
            raise typer.Exit(1) from None
        if answer.is_error:
            typer.echo(_told(answer), err=True)
            raise typer.Exit(1)
        return answer


def _token(roles: tuple[str, ...], subject: str, state: Path) -> str:
    """ZHIDAI_TOKEN, or one of the development issuer where its key lies here."""
    given = os.environ.get("ZHIDAI_TOKEN")
    if given:
        return given
    if not (state / "issuer" / "key.json").exists():
        typer.echo(
            "No access token: set ZHIDAI_TOKEN to one of your identity provider "
            f"(there is no development issuer under {state} either).",
            err=True,
        )
        raise typer.Exit(2)
    issuer = Issuer.at(state / "issuer", environment=os.environ.get("ENVIRONMENT", "development"))
    return issuer.issue(subject, subject, list(roles), "*")


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.text[:300]}"
    lines = [f"{problem.get('status')} {problem.get('code')}: {problem.get('detail', '')}"]
    lines += [
        f"  {error.get('pointer') or error.get('location', '')}: {error.get('message', '')}"
        for error in problem.get("errors", [])
    ]
    return "\n".join(lines)
