"""Which case of its case file each mode of a programme is walked by, over HTTP.

A mode is walked by the first case of its file that one loan can show: a loss whose shares are
expected, with counters at nothing, on a loan that the programme's own limits let in. What the case
expects is what the service must answer, to the fen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from shared.money import parse_fen
from shared.refusals import Refused
from shared.schemes import library
from shared.schemes.cases.answers import Asked, answer, ordinary_application
from shared.schemes.cases.cases import Case, cases_beside, read_cases
from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.claims import Cost
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.decide.recovery import RecoveryDecision, RecoveryFacts, split_recovery
from shared.schemes.terms import Terms
from tests.depth import depth

NEEDS_MORE_THAN_ONE_LOAN = frozenset({"used", "used_costs", "raised", "compound_interest_fen"})
"""What a case states that one loan's own way cannot bring about."""


EACH_WAY = frozenset({
    "ah_4321/chain", "cd_xinzhi/guaranteed", "dongli/direct", "dongli/insured", "dongli/guaranteed",
    "gd_guangzhou_2020/mode_5311", "gd_sz_pingshan/guaranteed", "js_suzhidai/statutory",
    "sd_weihai/stacked", "sh_escrow/escrow", "youxian/direct", "youxian/four_party", "youxian/chain",
})  # fmt: skip
"""Modes of which each shares, claims or recovers in another way."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mode and the case that it is walked by."""

    programme: str
    mode: str
    case: Case

    def __str__(self) -> str:
        return f"{self.programme}/{self.mode}"

    @property
    def loss(self) -> Mapping[str, Any]:
        """The facts of the loss as the case states them."""
        return dict(self.case.questions)["loss"]

    @property
    def terms(self) -> Terms:
        """In force on the case's day."""
        return library.load(self.programme).terms(self.case.day, self.mode)

    @property
    def expected(self) -> dict[str, int]:
        """Party → what the case file says it bears, in fen; for a case about a recovery alone,
        what the rules say."""
        shares = self.case.expected.get("loss", {}).get("shares")
        if shares is None:
            return dict(self.decision.shares)
        return {party: parse_fen(str(amount)) for party, amount in shares.items()}

    @property
    def decision(self) -> ClaimDecision:
        """What the rules say to the case, for the recovery that follows."""
        found = answer(Asked("loss", dict(self.loss), self.case.day, self.terms, None)).claim
        assert found is not None
        return found

    @property
    def amount_fen(self) -> int:
        """The loan's amount: as stated, else what is lost of it, at least the programme's floor."""
        stated = self.loss.get("loan_amount_fen")
        lost = self.loss.get("outstanding_principal_fen") or 0
        lost = max(lost, self.loss.get("compensated_amount_fen") or 0)
        return int(stated or max(lost, self.terms.loan_floor_fen or 0, 100_000))

    def recovery(self, *, gross_fen: int, costs_fen: int) -> RecoveryDecision:
        """How a recovery of the pledged right goes back."""
        facts = RecoveryFacts(pledged_ip_fen=gross_fen, costs=(Cost("R", costs_fen),))
        return split_recovery(facts, self.decision.borne)


@cache
def chosen() -> tuple[Chosen, ...]:
    """One for every mode with known ratios that may bind a loan."""
    return tuple(_chosen())


def walked() -> tuple[Chosen, ...]:
    """Those of them that this run walks: before a landing one for each way to share, and all of the
    two counties that the product stands for."""
    return depth(tuple(one for one in chosen() if str(one) in EACH_WAY), chosen())


def live_modes() -> Iterator[tuple[str, str]]:
    """Every mode that may bind a loan and shares losses."""
    for programme in library.programmes():
        scheme = library.load(programme)
        for mode, found in scheme.modes.items():
            if found.status == "complete" and "sharing" in scheme.rules_of(mode):
                yield programme, mode


def _chosen() -> Iterator[Chosen]:
    for programme, mode in live_modes():
        scheme = library.load(programme)
        cases, problems = read_cases(cases_beside(library.path_of(programme)).read_text())
        assert not problems
        first = next(iter(scheme.modes))
        own = [Chosen(programme, mode, one) for one in cases if (one.mode or first) == mode]
        yield next(one for one in own if _can_be_walked(one))


def _can_be_walked(one: Chosen) -> bool:
    asked = [name for name, _ in one.case.questions]
    if "loss" not in asked or not {"shares", "returned"} & _expects(one):
        return False
    stated = {name for name, value in one.loss.items() if _is_something(value)}
    if stated & NEEDS_MORE_THAN_ONE_LOAN:
        return False
    principal = one.loss.get("outstanding_principal_fen", 0)
    if one.loss.get("borrower_balance_fen") not in (None, principal):
        return False
    attributes = one.loss.get("attributes", {})
    if attributes.get("is_ip_loan") is False or attributes.get("is_multi_ip_type") is True:
        # Every loan of the house is pledged for by IP, and the walk pledges one patent.
        return False
    return one.amount_fen >= 100_000 and _is_let_in(one)


def _expects(one: Chosen) -> set[str]:
    return {name for said in one.case.expected.values() for name in said}


def _is_something(value: Any) -> bool:
    return any(value.values()) if isinstance(value, Mapping) else bool(value)


def _is_let_in(one: Chosen) -> bool:
    day: date = one.case.day
    try:
        ordinary = ordinary_application(day, one.terms) | {"amount_fen": one.amount_fen}
        revenue = one.loss.get("attributes", {}).get("revenue")
        if revenue is not None:
            ordinary["revenue_fen"] = revenue
        return eligibility(ApplicationFacts(**ordinary), one.terms) == ()
    except Refused:
        return False
