"""What entitles to claim, by when each step is due, how recovered money returns, and breakers."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Annotated, Literal

from shared.schemes.rules.declare import Code, OneOf, Party, RiskClass, Says, Share, Within
from shared.schemes.vocabulary import MARKS, Words


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """One way to be entitled to claim: everything in it must hold."""

    code: Code
    risk_class_at_least: RiskClass | None = None
    overdue_days_above: Annotated[int | None, Within(0, 3650)] = None
    months_non_performing: Annotated[int | None, Within(1, 120)] = None
    lawsuit_accepted: Annotated[bool, Says("法院已受理起诉", "a lawsuit accepted by the court")] = (
        False
    )
    called_early: Annotated[bool, Says("已宣布贷款提前到期", "the loan called early")] = False
    loss_confirmed: Annotated[
        bool, Says("上级已确认损失", "the loss confirmed by the higher level")
    ] = False
    written_off: Annotated[bool, Says("已核销", "the loan written off")] = False
    enforcement_ended: Annotated[bool, Says("已终结执行", "enforcement ended")] = False
    guarantor_has_paid: Annotated[bool, Says("担保机构已代偿", "payment by the guarantor")] = False
    insurer_notified: Annotated[bool, Says("已通知保险公司", "notice to the insurer")] = False
    source: str = ""

    def faults(self) -> Iterator[Words]:
        asked = (getattr(self, item.name) for item in fields(self)[1:-1])
        if all(value is None or value is False for value in asked):
            yield Words("这一项触发条件什么也没有要求", "this trigger asks for nothing")


_WAYS = ("working_days", "calendar_days", "months", "day_of_next_month")


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a step must be done, counted from what began it; exactly one of the ways is set."""

    working_days: Annotated[int | None, Within(1, 250)] = None
    calendar_days: Annotated[int | None, Within(1, 1000)] = None
    months: Annotated[int | None, Within(1, 60)] = None
    day_of_next_month: Annotated[int | None, Within(1, 31)] = None
    source: str = ""
    mark: Annotated[str, OneOf(MARKS)] = ""

    @property
    def is_none(self) -> bool:
        """Whether it says expressly that the step has no time limit."""
        return self == NO_DEADLINE

    def faults(self) -> Iterator[Words]:
        if sum(getattr(self, way) is not None for way in _WAYS) != 1:
            yield Words(
                f"期限写法须且只能选一种：{'、'.join(_WAYS)}",
                f"write exactly one of: {', '.join(_WAYS)}",
            )


NO_DEADLINE = Deadline()
"""What `<step>: none` is read into."""


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """Lines of a breaker as exact ratios. `trips` says on which side of a line trouble is."""

    trips: Literal["above", "below"]
    warn: Share
    stop: Share
    resume: Share
    month_ends: Annotated[int, Within(1, 24)] = 1
    """For how many month-ends running the figure must be better than the resume line."""

    def faults(self) -> Iterator[Words]:
        if self.trips == "above" and max(self.resume, self.warn) > self.stop:
            yield Words(
                "预警线、停止线、恢复线的次序不对：预警线和恢复线都不应高于停止线",
                "the lines are out of order: warn and resume may not lie above stop",
            )
        if self.trips == "below" and min(self.resume, self.warn) < self.stop:
            yield Words(
                "预警线、停止线、恢复线的次序不对：预警线和恢复线都不应低于停止线",
                "the lines are out of order: warn and resume may not lie below stop",
            )


@dataclass(frozen=True, slots=True)
class RecoveryRule:
    """How recovered money goes back."""

    by: Party = "bank"
    order: Literal["pro_rata", "statutory"] = "pro_rata"
    counts_uncovered: bool = True
    """Whether principal beyond the covered part counts as borne by its bearer."""
