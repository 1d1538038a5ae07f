"""Adjustments (更正): recorded decisions of two persons that book back what a claim has booked.

A claim that was approved wrongly is clawed back, an ineligible loan excluded. Nothing that is
booked changes: new transfers of the first open month say the opposite, each naming what it adjusts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from services.risk_pool.domain.claim import USES_CAPS
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, FieldsWrong, Refused

PROPOSER = frozenset({"finance_maker"})
DECIDER = frozenset({"finance_checker"})


class Kind(StrEnum):
    """What an adjustment does."""

    CLAW_BACK = "claw_back"
    EXCLUDE = "exclude"
    LATE_MONEY = "late_money"
    ESCROW_SETTLEMENT = "escrow_settlement"


KIND_WORDS: Mapping[str, Words] = {
    Kind.CLAW_BACK: Words("追回补偿款", "claw-back"),
    Kind.EXCLUDE: Words("剔除不合格贷款", "exclusion of the loan"),
    Kind.LATE_MONEY: Words("批准前收回的款项", "money received before the approval"),
    Kind.ESCROW_SETTLEMENT: Words("保证金清算", "settlement of escrow"),
}


REVERSES = frozenset({Kind.CLAW_BACK, Kind.EXCLUDE})
"""Everything is booked back, and the claim is reversed."""


class State(StrEnum):
    """Where an adjustment is."""

    PROPOSED = "proposed"
    DECIDED = "decided"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to an adjustment."""

    PROPOSE = "propose"
    DECIDE = "decide"
    REFUSE = "refuse"


_NOT_THE_PROPOSER = "another person than the proposer"

LIFE_CYCLE = LifeCycle(
    goal=State.DECIDED,
    noun=Words("更正", "adjustment"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, PROPOSER, tells=("adjustment.proposed.v1",)),
        Move(
            State.PROPOSED,
            Action.DECIDE,
            State.DECIDED,
            DECIDER,
            guards=(_NOT_THE_PROPOSER,),
            tells=("adjustment.decided.v1",),
        ),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, DECIDER),
    ),
    guards={_NOT_THE_PROPOSER: another_person_than("proposed_by", zh="决定", en="the decision")},
    states={
        State.PROPOSED: Words("待决定", "to be decided"),
        State.DECIDED: Words("已决定并入账", "decided and booked"),
        State.REFUSED: Words("不予更正", "refused"),
    },
    actions={
        Action.PROPOSE: Words("提出更正", "proposed"),
        Action.DECIDE: Words("决定更正", "decided"),
        Action.REFUSE: Words("不予更正", "refused"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人决定", "waits for another person's decision"),
        )
    },
)

OPEN = frozenset({State.PROPOSED})
"""Not decided yet: a claim has one of these at most."""

SEEN_BY_BANKS = frozenset({State.DECIDED})
"""What a bank learns of its claim's adjustments."""


class NothingToAdjust(Refused):
    """A claim that has booked nothing, or is reversed already."""

    code: ClassVar[str] = "nothing-to-adjust"


class AdjustmentOpen(Refused):
    """One adjustment of a claim is decided before the next is proposed."""

    code: ClassVar[str] = "adjustment-open"


def require_adjustable(claim_state: str) -> None:
    """Raises NothingToAdjust."""
    if claim_state not in USES_CAPS:
        raise NothingToAdjust(
            "该补偿申请没有已批准的补偿可以更正。",
            "The claim has no approved compensation to adjust.",
            state=claim_state,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What somebody of finance proposes for an approved claim."""

    kind: str
    reason: str
    evidence: str
    """Where the proof is: a file number, a judgment, an audit's finding."""
    amount_fen: int | None = None
    """Of late money: what was received before the approval."""
    received_on: date | None = None

    def require_of_its_kind(self) -> None:
        """An amount of another kind would change nothing; who states one means late money.

        Raises FieldsWrong.
        """
        if self.kind == Kind.LATE_MONEY:
            return
        stated = {"amount": self.amount_fen, "received_on": self.received_on}
        faults = [
            FieldFault(
                (name,), "not-of-this-kind", "只有“批准前收回的款项”填写此项",
                "Only late money says this.",
            )
            for name, value in stated.items()
            if value is not None
        ]  # fmt: skip
        if faults:
            raise FieldsWrong(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one party bore and had back, and how it stands afterwards, in fen."""

    party: str
    party_code: str
    bore_fen: int
    had_back_fen: int
    bears_fen: int
    keeps_back_fen: int
    gets_fen: int
    """By the settlement: positive what it gets, negative what it pays."""
