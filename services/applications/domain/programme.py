"""What the pool's programme asks of a case, by its scheme's terms."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from services.applications.domain.listed_firms import told_by_the_register
from services.applications.domain.paid_out import PAPERS, PAPERS_SOURCE
from services.applications.domain.pledgor import CONSENT, CONSENT_SOURCE
from services.applications.domain.ranks import LAW, later_rights, nothing_left, secured_before
from services.applications.domain.regions import contradictions, lies_within
from services.applications.domain.stated import missing_facts
from services.applications.domain.submission import Submission, Surroundings
from shared.money import parse_fen
from shared.months import add_months
from shared.refusals import Refused
from shared.schemes.decide.application import ApplicationFacts, Collateral
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.filing import FilingFacts, filing_findings
from shared.schemes.decide.findings import Finding
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import CREDIT_LISTS, DOCUMENTS, FACTS, PARTIES

_AS_THE_SCHEME_SAYS = {"r_and_d": "research_and_development"}
_POINTERS = {"/ip_share": "/ip_share_bp"}


def programme_findings(
    case: Submission, scheme: Scheme, around: Surroundings
) -> tuple[Finding, ...]:
    """Every reason of the programme's against a case, by the terms in force today.

    Where there are no such terms, because the mode is unknown or the programme not in force, that
    is the one reason.
    """
    try:
        terms = scheme.terms(around.today, case.mode)
        of_the_scheme = eligibility(facts_of(case, scheme, around, terms), terms)
    except Refused as refusal:
        return (no_terms(refusal, case, programme=scheme.programme, today=around.today),)
    told = {finding.evidence.get("fact") for finding in of_the_scheme}
    told_in_full = told_by_the_register(of_the_scheme, around.register, terms, on=around.today)
    return (
        *filing_findings(filing_facts(case, around), terms, around.working_days),
        *_parties(case, terms),
        *contradictions(case, scheme.region_code),
        *papers_for_entry(case, around, terms),
        *nothing_left(case, around, terms),
        *_pledgors_listed(case, around, terms),
        *(_pointed(finding) for finding in told_in_full),
        *(one for one in missing_facts(case.attributes, terms) if one.evidence["fact"] not in told),
        *_missing_at_disbursement(case, terms),
    )


def _missing_at_disbursement(case: Submission, terms: Terms) -> tuple[Finding, ...]:
    if case.paid_out is None:
        return ()
    return missing_facts(case.paid_out.attributes, terms, at="disbursement", under="/paid_out")


def _pledgors_listed(case: Submission, around: Surroundings, terms: Terms) -> Iterator[Finding]:
    """Firms that pledge and do not borrow, and stand on a list of the scheme."""
    for index, right in enumerate(case.collateral):
        for number, one in enumerate(right.pledgors):
            held = around.pledgors_held.get(one.uscc or "")
            for name in held.hits(terms, on=around.today) if held else ():
                words = CREDIT_LISTS[name]
                yield Finding(
                    "pledgor-on-list", terms.source("credit_lists"),
                    f"出质人 {one.name} 列入：{words.zh}",
                    f"The pledgor {one.name} is on a list: {words.en}.",
                    {"pledgor": one.name, "list": name},
                    f"/collateral/{index}/pledgors/{number}/uscc",
                )  # fmt: skip


def no_terms(refusal: Refused, case: Submission, *, programme: str, today: date) -> Finding:
    """That no terms bind such a loan today, as the one finding of the programme's."""
    return Finding(
        code=refusal.code,
        source=programme,
        zh=refusal.zh,
        en=refusal.en,
        evidence={"mode": case.mode, "on": str(today)},
        field="/mode",
    )


def facts_of(
    case: Submission, scheme: Scheme, around: Surroundings, terms: Terms
) -> ApplicationFacts:
    """The case as the scheme's rules take it."""
    share = case.ip_share if case.has_other_collateral else Fraction(1)
    later = later_rights(around)
    return ApplicationFacts(
        on=around.today,
        amount_fen=case.amount_fen,
        tenor_months=case.tenor_months,
        rate_bp=case.annual_rate_bp,
        purpose=_AS_THE_SCHEME_SAYS.get(case.purpose, case.purpose),
        combined_collateral=case.has_other_collateral,
        ip_share=share,
        # Paid out today, it would end then; the day itself is checked again at disbursement.
        matures_on=around.matures_on
        or (
            case.paid_out.matures_on
            if case.paid_out
            else add_months(around.today, case.tenor_months)
        ),
        registered_on=case.borrower.registered_on,
        in_territory=_is_in_territory(case, scheme),
        is_sme=case.borrower.is_sme,
        revenue_fen=_amount(case, "revenue"),
        total_debt_fen=_amount(case, "total_debt"),
        covered_balance_fen=around.borrower_balance_fen,
        live_projects=around.borrower_live_cases,
        credit_hits=around.credit_hits | set(around.register.hits(terms, on=around.today)),
        collateral=tuple(
            Collateral(
                kind=item.key.kind,
                value_fen=item.valuation.amount_fen,
                expires_on=item.expires_on,
                external_valuation=not item.valuation.is_internal,
                earlier_ranks_fen=secured_before(later.get(item.key, ())),
            )
            for item in case.collateral
        ),
        documents=_papers_of(case) | around.not_applicable,
    )


def _papers_of(case: Submission) -> frozenset[str]:
    return frozenset(document.kind for document in case.documents)


def papers_for_entry(case: Submission, around: Surroundings, terms: Terms) -> Iterator[Finding]:
    """Papers that the kind of the case asks for beside those that the programme names."""
    there = _papers_of(case) | around.not_applicable
    for kind, source in further_papers(case, terms, is_later=bool(later_rights(around))):
        if kind not in there and kind not in terms.documents:
            words = DOCUMENTS[kind]
            yield Finding(
                "document-missing", source, f"缺少材料：{words.zh}",
                f"A document is missing: {words.en}.", {"document": kind}, "/documents",
            )  # fmt: skip


def further_papers(
    case: Submission, terms: Terms | None, *, is_later: bool
) -> Iterator[tuple[str, str]]:
    """Kind and source of each such paper. `is_later`: a right of the case stands behind another's
    pledge."""
    if is_later and terms is not None and terms.later_ranks is not None:
        yield terms.later_ranks.consent, terms.source("later_ranks") or LAW
    if case.paid_out is not None:
        yield from ((kind, PAPERS_SOURCE) for kind in PAPERS)
    if case.further_pledgors:
        yield CONSENT, CONSENT_SOURCE


def filing_facts(case: Submission, around: Surroundings) -> FilingFacts:
    """The days of a filing as the scheme's rules take them."""
    paid = case.paid_out
    return FilingFacts(
        filed_on=around.filed_on or around.today,
        disbursed_on=paid.disbursed_on if paid else None,
        signed_on=paid.signed_on if paid else None,
    )


def _is_in_territory(case: Submission, scheme: Scheme) -> bool | None:
    """As the bank states it, which may not contradict the region; else by the stated region of
    registration. Never by the digits of the credit code: a firm may have moved since it was given.
    """
    stated = case.attributes.get("in_territory")
    if isinstance(stated, bool):
        return stated
    territory, region = scheme.region_code, case.borrower.region_code
    return lies_within(region, territory) if territory and region else None


def _amount(case: Submission, attribute: str) -> int | None:
    """An amount among the attributes, which are words; None where it is missing or none."""
    stated = case.attributes.get(attribute)
    if not isinstance(stated, str):
        return None
    try:
        return parse_fen(stated)
    except ValueError:
        return None


def _parties(case: Submission, terms: Terms) -> Iterator[Finding]:
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
    fact = finding.evidence.get("fact")
    if not finding.field and fact in FACTS:
        return replace(finding, field=f"/attributes/{fact}")
    ours = _POINTERS.get(finding.field)
    if ours is None:
        return finding
    return replace(finding, field=ours)
