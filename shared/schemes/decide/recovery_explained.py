"""The steps of a recovery, told from the decision that was taken."""

from fractions import Fraction
from typing import Any

from shared.ratios import percent
from shared.schemes.decide.explanation import Explanation, Step, listed, money
from shared.schemes.decide.recovery import RecoveryDecision
from shared.schemes.sources import in_words
from shared.schemes.vocabulary import Words


def explained(decision: RecoveryDecision) -> dict[str, Any]:
    """The decision as plain data with every step to its figures."""
    return decision.as_data() | {"explanation": explain_recovery(decision).as_data()}


def explain_recovery(decision: RecoveryDecision) -> Explanation:
    """Costs, net, interest, shares: in the order in which they were computed."""
    interest, back = _interest(decision), _back(decision)
    surplus = Step(
        rule="recovery.surplus",
        title=Words("余额归出质人", "surplus to the pledgor"),
        source=in_words("民法典 438"),
        inputs=(),
        result=money(decision.to_pledgor_fen),
    )
    middle = (interest, back) if decision.borne.order == "statutory" else (back, interest)
    return Explanation(
        "recovery",
        decision.borne.version,
        (_gross(decision), _net(decision), *middle, surplus),
    )


def _gross(decision: RecoveryDecision) -> Step:
    facts = decision.facts
    return Step(
        rule="recovery.gross",
        title=Words("计入的回收款", "proceeds that count"),
        source=in_words("H.21"),
        inputs=(
            ("pledged_ip", money(facts.pledged_ip_fen)),
            ("other", money(facts.other_fen)),
            ("ip_share", percent(decision.borne.ip_share)),
        ),
        result=money(decision.gross_fen),
    )


def _net(decision: RecoveryDecision) -> Step:
    facts, carried = decision.facts, decision.carried_costs_fen
    return Step(
        rule="recovery.net",
        title=Words("先扣费用", "costs first"),
        source=in_words("H.21"),
        inputs=(
            ("costs", money(sum(cost.amount_fen for cost in facts.costs))),
            ("carried_costs", money(facts.carried_costs_fen)),
        ),
        result=money(decision.net_fen),
        note=Words(f"{money(carried)} 结转下次", f"{money(carried)} carried to the next recovery")
        if carried
        else Words("", ""),
    )


def _interest(decision: RecoveryDecision) -> Step:
    borne = decision.borne
    return Step(
        rule="recovery.interest",
        title=Words("基数之外的利息", "interest outside the base"),
        source=in_words("民法典 561" if borne.order == "statutory" else "H.23"),
        inputs=(
            ("interest", money(borne.interest_outside_fen)),
            ("returned_before", money(decision.facts.interest_returned_fen)),
        ),
        result=money(decision.to_interest_fen),
    )


def _back(decision: RecoveryDecision) -> Step:
    borne = decision.borne
    total = sum(borne.parts.values())
    return Step(
        rule="recovery.shares",
        title=Words("按各方实际承担返还", "back by what each party bore"),
        source=in_words("H.22"),
        inputs=tuple(
            (party, f"{money(bore)} ({_ratio(borne.parts[party], total)})")
            for party, bore in borne.borne.items()
        ),
        result=listed(decision.returned.items()),
        note=Words(f"已足额：{'、'.join(decision.whole)}", f"whole: {', '.join(decision.whole)}")
        if decision.whole
        else Words("", ""),
    )


def _ratio(part: int, total: int) -> str:
    if total == 0:
        return "0%"
    said = percent(Fraction(part, total))
    return f"{money(part)}/{money(total)}" if "/" in said else said
