"""How the command line reaches the running services: where they are, and in whose name.

What goes wrong is told in a sentence with what to do, and by an exit code of its own (the table
is in docs/operating.md): whoever runs this from cron reads nothing else.
"""

import base64
import os
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import httpx
import orjson
import typer

from shared.auth.issuer import Issuer
from shared.production import is_loopback
from zhidai import instance
from zhidai import login as logins
from zhidai.instance import Instance

REFUSED = 1
NO_INSTANCE = 4
WRONG_INSTANCE = 5
TOKEN_REFUSED = 6

URL_VARIABLES = {
    "applications": "ZHIDAI_APPLICATIONS_URL",
    "risk_pool": "ZHIDAI_RISK_POOL_URL",
    "notifications": "ZHIDAI_NOTIFICATIONS_URL",
}
TOKEN_VARIABLE = "ZHIDAI_TOKEN"


class Access:
    """One service's API, called in somebody's name; problems become messages and exit codes."""

    def __init__(
        self,
        service: str,
        *,
        roles: tuple[str, ...],
        state: Path,
        subject: str | None = None,
        institution: str = "*",
        url: str = "",
    ) -> None:
        """`subject`, `roles` and `institution` are for the development issuer alone: with a login or a
        token of the identity provider one is who one is."""
        self._service = service
        self._state = state
        self._root = _root_of(service, state, url)
        self._client = httpx.Client(timeout=httpx.Timeout(120, connect=5))
        self._is_that_service()
        token, self._acts_for_person = _token(
            roles, subject, state, self._root, institution=institution
        )
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET."""
        return self._call("GET", path, params=query).json()

    def every(self, path: str, **query: Any) -> Iterator[Any]:
        """All items of a list, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            yield from page["items"]
            if not page["next_cursor"]:
                return
            cursor = {"cursor": page["next_cursor"]}

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """The JSON of a POST. `key` names the fact, so that doing it again changes nothing."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._call("POST", path, json=body, headers=headers).json()

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON of a PUT."""
        return self._call("PUT", path, json=body).json()

    def get_bytes(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._call("GET", path).content

    def _is_that_service(self) -> None:
        answer = self._request("GET", f"{self._root}/healthz")
        try:
            found = answer.json().get("service", "")
        except (ValueError, AttributeError):
            found = ""
        if found != self._service:
            there = f"there answers {found}" if found else "there answers something else"
            _end(
                WRONG_INSTANCE,
                f"{self._root} 不是 {self._service}。{self._root} is not {self._service}: {there}.",
            )

    def _call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        answer = self._request(method, f"{self._root}/api/v1{path}", headers=headers, **more)
        if answer.status_code == 401:
            _end(TOKEN_REFUSED, _told(answer), self._why_not_believed())
        if answer.is_error:
            _end(REFUSED, _told(answer))
        return answer

    def _request(self, method: str, url: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, url, **more)
        except httpx.TransportError as error:
            _end(
                NO_INSTANCE,
                f"{self._service} 没有应答：{self._root}。{self._service} does not answer at "
                f"{self._root} ({error}). Another place: {URL_VARIABLES[self._service]} or --url.",
            )

    def _why_not_believed(self) -> str:
        given = os.environ.get(TOKEN_VARIABLE)
        login = None if given else logins.find()
        if login is not None and self._acts_for_person:
            return (
                f"登录的签发者是 {login.issuer}，该实例不认可；请用 zhidai login --issuer 重新登录。The login is "
                f"of {login.issuer}, whom this service does not believe, or it has been ended there: "
                "log in again with zhidai login --issuer."
            )
        if not given:
            return (
                f"令牌由 {self._state} 的开发签发者签发，该实例不认可。The token is of the development "
                f"issuer in {self._state}, whom this instance does not believe: it is another one."
            )
        claims = _claims_of(given)
        if claims is None:
            return f"{TOKEN_VARIABLE} 不是 JWT 令牌。{TOKEN_VARIABLE} holds no JWT."
        expires = claims.get("exp")
        if isinstance(expires, int | float) and expires <= datetime.now(UTC).timestamp():
            when = datetime.fromtimestamp(expires, UTC).isoformat()
            return (
                f"{TOKEN_VARIABLE} 已于 {when} 过期，请重新获取。"
                f"{TOKEN_VARIABLE} expired at {when}; get a new one."
            )
        return (
            f"{TOKEN_VARIABLE} 由 {claims.get('iss')} 签发，该服务不认可此签发者或其密钥。The token in "
            f"{TOKEN_VARIABLE} is of {claims.get('iss')} for {claims.get('aud')}; this service "
            "believes another issuer, audience or key."
        )


def running_instance(state: Path) -> Instance:
    """The instance that the state folder tells of; ends the command when it is none to talk to."""
    found = instance.find(state)
    if found is None:
        _end(
            NO_INSTANCE,
            f"{state} 中没有正在运行的实例，请先 make up，或用 --url 或 ZHIDAI_*_URL 指明地址。"
            f"No instance runs from {state}: start one (make up), or name an address with --url "
            "or ZHIDAI_*_URL.",
        )
    if not found.is_running or not _is_really(found):
        _end(
            NO_INSTANCE,
            f"{state} 记录的实例（进程 {found.pid}，{found.started_at}）已不在运行。The instance that "
            f"{state} tells of (process {found.pid}, started at {found.started_at}) is gone and "
            "did not stop cleanly; make up starts it anew, nothing is lost.",
        )
    if not found.is_of_this_code:
        _end(
            WRONG_INSTANCE,
            f"正在运行的实例是另一版本，请重新启动。The instance of {state} (process {found.pid}) was "
            f"started by another version of Zhidai ({found.version}); stop it and make up.",
        )
    return found


def _is_really(found: Instance) -> bool:
    """Whether what answers there is this very instance."""
    try:
        answer = httpx.get(f"{found.addresses['issuer']}/instance", timeout=10)
        return bool(answer.json().get("id") == found.id)
    except (httpx.TransportError, ValueError, AttributeError):
        return False


def _root_of(service: str, state: Path, url: str) -> str:
    """--url, else the service's variable, else where the instance of the state folder serves it."""
    named = url or os.environ.get(URL_VARIABLES[service], "")
    return (named or running_instance(state).addresses[service]).rstrip("/")


def _token(
    roles: tuple[str, ...], subject: str | None, state: Path, root: str, *, institution: str = "*"
) -> tuple[str, bool]:
    """ZHIDAI_TOKEN, the person who is logged in, or whom the development issuer is asked to make up;
    and whether it is the person's.

    Somebody is made up only for a service on this machine whose issuer's key lies here: in production
    a command is run by a person, or not at all.
    """
    given = os.environ.get(TOKEN_VARIABLE)
    if given:
        return given, False
    may_make_up = (state / "issuer" / "key.json").exists() and is_loopback(httpx.URL(root).host)
    login = logins.find()
    if login is not None and not (may_make_up and _is_elsewhere(login, subject, state)):
        try:
            return logins.access_token(login), True
        except (logins.NotLoggedIn, httpx.HTTPError) as error:
            _end(
                TOKEN_REFUSED,
                f"登录已失效（{error}），请运行 zhidai login。The login is over ({error}): zhidai login.",
            )
    if not may_make_up:
        _end(
            TOKEN_REFUSED,
            f"没有访问令牌，请先运行 zhidai login。No access token: run zhidai login --issuer …, or set "
            f"{TOKEN_VARIABLE} to one of your identity provider "
            f"(there is no development issuer under {state} for {root} either).",
        )
    issuer = Issuer.at(state / "issuer", environment="development")
    who = subject or f"zhidai-{roles[0]}"
    return issuer.issue(who, who, list(roles), institution), False


def _is_elsewhere(login: logins.Login, subject: str | None, state: Path) -> bool:
    """Whether a sandbox is talked to while the login is another installation's, or --as names somebody."""
    here = instance.find(state)
    return subject is not None or here is None or login.issuer != here.addresses["issuer"]


def _claims_of(token: str) -> dict[str, Any] | None:
    """What a token says of itself; nobody has verified it."""
    try:
        payload = token.split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _end(code: int, *lines: str) -> NoReturn:
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(code)


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.text[:300]}"
    lines = [f"{problem.get('status')} {problem.get('code')}: {problem.get('detail', '')}"]
    lines += [
        f"  {error.get('pointer') or error.get('location', '')}: {error.get('message', '')}"
        for error in problem.get("errors", [])
        if error.get("message") != problem.get("detail")
    ]
    return "\n".join(lines)
