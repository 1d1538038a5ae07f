"""A life cycle to test the machine with: a permit is asked for, reviewed, and granted or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shared.life_cycle import (
    Actor,
    LifeCycle,
    Move,
    Person,
    Refused,
    Row,
    Wait,
    Words,
    another_person_than,
)

READER = Actor("r-1", "读者", frozenset({"reader"}))
CLERK = Actor("c-1", "经办", frozenset({"clerk"}))
OTHER_CLERK = Actor("c-2", "复核", frozenset({"clerk", "archivist"}))


class Unpaid(Refused):
    """The fee has not been paid."""

    code = "unpaid"


def _paid(case: Row, by: Person) -> Refused | None:
    return None if case["is_paid"] else Unpaid("费用未缴。", "The fee has not been paid.")


_CLERK = frozenset({"clerk"})

LIFE_CYCLE = LifeCycle(
    noun=Words("许可", "permit"),
    moves=(
        Move(None, "ask", "asked", frozenset({"reader"}), tells=("pool.opened.v1",)),
        Move("asked", "review", "reviewed", _CLERK, guards=("paid",)),
        Move(
            "reviewed", "grant", "granted", _CLERK | {"archivist"},
            guards=("paid", "second_person"),
            tells=("settlement.confirmed.v1", "pool.resumed.v1"),
        ),
        Move("reviewed", "refuse", "refused", _CLERK),
        Move("asked", "refuse", "refused", _CLERK),
    ),
    states={
        "asked": Words("已申请", "asked for"),
        "reviewed": Words("已审核", "reviewed"),
        "granted": Words("已批准", "granted"),
        "refused": Words("已拒绝", "refused"),
    },
    actions={
        "ask": Words("申请", "asked for"),
        "review": Words("审核", "reviewed"),
        "grant": Words("批准", "granted"),
        "refuse": Words("拒绝", "refused"),
    },
    waits={
        "asked": Wait(roles=("clerk",), words=Words("等待审核", "waits for review")),
        "reviewed": Wait(
            roles=("clerk",), words=Words("等待批准", "waits to be granted"), step="grant",
            working_days=5,
        ),
    },
    guards={
        "paid": _paid,
        "second_person": another_person_than("reviewed_by", zh="批准", en="the grant"),
    },
)  # fmt: skip


@dataclass(frozen=True)
class Permit:
    """A permit's row, as guards and events read it."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str, /) -> Any:
        return self.values[name]


def permit(state: str | None = "reviewed", **values: Any) -> Permit:
    """A permit whose fee is paid and that CLERK has reviewed."""
    return Permit({"state": state, "is_paid": True, "reviewed_by": CLERK.subject, **values})


def in_five_days(wait: Wait) -> date | None:
    """A programme's rule: the grant has a time limit, the review has none."""
    return date(2026, 4, 7) if wait.step == "grant" else None


def altered(action: str, source: str | None, /, **changes: Any) -> LifeCycle:
    """The life cycle with one of its moves changed."""
    moves = tuple(
        replace(move, **changes) if (move.action, move.source) == (action, source) else move
        for move in LIFE_CYCLE.moves
    )
    assert moves != LIFE_CYCLE.moves, "nothing was altered"
    mutant = replace(LIFE_CYCLE)
    # Past the checks that would refuse a table of which a state or a guard is no longer used.
    object.__setattr__(mutant, "moves", moves)
    return mutant
