"""What happens in the demo's year, decided before it begins: the same seed, the same year.

The plan holds wishes (who applies for what, which loan goes bad). What the pools make of them is
decided by the running services and by nobody else.
"""

import random
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256

from shared.money import parse_fen
from shared.months import Month, add_months
from shared.schemes.vocabulary import DOCUMENTS as KINDS_OF_PAPERS
from zhidai.demo.firms import (
    ENDED_PATENTS,
    PUBLIC_PATENTS,
    Firm,
    Right,
    make_firm,
    make_right,
)
from zhidai.demo.paper import pdf
from zhidai.demo.people import BANKS

YEAR = 2025
SEED = 20251
CASES_PER_MONTH = {"dongli": 18, "youxian": 17}
YUAN = 100


class Fate(StrEnum):
    """What its bank and the bureau mean to do with a case."""

    CLEAN = "clean"
    INCOMPLETE = "incomplete"  # the machine finds a paper missing; the bank adds it
    ENDED_RIGHT = "ended_right"  # the right is past its term; the bank withdraws
    NOT_SMALL = "not_small"  # no small firm; the bank withdraws
    QUESTIONED = "questioned"  # a reviewer sends it back once
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # after capacity was reserved
    EXPIRES = "expires"  # approved, never disbursed


class Course(StrEnum):
    """How a disbursed loan goes."""

    BULLET = "bullet"
    INSTALMENTS = "instalments"
    EARLY = "early"  # repaid in full after three months
    CURED = "cured"  # late for a while, then current again
    DEFAULT = "default"  # ends in a claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One wish for a loan."""

    ref: str
    pool: str
    bank: str
    month: int
    firm: Firm
    mode: str
    amount_fen: int
    ip_share_bp: int
    tenor_months: int
    rate_bp: int
    purpose: str
    rights: tuple[Right, ...]
    fate: Fate
    course: Course = Course.BULLET
    lawsuit: bool = False

    @property
    def loan_no(self) -> str:
        """The bank's own number of the loan."""
        return f"{self.bank}-{self.ref}"


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as its manager sets it up."""

    code: str
    name: str
    place: str
    region_code: str
    modes: tuple[str, ...]
    contributions: tuple[tuple[str, str, int], ...] = field(default=())
    """Party code, role, yuan."""
    sharers: tuple[tuple[str, str, str], ...] = field(default=())
    """Party code, role, name of those who share beside pool and bank."""


POOLS = (
    Pool(
        "dongli", "东丽区知识产权质押融资风险补偿资金池", "天津", "120110",
        ("direct", "direct", "guaranteed", "insured"),
        (("TJ-CENTRAL", "central", 6_000_000), ("DL-DISTRICT", "district", 12_000_000)),
        (("TJ-GUARANTEE", "guarantor", "天津科技融资担保"), ("PICC", "insurer", "中国人民财产保险"),
         ("TJ-APPRAISAL", "appraiser", "津评资产评估")),
    ),
    Pool(
        "youxian", "游仙区知识产权质押融资风险补偿资金池", "绵阳", "510704",
        ("four_party", "four_party", "direct", "chain"),
        (("SC-PROVINCE", "province", 4_000_000), ("YX-DISTRICT", "district", 6_000_000)),
        (("PINGAN", "insurer", "中国平安财产保险"), ("SC-APPRAISAL", "appraiser", "川评资产评估"),
         ("MY-GUARANTEE", "guarantor", "绵阳融资担保"), ("SC-REGUARANTEE", "reguarantor", "四川再担保")),
    ),
)  # fmt: skip

DOCUMENTS = (
    "business_licence", "ip_certificates", "financial_statements", "purpose_statement",
    "bank_approval",
)  # fmt: skip
CLAIM_DOCUMENTS = (
    "claim_form", "claim_report", "recovery_plan", "diligence_statement", "business_licence",
    "statement_of_claim", "court_acceptance_notice",
)  # fmt: skip


LAST_MONTH = 12
_OF_THE_FIRM = ("business_licence", "ip_certificates")


def document(case: Case, kind: str) -> dict[str, str]:
    """How a case refers to one of its papers within the service that stores them."""
    return {"kind": kind, "sha256": sha256(paper(case, kind)).hexdigest()}


def paper(case: Case, kind: str) -> bytes:
    """The paper itself: a page that says what it stands for.

    A firm's own papers bear its name where the year leaves its case in work, and those of claims do;
    of the rest a bank has one of each kind. Nobody opens two thousand papers of decided cases.
    """
    words = KINDS_OF_PAPERS[kind].zh if kind in KINDS_OF_PAPERS else kind
    if not _is_of_the_case(case, kind):
        return pdf(words, case.bank, "（演示材料，多个案件共用）")
    return pdf(words, case.firm.name, f"{case.firm.uscc}　{case.ref}", "（演示材料）")


def paper_name(case: Case, kind: str) -> str:
    """What its file is called."""
    return f"{case.ref if _is_of_the_case(case, kind) else case.bank}-{kind}.pdf"


def _is_of_the_case(case: Case, kind: str) -> bool:
    if kind in _OF_THE_FIRM:
        return case.month == LAST_MONTH
    return kind not in DOCUMENTS and kind in (*CLAIM_DOCUMENTS, "report", "minutes")


def plan(seed: int = SEED) -> tuple[Case, ...]:
    """Every case of the year, month by month and pool by pool."""
    chance = random.Random(seed)
    public = list[Right](PUBLIC_PATENTS)
    ended = list[Right](ENDED_PATENTS)
    cases = []
    for month in range(1, 13):
        for pool in POOLS:
            for number in range(1, CASES_PER_MONTH[pool.code] + 1):
                cases.append(_case(chance, pool, month, number, public, ended))
    return tuple(cases)


_FATES = {
    3: Fate.INCOMPLETE, 5: Fate.QUESTIONED, 7: Fate.REJECTED, 9: Fate.WITHDRAWN, 11: Fate.EXPIRES,
    13: Fate.INCOMPLETE,
}  # fmt: skip
"""By the number of a case within its month and pool; the others are clean."""

_DEFAULTS = {
    # (pool, month, number): (bank, yuan, mode). Small ones sit in large books; the large ones are
    # there to reach the cap of one loan and to trip their bank's breaker.
    ("dongli", 2, 1): ("BOC", "9300000.00", "direct"),
    ("dongli", 3, 1): ("ICBC", "680520.11", "guaranteed"),
    ("dongli", 3, 2): ("CCB", "455333.37", "direct"),
    ("dongli", 4, 2): ("ABC", "512000.01", "insured"),
    ("dongli", 5, 1): ("BOCOM", "390000.55", "guaranteed"),
    ("dongli", 5, 2): ("ICBC", "725100.03", "insured"),
    ("youxian", 2, 1): ("CMB", "4840520.11", "four_party"),
    ("youxian", 3, 1): ("ABC", "355000.07", "chain"),
    ("youxian", 4, 1): ("BOC", "298765.43", "direct"),
    ("youxian", 4, 2): ("CCB", "333333.33", "four_party"),
    ("youxian", 5, 1): ("ICBC", "401020.31", "chain"),
    ("youxian", 6, 1): ("BOCOM", "287654.21", "four_party"),
}


def _case(
    chance: random.Random, pool: Pool, month: int, number: int, public: list[Right],
    ended: list[Right],
) -> Case:  # fmt: skip
    bank = BANKS[(number + month) % len(BANKS)].code
    firm = make_firm(chance, place=pool.place, region_code=pool.region_code)
    mode = pool.modes[number % len(pool.modes)]
    amount_fen = _amount(chance, pool)
    tenor = chance.choice((6, 12, 12))
    fate = _FATES.get(number, Fate.CLEAN)
    course = Course.BULLET
    if fate in (Fate.CLEAN, Fate.INCOMPLETE, Fate.QUESTIONED):
        course = chance.choices(
            (Course.BULLET, Course.INSTALMENTS, Course.EARLY, Course.CURED), (5, 6, 2, 1)
        )[0]
    kinds = _kinds(chance)
    rights = tuple(make_right(chance, kind=kind) for kind in kinds)
    share = chance.choice((10_000, 10_000, 10_000, 8_000, 6_000))

    if (bad := _DEFAULTS.get((pool.code, month, number))) is not None:
        bank, amount_fen, mode = bad[0], parse_fen(bad[1]), bad[2]
        fate, course, tenor = Fate.CLEAN, Course.DEFAULT, 12
        share = 10_000 if amount_fen > 5_000_000 * YUAN else 8_000
    elif pool.code == "dongli" and number == 15 and month % 2 == 0 and ended:
        rights, fate = (ended.pop(0),), Fate.ENDED_RIGHT
    elif number == 16 and month in (2, 8):
        fate = Fate.NOT_SMALL
    elif number == 1 and public:
        rights = (public.pop(0),)
    return Case(
        ref=f"{pool.code[:2].upper()}{month:02d}{number:02d}",
        pool=pool.code,
        bank=bank,
        month=month,
        firm=firm,
        mode=mode,
        amount_fen=amount_fen,
        ip_share_bp=share,
        tenor_months=tenor,
        rate_bp=chance.randrange(310, 450, 5),
        purpose=chance.choice(("r_and_d", "industrialisation", "working_capital")),
        rights=rights,
        fate=fate,
        course=course,
        lawsuit=course is Course.DEFAULT and number == 2,
    )


def _amount(chance: random.Random, pool: Pool) -> int:
    """Mostly small; a multiple of 50,000 yuan."""
    most = 74 if pool.code == "dongli" else 34
    return sorted(chance.randrange(6, most) for _ in range(3))[1] * 50_000 * YUAN


def _kinds(chance: random.Random) -> tuple[str, ...]:
    first = chance.choices(
        ("invention", "utility_model", "trademark_right", "software_copyright"), (8, 3, 2, 1)
    )[0]
    if chance.random() < 0.35:
        return (first, "trademark_right" if first != "trademark_right" else "invention")
    return (first,)


def month_end(month: int) -> date:
    """The last day of a month of the demo's year; month 0 and 13 are its neighbours."""
    return Month.of(add_months(date(YEAR, 1, 1), month - 1)).last


def month_name(month: int) -> str:
    """The month as the API writes it, e.g. 2025-03."""
    return str(Month.of(month_end(month)))
