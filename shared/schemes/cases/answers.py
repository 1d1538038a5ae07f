"""How each question of a case is answered: the facts completed with what is ordinary, and decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.calendar import WorkingDays
from shared.schemes.decide.application import ApplicationFacts, Collateral
from shared.schemes.decide.approval import approval_level
from shared.schemes.decide.base import share_of_amount
from shared.schemes.decide.breakers import BreakerFigures, breaker
from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.deadlines import deadline
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.escrow import EscrowFacts, explain_escrow, settle_escrow
from shared.schemes.decide.explanation import Explanation
from shared.schemes.decide.filing import FilingFacts, filing_findings, filing_term
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.limits import Exposure, binding, explain_limits, reservation_limits
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.decide.loss_explained import explain_loss
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery
from shared.schemes.decide.recovery_explained import explain_recovery
from shared.schemes.decide.subsidies import subsidy
from shared.schemes.decide.subsidies_explained import explain_subsidy
from shared.schemes.decide.subsidy_amounts import SubsidyFacts
from shared.schemes.decide.trigger import TriggerFacts, check_trigger
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FIGURES, IP_KINDS

AMPLE_FEN = 99_999_999_999_999
"""What a figure is taken to be that a case does not mention."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules said to one question."""

    question: str
    data: Mapping[str, Any]
    explanation: Explanation | None = None
    claim: ClaimDecision | None = None
    """The decision on a loss, for the escrow or recovery that follows it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what is given, on a day under terms, after what was decided before it."""

    question: str
    given: dict[str, Any]
    day: date
    terms: Terms
    claim: ClaimDecision | None


def answer(asked: Asked) -> Answer:
    """The rules' answer. Raises Refused where a rule says no."""
    return _ANSWERS[asked.question](asked)


def _go_live(asked: Asked) -> Answer:
    return Answer(asked.question, {"accepted": True})


def _eligibility(asked: Asked) -> Answer:
    facts = ApplicationFacts(**(ordinary_application(asked.day, asked.terms) | asked.given))
    return _findings(asked, eligibility(facts, asked.terms))


def _trigger(asked: Asked) -> Answer:
    ordinary: dict[str, Any] = {"risk_class": "normal", "overdue_days": 0}
    facts = TriggerFacts(**(ordinary | asked.given))
    return _findings(asked, check_trigger(facts, asked.terms))


def _findings(asked: Asked, findings: tuple[Finding, ...]) -> Answer:
    data = {
        "reasons": [finding.code for finding in findings],
        "findings": [finding.as_data() for finding in findings],
    }
    return Answer(asked.question, data)


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


def _filing(asked: Asked) -> Answer:
    """Filed on the case's day unless it says otherwise; the contract is of the day of disbursement."""
    facts = FilingFacts(**({"filed_on": asked.day} | asked.given))
    found = _findings(asked, tuple(filing_findings(facts, asked.terms, WorkingDays())))
    if facts.disbursed_on is None:
        return found
    term = filing_term(
        disbursed_on=facts.disbursed_on,
        signed_on=facts.signed_on or facts.disbursed_on,
        terms=asked.terms,
        working_days=WorkingDays(),
    )
    return Answer(asked.question, {**found.data, "last_day": term.last_day.isoformat()})


def _approval(asked: Asked) -> Answer:
    level = approval_level(asked.given["amount_fen"], asked.terms)
    data = {
        "signature": level.signature if level else "",
        "joint_meeting": level is not None and level.joint_meeting,
    }
    return Answer(asked.question, data)


def _reservation(asked: Asked) -> Answer:
    ordinary = {
        "requested_fen": 100_000_000,
        "borrower_covered_fen": 0,
        "bank_covered_fen": 0,
        "pool_covered_fen": 0,
        "pool_available_fen": AMPLE_FEN,
    }
    limits = reservation_limits(Exposure(**(ordinary | asked.given)), asked.terms)
    data = {
        "binding": [limit.code for limit in binding(limits)],
        "limits": {limit.code: limit.as_data() for limit in limits},
    }
    return Answer(asked.question, data, explain_limits(limits, asked.terms))


def _loss(asked: Asked) -> Answer:
    stated = {"outstanding_principal_fen": 0} | asked.given
    amount = stated.pop("ip_amount_fen", None)
    if amount is not None:
        stated["ip_share"] = share_of_amount(amount, stated["loan_amount_fen"])
        stated.setdefault("combined_collateral", stated["ip_share"] != 1)
    facts, counters = (
        {name: value for name, value in stated.items() if name in kind.__dataclass_fields__}
        for kind in (ClaimFacts, Counters)
    )
    terms = asked.terms
    used = dict.fromkeys(
        [*(part.code for part in terms.covered), *(cap.code for cap in terms.caps)], 0
    )
    counters["used"] = used | counters.get("used", {})
    counters["figures"] = dict.fromkeys(FIGURES, AMPLE_FEN) | counters.get("figures", {})
    decision = split_loss(ClaimFacts(**facts), terms, Counters(**counters))
    return Answer(asked.question, decision.as_data(), explain_loss(decision), decision)


def _escrow(asked: Asked) -> Answer:
    assert asked.claim is not None, "escrow follows a loss"
    held = asked.given.get("held") or {
        party: fen for party, fen in asked.claim.shares.items() if party != asked.terms.bearer
    }
    ordinary: dict[str, Any] = {"held": held, "available": dict.fromkeys(held, AMPLE_FEN)}
    decision = settle_escrow(EscrowFacts(**(ordinary | asked.given)), asked.claim.borne)
    return Answer(asked.question, decision.as_data(), explain_escrow(decision))


def _recovery(asked: Asked) -> Answer:
    assert asked.claim is not None, "a recovery follows a loss"
    facts = RecoveryFacts(**({"pledged_ip_fen": 0} | asked.given))
    decision = split_recovery(facts, asked.claim.borne)
    return Answer(asked.question, decision.as_data(), explain_recovery(decision))


def _breaker(asked: Asked) -> Answer:
    figures = dict(asked.given)
    subject, state = figures.pop("subject"), figures.pop("state")
    decision = breaker(subject, state, BreakerFigures(**figures), asked.terms)
    return Answer(asked.question, decision.as_data(), decision.explanation)


def _deadline(asked: Asked) -> Answer:
    last = deadline(asked.given["step"], asked.given["start"], asked.terms, WorkingDays())
    return Answer(asked.question, {"deadline": last.isoformat()})


def _subsidy(asked: Asked) -> Answer:
    given = dict(asked.given)
    code = given.pop("code")
    caps = [cap.code for rule in asked.terms.subsidies if rule.code == code for cap in rule.caps]
    given["used"] = dict.fromkeys(caps, 0) | given["used"]
    decision = subsidy(code, SubsidyFacts(**given), asked.terms)
    return Answer(asked.question, decision.as_data(), explain_subsidy(decision))


_ANSWERS: Mapping[str, Callable[[Asked], Answer]] = {
    "go_live": _go_live,
    "eligibility": _eligibility,
    "filing": _filing,
    "approval": _approval,
    "reservation": _reservation,
    "trigger": _trigger,
    "loss": _loss,
    "escrow": _escrow,
    "recovery": _recovery,
    "breaker": _breaker,
    "deadline": _deadline,
    "subsidy": _subsidy,
}
