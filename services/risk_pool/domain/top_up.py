"""Top-up calls (补仓通知): contributors are asked to bring the pool back, as they have agreed.

A contributor's agreement says under which available balance it tops up (补足线), and which part of the
sum is its own. Finance raises a call by two persons. Its amount is shared by the agreed parts, to the
fen by largest remainder. The parts are planned money (domain/planned_money.py) until they have come.
No measure that we know says more than "topped up every year by the loss paid" (programmes B.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import ClassVar, Final

from services.risk_pool.domain.planned_money import Planned, planned_item
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.money import format_fen, group_fen
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.decide.apportion import by_largest_remainder


class State(StrEnum):
    """Where a call is."""

    RAISED = "raised"
    CALLED = "called"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to a call."""

    RAISE = "raise"
    CALL = "call"
    REFUSE = "refuse"


_ANOTHER = "another person than who raised it"
_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})

LIFE_CYCLE: Final = LifeCycle(
    goal=State.CALLED,
    noun=Words("补仓通知", "top-up call"),
    moves=(
        Move(None, Action.RAISE, State.RAISED, _MAKER),
        Move(
            State.RAISED,
            Action.CALL,
            State.CALLED,
            _CHECKER,
            guards=(_ANOTHER,),
            tells=("top-up.called.v1",),
        ),
        Move(State.RAISED, Action.REFUSE, State.REFUSED, _CHECKER, guards=(_ANOTHER,)),
    ),
    guards={_ANOTHER: another_person_than("raised_by", zh="签发", en="the call")},
    states={
        State.RAISED: Words("待签发", "to be signed"),
        State.CALLED: Words("已签发", "called"),
        State.REFUSED: Words("不予签发", "refused"),
    },
    actions={
        Action.RAISE: Words("拟定", "raised"),
        Action.CALL: Words("签发", "called"),
        Action.REFUSE: Words("不予签发", "refused"),
    },
    waits={
        State.RAISED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人签发", "waits for a second person's call"),
        ),
    },
)

OPEN: Final = frozenset({State.RAISED})


class NobodyAgreedToTopUp(Refused):
    """No agreement of the day says who tops up, and from which balance on."""

    code: ClassVar[str] = "nobody-agreed-to-top-up"


class AboveTopUpLine(Refused):
    """The pool has, or is to get, as much as the line says."""

    code: ClassVar[str] = "above-top-up-line"


class CallOpen(Refused):
    """One call at a time: the last one is not decided."""

    code: ClassVar[str] = "call-open"


class CallOutdated(Refused):
    """The pool's money or the agreed parts have changed since the call was raised."""

    code: ClassVar[str] = "call-outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """Who has agreed to top up, by which part, and under which balance."""

    party_code: str
    share: Fraction
    below_fen: int | None
    """None: whenever the line of another contributor is passed."""
    agreement: str = ""
    """The number of the version that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The figures that a call rests on."""

    available_fen: int
    paid_in_fen: int
    claims_fen: int
    """What the pool has borne of losses so far."""
    called_fen: int
    """Called before and not come yet: it counts as if it was there, and is not called twice."""
    contributors: tuple[Contributor, ...]

    @property
    def line_fen(self) -> int | None:
        """The highest of the agreed lines; None where nobody has agreed to one."""
        lines = [one.below_fen for one in self.contributors if one.below_fen is not None]
        return max(lines, default=None)

    @property
    def expected_fen(self) -> int:
        return self.available_fen + self.called_fen

    @property
    def is_below(self) -> bool:
        """Whether a call may be raised. A balance that is exactly the line is not below it."""
        return self.line_fen is not None and self.expected_fen < self.line_fen

    @property
    def most_fen(self) -> int:
        """The most that may be called: back to what was paid in, or to the line where that is more."""
        return max(max(self.paid_in_fen, self.line_fen or 0) - self.expected_fen, 0)

    @property
    def bound(self) -> tuple[Contributor, ...]:
        """Those who are to pay: whose own line is passed, or who has none of its own."""
        return tuple(
            one
            for one in self.contributors
            if one.below_fen is None or self.expected_fen < one.below_fen
        )


def require_below(situation: Situation) -> None:
    """Raises NobodyAgreedToTopUp, AboveTopUpLine."""
    line_fen = situation.line_fen
    if line_fen is None:
        raise NobodyAgreedToTopUp(
            "没有生效的合作协议约定补足线和补足份额。",
            "No agreement in force says who tops up and under which balance.",
        )
    if not situation.is_below:
        raise AboveTopUpLine(
            f"可用余额 {group_fen(situation.available_fen)} 元，另有已通知未到账 "
            f"{group_fen(situation.called_fen)} 元，未低于补足线 {group_fen(line_fen)} 元。",
            f"{group_fen(situation.available_fen)} are available and "
            f"{group_fen(situation.called_fen)} called; the line is {group_fen(line_fen)}.",
            available=format_fen(situation.available_fen),
            called=format_fen(situation.called_fen),
            line=format_fen(line_fen),
        )


def require_call(situation: Situation, *, amount_fen: int, pay_by: date, today: date) -> None:
    """Raises NobodyAgreedToTopUp, AboveTopUpLine, FieldsWrong."""
    require_below(situation)
    faults = []
    if amount_fen > situation.most_fen:
        most = group_fen(situation.most_fen)
        faults.append(
            FieldFault(("amount",), "above-what-is-missing", f"最多可通知补足 {most} 元",
                       f"{most} at most are missing")
        )  # fmt: skip
    if pay_by <= today:
        faults.append(
            FieldFault(("pay_by",), "too-early", "缴付期限须晚于今日", "the day must lie ahead")
        )
    if faults:
        raise FieldsWrong(faults)


def shared_by(contributors: Sequence[Contributor], amount_fen: int) -> list[int]:
    """What each is to pay of the amount: in proportion to the agreed parts, the fen left over to the
    largest remainders. The sum is the amount."""
    whole = lcm(*(one.share.denominator for one in contributors))
    parts = [int(one.share * whole) for one in contributors]
    return by_largest_remainder(amount_fen, parts, sum(parts))


def parts_of(number: str, situation: Situation, *, amount_fen: int, pay_by: date) -> list[Planned]:
    """What a call asks of each contributor; nobody is asked for nothing."""
    bound = situation.bound
    shares = zip(bound, shared_by(bound, amount_fen), strict=True)
    asked = [(one, fen) for one, fen in shares if fen]
    return [
        Planned(
            reference=planned_item(number, position),
            direction="contribution",
            party_code=one.party_code,
            amount_fen=fen,
            due_on=pay_by,
        )
        for position, (one, fen) in enumerate(asked, start=1)
    ]
