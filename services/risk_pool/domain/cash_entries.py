"""Money paid into or out of the dedicated account by hand: contributions, interest, fees."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.ledger import Transfer
from shared.money import format_fen
from shared.refusals import Refused

Kind = Literal["contribution", "interest", "fee"]


class DateNotYet(Refused):
    """Money was booked for a day to come."""

    code: ClassVar[str] = "date-not-yet"
    status: ClassVar[int] = 422


class BeforeOpening(Refused):
    """Money was booked for a day before the pool was opened."""

    code: ClassVar[str] = "before-opening"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class CashEntry:
    """What finance enters: money that came in, or went out, on a day."""

    kind: Kind
    amount_fen: int
    day: date
    note: str = ""
    party_code: str | None = None
    """Who paid a contribution."""

    @property
    def leaves_the_account(self) -> bool:
        """Whether it is paid out of the account."""
        return self.kind == "fee"

    def require_day(self, *, opened_on: date, today: date) -> None:
        """Raises DateNotYet, BeforeOpening."""
        if self.day > today:
            raise DateNotYet(
                f"{self.day} 尚未到来", f"{self.day} is still to come.", day=self.day.isoformat()
            )
        if self.day < opened_on:
            raise BeforeOpening(
                f"资金池于 {opened_on} 设立,不能记 {self.day} 的款项",
                f"The pool was opened on {opened_on}; nothing can be booked for {self.day}.",
                opened_on=opened_on.isoformat(),
            )

    def explanation(self, number: str) -> dict[str, Any]:
        """What was entered, as it is kept with the people who entered it."""
        return {
            "decision": self.kind,
            "number": number,
            "amount": format_fen(self.amount_fen),
            "party_code": self.party_code or "",
            "day": self.day.isoformat(),
            "note": self.note,
        }

    def transfer(self, number: str, explanation_id: UUID) -> Transfer:
        """How it is booked."""
        debit, credit = {
            "contribution": (accounts.CASH, accounts.contribution_of(self.party_code or "-")),
            "interest": (accounts.CASH, accounts.INTEREST),
            "fee": (accounts.FEES, accounts.CASH),
        }[self.kind]
        return Transfer(
            reference=f"{self.kind}:{number}",
            debit=debit,
            credit=credit,
            amount_fen=self.amount_fen,
            business_date=self.day,
            kind=self.kind,
            explanation_id=explanation_id,
        )
