"""A clock that a bank may move forward, kept in the database.

It lets an integrator see a loan become overdue without waiting. It runs on by itself, survives a
restart, and never goes back. It is one for all processes of a service: each looks at the row before
a request, a batch of events, a due job. Production has the machine's clock and looks at nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.clock import SystemClock
from shared.postgres.database import EVERYWHERE, Database
from shared.refusals import Refused


def create_tables(op: Any) -> None:
    """The table of the sandbox clock, at most one row, in a service's first migration."""
    op.execute(
        """
        create table sandbox_clock (
            only_one boolean primary key default true check (only_one),
            stood_at timestamptz not null,
            set_at timestamptz not null
        )
        """
    )


class ClockOnlyForward(Refused):
    """The sandbox clock was to be set back; what has happened would lie in the future."""

    code = "clock-only-forward"


class ClockTooFar(Refused):
    """The sandbox clock was to be moved further than any loan can last."""

    code = "clock-too-far"


_SET = "select stood_at, set_at from sandbox_clock"


class SandboxClock:
    """A clock that was set to `stood_at` at the real moment `set_at`, and has run on since.

    Before it is first set it tells real time; the first setting may go anywhere, later ones only
    forward.
    """

    def __init__(self, database: Database, *, real: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._real = real or SystemClock().now
        self._stood_at: datetime | None = None
        self._set_at: datetime | None = None

    @classmethod
    async def load(
        cls, database: Database, *, real: Callable[[], datetime] | None = None
    ) -> "SandboxClock":
        """The clock as the database remembers it."""
        clock = cls(database, real=real)
        await clock.reload()
        return clock

    def now(self) -> datetime:
        """The moment in the sandbox, aware and in UTC."""
        real = self._real()
        if self._stood_at is None or self._set_at is None:
            return real
        # Real time may be set back by its keeper; ours then stands still.
        return self._stood_at + max(real - self._set_at, timedelta(0))

    async def reload(self) -> None:
        """Learn what another process has set."""
        row = await self._database.glance(_SET)
        if row is not None:
            self._stood_at, self._set_at = row["stood_at"], row["set_at"]

    async def set(self, moment: datetime) -> datetime:
        """Move the clock to a later moment; to where it was moved last, nothing happens. Raises
        ClockOnlyForward, ClockTooFar."""
        if not datetime(2000, 1, 1, tzinfo=UTC) <= moment < datetime(2200, 1, 1, tzinfo=UTC):
            raise ClockTooFar("沙盒时钟须在 2000 年至 2199 年之间", "It must lie in 2000 to 2199.")
        async with self._database.begin(EVERYWHERE) as conn:
            await conn.execute("select pg_advisory_xact_lock(hashtext('sandbox_clock'))")
            row = await conn.fetchrow(_SET)
            if row is not None:
                self._stood_at, self._set_at = row["stood_at"], row["set_at"]
                if moment == self._stood_at:
                    # Asked again by who lost the answer, perhaps of another process.
                    return self.now()
                if moment < self.now():
                    raise ClockOnlyForward(
                        "沙盒时钟只能向前拨", "The sandbox clock moves only forward.",
                        now=self.now().isoformat(),
                    )  # fmt: skip
            real = self._real()
            await conn.execute(
                """
                insert into sandbox_clock (stood_at, set_at) values ($1, $2)
                on conflict (only_one) do update
                    set stood_at = excluded.stood_at, set_at = excluded.set_at
                """,
                moment,
                real,
            )
        self._stood_at, self._set_at = moment, real
        return self.now()

    async def advance(self, by: timedelta) -> datetime:
        """Move the clock on by a length of time. Raises ClockOnlyForward, ClockTooFar."""
        try:
            moment = self.now() + by
        except OverflowError as error:
            raise ClockTooFar("沙盒时钟拨得太远", "That is too far for the clock.") from error
        return await self.set(moment)
