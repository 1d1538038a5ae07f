"""Run-off of a pool (存续清算): no new cover from a day on, what is covered lives on, the rest is given back.

One person proposes it with a day and a reason, another confirms. When nothing is left that the pool
stands for, its money is distributed to the contributors by what they have paid in, again by two persons.
The measures say that what is left goes back at the end (programmes A.1, `gz_guiyang`); by which parts
none says (assumed: as paid in, to the fen by largest remainder).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from services.risk_pool.domain.ledger import Transfer, contribution_of, payable_to
from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.decide.apportion import by_largest_remainder

DISTRIBUTED_KIND: Final = "distribution"
"""What the transfers are called that turn contributions into what is owed to their contributors."""


class State(StrEnum):
    """Where a run-off is."""

    PROPOSED = "proposed"
    RUNNING = "running"
    REFUSED = "refused"
    TO_DISTRIBUTE = "to_distribute"
    DISTRIBUTED = "distributed"
    CLOSED = "closed"


class Action(StrEnum):
    """What is done in a run-off."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    PROPOSE_DISTRIBUTION = "propose_distribution"
    DISTRIBUTE = "distribute"
    SEND_BACK = "send_back"
    CLOSE = "close"


_MANAGER = frozenset({"pool_manager"})
_DECIDES = frozenset({"approver", "finance_checker"})
_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})
_NOT_PROPOSER = "another person than the proposer"
_NOT_MAKER = "another person than who proposed the distribution"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.CLOSED,
    noun=Words("存续清算", "run-off"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, _MANAGER),
        Move(
            State.PROPOSED,
            Action.CONFIRM,
            State.RUNNING,
            _DECIDES,
            guards=(_NOT_PROPOSER,),
            tells=("pool.run-off.v1",),
        ),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, _DECIDES, guards=(_NOT_PROPOSER,)),
        Move(State.RUNNING, Action.PROPOSE_DISTRIBUTION, State.TO_DISTRIBUTE, _MAKER),
        Move(
            State.TO_DISTRIBUTE,
            Action.DISTRIBUTE,
            State.DISTRIBUTED,
            _CHECKER,
            guards=(_NOT_MAKER,),
        ),
        Move(State.TO_DISTRIBUTE, Action.SEND_BACK, State.RUNNING, _CHECKER, guards=(_NOT_MAKER,)),
        Move(State.DISTRIBUTED, Action.CLOSE, State.CLOSED, _MANAGER, tells=("pool.closed.v1",)),
    ),
    guards={
        _NOT_PROPOSER: another_person_than("proposed_by", zh="确认", en="the confirmation"),
        _NOT_MAKER: another_person_than("distribution_by", zh="复核", en="the distribution"),
    },
    states={
        State.PROPOSED: Words("待确认", "to be confirmed"),
        State.RUNNING: Words("清算期", "in run-off"),
        State.REFUSED: Words("未予同意", "refused"),
        State.TO_DISTRIBUTE: Words("分配待复核", "distribution proposed"),
        State.DISTRIBUTED: Words("已分配，待付清", "distributed"),
        State.CLOSED: Words("已关闭", "closed"),
    },
    actions={
        Action.PROPOSE: Words("提出", "proposed"),
        Action.CONFIRM: Words("确认", "confirmed"),
        Action.REFUSE: Words("不予同意", "refused"),
        Action.PROPOSE_DISTRIBUTION: Words("提出分配", "distribution proposed"),
        Action.DISTRIBUTE: Words("复核分配", "distributed"),
        Action.SEND_BACK: Words("退回", "sent back"),
        Action.CLOSE: Words("关闭资金池", "closed"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人确认", "waits for a second person's confirmation"),
        ),
        State.RUNNING: Wait(
            roles=("finance_maker",),
            words=Words("在保业务结清后提出分配", "waits until nothing is left to stand for"),
            stands=True,
        ),
        State.TO_DISTRIBUTE: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人复核分配", "waits for a second person's decision"),
        ),
        State.DISTRIBUTED: Wait(
            roles=("pool_manager",),
            words=Words("付清后关闭", "waits until everything is paid"),
            stands=True,
        ),
    },
)

LIVE: Final = frozenset(
    {State.PROPOSED, State.RUNNING, State.TO_DISTRIBUTE, State.DISTRIBUTED, State.CLOSED}
)
"""A pool has one run-off at most that was not refused."""

BEGINS: Final = frozenset({State.RUNNING})


class RunOffOpen(Refused):
    """The pool has a run-off already."""

    code: ClassVar[str] = "run-off-open"


class SomethingLeft(Refused):
    """The pool still stands for something, or owes or is owed."""

    code: ClassVar[str] = "something-left"


class DistributionOutdated(Refused):
    """Money has moved since the distribution was proposed."""

    code: ClassVar[str] = "distribution-outdated"


class NotPaidOut(Refused):
    """A pool is closed when its account is empty and nobody is owed anything."""

    code: ClassVar[str] = "not-paid-out"


def require_day(from_day: date, *, today: date) -> None:
    """Nothing that was covered is uncovered afterwards. Raises FieldsWrong."""
    if from_day < today:
        raise FieldsWrong(
            [FieldFault(("from_day",), "too-early", "不得早于今日", "it cannot begin before today")]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left in a pool: exposure and money in fen, cases by their number."""

    covered_fen: int
    reserved_fen: int
    escrow_fen: int
    payable_fen: int
    receivable_fen: int
    suspense_fen: int
    claims_open: int
    recoveries_open: int
    adjustments_open: int
    subsidies_open: int
    cash_entries_open: int
    cash_fen: int
    available_fen: int

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What keeps the money from being distributed, by name."""
        return tuple(
            name
            for name in (
                "covered_fen", "reserved_fen", "escrow_fen", "payable_fen", "receivable_fen",
                "suspense_fen", "claims_open", "recoveries_open", "adjustments_open",
                "subsidies_open", "cash_entries_open",
            )
            if getattr(self, name)
        )  # fmt: skip


LEFT_WORDS: Final[Mapping[str, Words]] = {
    "covered_fen": Words("在保本金", "covered principal"),
    "reserved_fen": Words("预留额度", "reserved capacity"),
    "escrow_fen": Words("保证金", "escrow"),
    "payable_fen": Words("应付", "payables"),
    "receivable_fen": Words("应收", "receivables"),
    "suspense_fen": Words("暂收款项", "money in suspense"),
    "claims_open": Words("未办结的补偿", "open claims"),
    "recoveries_open": Words("未确认的追偿", "unconfirmed recoveries"),
    "adjustments_open": Words("待决定的更正", "open adjustments"),
    "subsidies_open": Words("未办结的补贴", "open subsidies"),
    "cash_entries_open": Words("待放行的收付", "cash entries to be released"),
}


def require_nothing_left(left: Left) -> None:
    """Raises SomethingLeft, naming what is."""
    if not left.unfinished:
        assert left.cash_fen == left.available_fen, "all that is left is the pool's own money"
        return
    zh = "、".join(LEFT_WORDS[name].zh for name in left.unfinished)
    en = ", ".join(LEFT_WORDS[name].en for name in left.unfinished)
    raise SomethingLeft(
        f"尚有{zh}，不能分配。",
        f"There is something left: {en}.",
        left=[name.removesuffix("_fen") for name in left.unfinished],
    )


def shares_of(available_fen: int, contributed: Mapping[str, int]) -> dict[str, int]:
    """What each contributor gets of what is left: in proportion to what it has paid in, the fen left
    over to the largest remainders. What nobody has paid in cannot be given back."""
    paying = {party: fen for party, fen in sorted(contributed.items()) if fen > 0}
    if available_fen <= 0 or not paying:
        return {}
    parts = by_largest_remainder(available_fen, list(paying.values()), sum(paying.values()))
    return {party: fen for party, fen in zip(paying, parts, strict=True) if fen}


def distribution_transfers(
    pool_code: str, shares: Mapping[str, int], *, day: date, explanation_id: UUID
) -> tuple[Transfer, ...]:
    """Contributions become debts of the pool. The month's statement asks for them, and its payment
    settles them, as with everything that the pool owes."""
    return tuple(
        Transfer(
            reference=f"distribution:{pool_code}:{party}",
            debit=contribution_of(party),
            credit=payable_to(party),
            amount_fen=fen,
            business_date=day,
            kind=DISTRIBUTED_KIND,
            explanation_id=explanation_id,
        )
        for party, fen in shares.items()
    )
