"""What the pool's programme says of a case, by its scheme file: who may enter, and by when."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache

from services.applications.domain.case import Case, Surroundings
from services.applications.domain.life_cycle import State
from services.applications.domain.waiting import WAITS
from shared.calendar import WorkingDays
from shared.money import parse_fen
from shared.months import add_months
from shared.refusals import Refused
from shared.schemes.decide.application import ApplicationFacts, Collateral
from shared.schemes.decide.deadlines import deadline
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.findings import Finding
from shared.schemes.library import load
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import PARTIES

_AS_THE_SCHEME_SAYS = {"r_and_d": "research_and_development"}
_POINTERS = {"/ip_share": "/ip_share_bp"}


def programme_findings(case: Case, programme: str, around: Surroundings) -> tuple[Finding, ...]:
    """Every reason of the programme's against a case, by the terms in force today.

    Where there are no such terms, because the mode is unknown or the programme not in force, that
    is the one reason.
    """
    try:
        terms = terms_of(programme, case.mode, on=around.today)
        of_the_scheme = eligibility(_facts(case, programme, around), terms)
    except Refused as refusal:
        return (
            Finding(
                code=refusal.code,
                source=programme,
                zh=refusal.zh,
                en=refusal.en,
                evidence={"mode": case.mode, "on": str(around.today)},
                field="/mode",
            ),
        )
    return (*_parties(case, terms), *(_pointed(finding) for finding in of_the_scheme))


def terms_of(programme: str, mode: str, *, on: date) -> Terms:
    """The terms in force on a day. Raises what the scheme raises where there are none."""
    return load(programme).terms(on, mode)


@lru_cache(maxsize=4096)
def due_on(
    state: State, *, programme: str, mode: str, today: date, working_days: WorkingDays
) -> date | None:
    """The day by which a case that comes into the state should be moved on.

    The programme's own deadline for the step goes before the usual working days. Kept in memory:
    every case of a day asks the same few questions of the same calendar.
    """
    wait = WAITS.get(state)
    if wait is None or wait.working_days is None:
        return None
    if wait.step:
        try:
            terms = terms_of(programme, mode, on=today)
            if wait.step in terms.deadlines:
                return deadline(wait.step, today, terms, working_days)
        except Refused:
            pass  # A programme that is over sets no deadlines; the usual ones go on.
    return working_days.add(today, wait.working_days)


def _facts(case: Case, programme: str, around: Surroundings) -> ApplicationFacts:
    share = Fraction(case.ip_share_bp, 10_000) if case.ip_share_bp is not None else None
    if not case.has_other_collateral:
        share = Fraction(1)
    return ApplicationFacts(
        on=around.today,
        amount_fen=case.amount_fen,
        tenor_months=case.tenor_months,
        rate_bp=case.annual_rate_bp,
        purpose=_AS_THE_SCHEME_SAYS.get(case.purpose, case.purpose),
        combined_collateral=case.has_other_collateral,
        ip_share=share,
        # Paid out today, it would end then; the day itself is checked again at disbursement.
        matures_on=add_months(around.today, case.tenor_months),
        registered_on=case.borrower.registered_on,
        in_territory=_is_in_territory(case, programme),
        is_sme=case.borrower.is_sme,
        revenue_fen=_amount(case, "revenue"),
        total_debt_fen=_amount(case, "total_debt"),
        covered_balance_fen=around.borrower_balance_fen,
        live_projects=around.borrower_live_cases,
        collateral=tuple(
            Collateral(
                kind=item.key.kind,
                value_fen=item.valuation.amount_fen,
                expires_on=item.expires_on,
                external_valuation=not item.valuation.is_internal,
            )
            for item in case.collateral
        ),
        documents=frozenset(case.document_kinds),
    )


def _is_in_territory(case: Case, programme: str) -> bool | None:
    """As the bank states it; else by the stated region of registration. Never by the digits of
    the credit code: a firm may have moved since it was given."""
    stated = case.attributes.get("in_territory")
    if isinstance(stated, bool):
        return stated
    territory, region = load(programme).region_code, case.borrower.region_code
    return region == territory if territory and region else None


def _amount(case: Case, attribute: str) -> int | None:
    """An amount among the attributes, which are words; None where it is missing or none."""
    stated = case.attributes.get(attribute)
    if not isinstance(stated, str):
        return None
    try:
        return parse_fen(stated)
    except ValueError:
        return None


def _parties(case: Case, terms: Terms) -> Iterator[Finding]:
    """Whoever shares beside pool and bank must be named, and nobody else."""
    wanted = [role for role in terms.parties if role not in ("pool", "bank")]
    for role in wanted:
        if role not in case.parties and role not in terms.behind:
            yield Finding(
                code="party-missing",
                source=terms.source("parties"),
                zh=f"本模式须指明{PARTIES[role].zh}",
                en=f"This mode needs a {PARTIES[role].en}.",
                evidence={"role": role, "mode": case.mode},
                field=f"/parties/{role}",
            )
    for role in case.parties:
        if role not in wanted:
            yield Finding(
                code="party-not-in-mode",
                source=terms.source("parties"),
                zh=f"本模式没有 {role} 这一方",
                en=f"This mode has no {role}.",
                evidence={"role": role, "mode": case.mode},
                field=f"/parties/{role}",
            )


def _pointed(finding: Finding) -> Finding:
    """The same finding, pointing into our request where that has another name."""
    ours = _POINTERS.get(finding.field)
    if ours is None:
        return finding
    return Finding(
        code=finding.code,
        source=finding.source,
        zh=finding.zh,
        en=finding.en,
        evidence=finding.evidence,
        field=ours,
    )
