"""Callers over HTTP who write down what they asked for and what they were answered.

They ask again with the same key while nobody answers, as clients do; some give up after a lost answer
and never learn what became of it; some ask twice at the same moment.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from shared.auth.issuer import Issuer
from tests.chaos.replicas import Addresses
from tests.cluster.history import Command, Outcome
from zhidai.demo.people import Person

PATIENCE_SECONDS = 45.0
ONE_TRY_SECONDS = 4.0


class GoneWrong(Exception):
    """A story cannot be told on from here; what was asked for is written down."""


@dataclass
class Callers:
    """Everybody who asks for something in one run."""

    places: Addresses
    issuer: Issuer
    run: str
    """What makes the keys of this run its own."""
    commands: list[Command] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)
    _client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(
            timeout=httpx.Timeout(ONE_TRY_SECONDS), limits=httpx.Limits(max_keepalive_connections=0)
        )
    )

    async def __aenter__(self) -> "Callers":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def asks(
        self,
        who: Person,
        service: str,
        path: str,
        body: Any,
        *,
        deed: str,
        about: str = "",
        loan_id: str = "",
        bank: str = "",
        amount_fen: int = 0,
        ought_to: Outcome = "acknowledged",
        gives_up: bool = False,
        twice: bool = False,
    ) -> Any:
        """The answer to a command. Raises GoneWrong where it was refused or nobody answered."""
        key = str(uuid5(NAMESPACE_URL, f"{self.run} {service} {deed} {about}"))
        headers = {**self._headers(who), "Idempotency-Key": key}
        url = f"{self.places.api(service)}{path}"
        once = self._answer(url, headers, body, gives_up)
        if twice:
            answer, other = await asyncio.gather(
                once, self._answer(url, headers, body, gives_up), return_exceptions=True
            )
            if isinstance(answer, BaseException):
                answer = other
        else:
            (answer,) = await asyncio.gather(once, return_exceptions=True)
        outcome: Outcome = "unanswered"
        said, found = "", {}
        if isinstance(answer, httpx.Response):
            found = answer.json() if answer.content else {}
            outcome = "refused" if answer.is_error else "acknowledged"
            said = f"{answer.status_code} {found.get('code', '')}" if answer.is_error else ""
        elif not isinstance(answer, NoAnswer):
            raise answer
        if deed == "submit" and outcome == "acknowledged":
            loan_id = found["id"]
        self.commands.append(
            Command(
                deed=deed,
                about=about,
                outcome=outcome,
                loan_id=loan_id,
                bank=bank,
                amount_fen=amount_fen,
                answer=found,
                ought_to=ought_to,
                said=said,
            )
        )
        if outcome != "acknowledged":
            raise GoneWrong(f"{deed} {about}: {outcome} {said} {found.get('detail', '')}")
        return found

    async def sees(self, who: Person, service: str, path: str, **query: Any) -> Any:
        """The JSON of a GET, asked for until somebody answers well. Raises GoneWrong."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            try:
                answer = await self._client.get(
                    f"{self.places.api(service)}{path}", headers=self._headers(who), params=query
                )
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return answer.json()
            await asyncio.sleep(0.2)
        raise GoneWrong(f"GET {path}: no good answer")

    async def sends(self, who: Person, service: str, path: str, body: Any) -> None:
        """What is safe to repeat and no part of the story, until it is answered."""
        await self._answer(
            f"{self.places.api(service)}{path}", self._headers(who), body, gives_up=False
        )

    async def _answer(
        self, url: str, headers: dict[str, str], body: Any, gives_up: bool
    ) -> httpx.Response:
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        pause = 0.1
        while True:
            try:
                answer = await self._client.post(url, headers=headers, json=body)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
                said = str(answer.status_code)
            except httpx.TransportError as error:
                said = repr(error)
            if gives_up or asyncio.get_running_loop().time() > deadline:
                raise NoAnswer(said)
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)

    def _headers(self, who: Person) -> dict[str, str]:
        if who.subject not in self._tokens:
            self._tokens[who.subject] = self.issuer.issue(
                who.subject, who.name, list(who.roles), who.institution
            )
        return {"Authorization": f"Bearer {self._tokens[who.subject]}"}


class NoAnswer(Exception):
    """Nobody answered, or only that he could not."""
