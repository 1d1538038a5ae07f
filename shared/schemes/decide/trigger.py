"""What entitles a bank to claim: any one of the scheme's triggers, each in full (B.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, get_type_hints

from shared.risk_classes import is_at_least
from shared.schemes.decide.findings import Finding
from shared.schemes.rules.claims import TriggerRule
from shared.schemes.rules.declare import AtLeast, Document, RiskClass, Says, declared
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import DOCUMENTS, RISK_CLASSES

_FLAGS = {
    name: one.mark(Says)
    for name, hint in get_type_hints(TriggerRule, include_extras=True).items()
    if (one := declared(hint)).kind is bool
}
"""What a trigger may ask for beside days and classes, as its declaration says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerFacts:
    """How the loan stands on the claim day."""

    risk_class: RiskClass
    overdue_days: int
    months_non_performing: int = 0
    lawsuit_accepted: bool = False
    called_early: bool = False
    loss_confirmed: bool = False
    written_off: bool = False
    enforcement_ended: bool = False
    guarantor_has_paid: bool = False
    insurer_notified: bool = False
    compensated_elsewhere: bool = False
    documents: Annotated[frozenset[Document] | None, AtLeast(0)] = None
    """The documents handed in; None where they are not checked here."""


def check_trigger(facts: TriggerFacts, terms: Terms) -> tuple[Finding, ...]:
    """Every reason why a claim may not be filed yet; empty when one trigger holds in full."""
    found: list[Finding] = []
    if terms.trigger:
        unmet = [list(_unmet(rule, facts, terms)) for rule in terms.trigger]
        if all(unmet):
            for reasons in unmet:
                found.extend(reasons)
    if terms.no_other_compensation and facts.compensated_elsewhere:
        found.append(
            Finding(
                "compensated-elsewhere", terms.source("no_other_compensation"),
                "该贷款已享受其他补偿，不得重复", "The loan is already compensated elsewhere.",
            )
        )  # fmt: skip
    for document in terms.claim_documents:
        if facts.documents is not None and document not in facts.documents:
            words = DOCUMENTS[document]
            found.append(
                Finding(
                    "claim-document-missing", terms.source("claim_documents"),
                    f"缺少材料：{words.zh}", f"A document is missing: {words.en}.",
                    {"document": document}, "/documents",
                )
            )  # fmt: skip
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a trigger on the claim day: whether it holds, and on what evidence."""

    finding: Finding
    holds: bool


def conditions(rule: TriggerRule, facts: TriggerFacts, terms: Terms) -> Iterator[Condition]:
    """Every condition of a trigger, in the order in which they are declared."""
    source = rule.source or terms.source("trigger")
    if rule.risk_class_at_least is not None:
        wanted, has = RISK_CLASSES[rule.risk_class_at_least], RISK_CLASSES[facts.risk_class]
        yield Condition(
            Finding(
                "risk-class-too-good", source,
                f"五级分类为{has.zh}，须为{wanted.zh}或更差",
                f"The loan is graded {has.en}; it must be {wanted.en} or worse.",
                {"risk_class": facts.risk_class, "wanted": rule.risk_class_at_least},
            ),
            is_at_least(facts.risk_class, rule.risk_class_at_least),
        )  # fmt: skip
    if rule.overdue_days_above is not None:
        yield Condition(
            Finding(
                "not-overdue-long-enough", source,
                f"逾期 {facts.overdue_days} 天，须超过 {rule.overdue_days_above} 天",
                f"Overdue {facts.overdue_days} days; more than {rule.overdue_days_above} are "
                "needed.",
                {"overdue_days": str(facts.overdue_days), "above": str(rule.overdue_days_above)},
            ),
            facts.overdue_days > rule.overdue_days_above,
        )  # fmt: skip
    months = rule.months_non_performing
    if months is not None:
        yield Condition(
            Finding(
                "not-non-performing-long-enough", source,
                f"列为不良 {facts.months_non_performing} 个月，须满 {months} 个月",
                f"Non-performing for {facts.months_non_performing} months; {months} are needed.",
                {"months": str(facts.months_non_performing), "wanted": str(months)},
            ),
            facts.months_non_performing >= months,
        )  # fmt: skip
    for flag, words in _FLAGS.items():
        if getattr(rule, flag):
            holds = bool(getattr(facts, flag))
            yield Condition(
                Finding(
                    flag.replace("_", "-") + "-needed", source,
                    f"{'已满足' if holds else '尚不满足'}：{words.zh}",
                    f"{'So' if holds else 'Not yet so'}: {words.en}.",
                    {flag: "true" if holds else "false"},
                ),
                holds,
            )  # fmt: skip


def _unmet(rule: TriggerRule, facts: TriggerFacts, terms: Terms) -> Iterator[Finding]:
    return (one.finding for one in conditions(rule, facts, terms) if not one.holds)
