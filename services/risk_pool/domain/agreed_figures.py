"""Agreed figures (协议数值): what agreements, budgets and decisions say in numbers, by two persons.

The rules of a programme ask for them: an agreed share, a yearly budget, a ceiling that a decision
has raised. One person enters a figure with its paper, another releases it; a later one of the same
key ends the one before. Nothing is guessed: a figure that is not in force is missing, and a
decision that needs it is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from services.risk_pool.domain.indicators import INDICATORS
from shared import canonical
from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Row, Wait, Words, another_person_than
from shared.refusals import FieldFault
from shared.schemes.vocabulary import PARTIES
from shared.schemes.vocabulary import Words as PartyWords

ENTERS = frozenset({"finance_maker", "pool_manager"})
RELEASES = frozenset({"finance_checker"})
FIRST_YEAR: Final = 1990
"""No agreement is older; an earlier day is a slip of the pen."""


class State(StrEnum):
    """Where a figure is."""

    ENTERED = "entered"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    ENDED = "ended"


class Action(StrEnum):
    """What is done to a figure."""

    ENTER = "enter"
    RELEASE = "release"
    REFUSE = "refuse"
    END = "end"


_NOT_WHO_ENTERED = "another person than who entered it"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.IN_FORCE,
    noun=Words("协议数值", "agreed figure"),
    moves=(
        Move(None, Action.ENTER, State.ENTERED, ENTERS),
        Move(State.ENTERED, Action.RELEASE, State.IN_FORCE, RELEASES, guards=(_NOT_WHO_ENTERED,)),
        Move(State.ENTERED, Action.REFUSE, State.REFUSED, RELEASES, guards=(_NOT_WHO_ENTERED,)),
        Move(State.IN_FORCE, Action.END, State.ENDED, frozenset({SYSTEM_ROLE})),
    ),
    guards={
        _NOT_WHO_ENTERED: another_person_than("entered_by", zh="复核", en="the release"),
    },
    states={
        State.ENTERED: Words("待复核", "to be checked"),
        State.IN_FORCE: Words("生效", "in force"),
        State.REFUSED: Words("不予生效", "refused"),
        State.ENDED: Words("已被替代", "ended"),
    },
    actions={
        Action.ENTER: Words("登记", "entered"),
        Action.RELEASE: Words("复核生效", "released"),
        Action.REFUSE: Words("不予生效", "refused"),
        Action.END: Words("被后一项替代", "ended by a later one"),
    },
    waits={
        State.ENTERED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人复核", "waits for a second person's release"),
        ),
        State.IN_FORCE: Wait(
            roles=(SYSTEM_ROLE,),
            words=Words("生效，直至被后一项替代", "in force until a later one ends it"),
            stands=True,
        ),
    },
)

HELD_ONCE: Final = frozenset({State.IN_FORCE, State.ENDED})
"""A figure that holds for the days from `valid_from` to `valid_to`; one that was ended, until the
day before the later one begins."""

Value = Literal["amount", "ratio", "count", "flag"]
Scope = Literal["no", "may", "must"]


class Kind(NamedTuple):
    """What a kind of figure must and may say."""

    words: Words
    value: Value
    bank: Scope = "no"
    loan: Scope = "no"
    year: bool = False
    paid: bool = False
    """Whether it is a payment, with its day."""
    subject: str = ""
    """What `subject` names: party, cap, decision, fee, measure; "" where it says nothing."""
    beyond_whole: bool = False
    """Whether a ratio may be above 1."""
    since: Scope = "no"
    """Whether it names the year from which it counts on, or over which it grows."""


KINDS: Final[dict[str, Kind]] = {
    "agreed_share": Kind(
        Words("协议分担比例", "agreed share of a party"), "ratio", "must", "may", subject="party"
    ),
    "year_budget": Kind(Words("年度补偿预算", "budget of a year"), "amount", year=True),
    "bank_year_ceiling": Kind(
        Words("银行年度补偿限额", "a bank's ceiling for a year"), "amount", "must", year=True
    ),
    "guarantee_fee": Kind(
        Words("担保费", "guarantee fee"), "amount", "may", "may", paid=True, subject="fee"
    ),
    "raised_cap": Kind(
        Words("经决定调高的上限", "cap raised by a decision"), "amount", "may", "may", subject="cap"
    ),
    "confirmed": Kind(
        Words("前置确认", "prior decision"), "flag", "may", "must", subject="decision"
    ),
    "bank_score": Kind(Words("银行考核得分", "score of a bank"), "count", "must"),
    "claim_rate": Kind(
        Words("代偿率", "claim rate"), "ratio", "may", beyond_whole=True
    ),
    "guarantee_multiple": Kind(
        Words("担保业务放大倍数", "multiple of guarantees to pool"), "ratio", "may",
        beyond_whole=True,
    ),
    "year_target": Kind(
        Words("年度目标", "target of a year"), "amount", year=True, subject="measure"
    ),
    "indicator_amount": Kind(
        Words("指标目标（金额）", "target of an indicator, amount"), "amount", year=True,
        subject="indicator", since="may",
    ),
    "indicator_count": Kind(
        Words("指标目标（数量）", "target of an indicator, number"), "count", year=True,
        subject="indicator", since="may",
    ),
    "indicator_growth": Kind(
        Words("指标目标（增长率）", "target of an indicator, growth"), "ratio", year=True,
        subject="indicator", since="must", beyond_whole=True,
    ),
    "stated_amount": Kind(
        Words("指标填报数（金额）", "stated figure of an indicator, amount"), "amount", year=True,
        subject="indicator",
    ),
    "stated_count": Kind(
        Words("指标填报数（数量）", "stated figure of an indicator, number"), "count", year=True,
        subject="indicator",
    ),
}  # fmt: skip

FEES: Final[dict[str, Words]] = {
    "term": Words("合作期内逐笔收取", "charged on covered loans in the term"),
    "portfolio": Words("批量业务收取", "charged on the portfolio"),
}
"""Two ways to charge a guarantee fee, kept apart: `term_fees` are those charged loan by loan,
`portfolio_fees` all that is charged on the portfolio, loan by loan or as a whole (H.16)."""

TARGETS: Final[dict[str, Words]] = {
    "lent": Words("放款额", "lent"),
    "entered": Words("新增在保本金", "newly covered"),
    "covered": Words("年末在保本金", "covered at the year's end"),
    "recovered": Words("追偿收回", "recovered"),
}
"""What a plan may set for a year, to be reached or passed; only the scorecard reads it."""

STATED: Final = ("stated_amount", "stated_count")
"""What the book does not count: of a year before it began, or of what it cannot know."""
TARGETS_OF_INDICATORS: Final = ("indicator_amount", "indicator_count", "indicator_growth")
_UNIT_OF_VALUE: Final = {"amount": "money", "count": "count"}

_SUBJECTS: Final[dict[str, dict[str, Words] | dict[str, PartyWords]]] = {
    "party": PARTIES,
    "fee": FEES,
    "measure": TARGETS,
    "indicator": {name: one.words for name, one in INDICATORS.items()},
}


def indicators_of(kind: str) -> list[str]:
    """The indicators that a figure of a kind may be of."""
    if KINDS[kind].subject != "indicator":
        return []
    unit = _UNIT_OF_VALUE.get(KINDS[kind].value)
    return [name for name, one in INDICATORS.items() if unit in (None, one.unit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureEntered:
    """A figure as a person enters it. Exactly one of amount, ratio, count and flag is there."""

    kind: str
    subject: str = ""
    bank_code: str = ""
    """"": of the whole pool. Of a figure of one loan, the loan's bank."""
    loan_id: UUID | None = None
    year: int | None = None
    since_year: int | None = None
    amount_fen: int | None = None
    ratio: Fraction | None = None
    count: int | None = None
    flag: bool | None = None
    paid_on: date | None = None
    valid_from: date
    valid_to: date | None = None
    reference: str
    """Of the agreement, the budget, the decision or the receipt."""
    evidence: str = ""


def figure_faults(entered: FigureEntered, *, today: date) -> tuple[FieldFault, ...]:
    """Everything that a figure of its kind must not say, or must and does not."""
    return (
        *_value_faults(entered),
        *_scope_faults(entered),
        *_subject_faults(entered),
        *_day_faults(entered, today),
    )


def _value_faults(entered: FigureEntered) -> Iterator[FieldFault]:
    kind = KINDS[entered.kind]
    values = {
        "amount": entered.amount_fen, "ratio": entered.ratio,
        "count": entered.count, "flag": entered.flag,
    }  # fmt: skip
    for name, value in values.items():
        if name == kind.value and value is None:
            yield _must(name, kind)
        if name != kind.value and value is not None:
            yield _must_not(name, kind)
    if entered.ratio is not None and entered.ratio > 1 and not kind.beyond_whole:
        yield FieldFault(("ratio",), "too-large", "比例不能超过 100%", "at most 100 percent")


def _scope_faults(entered: FigureEntered) -> Iterator[FieldFault]:
    kind = KINDS[entered.kind]
    if kind.bank == "must" and not entered.bank_code and entered.loan_id is None:
        yield _must("bank_code", kind)
    if kind.bank == "no" and entered.bank_code:
        yield _must_not("bank_code", kind)
    loan_by_loan = entered.kind == "guarantee_fee" and entered.subject != "portfolio"
    if (kind.loan == "must" or loan_by_loan) and entered.loan_id is None:
        yield _must("loan_id", kind)
    if kind.loan == "no" and entered.loan_id is not None:
        yield _must_not("loan_id", kind)
    if kind.year and entered.year is None:
        yield _must("year", kind)
    if not kind.year and entered.year is not None:
        yield _must_not("year", kind)
    yield from _since_faults(entered, kind)


def _since_faults(entered: FigureEntered, kind: Kind) -> Iterator[FieldFault]:
    since, year = entered.since_year, entered.year
    if kind.since == "must" and since is None:
        yield _must("since_year", kind)
    if kind.since == "no" and since is not None:
        yield _must_not("since_year", kind)
    if since is not None and year is not None and since >= year:
        yield FieldFault(
            ("since_year",), "not-before-the-year", "起算年（基期年）须早于目标年",
            "The year that it counts from comes before its year.",
        )  # fmt: skip


def _subject_faults(entered: FigureEntered) -> Iterator[FieldFault]:
    kind = KINDS[entered.kind]
    words = _SUBJECTS.get(kind.subject)
    if kind.subject and not entered.subject:
        yield _must("subject", kind)
    elif not kind.subject and entered.subject:
        yield _must_not("subject", kind)
    elif words is not None and entered.subject not in words:
        listed = "、".join(words)
        yield FieldFault(
            ("subject",), "not-an-option", f"须为以下之一：{listed}",
            f"must be one of {', '.join(words)}",
        )  # fmt: skip
    elif kind.subject == "indicator" and kind.value in _UNIT_OF_VALUE:
        indicator = INDICATORS[entered.subject]
        if indicator.unit != _UNIT_OF_VALUE[kind.value]:
            yield FieldFault(
                ("subject",), "of-another-unit", f"{indicator.words.zh}的单位与该种类不符",
                f"{indicator.words.en} is not counted that way.",
            )  # fmt: skip


def _day_faults(entered: FigureEntered, today: date) -> Iterator[FieldFault]:
    kind = KINDS[entered.kind]
    if kind.paid and entered.paid_on is None:
        yield _must("paid_on", kind)
    if not kind.paid and entered.paid_on is not None:
        yield _must_not("paid_on", kind)
    for name in ("paid_on", "valid_from", "valid_to"):
        day = getattr(entered, name)
        if day is not None and day.year < FIRST_YEAR:
            yield FieldFault(
                (name,),
                "too-early",
                f"日期早于 {FIRST_YEAR} 年",
                f"The day is before {FIRST_YEAR}.",
            )
    if entered.paid_on is not None and entered.paid_on > today:
        yield FieldFault(("paid_on",), "in-future", "日期晚于今日", "The day lies ahead.")
    if entered.valid_to is not None and entered.valid_to < entered.valid_from:
        yield FieldFault(
            ("valid_to",), "ends-before-it-begins", "止日早于起日", "It ends before it begins."
        )


def _must(name: str, kind: Kind) -> FieldFault:
    return FieldFault(
        (name,), "missing", f"{kind.words.zh}须填写此项", f"is required of a {kind.words.en}"
    )


def _must_not(name: str, kind: Kind) -> FieldFault:
    return FieldFault(
        (name,), "not-of-this-kind", f"{kind.words.zh}不填写此项",
        f"is nothing that a {kind.words.en} says",
    )  # fmt: skip


def key_of(figure: Row) -> tuple[Any, ...]:
    """What two figures have in common of which the later one ends the earlier. Fees add up, so
    only one of the same receipt does."""
    named = ("kind", "subject", "bank_code", "loan_id", "year", "since_year")
    same = tuple(figure[name] for name in named)
    receipt = canonical.number(figure["reference"])
    return (*same, receipt) if figure["kind"] == "guarantee_fee" else same


def ends(later: Row, earlier: Row) -> bool:
    """Whether a figure that is released ends another one in force: same key, days in common."""
    if key_of(later) != key_of(earlier) or later["id"] == earlier["id"]:
        return False
    begins_before_its_end = later["valid_to"] is None or earlier["valid_from"] <= later["valid_to"]
    still_holds = earlier["valid_to"] is None or earlier["valid_to"] >= later["valid_from"]
    return begins_before_its_end and still_holds
