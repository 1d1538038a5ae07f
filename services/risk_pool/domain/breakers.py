"""Circuit breakers: a bank's by its bad loans at month-ends, the pool's by its balance.

Where figures lead a breaker is the scheme's rule (shared/schemes/decide/breakers.py). By which
move it gets there, and who is told, is the life cycle's: one table for banks, one for pools.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words
from shared.months import Month
from shared.schemes.decide import breakers as rules
from shared.schemes.decide.breakers import BreakerDecision, BreakerFigures
from shared.schemes.terms import Terms


class State(StrEnum):
    """Where a breaker stands. `stopped`: a bank is suspended, a pool takes no new entries."""

    NORMAL = "normal"
    WARNED = "warned"
    STOPPED = "stopped"


class Action(StrEnum):
    """What figures do to a breaker."""

    WATCH = "watch"
    WARN = "warn"
    STOP = "stop"
    CLEAR = "clear"
    RESUME = "resume"
    RESUME_WARNED = "resume_warned"


_FIGURES = frozenset({SYSTEM_ROLE})
"""People report figures; they do not move a breaker."""
_NOBODY = Wait(roles=(), words=Words("等待下次数据", "It waits for the next figures."))


def _life_cycle(noun: Words, *, warned: str, stopped: str, resumed: str) -> LifeCycle:
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
        ),
        states={
            State.NORMAL: Words("正常", "normal"),
            State.WARNED: Words("预警", "warned"),
            State.STOPPED: Words("熔断", "stopped"),
        },
        actions={
            Action.WATCH: Words("开始监测", "watched"),
            Action.WARN: Words("预警", "warned"),
            Action.STOP: Words("熔断", "stopped"),
            Action.CLEAR: Words("解除预警", "cleared"),
            Action.RESUME: Words("恢复", "resumed"),
            Action.RESUME_WARNED: Words("恢复（预警）", "resumed under a warning"),
        },
        waits={State.NORMAL: _NOBODY, State.WARNED: _NOBODY, State.STOPPED: _NOBODY},
    )


BANK = _life_cycle(
    Words("银行熔断", "breaker of a bank"),
    warned="bank.warned.v1",
    stopped="bank.suspended.v1",
    resumed="bank.resumed.v1",
)
POOL = _life_cycle(
    Words("资金池停止线", "breaker of a pool"),
    warned="pool.warned.v1",
    stopped="pool.stopped.v1",
    resumed="pool.resumed.v1",
)


def shown(state: str | None) -> str:
    """A breaker as people know it: what is `stopped` by the scheme's engine is suspended."""
    return "suspended" if state == State.STOPPED else state or State.NORMAL


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

    @property
    def is_normal(self) -> bool:
        """Neither warned nor stopped."""
        return self.state == State.NORMAL

    @property
    def is_stopped(self) -> bool:
        """The bank is suspended, or the pool takes no new entries."""
        return self.state == State.STOPPED

    def __getitem__(self, column: str) -> Any:
        """A column, as the life cycle reads a case."""
        return getattr(self, column)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLook:
    """One look at a breaker: the figures, what the scheme's rule says, and the move it makes."""

    before: Breaker
    decision: BreakerDecision
    action: str | None
    """None: it stays where it stands."""
    month: str | None
    counted_month: str | None
    part_fen: int
    whole_fen: int
    day: date

    @property
    def after(self) -> Breaker:
        """The breaker as the look leaves it."""
        return replace(
            self.before,
            state=self.decision.state,
            version=max(self.before.version, 1) + (1 if self.action else 0),
            month=self.month,
            clear_month_ends=self.decision.clear_month_ends,
            counted_month=self.counted_month,
        )


def look_at_bank(
    before: Breaker, month: str, *, bad_fen: int, covered_fen: int, terms: Terms
) -> BreakerLook:
    """A bank's bad over covered principal, at a month's end."""
    figures = BreakerFigures(
        part_fen=bad_fen,
        whole_fen=covered_fen,
        month_end=True,
        clear_month_ends=before.clear_month_ends,
    )
    decision = rules.breaker("bank", _engine_state(before), figures, terms)
    return BreakerLook(
        before=before,
        decision=decision,
        action=_action(BANK, decision),
        month=month,
        counted_month=month,
        part_fen=bad_fen,
        whole_fen=covered_fen,
        day=Month.parse(month).last,
    )


def look_at_pool(
    before: Breaker, day: date, *, available_fen: int, paid_in_fen: int, terms: Terms
) -> BreakerLook:
    """A pool's available over paid-in money, after a booking.

    A stop is lifted by a figure above the resume line; where the scheme asks for several
    month-ends, each month counts once.
    """
    month = str(Month.of(day))
    figures = BreakerFigures(
        part_fen=available_fen,
        whole_fen=paid_in_fen,
        month_end=before.counted_month != month,
        clear_month_ends=before.clear_month_ends,
    )
    decision = rules.breaker("pool", _engine_state(before), figures, terms)
    counted = decision.clear_month_ends > before.clear_month_ends
    return BreakerLook(
        before=before,
        decision=decision,
        action=_action(POOL, decision),
        month=None,
        counted_month=month if counted else before.counted_month,
        part_fen=available_fen,
        whole_fen=paid_in_fen,
        day=day,
    )


def _engine_state(breaker: Breaker) -> rules.State:
    return cast(rules.State, breaker.state)


def _action(life_cycle: LifeCycle, decision: BreakerDecision) -> str | None:
    """The action of the only row from where the breaker stands to where the figures lead it."""
    if not decision.changed:
        return None
    (move,) = (
        move
        for move in life_cycle.moves
        if (move.source, move.target) == (decision.before, decision.state)
    )
    return move.action
