"""An event loop whose time, whose order of steps and whose luck come from one seed.

A step is one callback of one process, or the delivery of one answer of PostgreSQL. Before each step every
statement that was sent has been answered by the server or waits there for a lock, so what the seed may
choose from is always the same. Time jumps to the next timer where there is nothing else to do. Within a
process the order of callbacks is asyncio's own: what is by chance in a real one is when an answer
comes, when a timer goes off, and when another process gets its turn.
"""

import asyncio
import contextvars
import heapq
import random
import sys
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tests.simulation.lines import Line, Lines

LANE: ContextVar[str] = ContextVar("lane", default="house")
"""Which process a callback belongs to."""


class NoProgress(AssertionError):
    """More steps were taken, or more time went by, than what is asked for can need."""


class Trace:
    """What was done, step by step: always as a hash, and as text where somebody wants to read it."""

    def __init__(self, out: Callable[[str], None] | None = None) -> None:
        self._hash = blake2b(digest_size=16)
        self._out = out
        self.steps = 0

    def note(self, moment: float, lane: str, what: str) -> None:
        self.steps += 1
        line = f"{moment:12.4f} {lane:<16} {what}"
        self._hash.update(line.encode())
        if self._out is not None:
            self._out(line)

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


class SimulatedLoop(asyncio.BaseEventLoop):
    """Run it as any other; `kill`, `freeze` and `cut` are what a machine does to processes."""

    def __init__(
        self,
        chance: random.Random,
        trace: Trace,
        *,
        socket_folder: Path | None,
        begins: float,
        most_steps: int = 400_000,
    ) -> None:
        """`begins`: seconds since 1970 at which simulated time starts. `socket_folder`: where PostgreSQL's
        socket lies; None where nobody works with it."""
        super().__init__()
        self._chance = chance
        self.trace = trace
        self._now = begins
        self._lanes: dict[str, deque[asyncio.Handle]] = {}
        self._dead: set[str] = set()
        self._frozen: dict[str, float] = {}
        self._graves: list[Any] = []
        self._tasks: dict[str, list[asyncio.Task[Any]]] = {}
        self.set_task_factory(self._make_task)
        self._most_steps = most_steps
        self.lines = Lines(self, socket_folder)

    # What asyncio asks of a loop.

    def time(self) -> float:
        return self._now

    def _process_events(self, event_list: Any) -> None:
        raise AssertionError("there is no selector")

    def _write_to_self(self) -> None:
        """There is one thread, and nobody to wake."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """At once and in this thread: how long a thread takes would be chance that no seed has."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def call_exception_handler(self, context: Any) -> None:
        """What a process that was killed would have said to nobody is not said."""

    def _asyncgen_finalizer_hook(self, agen: Any) -> None:
        """A generator of a process that was killed is not ended, either; and when the collector comes
        is nobody's step."""
        self._asyncgens.discard(agen)

    async def create_unix_connection(
        self, protocol_factory: Callable[[], Any], path: Any = None, **more: Any
    ) -> tuple[Any, Any]:
        """A connection to PostgreSQL; nothing else is reached from within."""
        protocol = protocol_factory()
        line = self.lines.open(str(path), protocol, LANE.get())
        protocol.connection_made(line)
        return line, protocol

    def _run_once(self) -> None:
        self._sort()
        self.lines.all_answered()
        while not (choices := self._choices()):
            self._jump()
            self._sort()
        choice = choices[self._chance.randrange(len(choices))] if len(choices) > 1 else choices[0]
        if self.trace.steps > self._most_steps:
            raise NoProgress(f"more than {self._most_steps} steps")
        # Work takes time, so that a timeout may go off in its midst.
        self._now += self._chance.random() * 0.002
        if isinstance(choice, Line):
            self.trace.note(self._now, choice.lane, f"hears {choice.what_came()}")
            choice.deliver()
            return
        handle = self._lanes[choice].popleft()
        if handle._cancelled:
            return
        self.trace.note(self._now, choice, _name_of(handle))
        handle._run()

    def _choices(self) -> list[str | Line]:
        """Lanes with something to do, and answers that have come; in an order that is always the same."""
        able = [
            lane for lane in sorted(self._lanes) if self._lanes[lane] and lane not in self._frozen
        ]
        return [*able, *(line for line in self.lines.arrived() if line.lane not in self._frozen)]

    def _sort(self) -> None:
        """What is ready, and every timer that is due, to the lane of its process."""
        while self._scheduled and self._scheduled[0]._when <= self._now:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False
            self._ready.append(timer)
        for lane in [lane for lane, until in self._frozen.items() if until <= self._now]:
            del self._frozen[lane]
        while self._ready:
            handle = self._ready.popleft()
            if handle._cancelled:
                continue
            lane = handle._context.get(LANE) or "house"
            if lane in self._dead:
                self._graves.append(handle)
            else:
                self._lanes.setdefault(lane, deque()).append(handle)

    def _jump(self) -> None:
        """To the next moment at which something happens."""
        while self._scheduled and self._scheduled[0]._cancelled:
            heapq.heappop(self._scheduled)._scheduled = False
        moments = [*self._frozen.values()]
        if self._scheduled:
            moments.append(self._scheduled[0]._when)
        if not moments:
            raise NoProgress("nothing is left to do, and somebody still waits")
        self._now = max(self._now, min(moments))

    # What happens to processes.

    def kill(self, lane: str) -> None:
        """The process is gone between two of its steps: nothing of it runs any more, not even what
        stands in `finally`; the server finds its connections closed."""
        self.trace.note(self._now, lane, "is killed")
        self._dead.add(lane)
        self._frozen.pop(lane, None)
        # Kept, or the end of a coroutine that nobody holds would still run.
        self._graves.append(self._lanes.pop(lane, None))
        self._graves.extend(self._tasks.pop(lane, ()))
        for line in self.lines.of(lane):
            self.lines.drop(line)

    def freeze(self, lane: str, seconds: float) -> None:
        """The process stands still, as one whose machine is suspended."""
        self.trace.note(self._now, lane, f"is frozen for {seconds:.1f}")
        self._frozen[lane] = self._now + seconds

    def cut(self, line: Line) -> None:
        """A connection breaks, whatever is on its way; both sides learn of it."""
        self.trace.note(self._now, line.lane, "loses a connection")
        self.lines.counts["connection cut after COMMIT"] += line.has_committed
        self.lines.drop(line)
        line.lost(ConnectionResetError("cut"))

    def is_dead(self, lane: str) -> bool:
        return lane in self._dead

    def bury(self) -> None:
        """At the very end: whatever still stands somewhere is let go of, without a word."""
        for tasks in self._tasks.values():
            self._graves.extend(tasks)
        hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for task in [one for one in self._graves if isinstance(one, asyncio.Task)]:
                    if not task.done():
                        task._log_destroy_pending = False
                        with suppress(BaseException):
                            task.get_coro().close()
                for heap in (self._graves, self._tasks, self._lanes, self._ready, self._scheduled):
                    heap.clear()
        finally:
            sys.unraisablehook = hook

    def _make_task(
        self, loop: Any, coro: Any, *, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=loop, context=context)
        lane = (LANE.get() if context is None else context.get(LANE)) or "house"
        self._tasks.setdefault(lane, []).append(task)
        return task


def _name_of(handle: asyncio.Handle) -> str:
    """What a callback is, without numbers that differ from run to run."""
    callback: Any = handle._callback
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return str(getattr(owner.get_coro(), "__qualname__", "?"))
    return str(getattr(callback, "__qualname__", type(callback).__name__))
