"""What an approver may decide beside yes and no: a part of the amount, and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.applications.domain.life_cycle import State
from shared.life_cycle import Row
from shared.money import format_fen, group_fen, parse_fen
from shared.refusals import FieldFault, FieldsWrong, Refused

MOST_CONDITIONS: Final = 30

CONDITIONS_ARE_MET_IN: Final = frozenset(
    {State.APPROVED, State.CAPACITY_DECLINED, State.CAPACITY_RESERVED, State.PLEDGE_REGISTERED}
)
"""Between the approval and the disbursement."""


class MeetingNeeded(Refused):
    """The amount needs a joint meeting, and none that is concluded has approved the case."""

    code = "meeting-needed"


class ConditionsNotNow(Refused):
    """The case is not approved yet, or is paid out."""

    code = "conditions-not-now"


class NotAnswered(Refused):
    """There is nothing to confirm or refuse: nobody has said that the condition is met."""

    code = "condition-not-answered"


class ConditionConfirmed(Refused):
    """The condition is met; nothing more is said of it."""

    code = "condition-confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A smaller amount than the bank applied for, and why.

    `ip_amount_fen` is the part of it that IP is pledged for, where the contract states that in
    yuan: our own division of it would be nobody's word.
    """

    amount_fen: int
    ip_amount_fen: int | None = None
    reason: str = ""

    def as_data(self) -> dict[str, str | None]:
        """As the history keeps it while the case waits for a further signature."""
        ip_amount = self.ip_amount_fen
        return {
            "amount": format_fen(self.amount_fen),
            "ip_amount": None if ip_amount is None else format_fen(ip_amount),
            "reason": self.reason,
        }


def part_kept(kept: Mapping[str, str | None] | None) -> Part | None:
    """The part as the history has kept it; None for the whole."""
    if kept is None:
        return None
    ip_amount = kept["ip_amount"]
    return Part(
        amount_fen=parse_fen(kept["amount"] or ""),
        ip_amount_fen=None if ip_amount is None else parse_fen(ip_amount),
        reason=kept["reason"] or "",
    )


def approved_part(case: Row, part: Part | None) -> Mapping[str, Any]:
    """The columns that an approval of a part leaves; of the whole, none. Raises FieldsWrong.

    The pool reserves, and the bank disburses, up to `amount_fen`; `applied_fen` keeps what was
    applied for.
    """
    applied, stated = case["amount_fen"], case["ip_amount_fen"]
    if part is None or (part.amount_fen, part.ip_amount_fen) in (
        (applied, None),
        (applied, stated),
    ):
        return {}
    ip_amount = part.ip_amount_fen
    if ip_amount is None and stated == applied:
        ip_amount = part.amount_fen  # IP is pledged for the whole loan, whatever it comes to.
    if faults := _faults(part, applied=applied, stated=stated, ip_amount=ip_amount):
        raise FieldsWrong(faults)
    return {
        "amount_fen": part.amount_fen,
        "ip_amount_fen": ip_amount,
        "applied_fen": applied,
        "amount_reason": part.reason,
    }


def _faults(
    part: Part, *, applied: int, stated: int | None, ip_amount: int | None
) -> list[FieldFault]:
    faults = []
    if part.amount_fen >= applied:
        faults.append(
            FieldFault(("approved_amount",), "not-less", f"须小于申请金额 {group_fen(applied)} 元",
                       f"Must be less than the {group_fen(applied)} applied for.")
        )  # fmt: skip
    if not part.reason:
        faults.append(
            FieldFault(("amount_reason",), "reason-needed", "部分批准须写明理由",
                       "An approval of a part says why.")
        )  # fmt: skip
    if stated is not None and ip_amount is None:
        faults.append(
            FieldFault(("approved_ip_amount",), "ip-amount-needed",
                       "本案以金额约定知识产权部分，部分批准须重新写明该金额",
                       "The case states its IP part in yuan; state that of the approved part.")
        )  # fmt: skip
    if stated is None and ip_amount is not None:
        faults.append(
            FieldFault(("approved_ip_amount",), "ip-amount-not-stated",
                       "本案未以金额约定知识产权部分", "The case does not state its IP part in yuan.")
        )  # fmt: skip
    if ip_amount is not None and ip_amount > part.amount_fen:
        faults.append(
            FieldFault(("approved_ip_amount",), "over-amount", "不得大于批准金额",
                       "Must not be more than the approved amount.")
        )  # fmt: skip
    return faults


WHY_NOT_BEFORE: Final = FieldFault(
    ("why_not_before",), "why-not-before-needed",
    "本案已退回过：应一次告知全部补正事项，再次退回须写明为何首次未告知",
    "The case was returned before, with all that was to be mended; say why this was not said then.",
)  # fmt: skip
