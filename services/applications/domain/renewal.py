"""A loan is renewed (续贷, also 无还本续贷): which loan may be, and what is one debt with which.

The renewal is a case of its own that names the case whose loan it renews. Both may hold the same
rights while both live: that is one pledge of one debt, not a second one. Whoever else asks for the
rights collides with them.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from services.applications.domain.data_quality import reports_due_on
from services.applications.domain.life_cycle import IS_SERVED, State
from services.applications.domain.submission import Renewed, Submission, Surroundings
from shared.calendar import WorkingDays
from shared.months import Month
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.schemes.terms import Terms

LONGEST_AFTER_END_DAYS: Final = 90
"""How long after its repayment a loan may still be renewed (assumed)."""
ENDED: Final = frozenset({State.REPAID, State.CLOSED})

_RULE: Final = "续贷规则（决策 0020）"
_FIELD: Final = "/renews"

RENEWED_UNKNOWN: Final = FieldFault(
    ("renews",), "renewed-unknown", "贵行没有这笔申请", "Your bank has no such application."
)


def faults(case: Submission, around: Surroundings) -> tuple[FieldFault, ...]:
    """That the case to be renewed is not the bank's."""
    return (RENEWED_UNKNOWN,) if case.renews is not None and around.renewed is None else ()


def renewed_above(line: int) -> FieldFault:
    """That an earlier row of the same file renews the loan."""
    return FieldFault(
        ("renews",), "renewed-already", f"所续贷款已由本文件第 {line} 行续贷",
        f"The loan is renewed by row {line} of this file already.",
    )  # fmt: skip


def rest_beside(renewed_fen: int, amount_fen: int) -> int:
    """What a renewed loan adds to its renewal, in fen: both are one debt, as large as the larger."""
    return max(renewed_fen - amount_fen, 0)


def may_be_renewed(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """The renewed loan is the same firm's in the same pool, out or repaid not long ago, renewed by
    nobody else, and no renewal itself of a loan that is still out."""
    renewed = around.renewed
    if renewed is None:
        return
    if renewed.pool_code != case.pool_code:
        yield _against(
            "renewed-in-other-pool", renewed, f"{renewed.number} 不属于本资金池",
            f"{renewed.number} is a case of another pool.",
        )  # fmt: skip
    if renewed.borrower_uscc != case.borrower.uscc:
        yield _against(
            "renewed-of-other-firm", renewed, f"{renewed.number} 的借款企业不是本企业",
            f"{renewed.number} is another firm's.",
        )  # fmt: skip
    if not _is_out_or_just_over(renewed, around.today):
        yield _against(
            "renewed-not-live", renewed,
            f"{renewed.number} 没有未结清的贷款，或结清已超过 {LONGEST_AFTER_END_DAYS} 天，或已获补偿",
            f"{renewed.number} has no loan that is out or was repaid in the last"
            f" {LONGEST_AFTER_END_DAYS} days.",
        )  # fmt: skip
    if renewed.renewed_by is not None:
        yield _against(
            "renewed-already", renewed, f"{renewed.number} 已由 {renewed.renewed_by} 续贷",
            f"{renewed.number} is renewed by {renewed.renewed_by} already.",
        )  # fmt: skip
    if renewed.renews_open is not None:
        yield _against(
            "renewed-chain-open", renewed,
            f"{renewed.number} 所续的 {renewed.renews_open} 尚未报送结清，请先报送",
            f"{renewed.renews_open}, which {renewed.number} renews, is not reported repaid yet.",
        )  # fmt: skip


def reported_repaid_by(
    disbursed_on: date, terms: Terms | None, working_days: WorkingDays
) -> date:  # fmt: skip
    """Until when the renewed loan is reported repaid: with the report of the month in which the
    renewal was paid out."""
    return reports_due_on(Month.of(disbursed_on), terms, working_days)


def _is_out_or_just_over(renewed: Renewed, today: date) -> bool:
    if renewed.state in IS_SERVED:
        return True
    last = (
        None if renewed.ended_on is None else renewed.ended_on + timedelta(LONGEST_AFTER_END_DAYS)
    )
    return renewed.state in ENDED and last is not None and today <= last


def _against(code: str, renewed: Renewed, zh: str, en: str) -> Finding:
    return Finding(
        code=code, source=_RULE, zh=zh, en=en, field=_FIELD, evidence={"renews": renewed.number}
    )  # fmt: skip
