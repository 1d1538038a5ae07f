"""Circuit breakers with hysteresis: per bank by its bad loans, per pool by its balance (H.27)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from shared.ratios import percent
from shared.schemes.decide.explanation import Explanation, Step
from shared.schemes.rules.claims import BreakerRule
from shared.schemes.rules.declare import Fen
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words

Subject = Literal["bank", "pool"]
State = Literal["normal", "warned", "stopped"]
"""A bank that is `stopped` is suspended; a pool takes no new entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerFigures:
    """A balance over a balance, in fen: bad ÷ covered principal, or available ÷ paid-in."""

    part_fen: Fen
    whole_fen: Fen
    month_end: bool = False
    """Whether these are the figures of a month's end: only those count towards a resumption."""
    clear_month_ends: int = 0
    """Month-ends running, before this one, on which the figure was better than the resume line."""


@dataclass(frozen=True, slots=True)
class BreakerDecision:
    """The state from now on; `clear_month_ends` is to be kept for the next call."""

    before: State
    state: State
    ratio: Fraction | None
    clear_month_ends: int
    line: Fraction | None
    """The line that was crossed, where the state changed."""
    explanation: Explanation

    @property
    def changed(self) -> bool:
        return self.before != self.state

    @property
    def line_bp(self) -> int:
        """The crossed line in basis points; 0 where none was."""
        return int(self.line * 10_000) if self.line is not None else 0

    def as_data(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "state": self.state,
            "ratio": percent(self.ratio) if self.ratio is not None else "",
            "clear_month_ends": self.clear_month_ends,
            "explanation": self.explanation.as_data(),
        }


def breaker(
    subject: Subject, state: State, figures: BreakerFigures, terms: Terms
) -> BreakerDecision:
    """Where a bank or a pool stands after new figures.

    A line is tripped when the figure is strictly on its bad side, and a stop is lifted when it
    has been strictly better than the resume line on the required number of month-ends running;
    on a line nothing happens. Nothing outstanding (or nothing paid in) is no trouble.
    """
    rule = terms.bank_breaker if subject == "bank" else terms.pool_breaker
    if rule is None:
        return BreakerDecision(
            state, "normal", None, 0, None, Explanation("breaker", terms.version, ())
        )
    if figures.whole_fen > 0:
        ratio = Fraction(figures.part_fen, figures.whole_fen)
    else:
        ratio = Fraction(0) if rule.trips == "above" else Fraction(1)
    clear = figures.clear_month_ends
    if _worse(rule, rule.resume, ratio) or ratio == rule.resume:
        clear = 0
    elif figures.month_end:
        clear += 1
    after, line = _next(rule, state, ratio, clear)
    if after != "stopped":
        clear = 0
    step = Step(
        rule=f"{subject}_breaker",
        title=Words(
            "银行熔断" if subject == "bank" else "资金池停止线",
            "breaker of the bank" if subject == "bank" else "breaker of the pool",
        ),
        source=terms.source(f"{subject}_breaker"),
        inputs=(
            ("ratio", percent(ratio)),
            ("warn", percent(rule.warn)),
            ("stop", percent(rule.stop)),
            ("resume", percent(rule.resume)),
            ("clear_month_ends", f"{clear}/{rule.month_ends}"),
        ),
        result=f"{state} → {after}",
    )
    return BreakerDecision(
        state, after, ratio, clear, line, Explanation("breaker", terms.version, (step,))
    )


def _worse(rule: BreakerRule, line: Fraction, ratio: Fraction) -> bool:
    return ratio > line if rule.trips == "above" else ratio < line


def _next(
    rule: BreakerRule, state: State, ratio: Fraction, clear: int
) -> tuple[State, Fraction | None]:
    if _worse(rule, rule.stop, ratio):
        return "stopped", (rule.stop if state != "stopped" else None)
    if state == "stopped" and clear < rule.month_ends:
        return "stopped", None
    after: State = "warned" if _worse(rule, rule.warn, ratio) else "normal"
    if state == "stopped":
        return after, rule.resume
    return after, (rule.warn if after != state else None)
