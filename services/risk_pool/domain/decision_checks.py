"""What a decision looks at again: the cover, the bank's last report, money that has come in since.

Between filing and decision months can pass. Where the loan stands better now than was claimed,
nobody approves what was claimed as if nothing had happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.risk_pool.domain.claim_filed import Position
from services.risk_pool.domain.coverage import IN_COVER, LETS_GO, Action
from shared.life_cycle import Row
from shared.money import format_fen, group_fen
from shared.refusals import Refused
from shared.risk_classes import is_at_least
from shared.said_numbers import month_said


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One fact that is not as it was claimed any more."""

    code: str
    zh: str
    en: str
    field: str
    claimed: str
    now: str

    def as_data(self) -> dict[str, str]:
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "field": self.field,
            "claimed": self.claimed,
            "now": self.now,
        }


class ClaimFactsMoved(Refused):
    """The loan stands better than was claimed; what was claimed and what is now, in `moved`."""

    code = "claim-facts-moved"

    def __init__(self, moved: tuple[Moved, ...]) -> None:
        super().__init__(
            "申请后事实已变化：" + "；".join(one.zh.rstrip("。") for one in moved) + "。",
            "The facts have moved since the claim: " + " ".join(one.en for one in moved),
            moved=[one.as_data() for one in moved],
        )


def moved_since(
    claim: Row, loan: Row, position: Position | None, *, principal_fen: int, received_fen: int
) -> tuple[Moved, ...]:
    """What speaks against approving this principal now, all at once.

    `received_fen` is money on the loan that was reported since the claim was filed.
    """
    return tuple(_moved(claim, loan, position, principal_fen, received_fen))


def _moved(
    claim: Row, loan: Row, position: Position | None, principal_fen: int, received_fen: int
) -> Iterator[Moved]:
    if loan["state"] not in IN_COVER:
        yield _out_of_cover(loan)
    if position is not None and position.outstanding_principal_fen < principal_fen:
        yield _smaller(position, principal_fen)
    claimed = claim["facts"].get("risk_class")
    if position is not None and claimed and not is_at_least(position.risk_class, claimed):
        yield Moved(
            code="risk-class-better",
            zh=f"{month_said(position.month, 'zh')}月报的五级分类好于申请时。",
            en=f"The risk class reported for {position.month} is better than the one claimed.",
            field="/facts/risk_class",
            claimed=claimed,
            now=position.risk_class,
        )
    if received_fen:
        yield Moved(
            code="money-received",
            zh=f"申请后已报告收回款项 {group_fen(received_fen)} 元。",
            en=f"Since the claim, {group_fen(received_fen)} yuan were reported as received.",
            field="/outstanding_principal",
            claimed="0.00",
            now=format_fen(received_fen),
        )


def reason_to_hold(
    claim: Row, *, repaid_on: date | None, position: Position | None
) -> Moved | None:
    """Why an approved claim is not paid for now; None where nothing speaks against it.

    What a person has looked at and released does not hold it again.
    """
    released_fen = claim["released_principal_fen"]
    seen_fen = claim["approved_principal_fen"] if released_fen is None else released_fen
    if repaid_on is not None and seen_fen > 0:
        return _repaid(repaid_on)
    if position is not None and position.outstanding_principal_fen < seen_fen:
        return _smaller(position, claim["approved_principal_fen"])
    return None


def adjustment_proposed(principal_fen: int) -> Moved:
    """Somebody says that what was approved is wrong: nothing is paid before another has decided."""
    return Moved(
        code="adjustment-proposed",
        zh="该补偿有更正待决定，决定前暂缓拨付。",
        en="An adjustment of the claim waits to be decided; nothing is paid before.",
        field="/outstanding_principal",
        claimed=format_fen(principal_fen),
        now=format_fen(principal_fen),
    )


def _out_of_cover(loan: Row) -> Moved:
    if loan["release_reason"] == LETS_GO[Action.REPAY]:
        return _repaid(loan["released_on"])
    return Moved(
        code="loan-not-covered",
        zh="贷款已不在风险补偿覆盖范围内。",
        en="The loan is not covered any more.",
        field="/loan_id",
        claimed="active",
        now=loan["state"],
    )


def _repaid(on: date) -> Moved:
    return Moved(
        code="loan-repaid",
        zh=f"贷款已于 {on} 结清。",
        en=f"The loan was repaid on {on}.",
        field="/loan_id",
        claimed="active",
        now="repaid",
    )


def _smaller(position: Position, principal_fen: int) -> Moved:
    was_fen, now_fen = principal_fen, position.outstanding_principal_fen
    return Moved(
        code="principal-lower",
        zh=f"{month_said(position.month, 'zh')}月报的未还本金 {group_fen(now_fen)} 元，低于 {group_fen(was_fen)} 元。",
        en=f"The principal reported for {position.month} is {group_fen(now_fen)}, "
        f"below {group_fen(was_fen)}.",
        field="/outstanding_principal",
        claimed=format_fen(was_fen),
        now=format_fen(now_fen),
    )


def fields_of(position: Position | None) -> dict[str, Any] | None:
    """The bank's last report, as a trial shows it."""
    if position is None:
        return None
    return {
        "month": position.month,
        "outstanding_principal": format_fen(position.outstanding_principal_fen),
        "overdue_days": position.overdue_days,
        "risk_class": position.risk_class,
    }
