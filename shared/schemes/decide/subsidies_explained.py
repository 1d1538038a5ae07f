"""The steps of a subsidy, told from the decision that was taken."""

from shared.ratios import percent
from shared.schemes.decide.explanation import Explanation, Step, listed, money, note_if
from shared.schemes.decide.subsidies import SubsidyDecision
from shared.schemes.vocabulary import Words
from shared.schemes.wording import spoken


def explain_subsidy(decision: SubsidyDecision) -> Explanation:
    """The amount, each cap, and who is paid."""
    facts, rule = decision.facts, decision.rule
    inputs = [
        ("principal", money(facts.principal_fen)),
        ("rate", percent(decision.counted_bp / 10_000)),
        ("share", percent(decision.share)),
    ]
    if rule.ip_part_only:
        inputs.append(("ip_share", percent(facts.ip_share)))
    if rule.per_year:
        inputs.append(("days", f"{decision.days}/{rule.day_base}"))
    if facts.fee_fen is not None:
        inputs.append(("fee", money(facts.fee_fen)))
    if facts.interest_paid_fen is not None:
        inputs.append(("interest_paid", money(facts.interest_paid_fen)))
    if rule.fee_ceiling_bp is not None:
        inputs.append(("fee_ceiling_bp", str(rule.fee_ceiling_bp)))
    steps = [
        Step(
            rule=f"subsidies.{rule.code}",
            title=Words(rule.zh, rule.en),
            source=decision.source,
            inputs=tuple(inputs),
            result=money(decision.uncapped_fen),
            note=decision.why_nothing or _cut(decision),
        )
    ]
    steps.extend(
        Step(
            rule=f"subsidies.{rule.code}.{cap.code}",
            title=Words(f"补贴上限 {cap.code}", f"cap {cap.code}"),
            source=decision.source,
            inputs=(("limit", money(cap.limit_fen)), ("used", money(cap.used_fen))),
            result=money(min(cap.allowed_fen, cap.due_fen)),
            note=note_if(cap.binds),
        )
        for cap in decision.limits
    )
    steps.append(
        Step(
            rule="subsidies.paid",
            title=Words("支付", "paid"),
            source=decision.source,
            inputs=(("mode", rule.mode), ("payee", decision.payee)),
            result=listed(decision.shares.items()) or money(decision.amount_fen),
        )
    )
    return Explanation("subsidy", decision.version, tuple(steps))


def _cut(decision: SubsidyDecision) -> Words:
    """The inputs that made the amount less, by name."""
    if not decision.cut_by:
        return Words("", "")
    said = [spoken(name, "en") for name in decision.cut_by]
    return Words(f"受限于：{'、'.join(decision.cut_by)}", f"cut by: {', '.join(said)}")
