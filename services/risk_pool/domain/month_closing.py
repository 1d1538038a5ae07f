"""What a posted month lacks before it is closed: money for what it left, and an account that agrees."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.risk_pool.domain.account_reconciliation import Reconciliation
from services.risk_pool.domain.month_findings import (
    DISPUTE_OPEN,
    PAYABLE_OPEN,
    RECEIVABLE_OPEN,
    MonthFinding,
)
from services.risk_pool.domain.open_items import OpenItem
from shared.money import group_fen


def items_open(items: Iterable[OpenItem]) -> list[MonthFinding]:
    """What the month left that money has not settled, party by party."""
    return [
        MonthFinding(
            code=RECEIVABLE_OPEN if item.direction == "receivable" else PAYABLE_OPEN,
            blocking=True,
            zh=f"{_WAYS[item.direction][0]} {group_fen(item.open_fen)} 元尚未结清",
            en=f"{group_fen(item.open_fen)} {_WAYS[item.direction][1]} and not settled",
            party_code=item.party_code,
            count=1,
            amount_fen=item.open_fen,
            numbers=(item.reference,),
        )
        for item in items
        if item.open_fen
    ]


_WAYS = {
    "receivable": ("应收", "are owed by it"),
    "payable": ("应付", "are owed to it"),
    "set_aside": ("待转保证金", "are to be set aside"),
}


def disputed(found: Iterable[Mapping[str, Any]]) -> list[MonthFinding]:
    """What parties hold to be wrong and nobody has decided; paid or not, it may change."""
    return [
        MonthFinding(
            code=DISPUTE_OPEN,
            blocking=True,
            zh=f"争议 {one['number']}（{group_fen(one['difference_fen'])} 元）尚未决定",
            en=f"the dispute {one['number']} over {group_fen(one['difference_fen'])} is undecided",
            party_code=one["party_code"],
            count=1,
            amount_fen=one["difference_fen"],
            numbers=(one["number"],),
        )
        for one in found
    ]


def account_off(found: Reconciliation) -> list[MonthFinding]:
    """What stands between books and account at the month's end and nobody has worked off since."""
    findings = []
    if not found.is_covered:
        findings.append(
            _finding(
                "statement-missing",
                zh=f"专户对账单未覆盖至 {found.on}（最后：{found.covered_until or '无'}）",
                en=f"the statements of the account do not reach {found.on} "
                f"(last: {found.covered_until or 'none'})",
            )
        )
    if not found.adds_up:
        off_fen = found.difference_fen - found.explained_fen
        findings.append(
            _finding(
                "account-unexplained",
                zh=f"{found.on} 账面与银行余额之差有 {group_fen(off_fen)} 元未能说明",
                en=f"{group_fen(off_fen)} between the books and the account on {found.on} are "
                "not explained",
                amount_fen=abs(off_fen),
            )
        )
    lines = [one for one in found.on_account_only if one.booked_on is None]
    if lines:
        findings.append(
            _finding(
                "line-unmatched",
                zh=f"专户 {len(lines)} 笔流水未核对",
                en=f"{len(lines)} lines of the account are not matched",
                count=len(lines),
                amount_fen=sum(abs(one.open_fen) for one in lines),
                numbers=tuple(one.reference or str(one.day) for one in lines[:20]),
            )
        )
    unseen = [one for one in found.in_books_only if one.seen_on is None]
    if unseen:
        findings.append(
            _finding(
                "movement-unseen",
                zh=f"账面 {len(unseen)} 笔收付专户尚未显示",
                en=f"the account has not shown {len(unseen)} movements of the books",
                count=len(unseen),
                amount_fen=sum(abs(one.open_fen) for one in unseen),
                numbers=tuple(one.reference for one in unseen[:20]),
            )
        )
    return findings


def _finding(
    code: str,
    *,
    zh: str,
    en: str,
    count: int = 0,
    amount_fen: int = 0,
    numbers: tuple[str, ...] = (),
) -> MonthFinding:
    return MonthFinding(
        code=code,
        blocking=True,
        zh=zh,
        en=en,
        count=count,
        amount_fen=amount_fen,
        numbers=numbers,
    )
