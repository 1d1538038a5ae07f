"""One look at a breaker: the figures, what the scheme's rule says of them, and the move they make.

Figures lead where the rule says, except that a report that is missing lifts nothing, silence stops
a bank by itself, and what two persons have stopped only two persons resume.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from services.risk_pool.domain.breakers import BANK, BY_FIGURES, POOL, Action, Breaker, Cause, State
from services.risk_pool.domain.silence import SILENT_MONTHS, BankFigures
from shared.life_cycle import LifeCycle
from shared.months import Month
from shared.schemes.decide import breakers as rules
from shared.schemes.decide.breakers import BreakerDecision, BreakerFigures
from shared.schemes.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLook:
    """One look at a breaker: the figures, what the scheme's rule says, and the move it makes."""

    before: Breaker
    decision: BreakerDecision
    state: str
    """Where it stands afterwards."""
    action: str | None
    """None: it stays where it stands."""
    month: str | None
    counted_month: str | None
    part_fen: int
    whole_fen: int
    day: date
    loans: int = 0
    estimated: int = 0
    silent_months: int = 0

    @property
    def cause(self) -> Cause:
        """What moved it."""
        return Cause.REPORTS_MISSING if self.action == Action.STOP_SILENT else Cause.FIGURES

    @property
    def line_bp(self) -> int:
        """The line that was crossed, in basis points; 0 where none was."""
        return self.decision.line_bp if self.action in BY_FIGURES else 0

    @property
    def after(self) -> Breaker:
        """The breaker as the look leaves it."""
        return replace(
            self.before,
            state=self.state,
            version=max(self.before.version, 1) + (1 if self.action else 0),
            month=self.month,
            clear_month_ends=self.decision.clear_month_ends,
            counted_month=self.counted_month,
            silent_months=self.silent_months,
        )

    def as_data(self) -> dict[str, Any]:
        """The rule's answer with its explanation, and what the figures rest on."""
        return {
            **self.decision.as_data(),
            "state": self.state,
            "cause": self.cause,
            "loans": self.loans,
            "estimated": self.estimated,
            "silent_months": self.silent_months,
        }


def look_at_bank(before: Breaker, month: str, *, figures: BankFigures, terms: Terms) -> BreakerLook:
    """A bank's bad over covered principal, at a month's end.

    A month with estimated loans is no month-end that counts towards a resumption.
    """
    decision = rules.breaker(
        "bank",
        _engine_state(before),
        BreakerFigures(
            part_fen=figures.bad_fen,
            whole_fen=figures.covered_fen,
            month_end=not figures.estimated,
            clear_month_ends=before.clear_month_ends,
        ),
        terms,
    )
    silent_months = before.silent_months + 1 if figures.is_silent else 0
    action = _bank_action(before, decision, figures, silent_months)
    return BreakerLook(
        before=before,
        decision=decision,
        state=_leads_to(BANK, before, action),
        action=action,
        month=month,
        counted_month=month,
        part_fen=figures.bad_fen,
        whole_fen=figures.covered_fen,
        day=Month.parse(month).last,
        loans=figures.loans,
        estimated=figures.estimated,
        silent_months=silent_months,
    )


def _bank_action(
    before: Breaker, decision: BreakerDecision, figures: BankFigures, silent_months: int
) -> str | None:
    if before.is_held:
        return None
    if before.is_stopped:
        return None if figures.estimated else _by_figures(BANK, decision)
    action = _by_figures(BANK, decision)
    if silent_months >= SILENT_MONTHS and action != Action.STOP:
        return Action.STOP_SILENT
    return action


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
    action = None if before.is_held else _by_figures(POOL, decision)
    return BreakerLook(
        before=before,
        decision=decision,
        state=_leads_to(POOL, before, action),
        action=action,
        month=None,
        counted_month=month if counted else before.counted_month,
        part_fen=available_fen,
        whole_fen=paid_in_fen,
        day=day,
    )


def _engine_state(breaker: Breaker) -> rules.State:
    return cast(rules.State, State.STOPPED if breaker.is_stopped else breaker.state)


def _by_figures(life_cycle: LifeCycle, decision: BreakerDecision) -> str | None:
    """The action of the only row from where the breaker stands to where the figures lead it."""
    if not decision.changed:
        return None
    (move,) = (
        move
        for move in life_cycle.moves
        if (move.source, move.target) == (decision.before, decision.state)
        and move.action in BY_FIGURES
    )
    return move.action


def _leads_to(life_cycle: LifeCycle, before: Breaker, action: str | None) -> str:
    if action is None:
        return before.state
    move = life_cycle.find(before.state, action)
    assert move is not None
    return move.target
