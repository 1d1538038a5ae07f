"""Circuit breakers: a bank's by its bad loans at month-ends, the pool's by its balance.

Where figures lead a breaker is the scheme's rule (shared/schemes/decide/breakers.py); a look at it
is domain/breaker_looks.py. By which move it gets there, and who is told, is the life cycle's: one
table for banks, one for pools.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words


class State(StrEnum):
    """Where a breaker stands. `stopped`: a bank is suspended, a pool takes no new entries."""

    NORMAL = "normal"
    WARNED = "warned"
    STOPPED = "stopped"
    HELD = "held"
    """Stopped by an order of two persons: figures do not lift it, only another order."""


class Action(StrEnum):
    """What moves a breaker: figures, silence, or an order of two persons."""

    WATCH = "watch"
    WARN = "warn"
    STOP = "stop"
    CLEAR = "clear"
    RESUME = "resume"
    RESUME_WARNED = "resume_warned"
    STOP_SILENT = "stop_silent"
    SUSPEND_BY_HAND = "suspend_by_hand"
    RESUME_BY_HAND = "resume_by_hand"


class Cause(StrEnum):
    """Why a breaker moved, as its events say."""

    FIGURES = "figures"
    REPORTS_MISSING = "reports-missing"
    BY_HAND = "by-hand"


BY_FIGURES = frozenset(
    {Action.WARN, Action.STOP, Action.CLEAR, Action.RESUME, Action.RESUME_WARNED}
)
STOPS = frozenset({State.STOPPED, State.HELD})
"""Nothing new is taken in, whatever the reason."""
LIFTED_BY_FIGURES = frozenset({State.WARNED, State.STOPPED})

_FIGURES = frozenset({SYSTEM_ROLE})
"""People report figures, and decide orders (domain/breaker_order.py); neither moves a breaker."""
_NOBODY = Wait(roles=(), words=Words("等待下次数据", "It waits for the next figures."))
_ORDER = Wait(
    roles=("pool_manager",),
    words=Words("人工暂停，须两人决定恢复", "Stopped by hand; two persons may resume it."),
    stands=True,
)


def _life_cycle(
    noun: Words, *, warned: str, stopped: str, resumed: str, silence: tuple[Move, ...] = ()
) -> LifeCycle:
    return LifeCycle(
        noun=noun,
        moves=(
            Move(None, Action.WATCH, State.NORMAL, _FIGURES),
            Move(State.NORMAL, Action.WARN, State.WARNED, _FIGURES, tells=(warned,)),
            Move(State.NORMAL, Action.STOP, State.STOPPED, _FIGURES, tells=(stopped,)),
            Move(State.WARNED, Action.STOP, State.STOPPED, _FIGURES, tells=(stopped,)),
            Move(State.WARNED, Action.CLEAR, State.NORMAL, _FIGURES),
            Move(State.STOPPED, Action.RESUME, State.NORMAL, _FIGURES, tells=(resumed,)),
            Move(State.STOPPED, Action.RESUME_WARNED, State.WARNED, _FIGURES, tells=(resumed,)),
            *silence,
            *(
                Move(state, Action.SUSPEND_BY_HAND, State.HELD, _FIGURES, tells=(stopped,))
                for state in (State.NORMAL, State.WARNED, State.STOPPED)
            ),
            *(
                Move(state, Action.RESUME_BY_HAND, State.NORMAL, _FIGURES, tells=(resumed,))
                for state in (State.STOPPED, State.HELD)
            ),
        ),
        states={
            State.NORMAL: Words("正常", "normal"),
            State.WARNED: Words("预警", "warned"),
            State.STOPPED: Words("熔断", "stopped"),
            State.HELD: Words("人工暂停", "stopped by hand"),
        },
        actions={
            Action.WATCH: Words("开始监测", "watched"),
            Action.WARN: Words("预警", "warned"),
            Action.STOP: Words("熔断", "stopped"),
            Action.CLEAR: Words("解除预警", "cleared"),
            Action.RESUME: Words("恢复", "resumed"),
            Action.RESUME_WARNED: Words("恢复（预警）", "resumed under a warning"),
            Action.STOP_SILENT: Words("因未报送月报暂停", "stopped for missing reports"),
            Action.SUSPEND_BY_HAND: Words("人工暂停", "stopped by hand"),
            Action.RESUME_BY_HAND: Words("人工恢复", "resumed by hand"),
        },
        waits={
            State.NORMAL: _NOBODY,
            State.WARNED: _NOBODY,
            State.STOPPED: _NOBODY,
            State.HELD: _ORDER,
        },
    )


BANK = _life_cycle(
    Words("银行熔断", "breaker of a bank"),
    warned="bank.warned.v1",
    stopped="bank.suspended.v1",
    resumed="bank.resumed.v1",
    silence=tuple(
        Move(state, Action.STOP_SILENT, State.STOPPED, _FIGURES, tells=("bank.suspended.v1",))
        for state in (State.NORMAL, State.WARNED)
    ),
)
POOL = _life_cycle(
    Words("资金池停止线", "breaker of a pool"),
    warned="pool.warned.v1",
    stopped="pool.stopped.v1",
    resumed="pool.resumed.v1",
)


_SHOWN = {State.STOPPED: "suspended", State.HELD: "suspended_by_hand"}


def shown(state: str | None) -> str:
    """A breaker as people know it: what is `stopped` by the scheme's engine is suspended."""
    return State.NORMAL if state is None else _SHOWN.get(State(state), state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A breaker, as kept between two looks. `bank_code` is "" for the pool's own."""

    id: UUID
    pool_code: str
    bank_code: str
    state: str
    version: int
    """0: nobody has looked at it yet."""
    month: str | None = None
    """A bank's: the last month looked at."""
    clear_month_ends: int = 0
    counted_month: str | None = None
    silent_months: int = 0
    """A bank's: months running, up to the last one looked at, without any report of its loans."""

    @property
    def is_normal(self) -> bool:
        """Neither warned nor stopped."""
        return self.state == State.NORMAL

    @property
    def is_stopped(self) -> bool:
        """The bank is suspended, or the pool takes no new entries."""
        return self.state in STOPS

    @property
    def is_held(self) -> bool:
        """Stopped by hand: figures do not lift it."""
        return self.state == State.HELD

    def __getitem__(self, column: str) -> Any:
        """A column, as the life cycle reads a case."""
        return getattr(self, column)
