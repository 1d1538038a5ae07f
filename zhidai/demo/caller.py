"""People who call the public APIs, patiently: a service that is down for a moment is asked again.

Every POST carries an Idempotency-Key made from what it is about, so asking again after a lost
answer never does a thing twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from shared.auth.issuer import Issuer
from zhidai.addresses import Addresses
from zhidai.demo.people import Person

PATIENCE_SECONDS = 120
AT_ONCE = 12


class Refusal(Exception):
    """A service said no: a problem with its code, for the story to expect or to stumble over."""

    def __init__(self, method: str, path: str, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.problem = problem
        super().__init__(f"{method} {path} → {status} {problem}")


class Callers:
    """HTTP to all services, in the name of whoever acts."""

    def __init__(self, addresses: Addresses, issuer: Issuer, *, seed: int) -> None:
        self._addresses = addresses
        self._issuer = issuer
        self._seed = seed
        self._tokens: dict[str, str] = {}
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(30, connect=5),
            limits=httpx.Limits(max_connections=AT_ONCE * 2, max_keepalive_connections=AT_ONCE),
        )
        self._room = asyncio.Semaphore(AT_ONCE)
        self.requests = 0

    async def __aenter__(self) -> "Callers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, who: Person, service: str, path: str, **query: Any) -> Any:
        """The JSON of a GET. Raises Refusal."""
        return (await self._call(who, "GET", service, path, params=query)).json()

    async def get_bytes(self, who: Person, service: str, path: str) -> bytes:
        """The bytes of a file. Raises Refusal."""
        return (await self._call(who, "GET", service, path)).content

    async def every(self, who: Person, service: str, path: str, **query: Any) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        cursor: dict[str, Any] = {}
        while True:
            page = await self.get(who, service, path, limit=200, **query, **cursor)
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = {"cursor": page["next_cursor"]}

    async def post(self, who: Person, service: str, path: str, body: Any, *, fact: str) -> Any:
        """The JSON of a POST about a fact that happens once in this year. Raises Refusal."""
        key = str(uuid5(NAMESPACE_URL, f"zhidai demo {self._seed} {service} {fact}"))
        answer = await self._call(
            who, "POST", service, path, json=body, headers={"Idempotency-Key": key}
        )
        return answer.json() if answer.content else None

    async def send(
        self, who: Person, service: str, path: str, content: bytes, *, name: str, fact: str
    ) -> Any:
        """The JSON of a POST whose body is a file. Raises Refusal."""
        key = str(uuid5(NAMESPACE_URL, f"zhidai demo {self._seed} {service} {fact}"))
        answer = await self._call(
            who, "POST", service, path, content=content, params={"name": name},
            headers={"Idempotency-Key": key, "Content-Type": "application/octet-stream"},
        )  # fmt: skip
        return answer.json()

    async def put(self, who: Person, service: str, path: str, body: Any) -> Any:
        """The JSON of a PUT. Raises Refusal."""
        return (await self._call(who, "PUT", service, path, json=body)).json()

    async def _call(
        self, who: Person, method: str, service: str, path: str, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(who)}", **more.pop("headers", {})}
        url = f"{self._addresses.api(service)}{path}"
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        pause = 0.05
        while True:
            self.requests += 1
            try:
                async with self._room:
                    answer = await self._client.request(method, url, headers=headers, **more)
                if answer.status_code < 500 or (answer.status_code == 500 and pause > 0.5):
                    # A service on its way down may say 500; one that keeps saying so has a bug.
                    break
                said = f"{answer.status_code} {answer.text[:300]}"
            except httpx.TransportError as error:
                said = repr(error)
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(f"{method} {url} fails for {PATIENCE_SECONDS} s now: {said}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, 1.0)
        if answer.is_error:
            raise Refusal(method, path, answer.status_code, answer.json())
        return answer

    def _token(self, who: Person) -> str:
        if who.subject not in self._tokens:
            self._tokens[who.subject] = self._issuer.issue(
                who.subject, who.name, list(who.roles), who.institution
            )
        return self._tokens[who.subject]


async def until(
    what: str, asked: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE_SECONDS
) -> Any:
    """Ask again and again until the answer is truthy; then that answer."""
    pause = 0.01
    try:
        async with asyncio.timeout(seconds):
            while not (answer := await asked()):
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 0.25)
            return answer
    except TimeoutError:
        raise RuntimeError(
            f"waited {seconds:.0f} s for: {what}. Events may be parked: zhidai events parked"
        ) from None


async def together(work: Sequence[Awaitable[Any]]) -> list[Any]:
    """Do all of it at once (within the callers' room); the first error ends the rest."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaited(one)) for one in work]
    return [task.result() for task in tasks]


async def _awaited(one: Awaitable[Any]) -> Any:
    return await one
