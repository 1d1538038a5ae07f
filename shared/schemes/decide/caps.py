"""What caps leave of the shares that are due (programmes H.3)."""

from collections.abc import Mapping

from shared.schemes.decide.apportion import cut
from shared.schemes.decide.base import stated_fen
from shared.schemes.decide.claims import CapOutcome, ClaimFacts, Counters
from shared.schemes.decide.findings import FigureMissing
from shared.schemes.rules.limits import Cap
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FIGURES


def apply_caps(
    shares: list[int],
    facts: ClaimFacts,
    terms: Terms,
    counters: Counters,
    limits: list[CapOutcome],
) -> bool:
    """Leave each payer, in place, the least that any cap leaves it (H.3); whether any cap bound.

    Every cap is held against what was due before all caps. What is cut off is left for the
    caller to give to the bearer.
    """
    due = tuple(shares)
    base = sum(due)
    bound = False
    for cap, payers in terms.cap_payers:
        owed = due[payers[0]] if len(payers) == 1 else sum(due[at] for at in payers)
        limit_fen = _limit(cap, base, counters)
        used_fen = _used(cap, facts, counters)
        limits.append(
            CapOutcome(cap.code, cap.parties, limit_fen, used_fen, owed, cap.source, cap.zh, cap.en)
        )
        allowed = max(limit_fen - used_fen, 0)
        if allowed < owed:
            bound = True
            for at, left in zip(payers, cut([due[at] for at in payers], allowed), strict=True):
                shares[at] = min(shares[at], left)
    return bound


def _limit(cap: Cap, base: int, counters: Counters) -> int:
    """The ceiling of a cap in fen; a rate of a figure is rounded down: a cap is never exceeded."""
    if cap.amount_fen is not None:
        raised = counters.raised.get(cap.code)
        if raised is not None and cap.may_be_raised_to_fen is not None:
            return max(cap.amount_fen, min(raised, cap.may_be_raised_to_fen))
        return cap.amount_fen
    assert cap.rate is not None
    figure = base if cap.of == "loss_before_policy_money" else _figure(counters.figures, cap.of)
    return figure * cap.rate.numerator // cap.rate.denominator


def _used(cap: Cap, facts: ClaimFacts, counters: Counters) -> int:
    if cap.of == "loss_before_policy_money":
        return stated_fen(facts, "other_policy_money")
    if cap.per in ("claim", "pool_balance"):
        return 0
    return counted_fen(counters.used, cap.code)


def counted_fen(used: Mapping[str, int], code: str) -> int:
    if code not in used:
        raise FigureMissing(
            f"缺少上限 {code} 的累计数",
            f"The running total for the cap {code} is missing.",
            cap=code,
        )
    return used[code]


def _figure(figures: Mapping[str, int], name: str) -> int:
    if name not in figures:
        words = FIGURES[name]
        raise FigureMissing(
            f"缺少数字：{words.zh}({name})", f"A figure is missing: {words.en}.", figure=name
        )
    return figures[name]
