"""What `applications` says of firms on lists of dishonest or abnormal firms, to who lends to them.

The list itself is told to nobody: an event says of one entry that it is a firm's that a bank has
cases of, and is told to that bank.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event, register


class _OfEntry(Event):
    topic = "applications"

    entry_id: UUID
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    list_name: str = Field(examples=["judgment_defaulter"])
    list_zh: str
    list_en: str
    listed_on: date = Field(description="Since when the firm stands on the list.")
    list_date: date = Field(description="Of the list that was brought in: as of which day.")
    source: str

    @property
    def key(self) -> str:
        return f"{self.entry_id}:{self.bank_code}"

    @property
    def subject(self) -> str:
        return self.borrower_uscc


class FirmListedV1(_OfEntry):
    """A firm of a bank's stands on a list."""

    type = "firm.listed.v1"

    live_loans: tuple[str, ...] = Field(
        description="Case numbers of the bank's loans to it that are out, fifty at most."
    )


class FirmClearedV1(_OfEntry):
    """A firm of a bank's stands on a list no more, or never did."""

    type = "firm.cleared.v1"

    ended_on: date
    why: Literal["removed", "not_named", "credit_repair", "ruled_out"]


class _OfRepair(Event):
    topic = "applications"

    repair_id: UUID
    entry_id: UUID
    bank_code: str = Field(description='Who has asked: a bank, or "" for the bureau itself.')
    borrower_uscc: str
    borrower_name: str
    list_name: str = Field(examples=["judgment_defaulter"])
    list_zh: str
    list_en: str
    ground: Literal["corrected", "objection"]

    @property
    def key(self) -> str:
        return str(self.repair_id)

    @property
    def subject(self) -> str:
        return self.borrower_uscc


class CreditRepairRequestedV1(_OfRepair):
    """Somebody asks that an entry be ended."""

    type = "credit-repair.requested.v1"

    reason: str


class CreditRepairDecidedV1(_OfRepair):
    """Two persons have decided on a credit repair."""

    type = "credit-repair.decided.v1"

    granted: bool
    decided_on: date
    opinion: str


register((FirmListedV1, FirmClearedV1, CreditRepairRequestedV1, CreditRepairDecidedV1))
