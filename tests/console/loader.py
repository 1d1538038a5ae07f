"""A loader of a small demo: two banks, a pool, a case that waits."""

import asyncio

from services.console.upstream.demo import DemoProgress
from tests.console.house import House


class Loader:
    """Loads a small house in the background, as the demo's loader does with a large one."""

    def __init__(self, house: House, *, error: str = "") -> None:
        self._house = house
        self._error = error
        self._task: asyncio.Task[None] | None = None
        self._now = DemoProgress(False, 0, 2)
        self.started = 0
        self.is_open = asyncio.Event()
        self.may_end = asyncio.Event()
        self.is_over = asyncio.Event()

    def start(self) -> None:
        """Begin."""
        self.started += 1
        self._now = DemoProgress(True, 0, 2)
        self._task = asyncio.create_task(self._load())

    def progress(self) -> DemoProgress:
        """How far it is."""
        return self._now

    async def ends(self) -> None:
        """Let it go on to its end."""
        self.may_end.set()
        await self.is_over.wait()

    async def _load(self) -> None:
        await self._house.opens()
        self._now = DemoProgress(True, 1, 2)
        self.is_open.set()
        await self.may_end.wait()
        if self._error:
            self._now = DemoProgress(False, 1, 2, self._error)
        else:
            await self._house.has_case()
            self._now = DemoProgress(False, 2, 2)
        self.is_over.set()
