"""A loan's maturity is moved by decision: the bank asks, one person recommends, another decides."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal, get_args

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.months import add_months
from shared.refusals import FieldFault

Kind = Literal["extension", "restructuring"]
"""展期: a later maturity. 重组: further terms change too, by the plan."""
KINDS: Final = get_args(Kind)


class State(StrEnum):
    """Where an asked change stands."""

    REQUESTED = "requested"
    RECOMMENDED = "recommended"
    APPROVED = "approved"
    REFUSED = "refused"


class Action(StrEnum):
    """What moves an asked change."""

    REQUEST = "request"
    RECOMMEND = "recommend"
    APPROVE = "approve"
    REFUSE = "refuse"


S, A = State, Action
BANK, REVIEWER, APPROVER = "bank_operator", "reviewer", "approver"
_ANOTHER: Final = "another than who recommended"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.APPROVED,
    noun=Words("贷款变更", "change of a loan"),
    moves=(
        Move(None, A.REQUEST, S.REQUESTED, frozenset({BANK})),
        Move(S.REQUESTED, A.RECOMMEND, S.RECOMMENDED, frozenset({REVIEWER})),
        Move(
            S.RECOMMENDED, A.APPROVE, S.APPROVED, frozenset({APPROVER}), (_ANOTHER,),
            ("loan.extended.v1",),
        ),
        Move(S.RECOMMENDED, A.REFUSE, S.REFUSED, frozenset({APPROVER}), (_ANOTHER,)),
    ),
    states={
        S.REQUESTED: Words("已申请", "asked for"),
        S.RECOMMENDED: Words("已提出意见", "recommended"),
        S.APPROVED: Words("已同意", "approved"),
        S.REFUSED: Words("未同意", "refused"),
    },
    actions={
        A.REQUEST: Words("申请", "asked for"),
        A.RECOMMEND: Words("提出意见", "recommended"),
        A.APPROVE: Words("同意", "approved"),
        A.REFUSE: Words("不同意", "refused"),
    },
    waits={
        S.REQUESTED: Wait(
            roles=(REVIEWER,), words=Words("审查人员提出意见", "the reviewer's opinion"),
            working_days=5, source="假定",
        ),
        S.RECOMMENDED: Wait(
            roles=(APPROVER,), words=Words("另一人审批", "a second person to decide"),
            working_days=5, source="假定",
        ),
    },
    guards={_ANOTHER: another_person_than("recommended_by", zh="审批", en="the decision")},
)  # fmt: skip


UNDECIDED: Final = frozenset({State.REQUESTED, State.RECOMMENDED})
"""A loan has one change here at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the bank asks for. `papers` are stored ones, as they are kept."""

    kind: Kind
    matures_on: date
    reason: str
    plan: str
    papers: tuple[dict[str, str], ...] = ()


def change_faults(
    change: Change, *, disbursed_on: date, matured_on: date, longest_months: int | None,
    first_right_ends_on: date,
) -> tuple[FieldFault, ...]:  # fmt: skip
    """What speaks against a new maturity; asked when it is requested and when it is decided.

    Later than the one before, within the programme's longest tenor, and before the first of the
    pledged rights ends (专利权质押登记办法).
    """
    faults: list[FieldFault] = []
    place = ("matures_on",)
    if change.matures_on <= matured_on:
        faults.append(
            FieldFault(place, "not-later", f"新的到期日须晚于 {matured_on}",
                       f"The new maturity must be later than {matured_on}.")
        )  # fmt: skip
    if longest_months is not None:
        latest = add_months(disbursed_on, longest_months)
        if change.matures_on > latest:
            faults.append(
                FieldFault(place, "beyond-tenor", f"超出方案最长期限（最迟 {latest}）",
                           f"Beyond the programme's longest tenor: {latest}.")
            )  # fmt: skip
    if change.matures_on > first_right_ends_on:
        faults.append(
            FieldFault(place, "right-ends-before-loan",
                       f"质押权利于 {first_right_ends_on} 届满，早于新的到期日",
                       f"A pledged right ends on {first_right_ends_on}, before the loan.")
        )  # fmt: skip
    return tuple(faults)
