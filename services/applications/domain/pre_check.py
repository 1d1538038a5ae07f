"""The whole list of checks of a submission, each passed, failed or not looked at, with its figures.

The checks themselves stand elsewhere: those of every programme in `checks`, a programme's own in
its terms. Here they are named for people, and each says which fields it looks at: where one of
these is not there yet, nothing is said of the check.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, get_type_hints

from services.applications.domain import checks
from services.applications.domain.combined_checks import other_collateral_is_stated
from services.applications.domain.filing_checks import paid_out_loan_is_possible
from services.applications.domain.pledgor_checks import pledgors_have_agreed
from services.applications.domain.renewal import may_be_renewed
from services.applications.domain.submission import Submission, Surroundings
from shared.money import group_fen
from shared.ratios import percent
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.lpr import highest_rate_bp
from shared.schemes.rules.declare import Says, declared
from shared.schemes.sources import in_words
from shared.schemes.terms import Terms


class Standing(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_LOOKED_AT = "not_looked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check of the list."""

    check: str
    zh: str
    en: str
    standing: Standing
    source: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    """What was compared; of a failed check its findings have the figures."""
    findings: tuple[str, ...] = ()
    """Codes of the findings that it led to."""
    waits_for: tuple[str, ...] = ()
    """Fields without which it cannot be looked at."""


Fields = tuple[str, ...]
Figures = Callable[[Submission, Terms, Surroundings], Mapping[str, str]]

_EVERYWHERE: Final[Sequence[tuple[checks.Check, str, str, Fields]]] = (
    (checks.pool_is_open, "资金池受理中", "The pool takes entries", ("pool_code",)),
    (checks.bank_is_in_good_standing, "银行未被暂停", "The bank is not suspended", ("pool_code",)),
    (checks.firm_exists_already, "企业已成立", "The firm exists", ("borrower",)),
    (
        checks.ip_share_does_not_contradict, "知识产权占比与担保方式一致",
        "The IP share fits the collateral",
        ("has_other_collateral", "ip_share_bp", "ip_amount", "amount"),
    ),
    (
        other_collateral_is_stated, "其他担保逐项填写", "Other collateral is named with its amounts",
        ("other_collateral", "has_other_collateral", "ip_share_bp", "ip_amount", "amount"),
    ),
    (
        may_be_renewed, "所续贷款", "The loan that is renewed",
        ("renews", "borrower", "pool_code"),
    ),
    (checks.rights_are_named_once, "质物未重复填报", "Each right is named once", ("collateral",)),
    (checks.rights_are_free, "质物未在其他案件出质", "No right is pledged already", ("collateral",)),
    (checks.rights_are_in_force, "权利有效", "The rights are in force", ("collateral",)),
    (checks.terms_are_lawful, "权利期限合法", "The rights' terms are lawful", ("collateral",)),
    (
        checks.borrower_owns_the_rights, "借款企业为权利人", "The borrower owns the rights",
        ("borrower", "collateral"),
    ),
    (
        pledgors_have_agreed, "出质人同意", "Every pledgor has agreed",
        ("collateral", "documents", "borrower"),
    ),
    (checks.valuations_are_fresh, "评估在有效期内", "The valuations are fresh", ("collateral",)),
    (
        paid_out_loan_is_possible, "备案贷款的放款、余额和质押登记",
        "A loan that is paid out: its days, position and pledge",
        ("paid_out", "collateral", "amount", "tenor_months"),
    ),
)  # fmt: skip
"""The checks of `checks.CHECKS`, with words for people and the fields that each looks at."""

assert tuple(row[0] for row in _EVERYWHERE) == checks.CHECKS, "every check has its words"

_IP: Final[Fields] = ("amount", "has_other_collateral", "ip_share_bp", "ip_amount")
_LOAN: Final[Mapping[str, tuple[str, ...]]] = {
    "loan_cap_fen": ("loan-over-cap",),
    "loan_floor_fen": ("loan-under-floor",),
    "loan_cap_by": ("loan-over-tier-cap", "no-tier-fits", "revenue-not-stated"),
    "borrower_cap_fen": ("borrower-over-cap", "covered-balance-not-stated"),
    "borrower_debt_cap_fen": ("debt-over-cap", "total-debt-not-stated"),
    "revenue_cap_fen": ("revenue-over-cap", "revenue-not-stated"),
    "one_live_project": ("another-live-project", "live-projects-not-stated"),
    "in_territory": ("not-in-territory",),
    "sme_only": ("not-an-sme",),
    "registered_months": ("registered-too-recently", "registered-on-not-stated"),
    "tenor_months": ("tenor-too-long",),
    "rate_cap": ("rate-too-high",),
    "purposes": ("purpose-not-permitted",),
    "documents": ("document-missing",),
    "parties": ("party-missing", "party-not-in-mode"),
    "pure_ip_only": ("not-pure-ip",),
    "ip_share_minimum": ("ip-share-too-low", "ip-share-not-stated"),
    "ip_kinds": ("ip-kind-not-accepted", "no-collateral"),
    "maturity_within_ip_expiry": ("right-ends-before-loan",),
    "external_valuation_above_fen": ("external-valuation-needed",),
    "pledge_rates": ("pledge-rate-exceeded", "valuation-missing"),
    "facts": ("fact-not-stated",),
}
"""Rule of the terms → the findings that it leads to."""
_LOOKS_AT: Final[Mapping[str, Fields]] = {
    "loan_cap_fen": ("amount",),
    "loan_floor_fen": ("amount",),
    "loan_cap_by": ("amount", "attributes"),
    "borrower_cap_fen": ("amount", "borrower"),
    "borrower_debt_cap_fen": ("amount", "attributes"),
    "revenue_cap_fen": ("attributes",),
    "one_live_project": ("borrower",),
    "in_territory": ("borrower", "attributes"),
    "sme_only": ("borrower",),
    "registered_months": ("borrower",),
    "tenor_months": ("tenor_months",),
    "rate_cap": ("annual_rate_bp",),
    "purposes": ("purpose",),
    "documents": ("documents",),
    "parties": ("parties",),
    "pure_ip_only": ("has_other_collateral",),
    "ip_share_minimum": _IP,
    "ip_kinds": ("collateral",),
    "maturity_within_ip_expiry": ("collateral", "tenor_months"),
    "external_valuation_above_fen": ("collateral", "amount"),
    "pledge_rates": ("collateral", *_IP),
    "facts": ("attributes",),
}


def _compared(value_fen: int, most_fen: int | None) -> dict[str, str]:
    return {"value": group_fen(value_fen), "most": group_fen(most_fen or 0)}


def _pledge(case: Submission, terms: Terms, around: Surroundings) -> Mapping[str, str]:
    share = case.ip_share if case.has_other_collateral else Fraction(1)
    part = case.amount_fen * (share if share is not None else 1)
    rates = terms.pledge_rates
    room = sum(
        (one.valuation.amount_fen * rates.get(one.kind, Fraction(0)) for one in case.collateral),
        Fraction(0),
    )
    return {"ip_part": group_fen(int(part)), "permitted": group_fen(int(room))}


_FIGURES: Final[Mapping[str, Figures]] = {
    "loan_cap_fen": lambda case, terms, _: _compared(case.amount_fen, terms.loan_cap_fen),
    "loan_floor_fen": lambda case, terms, _: {
        "amount": group_fen(case.amount_fen), "floor": group_fen(terms.loan_floor_fen or 0),
    },
    "borrower_cap_fen": lambda case, terms, around: _compared(
        around.borrower_balance_fen + case.amount_fen, terms.borrower_cap_fen
    ),
    "one_live_project": lambda _, __, around: {"live_projects": str(around.borrower_live_cases)},
    "registered_months": lambda case, _, around: {
        "registered_on": str(case.borrower.registered_on), "on": str(around.today),
    },
    "tenor_months": lambda case, terms, _: {
        "tenor_months": str(case.tenor_months), "most": str(terms.tenor_months),
    },
    "rate_cap": lambda case, terms, around: {
        "rate_bp": str(case.annual_rate_bp),
        "most_bp": str(highest_rate_bp(terms.rate_cap, around.today)) if terms.rate_cap else "",
    },
    "ip_share_minimum": lambda case, terms, _: {
        "ip_share": percent(case.ip_share if case.ip_share is not None else Fraction(1)),
        "least": percent(terms.ip_share_minimum or Fraction(0)),
    },
    "pledge_rates": _pledge,
}  # fmt: skip
"""Rule → what was compared, where these are figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A submission that may be incomplete: what is not there stands as something that passes."""

    case: Submission
    blank: frozenset[str] = frozenset()
    """Fields of which nothing is there; nothing is said of what looks at them."""
    partly: frozenset[str] = frozenset()
    """Lists some of whose items are not right yet; the others are looked at."""

    @property
    def missing(self) -> frozenset[str]:
        """Fields without which a check is not passed."""
        return self.blank | self.partly


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRead:
    """A draft, the fields of it that are wrong, and where the items that are left stood."""

    draft: Draft
    faults: tuple[FieldFault, ...] = ()
    places: Mapping[str, Sequence[int]]

    def place_of(self, finding: Finding) -> str:
        """The pointer of a finding into what was sent."""
        _, name, number, *rest = [*finding.field.split("/", 3), "", ""][:4]
        places = self.places.get(name)
        if not places or not number.isdigit():
            return finding.field
        return "/".join(["", name, str(places[int(number)]), *filter(None, rest)])


def look_over(
    draft: Draft, around: Surroundings, terms: Terms | None, against: Sequence[Finding]
) -> tuple[list[CheckLine], list[Finding]]:
    """Every check in its order, and the findings that do not come of what is not there yet."""
    left = list(against)
    lines: list[CheckLine] = []
    kept: list[Finding] = []

    def add(name: str, says: Says, source: str, fields: Fields, mine: Sequence[Finding],
            figures: Mapping[str, str]) -> None:  # fmt: skip
        for one in mine:
            left.remove(one)
        if draft.blank.intersection(fields):
            mine = ()
        kept.extend(mine)
        lines.append(_line(name, says, source, fields, draft.missing, mine, figures))

    for check, zh, en, fields in _EVERYWHERE:
        mine = [one for one in check(draft.case, around) if one in left]
        add(check.__name__.replace("_", "-"), Says(zh, en), "", fields, mine, {})
    for rule, codes in _LOAN.items() if terms else ():
        if terms is None or not getattr(terms, rule):
            continue
        named = rule.removesuffix("_fen")
        figures = _FIGURES.get(rule)
        add(
            named.replace("_", "-"), _SAYS[rule], in_words(terms.source(named)), _LOOKS_AT[rule],
            [one for one in left if one.code in codes],
            {} if figures is None else figures(draft.case, terms, around),
        )  # fmt: skip
    others = [one for one in left if _top(one.field) not in draft.blank]
    return [*lines, *map(_alone, others)], [*kept, *others]


def _top(pointer: str) -> str:
    return pointer.removeprefix("/").partition("/")[0]


def _line(
    name: str, says: Says, source: str, fields: Fields, missing: frozenset[str],
    found: Sequence[Finding], figures: Mapping[str, str],
) -> CheckLine:  # fmt: skip
    waits_for = tuple(one for one in fields if one in missing)
    if found:
        standing = Standing.FAILED
    else:
        standing = Standing.NOT_LOOKED_AT if waits_for else Standing.PASSED
    return CheckLine(
        check=name,
        zh=says.zh,
        en=says.en,
        standing=standing,
        source=next((in_words(one.source) for one in found), source),
        figures={} if waits_for else figures,
        findings=tuple(one.code for one in found),
        waits_for=() if found else waits_for,
    )


def _alone(finding: Finding) -> CheckLine:
    """What no row of the tables leads to, e.g. that there are no terms."""
    return CheckLine(
        check=finding.code,
        zh=finding.zh,
        en=finding.en,
        standing=Standing.FAILED,
        source=in_words(finding.source),
        figures=finding.evidence,
        findings=(finding.code,),
    )


def _said() -> dict[str, Says]:
    hints: dict[str, Any] = get_type_hints(Terms, include_extras=True)
    return {rule: declared(hints[rule]).mark(Says) or Says(rule, rule) for rule in _LOAN}


_SAYS: Final = _said()
