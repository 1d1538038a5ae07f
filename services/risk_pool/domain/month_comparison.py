"""A month beside the one before it: per party and per kind of figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.life_cycle import Words

OF_STATEMENT: Final[Mapping[str, Words]] = {
    "to_receive_fen": Words("应收", "to receive"),
    "to_pay_fen": Words("应付", "to pay"),
    "net_fen": Words("轧差净额", "net"),
    "awaiting_payment_fen": Words("待拨付补偿", "approved, to be paid"),
    "earlier_fen": Words("前期未结", "of earlier months"),
}
"""From the reader's side; the two nets are positive to the reader and negative from it."""

OF_LOANS: Final[Mapping[str, Words]] = {
    "outstanding_fen": Words("贷款余额", "outstanding"),
    "covered_fen": Words("在保本金", "covered principal"),
    "overdue_fen": Words("逾期余额", "overdue"),
    "claimed_fen": Words("当月补偿", "compensated in the month"),
    "recovered_fen": Words("当月追回", "recovered in the month"),
}
KINDS: Final[Mapping[str, Words]] = {**OF_STATEMENT, **OF_LOANS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One kind of figure of one party in both months, in fen."""

    party_code: str
    kind: str
    now_fen: int
    before_fen: int

    @property
    def difference_fen(self) -> int:
        """This month less the last one."""
        return self.now_fen - self.before_fen


Figures = Mapping[str, Mapping[str, Any]]
"""Party → what a month has of it, by kind; amounts in fen."""


def compared(now: Figures, before: Figures) -> list[Compared]:
    """Every party of either month, each kind that is not nought in both."""
    found = []
    for party in sorted({*now, *before}):
        for kind in KINDS:
            both = (now.get(party, {}).get(kind, 0), before.get(party, {}).get(kind, 0))
            if any(both):
                found.append(
                    Compared(party_code=party, kind=kind, now_fen=both[0], before_fen=both[1])
                )
    return found
