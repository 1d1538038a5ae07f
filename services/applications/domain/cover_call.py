"""Calls for cover (补足担保): a loan is worth more than what its rights carry, and that is asked for.

The bureau or the bank asks for what is short by a day. The bank answers with measures, each with its
papers. Only figures cure a call: what the pledged rights carry, by their valuations and the scheme's
pledge rates, is worked out again (`domain/valuations.cover`), never stated. A right pledged
additionally and other collateral count once somebody of the bureau has accepted them. A cure that
falls away opens the call again. What is not cured is concluded by two persons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final

from services.applications.domain.submission import RightKey
from services.applications.domain.valuations import Cover
from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, Refused


class State(StrEnum):
    """Where a call stands."""

    ASKED = "asked"
    MEASURES_TAKEN = "measures_taken"
    CURED = "cured"
    PROPOSED = "proposed"
    CONCLUDED = "concluded"
    ENDED = "ended"


class Action(StrEnum):
    """What happens to a call."""

    ASK = "ask"
    ANSWER = "answer"
    JUDGE = "judge"
    RELEASE = "release"
    CURE = "cure"
    FALL_SHORT = "fall_short"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    CONCLUDE = "conclude"
    END = "end"


class Measure(StrEnum):
    """With what a bank answers."""

    RIGHT_PLEDGED = "right_pledged"
    PARTLY_REPAID = "partly_repaid"
    OTHER_COLLATERAL = "other_collateral"
    NEW_VALUATION = "new_valuation"


class Outcome(StrEnum):
    """To what a call comes that is not cured."""

    ESCALATED = "escalated"
    CALLED_IN = "called_in"
    LEFT_OPEN = "left_open"


S, A = State, Action
BANK, REVIEWER = "bank_operator", "reviewer"
BUREAU: Final = frozenset({REVIEWER, "pool_manager"})
CONCLUDES: Final = frozenset({"approver", "pool_manager"})
_BANK: Final = frozenset({BANK})
_MACHINE: Final = frozenset({SYSTEM_ROLE})
_ANOTHER: Final = "another person than the proposer"
_TELLS: Final = ("cover-call.changed.v1",)

LIFE_CYCLE: Final = LifeCycle(
    goal=State.CURED,
    noun=Words("补足担保通知", "call for cover"),
    moves=(
        Move(None, A.ASK, S.ASKED, BUREAU | _BANK, (), _TELLS),
        Move(S.ASKED, A.ANSWER, S.MEASURES_TAKEN, _BANK, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.ANSWER, S.MEASURES_TAKEN, _BANK, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.JUDGE, S.MEASURES_TAKEN, BUREAU, (), _TELLS),
        Move(S.ASKED, A.RELEASE, S.ASKED, BUREAU, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.RELEASE, S.MEASURES_TAKEN, BUREAU, (), _TELLS),
        Move(S.CURED, A.RELEASE, S.CURED, BUREAU, (), _TELLS),
        Move(S.ASKED, A.CURE, S.CURED, _MACHINE, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.CURE, S.CURED, _MACHINE, (), _TELLS),
        Move(S.PROPOSED, A.CURE, S.CURED, _MACHINE, (), _TELLS),
        Move(S.CURED, A.FALL_SHORT, S.ASKED, _MACHINE, (), _TELLS),
        Move(S.ASKED, A.PROPOSE, S.PROPOSED, BUREAU, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.PROPOSE, S.PROPOSED, BUREAU, (), _TELLS),
        Move(S.PROPOSED, A.SEND_BACK, S.ASKED, CONCLUDES, (), _TELLS),
        Move(S.PROPOSED, A.CONCLUDE, S.CONCLUDED, CONCLUDES, (_ANOTHER,), _TELLS),
        Move(S.ASKED, A.END, S.ENDED, _MACHINE, (), _TELLS),
        Move(S.MEASURES_TAKEN, A.END, S.ENDED, _MACHINE, (), _TELLS),
        Move(S.PROPOSED, A.END, S.ENDED, _MACHINE, (), _TELLS),
        Move(S.CURED, A.END, S.ENDED, _MACHINE, (), _TELLS),
    ),
    states={
        S.ASKED: Words("已通知补足", "asked for"),
        S.MEASURES_TAKEN: Words("银行已答复", "answered with measures"),
        S.CURED: Words("已补足", "cured"),
        S.PROPOSED: Words("已拟处理意见", "proposed for conclusion"),
        S.CONCLUDED: Words("已作出处理决定", "concluded"),
        S.ENDED: Words("贷款已了结", "ended with its loan"),
    },
    actions={
        A.ASK: Words("通知补足担保", "made"),
        A.ANSWER: Words("答复补足措施", "answered"),
        A.JUDGE: Words("认定补足措施", "judged in a measure"),
        A.RELEASE: Words("解除补足措施", "released of a measure"),
        A.CURE: Words("已补足", "cured"),
        A.FALL_SHORT: Words("再次不足", "opened again"),
        A.PROPOSE: Words("拟定处理意见", "proposed for conclusion"),
        A.SEND_BACK: Words("退回", "sent back"),
        A.CONCLUDE: Words("作出处理决定", "concluded"),
        A.END: Words("随贷款了结", "ended"),
    },
    waits={
        S.ASKED: Wait(roles=(BANK,), words=Words("银行补足担保", "the bank's measures")),
        S.MEASURES_TAKEN: Wait(
            roles=(REVIEWER,), words=Words("认定措施、重新计算", "measures to be judged")
        ),
        S.PROPOSED: Wait(
            roles=("approver", "pool_manager"),
            words=Words("另一人决定", "another person's decision"),
        ),
        # Nobody need do anything; the figures are looked at every day.
        S.CURED: Wait(roles=(), words=Words("已补足，逐日复核", "cured, and looked at every day")),
    },
    guards={_ANOTHER: another_person_than("proposed_by", zh="处理决定", en="the conclusion")},
)

LIVE: Final = frozenset(S) - LIFE_CYCLE.final
"""One of these at most for a loan."""
SHORT: Final = frozenset(LIFE_CYCLE.sources_of(A.CURE))
"""Cover is missing, as far as was known at the last look."""
TO_BE_JUDGED: Final = frozenset({Measure.RIGHT_PLEDGED, Measure.OTHER_COLLATERAL})
"""What no figure shows by itself."""


class NothingShort(Refused):
    """Cover is asked for where it is missing."""

    code: ClassVar[str] = "nothing-short"


class LoanNotOut(Refused):
    """Cover is asked for a loan that is out."""

    code: ClassVar[str] = "loan-not-out"


class CallExists(Refused):
    """A loan has one call at a time."""

    code: ClassVar[str] = "cover-call-exists"


class NotToJudge(Refused):
    """The measure is judged already, has ended, or is not of a sort that is judged."""

    code: ClassVar[str] = "measure-not-to-judge"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTaken:
    """What a bank has done to make up for what is short."""

    kind: Measure
    taken_on: date
    note: str
    amount_fen: int | None = None
    """What was repaid, or what the other collateral is worth."""
    right: RightKey | None = None
    right_name: str = ""
    registration_no: str = ""


def measure_faults(taken: MeasureTaken, *, today: date) -> list[FieldFault]:
    """What is missing of a measure, or does not belong to it."""
    faults = []
    if taken.taken_on > today:
        faults.append(FieldFault(("taken_on",), "in-future", "日期晚于今日", "The day lies ahead."))
    needs_amount = taken.kind in (Measure.PARTLY_REPAID, Measure.OTHER_COLLATERAL)
    faults += _asked_for("amount", taken.amount_fen is not None, is_asked=needs_amount)
    needs_right = taken.kind == Measure.RIGHT_PLEDGED
    faults += _asked_for("right", taken.right is not None, is_asked=needs_right)
    faults += _asked_for("registration_no", bool(taken.registration_no), is_asked=needs_right)
    return faults


def _asked_for(field: str, is_stated: bool, *, is_asked: bool) -> list[FieldFault]:
    if is_stated == is_asked:
        return []
    if is_asked:
        return [FieldFault((field,), "required", "该措施须填写此项", "This measure needs it.")]
    return [FieldFault((field,), "not-of-this-measure", "该措施不填此项", "Not of this measure.")]


def counted_faults(counted_fen: int | None, measure: Mapping[str, Any]) -> list[FieldFault]:
    """Other collateral is accepted with what it counts for, which is not more than was said."""
    if measure["measure"] != Measure.OTHER_COLLATERAL:
        return _asked_for("counted", counted_fen is not None, is_asked=False)
    if counted_fen is None:
        return _asked_for("counted", False, is_asked=True)
    if counted_fen > measure["amount_fen"]:
        return [FieldFault(("counted",), "more-than-stated", "高于银行填报的价值",
                           "More than the bank has stated.")]  # fmt: skip
    return []


def action_after(state: str, cover: Cover | None) -> Action | None:
    """What the figures of today do to a call; None: nothing. `cover`: None where the loan is out no
    longer."""
    if state not in LIVE:
        return None
    if cover is None:
        return Action.END
    if state in SHORT and not cover.shortfall_fen:
        return Action.CURE
    if state not in SHORT and cover.shortfall_fen:
        return Action.FALL_SHORT
    return None


NOTHING_PROPOSED: Final[Mapping[str, Any]] = {
    "outcome": "", "outcome_reason": "", "proposed_by": None, "proposed_name": None,
}  # fmt: skip
"""What a call keeps of a proposal where none stands."""


def figures(cover: Cover) -> dict[str, Any]:
    """The figures of a call as they are kept with it, amounts in fen."""
    return {
        "ip_part_fen": cover.ip_part_fen,
        "carried_fen": cover.carried_fen,
        "shortfall_fen": cover.shortfall_fen,
        "other_fen": cover.other_fen,
        "rights": [_of_right(one) for one in cover.rights],
    }


def _of_right(one: Any) -> dict[str, Any]:
    worth = one.worth
    return {
        "right_id": str(one.row["right_id"]),
        **{name: one.row[name] for name in ("kind", "number", "name")},
        "value_fen": worth.amount_fen if worth else None,
        "valued_on": str(worth.valued_on) if worth else None,
        "valid_until": str(worth.valid_until) if worth else None,
        "appraiser": worth.appraiser if worth else None,
        "pledge_rate_bp": None if one.rate is None else int(one.rate * 10_000),
        "carried_fen": one.carried.numerator // one.carried.denominator,
    }
