"""What a month lacks before it can be confirmed, or what a person should know of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shared.life_cycle import Words
from shared.money import format_fen, group_fen
from shared.months import Month
from shared.said_numbers import month_said

POSITION_MISSING = "position-missing"
"""The one finding that is expensive to look for: kept from the preview, where it was found."""

RECEIVABLE_OPEN = "receivable-open"
PAYABLE_OPEN = "payable-open"
"""What a posted month left a party to pay or to receive, and money has not settled."""

DISPUTE_OPEN = "dispute-open"
"""A line of a posted month that its party disputes, and nobody has decided."""

REMINDED_OF = frozenset({POSITION_MISSING, RECEIVABLE_OPEN})
"""What a bank mends itself, and is reminded of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFinding:
    """Something a month lacks, or that a person should know before confirming it."""

    code: str
    blocking: bool
    zh: str
    en: str
    party_code: str = ""
    """The party that it concerns, "" for the pool as a whole."""
    party_name: str = ""
    count: int = 0
    amount_fen: int = 0
    numbers: tuple[str, ...] = ()
    """The first of the cases concerned, by the numbers people use."""

    def as_data(self) -> dict[str, Any]:
        """Plain data for a refusal, money as a decimal string."""
        return {
            "code": self.code,
            "blocking": self.blocking,
            "zh": self.zh,
            "en": self.en,
            "party_code": self.party_code,
            "party_name": self.party_name,
            "count": self.count,
            "amount": format_fen(self.amount_fen),
            "numbers": list(self.numbers),
        }

    @property
    def line_zh(self) -> str:
        """In Chinese, with the party that it concerns."""
        return f"{self.party_name or self.party_code} {self.zh}".strip()

    @property
    def line_en(self) -> str:
        """In English, with the party that it concerns."""
        return f"{self.party_name or self.party_code} {self.en}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesFound:
    """Cases of one bank that a search has come upon, counted and added up."""

    bank_code: str
    count: int
    amount_fen: int
    numbers: tuple[str, ...]


def positions_missing(found: CasesFound) -> MonthFinding:
    """Covered loans without a position for the month."""
    return _of(
        found,
        code=POSITION_MISSING,
        blocking=True,
        zh=f"{found.count} 笔在保贷款缺少当月余额报告",
        en=f"{found.count} covered loans have no position for the month",
    )


def recoveries_unconfirmed(found: CasesFound) -> MonthFinding:
    """Recoveries that were received in the month and wait for confirmation."""
    return _of(
        found,
        code="recovery-unconfirmed",
        blocking=True,
        zh=f"{found.count} 笔已报告的追偿回款尚未确认",
        en=f"{found.count} reported recoveries wait for confirmation",
    )


def claims_unpaid(found: CasesFound) -> MonthFinding:
    """Claims that are approved, and paid by their own payment."""
    return _of(
        found,
        code="claim-unpaid",
        blocking=False,
        zh=f"{found.count} 笔补偿已批准未拨付",
        en=f"{found.count} claims are approved and unpaid",
    )


def claims_undecided(found: CasesFound) -> MonthFinding:
    """Claims that will fall into a later month."""
    return _of(
        found,
        code="claim-undecided",
        blocking=False,
        zh=f"{found.count} 笔补偿尚未审批",
        en=f"{found.count} claims are undecided",
    )


def earlier_month_open(month: Month) -> MonthFinding:
    """A month before this one has facts and is not posted."""
    return MonthFinding(
        code="earlier-month-open",
        blocking=True,
        zh=f"{month_said(month, 'zh')}尚未结账，须先结账",
        en=f"{month} has not been settled yet and comes first",
        numbers=(str(month),),
    )


def cash_short(*, cash_fen: int, missing_fen: int) -> MonthFinding:
    """Even after collecting, the account could not pay everybody. Posting moves no cash, so it holds
    nothing up; what is paid later is looked at then."""
    return MonthFinding(
        code="cash-short",
        blocking=False,
        zh=f"专户余额 {group_fen(cash_fen)} 元，收齐应收后仍缺 {group_fen(missing_fen)} 元",
        en=f"the account holds {group_fen(cash_fen)}; even after collecting it lacks "
        f"{group_fen(missing_fen)}",
        amount_fen=missing_fen,
    )


def producer_behind(producer: Words, month: Month, *, until: date | None) -> MonthFinding:
    """A producer has not said yet that the month's last day is over."""
    return MonthFinding(
        code="producer-behind",
        blocking=True,
        zh=f"{producer.zh}尚未报告 {month_said(month, 'zh')}已结束（最后报告：{until or '无'}）",
        en=f"{producer.en} has not said yet that {month} is over (last said: {until or 'nothing'})",
    )


def events_missing(producer: Words, missing: Mapping[Month, int]) -> MonthFinding:
    """A producer has told more than has arrived: lost, or late."""
    return MonthFinding(
        code="events-missing",
        blocking=True,
        zh=f"{producer.zh} "
        + "、".join(
            f"{month_said(month, 'zh')}的消息尚差 {count} 条" for month, count in missing.items()
        ),
        en="; ".join(
            f"{count} messages of {month} from {producer.en} have not arrived"
            for month, count in missing.items()
        ),
        count=sum(missing.values()),
    )


def events_parked(count: int, numbers: tuple[str, ...]) -> MonthFinding:
    """Messages for this pool that could not be applied wait in the parking."""
    return MonthFinding(
        code="events-parked",
        blocking=True,
        zh=f"{count} 条消息处理失败，暂存待处理",
        en=f"{count} messages could not be applied and are parked",
        count=count,
        numbers=numbers[:20],
    )


def _of(found: CasesFound, *, code: str, blocking: bool, zh: str, en: str) -> MonthFinding:
    return MonthFinding(
        code=code,
        blocking=blocking,
        zh=zh,
        en=en,
        party_code=found.bank_code,
        count=found.count,
        amount_fen=found.amount_fen,
        numbers=found.numbers,
    )


def named(findings: Iterable[MonthFinding], names: Mapping[str, str]) -> list[MonthFinding]:
    """The same, each with its party's name beside the code."""
    return [replace(one, party_name=names.get(one.party_code, one.party_code)) for one in findings]


def blocking(findings: Iterable[MonthFinding]) -> tuple[MonthFinding, ...]:
    """Those that keep a month from being confirmed."""
    return tuple(finding for finding in findings if finding.blocking)
