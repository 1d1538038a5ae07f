"""The questions that a case may put to the rules: what may be given, and how each is answered."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from shared.calendar import WorkingDays
from shared.schemes.decide.breakers import BreakerFigures, breaker
from shared.schemes.decide.claims import ClaimFacts, Cost, Counters
from shared.schemes.decide.deadlines import deadline
from shared.schemes.decide.eligibility import ApplicationFacts, Collateral, eligibility
from shared.schemes.decide.escrow import EscrowFacts, settle_escrow
from shared.schemes.decide.explanation import Explanation
from shared.schemes.decide.limits import Exposure, binding, explain_limits, reservation_limits
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from shared.schemes.decide.subsidies import SubsidyFacts, subsidy
from shared.schemes.decide.trigger import TriggerFacts, check_trigger
from shared.schemes.problems import At, Problem, unknown
from shared.schemes.reading.conditions import KIND_SHAPES
from shared.schemes.reading.scalars import Choice, Day, Flag, Money, Percent, Text, Whole
from shared.schemes.reading.shape import Field, ListOf, MapOf, Named, Record, Shape, is_mapping
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import (
    CREDIT_LISTS,
    DOCUMENTS,
    FACTS,
    FIGURES,
    IP_KINDS,
    PARTIES,
    RISK_CLASSES,
    STEPS,
)

AMPLE_FEN = 99_999_999_999_999
"""What a figure is taken to be that a case does not mention."""


class _Attributes:
    """Facts by name, each of its own kind."""

    def read(self, at: At, problems: list[Problem]) -> dict[str, Any] | None:
        if not is_mapping(at, problems):
            return None
        found = {}
        for name in at.node:
            if name not in FACTS:
                problems.append(unknown(at.key(name), tuple(FACTS)))
            else:
                found[str(name)] = KIND_SHAPES[FACTS[name].kind].read(at.child(name), problems)
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


def _optional(**shapes: Shape) -> dict[str, Field]:
    return {name: Field(shape) for name, shape in shapes.items()}


_COSTS = ListOf(
    Record(
        {"reference": Field(Text(), required=True), "amount": Field(Money(), required=True)},
        make=lambda reference, amount: Cost(reference, amount),
    )
)
_COLLATERAL = ListOf(
    Record(
        {
            "kind": Field(Text(), required=True),
            "value": Field(Money()),
            "expires_on": Field(Day()),
            "external_valuation": Field(Flag(), default=False),
        },
        make=lambda kind, value, expires_on, external_valuation: Collateral(
            kind=kind,
            value_fen=value,
            expires_on=expires_on,
            external_valuation=external_valuation,
        ),
    )
)

QUESTIONS: dict[str, Shape] = {
    "go_live": Record({}),
    "eligibility": Record(
        _optional(
            amount=Money(), tenor_months=Whole(), rate_bp=Whole(), purpose=Text(),
            combined_collateral=Flag(), ip_share=Percent(), matures_on=Day(), registered_on=Day(),
            in_territory=Flag(), is_sme=Flag(), revenue=Money(), total_debt=Money(),
            covered_balance=Money(), live_projects=Whole(),
            credit_hits=ListOf(Choice(tuple(CREDIT_LISTS))), compensated_elsewhere=Flag(),
            collateral=_COLLATERAL, documents=ListOf(Choice(tuple(DOCUMENTS)), least=0),
        )
    ),
    "reservation": Record(
        _optional(
            requested=Money(), borrower_covered=Money(), bank_covered=Money(),
            pool_covered=Money(), pool_available=Money(), pool_due=Money(),
        )
    ),
    "trigger": Record(
        _optional(
            risk_class=Choice(tuple(RISK_CLASSES)), overdue_days=Whole(),
            months_non_performing=Whole(), lawsuit_accepted=Flag(), called_early=Flag(),
            loss_confirmed=Flag(), written_off=Flag(), enforcement_ended=Flag(),
            guarantor_has_paid=Flag(), insurer_notified=Flag(), compensated_elsewhere=Flag(),
            documents=ListOf(Choice(tuple(DOCUMENTS)), least=0),
        )
    ),
    "loss": Record(
        _optional(
            outstanding_principal=Money(), ip_share=Percent(), combined_collateral=Flag(),
            interest=Money(), penalty_interest=Money(), compound_interest=Money(), costs=_COSTS,
            recovered=Money(), compensated_amount=Money(), other_policy_money=Money(),
            borrower_balance=Money(), loan_amount=Money(), attributes=_Attributes(),
            agreed=MapOf(tuple(PARTIES), Percent()), confirmed=ListOf(Text()),
            used=Named(Money()), figures=MapOf(tuple(FIGURES), Money()), raised=Named(Money()),
            used_costs=ListOf(Text()),
        )
    ),
    "escrow": Record(
        _optional(net_loss=Money(), held=MapOf(tuple(PARTIES), Money()),
                  available=MapOf(tuple(PARTIES), Money()))
    ),
    "recovery": Record(
        _optional(
            pledged_ip=Money(), other=Money(), costs=_COSTS, carried_costs=Money(),
            returned=MapOf(tuple(PARTIES), Money()), interest_returned=Money(),
            used_costs=ListOf(Text()),
        )
    ),
    "breaker": Record(
        {
            "subject": Field(Choice(("bank", "pool")), required=True),
            "state": Field(Choice(("normal", "warned", "stopped")), default="normal"),
            "part": Field(Money(), required=True),
            "whole": Field(Money(), required=True),
            "month_end": Field(Flag(), default=False),
            "clear_month_ends": Field(Whole(), default=0),
        }
    ),
    "deadline": Record(
        {"step": Field(Choice(tuple(STEPS)), required=True), "start": Field(Day(), required=True)}
    ),
    "subsidy": Record(
        {
            "code": Field(Text(), required=True),
            "principal": Field(Money(), required=True),
            "rate_bp": Field(Whole(), default=400),
            "since": Field(Day(), required=True),
            "until": Field(Day(), required=True),
            "settled_on": Field(Day()),
            "ip_share": Field(Percent(), default=Fraction(1)),
            "fee": Field(Money()),
            "interest_paid": Field(Money()),
            "product": Field(Text(), default=""),
            "market_rate_bp": Field(Whole()),
            "attributes": Field(_Attributes(), default={}),
            "used": Field(Named(Money()), default={}),
        }
    ),
}  # fmt: skip
"""The questions a case may put, in the order in which they are answered."""


def _given(found: Mapping[str, Any], *, money: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was stated, under the names of the code."""
    return {
        (f"{key}_fen" if key in money else key): value
        for key, value in found.items()
        if value is not None
    }


def _ask_go_live(
    given: Any, day: date, terms: Terms, claim: ClaimDecision | None
) -> tuple[dict[str, Any], None]:
    return {"accepted": True}, None


def _ask_eligibility(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> tuple[dict[str, Any], None]:
    money = ("amount", "revenue", "total_debt", "covered_balance")
    ordinary = ordinary_application(day, terms)
    stated = _given(given, money=money)
    for name in ("credit_hits", "documents"):
        if name in stated:
            stated[name] = frozenset(stated[name])
    facts = ApplicationFacts(**(ordinary | stated))
    findings = eligibility(facts, terms)
    return {
        "reasons": [finding.code for finding in findings],
        "findings": [finding.as_data() for finding in findings],
    }, None


def ordinary_application(day: date, terms: Terms) -> dict[str, Any]:
    """An application that every common rule lets pass, as a start for cases."""
    amount = min(terms.loan_cap_fen or 100_000_000, terms.borrower_cap_fen or 100_000_000)
    amount = min(max(amount // 2, terms.loan_floor_fen or 0), 100_000_000)
    if terms.loan_cap_by is not None:
        amount = min(amount, min(tier.amount_fen for tier in terms.loan_cap_by.tiers))
    kind = terms.ip_kinds[0] if terms.ip_kinds else next(iter(IP_KINDS))
    return {
        "on": day,
        "amount_fen": amount,
        "tenor_months": min(terms.tenor_months or 12, 12),
        "rate_bp": 300,
        "purpose": terms.purposes[0] if terms.purposes else "working_capital",
        "matures_on": date(day.year + 1, day.month, min(day.day, 28)),
        "registered_on": date(2000, 1, 1),
        "in_territory": True,
        "is_sme": True,
        "revenue_fen": 1_000_000_000,
        "total_debt_fen": 0,
        "covered_balance_fen": 0,
        "live_projects": 0,
        "collateral": (
            Collateral(
                kind=kind, value_fen=AMPLE_FEN, expires_on=date(2099, 1, 1),
                external_valuation=True,
            ),
        ),
        "documents": frozenset(terms.documents),
    }  # fmt: skip


def _ask_reservation(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> tuple[dict[str, Any], Explanation]:
    ordinary = {
        "requested_fen": 100_000_000,
        "borrower_covered_fen": 0,
        "bank_covered_fen": 0,
        "pool_covered_fen": 0,
        "pool_available_fen": AMPLE_FEN,
    }
    exposure = Exposure(**(ordinary | _given(given, money=tuple(given))))
    limits = reservation_limits(exposure, terms)
    data = {
        "binding": [limit.code for limit in binding(limits)],
        "limits": {limit.code: limit.as_data() for limit in limits},
    }
    return data, explain_limits(limits, terms)


def _ask_trigger(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> tuple[dict[str, Any], None]:
    stated: dict[str, Any] = {"risk_class": "normal", "overdue_days": 0} | _given(given)
    if "documents" in stated:
        stated["documents"] = frozenset(stated["documents"])
    findings = check_trigger(TriggerFacts(**stated), terms)
    return {
        "reasons": [finding.code for finding in findings],
        "findings": [finding.as_data() for finding in findings],
    }, None


_LOSS_MONEY = (
    "outstanding_principal", "interest", "penalty_interest", "compound_interest", "recovered",
    "compensated_amount", "other_policy_money", "borrower_balance", "loan_amount",
)  # fmt: skip


def counters_for(terms: Terms, given: Mapping[str, Any]) -> Counters:
    """Counters as a case states them; what it leaves out is nothing used, and ample figures."""
    used = {part.code: 0 for part in terms.covered} | {cap.code: 0 for cap in terms.caps}
    return Counters(
        used=used | (given.get("used") or {}),
        figures=dict.fromkeys(FIGURES, AMPLE_FEN) | (given.get("figures") or {}),
        raised=given.get("raised") or {},
        used_costs=frozenset(given.get("used_costs") or ()),
    )


def _ask_loss(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> ClaimDecision:
    about = {
        key: value
        for key, value in given.items()
        if key not in ("used", "figures", "raised", "used_costs")
    }
    stated: dict[str, Any] = {"outstanding_principal_fen": 0} | _given(about, money=_LOSS_MONEY)
    if "confirmed" in stated:
        stated["confirmed"] = frozenset(stated["confirmed"])
    return split_loss(ClaimFacts(**stated), terms, counters_for(terms, given))


def _ask_escrow(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> Any:
    assert claim is not None, "escrow follows a loss"
    held = given["held"] or {
        party: fen for party, fen in claim.shares.items() if party != terms.bearer
    }
    facts = EscrowFacts(
        held=held,
        net_loss_fen=given["net_loss"],
        available=given["available"] or dict.fromkeys(held, AMPLE_FEN),
    )
    return settle_escrow(facts, claim.borne)


def _ask_recovery(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> Any:
    assert claim is not None, "a recovery follows a loss"
    money = ("pledged_ip", "other", "carried_costs", "interest_returned")
    stated: dict[str, Any] = {"pledged_ip_fen": 0} | _given(given, money=money)
    if "used_costs" in stated:
        stated["used_costs"] = frozenset(stated["used_costs"])
    return split_recovery(RecoveryFacts(**stated), claim.borne)


def _ask_breaker(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> Any:
    figures = BreakerFigures(
        part_fen=given["part"],
        whole_fen=given["whole"],
        month_end=given["month_end"],
        clear_month_ends=given["clear_month_ends"],
    )
    return breaker(given["subject"], given["state"], figures, terms)


def _ask_deadline(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> tuple[dict[str, Any], None]:
    last = deadline(given["step"], given["start"], terms, WorkingDays())
    return {"deadline": last.isoformat()}, None


def _ask_subsidy(
    given: Mapping[str, Any], day: date, terms: Terms, claim: ClaimDecision | None
) -> Any:
    rule = next((rule for rule in terms.subsidies if rule.code == given["code"]), None)
    nothing = {cap.code: 0 for cap in rule.caps} if rule else {}
    about = {
        key: value for key, value in given.items() if key not in ("code", "used", "settled_on")
    }
    facts = SubsidyFacts(
        **_given(about, money=("principal", "fee", "interest_paid")),
        settled_on=given["settled_on"] or given["until"],
        used=nothing | given["used"],
    )
    return subsidy(given["code"], facts, terms)


ASK: Mapping[str, Callable[..., Any]] = {
    "go_live": _ask_go_live,
    "eligibility": _ask_eligibility,
    "reservation": _ask_reservation,
    "trigger": _ask_trigger,
    "loss": _ask_loss,
    "escrow": _ask_escrow,
    "recovery": _ask_recovery,
    "breaker": _ask_breaker,
    "deadline": _ask_deadline,
    "subsidy": _ask_subsidy,
}
