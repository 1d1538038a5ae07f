"""Signs of trouble (风险信号): what speaks for a warning, and what a sign does to the register.

Whatever hears of a fact makes a `Sign` of it and hands it to `handlers/warning_signs.py` in the same
transaction. A further source needs a cause here and a function that makes its signs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from services.risk_pool.domain.coverage import Coverage
from services.risk_pool.domain.warning import LIVE, REOPENED_WHEN_WORSE, Action
from shared.life_cycle import Words
from shared.money import format_fen
from shared.months import Month
from shared.ratios import percent
from shared.risk_classes import RISK_CLASSES, is_at_least
from shared.schemes.vocabulary import CREDIT_LISTS

LEVELS: Final = ("yellow", "orange", "red")
"""黄、橙、红: from the mildest to the worst."""
LEVEL_WORDS: Final[Mapping[str, Words]] = {
    "yellow": Words("黄色", "yellow"),
    "orange": Words("橙色", "orange"),
    "red": Words("红色", "red"),
}


class Cause(StrEnum):
    """What a warning is raised for by the service itself."""

    OVERDUE = "overdue"
    RISK_CLASS = "risk_class"
    MATURED = "matured"
    SILENCE = "silence"
    BREAKER = "breaker"
    LISTED = "listed"
    RIGHT_IN_DANGER = "right_in_danger"
    COVER_SHORT = "cover_short"


class HandCause(StrEnum):
    """What a person raises a warning for."""

    BUSINESS = "business"
    LAWSUIT = "lawsuit"
    CREDIT = "credit"
    RIGHTS = "rights"
    OTHER = "other"


CAUSES: Final[Mapping[str, Words]] = {
    Cause.OVERDUE: Words("贷款逾期", "the loan is overdue"),
    Cause.RISK_CLASS: Words("风险分类下调", "the risk class is worse than normal"),
    Cause.MATURED: Words("到期未结清", "matured and not repaid"),
    Cause.SILENCE: Words("未报送月报", "monthly reports are missing"),
    Cause.BREAKER: Words("不良率接近或越过熔断线", "the bank is near its breaker's line"),
    Cause.LISTED: Words("企业被列入失信或异常名录", "the firm stands on a list"),
    Cause.RIGHT_IN_DANGER: Words("质押权利出现预警", "a pledged right is in danger"),
    Cause.COVER_SHORT: Words("担保不足", "the loan is short of cover"),
    HandCause.BUSINESS: Words("经营恶化", "the business is doing badly"),
    HandCause.LAWSUIT: Words("涉诉或被执行", "sued, or under enforcement"),
    HandCause.CREDIT: Words("征信或失信记录", "a bad credit record"),
    HandCause.RIGHTS: Words("质押知识产权有风险", "the pledged rights are in danger"),
    HandCause.OTHER: Words("其他", "something else"),
}

OVERDUE_LEVELS: Final = ((90, "red"), (30, "orange"), (0, "yellow"))
"""More overdue days than this. Assumed: no measure grades warnings; 30 and 90 days are the steps at
which the five classes count a delay (商业银行金融资产风险分类办法, 2023)."""
CLASS_LEVELS: Final = (
    ("doubtful", "red"),
    ("substandard", "orange"),
    ("special_mention", "yellow"),
)
LIST_LEVELS: Final[Mapping[str, str]] = {"abnormal_operation": "orange"}
"""Red for every other list: who stands on it may get no public money."""
DANGER_LEVELS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("right-ended", "right-expired", "fee-grace-over", "pledge-not-shown"), "red"),
    **dict.fromkeys(
        ("fee-overdue", "renewal-overdue", "preserved", "ownership-disputed",
         "invalidation-pending", "owner-changed", "pledged-before",
         "rank-registered-late"), "orange",
    ),
}  # fmt: skip
"""By the codes of `applications`; what only lies ahead (fee due, end of term) is no sign yet."""
COVER_LEVELS: Final = {
    "asked": ("orange", 1), "fell_short": ("orange", 2), "overdue": ("red", 3),
    "concluded": ("red", 4),
}  # fmt: skip
"""What became of a call for cover: level, and what of one day comes later. Assumed, as are all."""
ADD_UP: Final = frozenset({Cause.LISTED, Cause.RIGHT_IN_DANGER, Cause.COVER_SHORT})
"""Occurrences of these stand beside each other: a milder one does not make its warning milder."""
NEAR_PART: Final = Fraction(4, 5)
"""From four fifths of its next line on a bank is near it. Assumed: no measure says when near is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A fact that speaks for a warning, about a loan or about a bank as a whole."""

    pool_code: str
    bank_code: str
    cause: Cause
    level: str
    seen: str
    """Which occurrence it is: a month, or a day. A later one sorts behind."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    loan_id: UUID | None = None
    loan_number: str = ""
    borrower_uscc: str = ""
    borrower_name: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """There is one warning for these."""
        about = str(self.loan_id or "")
        return self.pool_code, self.bank_code, about, self.cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the register knows of a sign's warning."""

    state: str
    level: str
    seen: str


class Reaction(StrEnum):
    """What a sign does."""

    RAISE = Action.RAISE
    REOPEN = Action.REOPEN
    NOTE = "note"
    """The warning is open: its figures are brought up to date."""
    NOTHING = "nothing"


def reaction(kept: Kept | None, sign: Sign) -> Reaction:
    """Once for a cause and a loan: raised first, noted while it is open, reopened where the cause
    comes again. What is watched is reopened where it has become worse. The same occurrence, heard
    twice or corrected, does nothing more."""
    if kept is None:
        return Reaction.RAISE
    if sign.seen <= kept.seen:
        return Reaction.NOTHING
    if kept.state not in LIVE:
        return Reaction.REOPEN
    if kept.state in REOPENED_WHEN_WORSE and _is_worse(sign.level, kept.level):
        return Reaction.REOPEN
    return Reaction.NOTE


def latest(signs: Iterable[Sign]) -> list[Sign]:
    """Of several signs of one warning the last occurrence, with the level after all of them."""
    found: dict[tuple[str, str, str, str], Sign] = {}
    for sign in sorted(signs, key=lambda one: one.seen):
        before = found.get(sign.key)
        found[sign.key] = sign if before is None else following(before.level, sign)
    return list(found.values())


def following(level: str, sign: Sign) -> Sign:
    """A sign of a warning that is at a level: what adds up does not become milder by it."""
    if sign.cause in ADD_UP and _is_worse(level, sign.level):
        return replace(sign, level=level)
    return sign


def _is_worse(level: str, than: str) -> bool:
    return LEVELS.index(level) > LEVELS.index(than)


def signs_of_position(
    coverage: Coverage, *, month: str, overdue_days: int, risk_class: str
) -> list[Sign]:
    """What a monthly report of a loan in cover speaks for; a month that is not the newest, nothing."""
    if not coverage.is_in_cover or month < (coverage.position_month or ""):
        return []
    signs = []
    for days, level in OVERDUE_LEVELS:
        if overdue_days > days:
            facts = {"month": month, "overdue_days": overdue_days}
            signs.append(sign_of_loan(coverage, Cause.OVERDUE, level, seen=month, facts=facts))
            break
    for least, level in CLASS_LEVELS:
        if risk_class in RISK_CLASSES and is_at_least(risk_class, least):
            facts = {"month": month, "class": risk_class}
            signs.append(sign_of_loan(coverage, Cause.RISK_CLASS, level, seen=month, facts=facts))
            break
    return signs


def sign_of_loan(
    coverage: Coverage, cause: Cause, level: str, *, seen: str, facts: Mapping[str, Any]
) -> Sign:
    """A sign about a covered loan."""
    return Sign(
        pool_code=coverage.pool_code,
        bank_code=coverage.bank_code,
        cause=cause,
        level=level,
        seen=seen,
        facts=facts,
        loan_id=coverage.loan_id,
        loan_number=coverage.number,
        borrower_uscc=coverage.borrower_uscc,
        borrower_name=coverage.borrower_name,
    )


def sign_of_maturity(coverage: Coverage) -> Sign:
    """A loan in cover whose last day has passed; an extension makes another occurrence."""
    assert coverage.matures_on is not None
    seen = coverage.matures_on.isoformat()
    return sign_of_loan(coverage, Cause.MATURED, "orange", seen=seen, facts={"matures_on": seen})


def sign_of_silence(
    pool_code: str, bank_code: str, month: Month, *, missing: int, loans: int, silent_months: int
) -> Sign:
    """A month's reports of a bank are missing on the day by which they were due."""
    return Sign(
        pool_code=pool_code,
        bank_code=bank_code,
        cause=Cause.SILENCE,
        level="red" if silent_months > 1 else "orange" if silent_months else "yellow",
        seen=str(month),
        facts={"month": str(month), "missing": missing, "loans": loans},
    )


def sign_of_breaker(
    pool_code: str,
    bank_code: str,
    month: str,
    *,
    bad_fen: int,
    covered_fen: int,
    warn: Fraction,
    stop: Fraction,
) -> Sign | None:
    """A bank whose bad part is near the first line of its breaker, or beyond one; None where it is
    not. `warn`, `stop`: the scheme's lines as exact parts of the covered principal."""
    if not bad_fen or not covered_fen:
        return None
    ratio = Fraction(bad_fen, covered_fen)
    if ratio < NEAR_PART * min(warn, stop):
        return None
    return Sign(
        pool_code=pool_code,
        bank_code=bank_code,
        cause=Cause.BREAKER,
        level="red" if ratio > stop else "orange" if ratio > warn else "yellow",
        seen=month,
        facts={"month": month, "bad": percent(ratio), "stops_beyond": percent(stop)},
    )


def sign_of_list(coverage: Coverage, entry: Any) -> Sign | None:
    """A firm of a loan in cover stands on a list. `entry`: its list_name, listed_on, list_date and
    source."""
    if not coverage.is_in_cover:
        return None
    seen = f"{entry['list_date']} {entry['list_name']} {entry['listed_on']}"
    level = LIST_LEVELS.get(entry["list_name"], "red")
    facts = {
        "list": CREDIT_LISTS[entry["list_name"]].zh,
        "listed_on": str(entry["listed_on"]),
        "source": entry["source"],
    }
    return sign_of_loan(coverage, Cause.LISTED, level, seen=seen, facts=facts)


def sign_of_danger(
    coverage: Coverage, *, danger: str, danger_zh: str, right_number: str, due_on: date,
    found_on: date,
) -> Sign | None:  # fmt: skip
    """A right pledged for a loan in cover is in danger; None for what only lies ahead."""
    level = DANGER_LEVELS.get(danger)
    if level is None or not coverage.is_in_cover:
        return None
    return sign_of_loan(
        coverage,
        Cause.RIGHT_IN_DANGER,
        level,
        seen=f"{found_on} {LEVELS.index(level)} {right_number} {danger}",
        facts={"right": right_number, "danger": danger_zh, "due_on": str(due_on)},
    )


def sign_of_cover(
    coverage: Coverage, *, what: str, outcome: str, on: date, shortfall_fen: int, cover_by: date
) -> Sign | None:
    """Cover is asked for, its day has passed, or it is handed on as a risk; None for the rest."""
    if what not in COVER_LEVELS or not coverage.is_in_cover:
        return None
    if what == "concluded" and outcome != "escalated":
        return None
    level, place = COVER_LEVELS[what]
    return sign_of_loan(
        coverage,
        Cause.COVER_SHORT,
        level,
        seen=f"{on} {place}",
        facts={"shortfall": format_fen(shortfall_fen), "cover_by": str(cover_by)},
    )
