"""A bank's report about the orders of a payment file, and whether it can be taken as it is.

It is taken as a whole or not at all: every row that speaks of no order of ours, or twice of one, is
named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from services.risk_pool.domain.payment_order import BANK_SAYS, LIFE_CYCLE, REPORTED
from shared.life_cycle import Row
from shared.refusals import Refused


class StatusUnreadable(Refused):
    """The file as a whole is no report that we can read."""

    code: ClassVar[str] = "payment-status-unreadable"
    status: ClassVar[int] = 422


class StatusUnknown(Refused):
    """The report is about a message that no released file of the pool is."""

    code: ClassVar[str] = "payment-file-unknown"
    status: ClassVar[int] = 422


class StatusKnown(Refused):
    """The same report, or one of the same number, has been taken already."""

    code: ClassVar[str] = "payment-status-known"


class StatusRowsWrong(Refused):
    """Rows that speak of no order of the file, twice of one, or say what cannot be."""

    code: ClassVar[str] = "payment-status-rows-wrong"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedOrder:
    """What the bank says of one order."""

    line: int
    end_to_end: str
    status: str
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One pain.002. `of_all` where it speaks of the whole file only."""

    message: str
    of_message: str
    orders: tuple[ReportedOrder, ...]
    of_all: ReportedOrder | None = None

    def of(self, end_to_ends: Sequence[str]) -> tuple[ReportedOrder, ...]:
        """What it says of each order."""
        if self.of_all is None:
            return self.orders
        return tuple(
            replace(self.of_all, line=line, end_to_end=one)
            for line, one in enumerate(end_to_ends, start=1)
        )


def judged(said: Sequence[ReportedOrder], orders: Mapping[str, Row]) -> list[dict[str, Any]]:
    """What becomes of every row: `taken`, `known` (the order is there already), `refused`."""
    seen: set[str] = set()
    rows = []
    for one in said:
        outcome, zh, en = _outcome(one, orders.get(one.end_to_end), doubled=one.end_to_end in seen)
        seen.add(one.end_to_end)
        rows.append(
            {"line": one.line, "end_to_end": one.end_to_end, "status": one.status,
             "outcome": outcome, "zh": zh, "en": en}
        )  # fmt: skip
    return rows


def _outcome(one: ReportedOrder, order: Row | None, *, doubled: bool) -> tuple[str, str, str]:
    if order is None:
        return "refused", "文件中没有该付款指令", "no order of the file"
    if doubled:
        return "refused", "同一指令在回执中出现两次", "the order stands twice in the report"
    action = BANK_SAYS.get(one.status)
    if action is None:
        return "refused", f"状态无法识别：{one.status or '空'}", f"no status we know: {one.status}"
    if order["state"] == REPORTED[action]:
        return "known", "状态未变", "nothing new"
    if action not in {move.action for move in LIFE_CYCLE.moves if move.source == order["state"]}:
        state = LIFE_CYCLE.states[order["state"]]
        return "refused", f"指令现为“{state.zh}”", f"the order is {state.en}"
    return "taken", "已更新", "taken"


def require_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Raises StatusRowsWrong with every row."""
    wrong = [one for one in rows if one["outcome"] == "refused"]
    if wrong or not rows:
        raise StatusRowsWrong(
            f"{len(wrong)} 行有误，整份回执未采用。" if wrong else "回执未载明任何状态。",
            f"{len(wrong)} rows are wrong; nothing of the report is taken."
            if wrong
            else "The report says no status.",
            rows=list(rows),
        )
