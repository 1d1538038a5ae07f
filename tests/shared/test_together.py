"""What comes in one moment is done in one turn, and each is answered for himself."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.together import MOST, Alone, Together

NOBODYS = frozenset[int]()


class Desk:
    """Doubles numbers; refuses 13, and breaks at 99."""

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.goes_on = asyncio.Event()
        self.lane = Together[int, int](self._work)

    async def _work(self, asked: Sequence[int]) -> list[int | Exception]:
        self.turns.append(list(asked))
        if 99 in asked:
            raise RuntimeError("broken")
        return [ValueError("thirteen") if one == 13 else 2 * one for one in asked]

    async def ask(self, one: int, takes: frozenset[int] = NOBODYS) -> int | str:
        try:
            return await self.lane.ask(one, takes=takes)
        except ValueError as refusal:
            return str(refusal)
        except Alone:
            return await self.lane.by_itself(self._alone(one))

    async def _alone(self, one: int) -> int:
        self.turns.append([one])
        await self.goes_on.wait()
        return -one

    async def rests(self) -> None:
        async with asyncio.timeout(10):
            while not self.lane.idle:  # noqa: ASYNC110 — an end rings no bell
                await asyncio.sleep(0.001)

    async def all_at_once(self, *asked: int, takes: Sequence[int] = ()) -> list[int | str]:
        """The first keeps the desk busy until all have come."""
        sets = [frozenset({one}) for one in takes] or [NOBODYS] * len(asked)
        asking = [asyncio.create_task(self.ask(*one)) for one in zip(asked, sets, strict=True)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.goes_on.set()
        return await asyncio.gather(*asking)


async def test_who_comes_while_one_is_served_goes_in_one_turn_and_a_refusal_is_his_alone():
    desk = Desk()

    assert await desk.all_at_once(1, 2, 13, 4) == [-1, 4, "thirteen", 8]
    assert desk.turns == [[1], [2, 13, 4]]
    await desk.rests()


async def test_two_that_take_the_same_go_one_after_the_other_in_their_order():
    desk = Desk()

    assert await desk.all_at_once(1, 2, 3, 4, 5, takes=(0, 7, 8, 7, 8)) == [-1, 4, 6, 8, 10]
    assert desk.turns == [[1], [2, 3], [4, 5]]


async def test_what_cannot_be_done_together_is_done_by_each_alone():
    desk = Desk()

    assert await desk.all_at_once(1, 2, 99, 4) == [-1, -2, -99, -4]
    assert sorted(desk.turns[2:]) == [[2], [4], [99]]
    await desk.rests()


async def test_a_turn_has_its_limit_and_nobody_is_forgotten():
    desk = Desk()
    many = range(100, 100 + 2 * MOST + 1)

    assert await desk.all_at_once(*many) == [-100, *(2 * one for one in many[1:])]
    assert [len(turn) for turn in desk.turns] == [1, MOST, MOST]


async def test_who_has_gone_keeps_nobody_from_his_answer():
    desk = Desk()
    first = asyncio.create_task(desk.ask(1))
    await asyncio.sleep(0)
    gone, other = (asyncio.create_task(desk.ask(one)) for one in (2, 3))
    await asyncio.sleep(0)
    gone.cancel()
    desk.goes_on.set()

    assert (await first, await other) == (-1, 6)
    with pytest.raises(asyncio.CancelledError):
        await gone
