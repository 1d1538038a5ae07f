"""The command line acts for a person: logged in by the device grant (RFC 8628), kept in a file of his own.

`$XDG_CONFIG_HOME/zhidai/login.json` (`~/.config/zhidai/…`), mode 0600: the provider, the access token
and the refresh token by which it is renewed.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import fasteners
import httpx
import orjson

from shared.production import DEVELOPMENT_ISSUER, is_loopback

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT: Final = "zhidai-cli"
_RENEWED_BEFORE_SECONDS = 30


class NotLoggedIn(Exception):
    """The provider has let nobody in, or does not renew; the message says why."""


@dataclass(frozen=True)
class Login:
    """Who the command line acts for, as the provider at `issuer` has said."""

    issuer: str
    client_id: str
    token_endpoint: str
    revocation_endpoint: str
    access_token: str
    refresh_token: str
    expires_at: float


@dataclass(frozen=True)
class Code:
    """What a person enters, where, at the provider."""

    user_code: str
    page: str
    page_with_code: str


def place() -> Path:
    """The file of whoever runs this."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "zhidai" / "login.json"


def find() -> Login | None:
    """Who is logged in; None for nobody, or a file that is not ours."""
    try:
        return Login(**orjson.loads(place().read_bytes()))
    except (OSError, TypeError, ValueError):
        return None


def log_in(
    issuer: str,
    *,
    client_id: str = CLIENT,
    show: Callable[[Code], None],
    pause: Callable[[float], None] = time.sleep,
) -> Login:
    """Ask the provider for a person, show where to agree, wait until he has. Raises NotLoggedIn."""
    issuer = issuer.rstrip("/")
    _require_https(issuer)
    with httpx.Client(timeout=30) as http:
        metadata = _metadata(http, issuer)
        asked = _posted(
            http,
            metadata["device_authorization_endpoint"],
            {"client_id": client_id, "scope": "openid profile"},
        )
        _require(asked, "device_code", "user_code", "verification_uri")
        page = asked["verification_uri"]
        show(Code(asked["user_code"], page, asked.get("verification_uri_complete") or page))
        tokens = _waited_for(http, metadata["token_endpoint"], client_id, asked, pause)
    login = _login(tokens, issuer, client_id, metadata)
    _keep(login)
    return login


def access_token(login: Login) -> str:
    """The person's access token, renewed where it is about to end. Raises NotLoggedIn."""
    if login.expires_at - _RENEWED_BEFORE_SECONDS > time.time():
        return login.access_token
    # Two commands at once must not both use one refresh token: providers take that for a theft.
    with fasteners.InterProcessLock(f"{place()}.lock"):
        known = find() or login
        if known.expires_at - _RENEWED_BEFORE_SECONDS > time.time():
            return known.access_token
        if not known.refresh_token:
            raise NotLoggedIn("the login is over")
        with httpx.Client(timeout=30) as http:
            tokens = _posted(
                http,
                known.token_endpoint,
                {
                    "grant_type": "refresh_token",
                    "refresh_token": known.refresh_token,
                    "client_id": known.client_id,
                },
            )
        _require(tokens, "access_token")
        fresh = _renewed(known, tokens)
        _keep(fresh)
        return fresh.access_token


def log_out() -> bool:
    """Let the provider forget the login, and forget it here. Whether anybody was logged in."""
    login = find()
    place().unlink(missing_ok=True)
    if login is None:
        return False
    if login.revocation_endpoint and login.refresh_token:
        # The file is gone in any case; a provider that is away forgets by itself.
        with suppress(httpx.HTTPError), httpx.Client(timeout=30) as http:
            http.post(
                login.revocation_endpoint,
                data={"token": login.refresh_token, "client_id": login.client_id},
            )
    return True


def _metadata(http: httpx.Client, issuer: str) -> dict[str, Any]:
    try:
        answer = http.get(f"{issuer}/.well-known/openid-configuration")
        answer.raise_for_status()
        metadata: dict[str, Any] = answer.json()
        said = metadata["issuer"].rstrip("/")
        places = [metadata["device_authorization_endpoint"], metadata["token_endpoint"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotLoggedIn(f"{issuer} offers no device login ({error})") from error
    if said not in (issuer, DEVELOPMENT_ISSUER):
        raise NotLoggedIn(f"{issuer} says that it is {said}")
    for one in places:
        _require_https(one)
    return metadata


def _waited_for(
    http: httpx.Client,
    endpoint: str,
    client_id: str,
    asked: dict[str, Any],
    pause: Callable[[float], None],
) -> dict[str, Any]:
    """Section 3.5: ask every `interval` seconds, slower when told so."""
    interval = float(asked.get("interval", 5))
    ends_at = time.monotonic() + float(asked.get("expires_in", 600))
    form = {
        "grant_type": DEVICE_GRANT,
        "device_code": asked["device_code"],
        "client_id": client_id,
    }
    while time.monotonic() < ends_at:
        pause(interval)
        try:
            tokens = _posted(http, endpoint, form)
        except httpx.TransportError:
            interval *= 2
            continue
        match tokens.get("error"):
            case None:
                _require(tokens, "access_token")
                return tokens
            case "authorization_pending":
                continue
            case "slow_down":
                interval += 5
            case other:
                raise NotLoggedIn(str(other))
    raise NotLoggedIn("expired_token")


def _posted(http: httpx.Client, endpoint: str, form: dict[str, str]) -> dict[str, Any]:
    answer = http.post(endpoint, data=form)
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise NotLoggedIn(f"{endpoint} answers {answer.status_code}")
    return said


def _require(said: dict[str, Any], *names: str) -> None:
    if missing := [name for name in names if not said.get(name)]:
        raise NotLoggedIn(str(said.get("error") or f"{', '.join(missing)} is missing"))


def _login(tokens: dict[str, Any], issuer: str, client_id: str, metadata: dict[str, Any]) -> Login:
    return Login(
        issuer,
        client_id,
        metadata["token_endpoint"],
        str(metadata.get("revocation_endpoint") or ""),
        tokens["access_token"],
        str(tokens.get("refresh_token") or ""),
        time.time() + float(tokens.get("expires_in", 60)),
    )


def _renewed(login: Login, tokens: dict[str, Any]) -> Login:
    metadata = asdict(login)
    # A provider that does not exchange refresh tokens leaves them out.
    return _login(
        {"refresh_token": login.refresh_token, **tokens}, login.issuer, login.client_id, metadata
    )


def _keep(login: Login) -> None:
    """Write the file, whole or not at all, for its owner alone."""
    target = place()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(asdict(login)))
    draft.rename(target)


def _require_https(url: str) -> None:
    parts = httpx.URL(url)
    if parts.scheme != "https" and not is_loopback(parts.host):
        raise NotLoggedIn(f"{url}: tokens would pass in the clear; name the provider by https")
