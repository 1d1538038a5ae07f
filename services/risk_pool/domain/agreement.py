"""Cooperation agreements (合作协议): what the pool and one of its parties have agreed, by two persons.

One person enters an agreement with its paper, another puts it in force. A party has one version in
force at a time: a later one takes its place from its first day on, and the earlier stays as history.
Figures by which claims are split or capped stand in the agreed figures, not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final, Literal

from services.risk_pool.domain.parties import BANK
from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, Refused

ENTERS: Final = frozenset({"finance_maker", "pool_manager"})
RELEASES: Final = frozenset({"finance_checker"})
FIRST_YEAR: Final = 1990
"""No agreement is older; an earlier day is a slip of the pen."""


class State(StrEnum):
    """Where a version of an agreement is."""

    ENTERED = "entered"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    REPLACED = "replaced"


class Action(StrEnum):
    """What is done to a version of an agreement."""

    ENTER = "enter"
    RELEASE = "release"
    REFUSE = "refuse"
    REPLACE = "replace"


_NOT_WHO_ENTERED = "another person than who entered it"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.IN_FORCE,
    noun=Words("合作协议", "agreement"),
    moves=(
        Move(None, Action.ENTER, State.ENTERED, ENTERS),
        Move(
            State.ENTERED,
            Action.RELEASE,
            State.IN_FORCE,
            RELEASES,
            guards=(_NOT_WHO_ENTERED,),
            tells=("agreement.in_force.v1",),
        ),
        Move(State.ENTERED, Action.REFUSE, State.REFUSED, RELEASES, guards=(_NOT_WHO_ENTERED,)),
        Move(State.IN_FORCE, Action.REPLACE, State.REPLACED, frozenset({SYSTEM_ROLE})),
    ),
    guards={_NOT_WHO_ENTERED: another_person_than("entered_by", zh="复核", en="the release")},
    states={
        State.ENTERED: Words("待复核", "to be checked"),
        State.IN_FORCE: Words("生效", "in force"),
        State.REFUSED: Words("不予生效", "refused"),
        State.REPLACED: Words("已被替代", "replaced by a later version"),
    },
    actions={
        Action.ENTER: Words("登记", "entered"),
        Action.RELEASE: Words("复核生效", "put in force"),
        Action.REFUSE: Words("不予生效", "refused"),
        Action.REPLACE: Words("被后一版替代", "replaced"),
    },
    waits={
        State.ENTERED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人复核", "waits for a second person's release"),
        ),
        State.IN_FORCE: Wait(
            roles=(SYSTEM_ROLE,),
            words=Words("生效，直至被后一版替代", "in force until a later version replaces it"),
            stands=True,
        ),
    },
)

IN_FORCE: Final = frozenset({State.IN_FORCE})
HELD_ONCE: Final = frozenset({State.IN_FORCE, State.REPLACED})
"""Those that hold or held on their days."""


class LaterVersionInForce(Refused):
    """Another version, which begins no earlier, has come into force since this one was entered."""

    code: ClassVar[str] = "later-version-in-force"


class LineByAgreement(Refused):
    """One person gives lines only while a pool is set up; afterwards an agreement does, by two."""

    code: ClassVar[str] = "line-by-agreement"


Per = Literal["year", "term"]
Purpose = Literal["cooperation", "membership"]
"""What is agreed: the terms of the pool, or that the party is a member of the alliance for IP finance
(知识产权金融创新服务联盟). Each has versions of its own."""

MEMBERSHIP: Final = "membership"

FEE_KINDS: Final[dict[str, Words]] = {
    "management": Words("受托管理费", "fee of the fund's manager"),
    "account": Words("账户费", "fee of the account"),
    "audit": Words("审计费", "fee of the audit"),
    "legal": Words("法律费用", "legal costs"),
}
"""What a pool may be charged with (programmes B.1: account costs; manager, audit and legal costs)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """Money that one side is to pay on a day: a part of a contribution, or a fee."""

    amount_fen: int
    due_on: date
    fee_kind: str = ""
    """Of a fee, which; "" for a contribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEntered:
    """A version of an agreement as a person enters it. What is None was not agreed."""

    party_code: str
    valid_from: date
    valid_to: date | None = None
    reference: str
    """Of the paper that both sides have signed."""
    purpose: Purpose = "cooperation"
    note: str = ""
    backdating_reason: str = ""
    """Why it holds from a day that has passed; nothing that was decided meanwhile changes."""
    line_fen: int | None = None
    """The most covered principal of a bank: a ceiling."""
    pool_share_fen: int | None = None
    """The part of the pool that lies with the bank, for its lending promise by the measures."""
    minimum_lending_fen: int | None = None
    """The least that a bank is to lend: a floor."""
    minimum_per: Per = "year"
    contribution_share: Fraction | None = None
    """The party's part of what is to be topped up."""
    top_up_below_fen: int | None = None
    """Under which available balance a top-up may be called."""
    contributions: tuple[Instalment, ...] = ()
    """What the party is to pay in, and when."""
    fees: tuple[Instalment, ...] = ()
    """What the pool is to pay the party out of its own money, and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands as a bank's line."""

    amount_fen: int
    pool_share_fen: int | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands already for the party."""

    role: str
    """Its role in the pool."""
    in_force_from: date | None = None
    """When the version in force begins."""
    line: Line | None = None
    """Its last line, from whatever paper."""


def same_line(entered: AgreementEntered, line: Line | None) -> bool:
    """Whether the agreement only says what the pool's set-up has said: it takes that line over."""
    return line is not None and (
        line.amount_fen,
        line.pool_share_fen,
        line.valid_from,
        line.valid_to,
    ) == (entered.line_fen, entered.pool_share_fen, entered.valid_from, entered.valid_to)


def agreement_faults(
    entered: AgreementEntered, standing: Standing, *, today: date
) -> tuple[FieldFault, ...]:
    """Everything that an agreement of this party must not say, or must and does not."""
    if entered.purpose == MEMBERSHIP:
        return (*_day_faults(entered, standing, today), *_membership_faults(entered))
    return (
        *_day_faults(entered, standing, today),
        *_bank_faults(entered, standing),
        *_lending_faults(entered),
        *_top_up_faults(entered),
        *_plan_faults(entered, "contributions", entered.contributions),
        *_plan_faults(entered, "fees", entered.fees),
    )


def _day_faults(entered: AgreementEntered, standing: Standing, today: date) -> Iterator[FieldFault]:
    if entered.valid_from.year < FIRST_YEAR:
        yield _fault("valid_from", "too-early", f"日期早于 {FIRST_YEAR} 年",
                     f"The day is before {FIRST_YEAR}.")  # fmt: skip
    if entered.valid_to is not None and entered.valid_to < entered.valid_from:
        yield _fault("valid_to", "ends-before-it-begins", "止日早于起日",
                     "It ends before it begins.")  # fmt: skip
    if entered.valid_from < today and not entered.backdating_reason:
        yield _fault("backdating_reason", "missing", "自过去的日期起生效，须说明理由",
                     "it begins on a day that has passed: say why")  # fmt: skip
    earlier = standing.in_force_from
    if earlier is not None and entered.valid_from <= earlier:
        yield _fault("valid_from", "not-after-the-version-in-force",
                     f"现行版本自 {earlier} 起生效，新版本须晚于该日",
                     f"the version in force begins on {earlier}; a new one begins later")  # fmt: skip
    line = standing.line
    if (
        line is not None
        and entered.line_fen is not None
        and (earlier is None or line.valid_from > earlier)
        and entered.valid_from <= line.valid_from
        and not same_line(entered, line)
    ):
        yield _fault("valid_from", "not-after-the-line",
                     f"现有额度自 {line.valid_from} 起生效，新额度须晚于该日",
                     f"the line of today begins on {line.valid_from}; a new one begins later")  # fmt: skip


def _bank_faults(entered: AgreementEntered, standing: Standing) -> Iterator[FieldFault]:
    if standing.role != BANK:
        for name in ("line", "pool_share", "minimum_lending"):
            if getattr(entered, f"{name}_fen") is not None:
                yield _fault(name, "only-banks-have-lines", "仅银行填写此项",
                             "only a bank's agreement says this")  # fmt: skip
        return
    if standing.line is not None and entered.line_fen is None:
        yield _fault("line", "missing", "该银行已有额度，须写明新额度",
                     "the bank has a line: say the new one")  # fmt: skip
    if entered.pool_share_fen is not None and entered.line_fen is None:
        yield _fault("line", "missing", "填写资金池份额须同时填写额度",
                     "a share of the pool goes with a line")  # fmt: skip


_TERMS: Final = {
    "line": "line_fen", "pool_share": "pool_share_fen", "minimum_lending": "minimum_lending_fen",
    "contribution_share": "contribution_share", "top_up_below": "top_up_below_fen",
    "contributions": "contributions", "fees": "fees",
}  # fmt: skip


def _membership_faults(entered: AgreementEntered) -> Iterator[FieldFault]:
    """A membership moves no money: terms stand in the agreement of cooperation."""
    for name, attribute in _TERMS.items():
        if getattr(entered, attribute):
            yield _fault(name, "not-of-a-membership", "联盟入盟协议不约定此项，请登记合作协议",
                         "a membership says nothing of this; an agreement of cooperation does")  # fmt: skip


def _lending_faults(entered: AgreementEntered) -> Iterator[FieldFault]:
    per_term = entered.minimum_lending_fen is not None and entered.minimum_per == "term"
    if per_term and entered.valid_to is None:
        yield _fault("valid_to", "missing", "按合作期计的最低放款额须有止日",
                     "a minimum over the term needs its last day")  # fmt: skip


def _top_up_faults(entered: AgreementEntered) -> Iterator[FieldFault]:
    if entered.contribution_share is not None and not 0 < entered.contribution_share <= 1:
        yield _fault("contribution_share", "out-of-range", "比例须大于 0 且不超过 100%",
                     "above nought, at most 100 percent")  # fmt: skip
    if entered.top_up_below_fen is not None and entered.contribution_share is None:
        yield _fault("contribution_share", "missing", "约定补足线须同时约定补足份额",
                     "a line for topping up goes with the party's share of it")  # fmt: skip


def _plan_faults(
    entered: AgreementEntered, place: str, plan: tuple[Instalment, ...]
) -> Iterator[FieldFault]:
    seen: set[tuple[date, int, str]] = set()
    for nth, one in enumerate(plan):
        if one.due_on < entered.valid_from or (
            entered.valid_to is not None and one.due_on > entered.valid_to
        ):
            yield FieldFault((place, nth, "due_on"), "outside-the-agreement",
                             "日期不在协议有效期内", "the day is not one of the agreement's")  # fmt: skip
        said = (one.due_on, one.amount_fen, one.fee_kind)
        if said in seen:
            yield FieldFault((place, nth, "due_on"), "doubled", "与前一期重复",
                             "the same as one before")  # fmt: skip
        seen.add(said)


def _fault(place: str, code: str, zh: str, en: str) -> FieldFault:
    return FieldFault((place,), code, zh, en)
