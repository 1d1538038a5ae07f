"""What `risk_pool` says of a month on its way: sent back, what a party lacks, matched, closed."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfMonth, OfPool
from shared.money import MONEY_NAMES


class SettlementSentBackV1(OfMonth):
    """Whoever was to sign or post a month has sent it back: it is mended, and confirmed anew."""

    type = "settlement.sent-back.v1"

    reason: str
    sent_back_by: str = Field(description="Their name.")
    confirmed_by: str = Field(description="Who had confirmed it, by subject.")


class SettlementMatchedV1(OfMonth):
    """Money has settled everything that a posted month left; it can be closed."""

    type = "settlement.matched.v1"

    matched_on: date


class SettlementUnmatchedV1(OfMonth):
    """A receipt or payment was taken back: something the month left is open again."""

    type = "settlement.unmatched.v1"

    item: str = Field(examples=["settlement:dongli:2026-03:ICBC"])
    party_name: str


class SettlementClosedV1(OfMonth):
    """Books and account agree to the month's end: the month is done with."""

    type = "settlement.closed.v1"

    closed_on: date


class MissingOfMonth(BaseModel):
    """One thing that a party lacks for a month."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    code: str = Field(examples=["position-missing"])
    zh: str
    en: str
    count: int
    numbers: tuple[str, ...] = Field(description="The first of the cases, by their numbers.")


class SettlementReminderV1(OfPool):
    """Finance reminds a party of what the settlement of a month lacks from it."""

    type = "settlement.reminder.v1"

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    bank_code: str = Field("", description="The party, where it is a bank.")
    party_code: str
    party_name: str
    missing: tuple[MissingOfMonth, ...]
    reminded_by: str


register(
    (
        SettlementSentBackV1,
        SettlementMatchedV1,
        SettlementUnmatchedV1,
        SettlementClosedV1,
        SettlementReminderV1,
    )
)
