"""What several ask for in one moment is done together, and each is answered for himself.

While one turn is done, the next gathers: so nobody waits for company, and under load a turn carries
many. Where a turn cannot be done together, each of it is told to do his own alone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from shared.refusals import Refused

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

MOST: Final = 64
"""In one turn: all of it waits for its last one."""
COMPANY_SECONDS: Final = 0.002
"""How long the next turn gathers where fewer wait than were answered a moment ago: who was answered
asks again."""

log = logging.getLogger(__name__)


class Alone(Exception):
    """Not done, and nothing of it is left: whoever asked has to do it by itself."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Answered]):
    asked: Asked
    takes: frozenset[Hashable]
    answered: "asyncio.Future[Answered]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Together(Generic[Asked, Answered]):
    """Gathers what is asked. `work` does a turn as one thing: it answers each in its order, by an answer
    or a refusal, or raises, and then it has done nothing. A turn of one is `Alone`."""

    def __init__(
        self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answered | Exception]]]
    ) -> None:
        self._work = work
        self._queue: list[_Waiting[Asked, Answered]] = []
        self._busy = 0
        self._turn: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Nobody waits and nothing is done."""
        return not self._queue and not self._busy

    async def ask(self, asked: Asked, *, takes: frozenset[Hashable]) -> Answered:
        """The answer to this one. Two that take the same are never in one turn. Raises Alone, and what
        it is refused by."""
        if self.idle:
            raise Alone
        one = _Waiting[Asked, Answered](asked, takes)
        self._queue.append(one)
        return await one.answered

    async def by_itself(self, doing: Awaitable[Answered]) -> Answered:
        """Do one alone; who comes meanwhile gathers."""
        self._busy += 1
        try:
            return await doing
        finally:
            self._busy -= 1
            self._go_on()

    def _go_on(self) -> None:
        if self._queue and not self._busy:
            self._busy += 1
            self._turn = asyncio.create_task(self._take_turn(self._gathered()))

    def _gathered(self) -> list[_Waiting[Asked, Answered]]:
        """Who goes in the next turn, in their order; who takes what one before him takes stays."""
        turn: list[_Waiting[Asked, Answered]] = []
        rest: list[_Waiting[Asked, Answered]] = []
        taken: set[Hashable] = set()
        for one in self._queue:
            fits = len(turn) < MOST and taken.isdisjoint(one.takes)
            (turn if fits else rest).append(one)
            taken |= one.takes
        self._queue = rest
        return turn

    async def _take_turn(self, turn: Sequence[_Waiting[Asked, Answered]]) -> None:
        try:
            answers: Sequence[Answered | Exception] = [Alone()] * len(turn)
            if len(turn) > 1:
                answers = await self._work([one.asked for one in turn])
        except Exception as error:
            if not isinstance(error, Alone | Refused):
                log.warning("a turn of %d is done one by one: %r", len(turn), error)
        finally:
            # Also where the process stops in the middle: nobody is left waiting.
            for one, answer in zip(turn, answers, strict=True):
                _answer(one.answered, answer)
            if len(self._queue) < len(turn):
                await asyncio.sleep(COMPANY_SECONDS)
            self._busy -= 1
            self._go_on()


def _answer(waiting: "asyncio.Future[Answered]", answer: Answered | Exception) -> None:
    if waiting.done():
        # Whoever asked has gone.
        return
    if isinstance(answer, Exception):
        waiting.set_exception(answer)
    else:
        waiting.set_result(answer)
