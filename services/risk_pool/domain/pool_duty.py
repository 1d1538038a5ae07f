"""Which pools somebody of the bureau looks after, as a case: said by one person, agreed by another.

Who somebody is and what he may do stays with the identity provider. Here two persons say which pools are
his to look after from a day on; what he sees is what the token and the duty both allow. A duty is never
changed: a later one takes its place, and one that names every pool leaves all that the token says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.people import same_person
from shared.refusals import FieldFault, FieldsWrong, Refused

ALL: Final = "*"
"""Every pool that the token says."""
MOST_POOLS: Final = 100


class State(StrEnum):
    """Where a duty stands."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done with a duty."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_PROPOSES = frozenset({"pool_manager", "admin"})
_DECIDES = frozenset({"pool_manager", "approver", "admin"})
_NOT_THE_PROPOSER = "another person than the proposer"
_NOT_FOR_ONESELF = "another person than the one whose duty it is"

LIFE_CYCLE = LifeCycle(
    goal=State.AGREED,
    noun=Words("经办范围", "duty of pools"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, _PROPOSES),
        Move(
            State.PROPOSED,
            Action.APPROVE,
            State.AGREED,
            _DECIDES,
            guards=(_NOT_THE_PROPOSER, _NOT_FOR_ONESELF),
            tells=("pool_duty.given.v1",),
        ),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, _DECIDES),
        Move(State.PROPOSED, Action.WITHDRAW, State.REFUSED, _PROPOSES),
    ),
    guards={
        _NOT_THE_PROPOSER: another_person_than("proposed_by", zh="批准", en="approving"),
        _NOT_FOR_ONESELF: another_person_than("person", zh="批准", en="approving"),
    },
    states={
        State.PROPOSED: Words("已提出，待批准", "proposed"),
        State.AGREED: Words("已批准", "agreed"),
        State.REFUSED: Words("未采用", "refused"),
    },
    actions={
        Action.PROPOSE: Words("提出", "proposed"),
        Action.APPROVE: Words("批准", "approved"),
        Action.REFUSE: Words("退回", "refused"),
        Action.WITHDRAW: Words("撤回", "withdrawn"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("pool_manager", "approver"),
            words=Words("等待另一人批准", "waits for a second person to approve it"),
        ),
    },
)


class DutyIsForAll(Refused):
    """Who gives pools to look after belongs to all of them: else he could give what is not his."""

    code: ClassVar[str] = "duty-for-all-pools"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What is proposed: whose it is, which pools (`*`: all that the token says), from which day on."""

    person: str
    pools: tuple[str, ...]
    from_day: date

    def require_sensible(
        self, *, known: Collection[str], by: str, seen_at: str | None, today: date
    ) -> None:
        """Raises FieldsWrong with everything that is wrong. `known` are the codes of pools, `seen_at` is
        the institution with which the person was last seen, None for nobody yet."""
        faults = [*self._faults_of_pools(known), *self._faults_of_person(by, seen_at)]
        if self.from_day < today:
            faults.append(
                FieldFault(
                    ("from_day",), "day-is-past", "生效日须为今天或以后",
                    "The first day must be today or later.",
                )
            )  # fmt: skip
        if faults:
            raise FieldsWrong(faults)

    def _faults_of_pools(self, known: Collection[str]) -> Sequence[FieldFault]:
        if ALL in self.pools and len(self.pools) > 1:
            return [
                FieldFault(
                    ("pools",), "all-pools-alone", "“全部资金池”不能与具体资金池同时选择",
                    "Every pool stands alone: name no other beside it.",
                )
            ]  # fmt: skip
        return [
            FieldFault(
                ("pools", at), "no-such-pool", f"没有资金池 {one}", f"There is no pool {one}."
            )
            for at, one in enumerate(self.pools)
            if one != ALL and one not in known
        ]

    def _faults_of_person(self, by: str, seen_at: str | None) -> Sequence[FieldFault]:
        if same_person(self.person, by):
            return [
                FieldFault(
                    ("person",), "own-duty", "本人的经办范围须由他人提出",
                    "Another person proposes what is yours to look after.",
                )
            ]  # fmt: skip
        if seen_at not in (None, ALL):
            return [
                FieldFault(
                    ("person",), "person-not-of-bureau", "该账号不是主管部门人员",
                    "This account is not one of the bureau's people.",
                )
            ]  # fmt: skip
        return []
