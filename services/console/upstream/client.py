"""The console's way to the services: HTTP as a person, in the person's language.

A problem (RFC 9457) of a service becomes `Problem`, which a page shows; a service that cannot be
reached becomes one as well.
"""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from services.console.settings import ConsoleSettings
from services.console.upstream.not_told import as_told
from shared.tls import trusted

SERVICES = ("applications", "risk_pool", "notifications")

# Below httpx, each use of a connection asks whether `sniffio` is there; where it is not, Python looks for
# it on the disk each time, which was half of what a page costs. We run on asyncio, which goes without.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


@dataclass
class Problem(Exception):
    """What a service answered instead of what was asked for."""

    status: int
    code: str
    detail: str
    service: str
    errors: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    request_id: str = ""

    def at(self, *places: str) -> str:
        """What is wrong with a field, by its JSON pointer without "#"; "" where nothing is."""
        return "；".join(
            str(error.get("message", ""))
            for error in self.errors
            if str(error.get("pointer", "")).removeprefix("#") in places
        )

    def parameter(self, name: str) -> str:
        """What is wrong with a parameter of the address; "" where nothing is."""
        return "；".join(
            str(error.get("message", "")) for error in self.errors if error.get("parameter") == name
        )


def not_found() -> Problem:
    """What the console itself says of an address that leads nowhere."""
    return Problem(404, "not-found", "", "console")


@dataclass(frozen=True)
class Answer:
    """The JSON of a service, and the ETag to change it by."""

    body: Any
    etag: str = ""


class Api:
    """One service, as one person."""

    def __init__(self, name: str, client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
        self._name = name
        self._client = client
        self._headers = dict(headers)

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path. Query parameters that are None or "" are left out. Raises Problem."""
        return (await self.read(path, **query)).body

    async def read(self, path: str, **query: Any) -> Answer:
        """The JSON at a path with its ETag. Raises Problem."""
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        response = await self._sent("GET", path, params=wanted)
        return Answer(response.json(object_hook=as_told), response.headers.get("etag", ""))

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        key: str,
        if_match: str = "",
        handed_on: str = "",
        **query: Any,
    ) -> Any:
        """Do something once: `key` is its Idempotency-Key; `handed_on` the address of who asks, where
        the service counts by it. Raises Problem."""
        headers = {"Idempotency-Key": key} | ({"If-Match": if_match} if if_match else {})
        if handed_on:
            headers["X-Forwarded-For"] = handed_on
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        response = await self._sent(
            "POST", path, json=body if body is not None else {}, headers=headers, params=wanted
        )
        return response.json(object_hook=as_told) if response.content else None

    async def put(self, path: str, body: Any, *, if_match: str = "") -> Answer:
        """Put something in the place of what was seen, or say how it is. Raises Problem."""
        headers = {"If-Match": if_match} if if_match else {}
        response = await self._sent("PUT", path, json=body, headers=headers)
        return Answer(response.json(object_hook=as_told), response.headers.get("etag", ""))

    async def patch(self, path: str, body: Any, *, if_match: str) -> Any:
        """Change parts of what was seen. Raises Problem."""
        response = await self._sent("PATCH", path, json=body, headers={"If-Match": if_match})
        return response.json(object_hook=as_told)

    async def delete(self, path: str, *, if_match: str) -> None:
        """Take away what was seen. Raises Problem."""
        await self._sent("DELETE", path, headers={"If-Match": if_match})

    async def post_file(
        self, path: str, content: bytes | AsyncIterator[bytes], *, key: str, **query: Any
    ) -> Any:
        """Send a document once. Query parameters that are None or "" are left out. Raises
        Problem."""
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        response = await self._sent(
            "POST", path, content=content, params=wanted, headers=headers, timeout=120
        )
        return response.json(object_hook=as_told)

    async def file(self, path: str, **query: Any) -> httpx.Response:
        """A document at a path, with its headers. Query parameters that are None or "" are left out.
        Raises Problem."""
        wanted = {name: value for name, value in query.items() if value not in (None, "")}
        return await self._sent("GET", path, params=wanted or None)

    async def stream(self, path: str, *, last_event_id: str = "") -> httpx.Response:
        """An answer that is read bit by bit; whoever reads it closes it. Raises Problem."""
        last = {"Last-Event-ID": last_event_id} if last_event_id else {}
        request = self._client.build_request(
            "GET",
            f"/api/v1{path}",
            headers=self._headers | last,
            # A stream of news may be silent for long; only its beginning is waited for.
            timeout=httpx.Timeout(15, read=None),
        )
        return await self._begun(request)

    async def streamed(self, path: str, query: Sequence[tuple[str, str]]) -> httpx.Response:
        """A file of any size, read bit by bit; whoever reads it closes it. Raises Problem."""
        request = self._client.build_request(
            "GET",
            f"/api/v1{path}",
            params=list(query),
            headers=self._headers,
            timeout=httpx.Timeout(120),
        )
        return await self._begun(request)

    async def _begun(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise Problem(503, "service-unreachable", "", self._name) from error
        if response.is_success:
            return response
        await response.aread()
        raise _problem(response, self._name)

    async def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self._headers | more.pop("headers", {})
        try:
            response = await self._client.request(method, f"/api/v1{path}", headers=headers, **more)
        except httpx.HTTPError as error:
            raise Problem(503, "service-unreachable", "", self._name) from error
        if response.is_success:
            return response
        raise _problem(response, self._name)


def _problem(response: httpx.Response, service: str) -> Problem:
    try:
        body = response.json()
        assert isinstance(body, dict)
    except (ValueError, AssertionError):
        return Problem(response.status_code, "unexpected", "", service)
    known = ("type", "title", "status", "code", "detail", "errors", "request_id", "trace_id")
    return Problem(
        status=response.status_code,
        code=str(body.get("code", "unexpected")),
        detail=str(body.get("detail", "")),
        service=service,
        # What blames the body as a whole in the words of the detail belongs to no field of a form.
        errors=[
            one
            for one in body.get("errors") or []
            if (one.get("pointer"), one.get("message")) != ("#", body.get("detail"))
        ],
        extra={name: value for name, value in body.items() if name not in known},
        request_id=str(body.get("request_id", "")),
    )


class Services:
    """The connections to the three services, shared by everybody."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient]) -> None:
        self._clients = dict(clients)

    @classmethod
    def at(
        cls,
        settings: ConsoleSettings,
        transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    ) -> Self:
        """Connections as the settings say; a transport reaches a service in the same process."""
        urls = {
            "applications": settings.applications_url,
            "risk_pool": settings.risk_pool_url,
            "notifications": settings.notifications_url,
        }
        return cls(
            {
                name: httpx.AsyncClient(
                    base_url=urls[name],
                    verify=trusted(settings.ca_file),
                    timeout=settings.timeout_seconds,
                    transport=(transports or {}).get(name),
                    follow_redirects=False,
                    # A page is made of many small answers from near by: quicker sent than compressed.
                    headers={"Accept-Encoding": "identity"},
                    # Streams stay open; they must not use up what pages need.
                    limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
                )
                for name in SERVICES
            }
        )

    def as_(self, token: str, *, language: str, request_id: str = "") -> dict[str, Api]:
        """Each service as the person with this token, answering in this language; as nobody without
        one."""
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if request_id:
            headers["X-Request-Id"] = request_id
        return {name: Api(name, client, headers) for name, client in self._clients.items()}

    async def alive(self) -> dict[str, bool]:
        """Which services answer."""
        return {name: await _alive(client) for name, client in self._clients.items()}

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()


async def _alive(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz", timeout=3)).is_success
    except httpx.HTTPError:
        return False
