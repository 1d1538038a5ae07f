"""What the risk pool answers about pools, as the reader of the API finds it."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.money import MONEY_NAMES, Fen

BreakerState = Literal["normal", "warned", "suspended", "suspended_by_hand"]
"""`suspended`: new entries of the bank are refused, or the pool takes none at all. By hand: until
two persons resume it."""


class Money(BaseModel):
    """An answer with amounts."""

    model_config = ConfigDict(**MONEY_NAMES)


class AgreedLine(Money):
    """A line as agreed, newest first."""

    line_fen: Fen
    pool_share_fen: Fen | None
    valid_from: date
    valid_to: date | None
    note: str


class PartyAnswer(Money):
    """A party of a pool."""

    code: str
    role: str
    name: str
    joined_on: date
    lines: list[AgreedLine]


class PoolInList(Money):
    """A pool in the list: bureau staff get the money, a bank its own line and exposure."""

    code: str
    name: str
    programme: str
    opened_on: date
    state: str = Field(
        description="open; stopped: no new entries for now; run_off: none any more, or from a day on; closed."
    )
    available_fen: Fen | None = None
    covered_fen: Fen | None = None
    reserved_fen: Fen | None = None
    escrow_fen: Fen | None = Field(None, description="Held in escrow for claims.")
    own: "BankStanding | None" = Field(None, description="For a bank: where it stands itself.")
    ceilings: "list[Ceiling] | None" = Field(
        None, description="With `ceilings=true`, for the bureau: what is used of each today."
    )


class BankStanding(Money):
    """Where one bank stands in a pool. Exposure is covered principal: loan times IP share."""

    bank_code: str
    name: str
    covered_fen: Fen = Field(
        description="Covered principal outstanding of loans paid out, by the ledger: each loan by itself."
    )
    reserved_fen: Fen = Field(description="Covered principal held for approved loans.")
    line_fen: Fen | None = Field(None, description="Its line today; none: none was agreed.")
    counted_once_fen: Fen = Field(
        0,
        description="What its loans and their renewals hold together: one debt, which uses the line "
        "and every limit once.",
    )
    room_fen: Fen | None = Field(
        None, description="Line less covered and reserved, `counted_once` only once."
    )
    breaker: BreakerState
    bad_fen: Fen = Field(description="Of the covered principal: substandard or worse.")
    bad_ratio_bp: int | None = Field(
        None, description="At the last month evaluated, in basis points."
    )
    evaluated_month: str | None = None
    minimum_line_fen: Fen | None = Field(
        None, description="What the bank undertook to lend for its part of the pool."
    )
    shortfall_fen: Fen | None = Field(
        None, description="By how much its line is below that; reported, never a refusal."
    )


class MinimumLeverage(Money):
    """What all banks together undertook to lend. Reported, never a reason to refuse."""

    multiple: str = Field(examples=["10"])
    required_fen: Fen
    committed_fen: Fen
    shortfall_fen: Fen
    source: str


class Ceiling(Money):
    """A limit of the pool's entries today and what is used of it."""

    limit: str
    allowed_fen: Fen
    used_fen: Fen
    room_fen: Fen
    source: str


class PoolAnswer(Money):
    """Where a pool stands today."""

    code: str
    name: str
    programme: str
    opened_on: date
    state: str
    own: BankStanding | None = None
    scheme_version: str | None = None
    closed_until: date | None = Field(None, description="The last day of the last settled month.")
    paid_in_fen: Fen | None = Field(None, description="All contributions.")
    available_fen: Fen | None = Field(
        None,
        description="contributions + interest + recoveries − claims − fees − subsidies − escrow − "
        "earmarked: what is free. What is held in escrow is not spent, and not available.",
    )
    cash_fen: Fen | None = Field(None, description="What lies in the dedicated account.")
    claims_fen: Fen | None = None
    recoveries_fen: Fen | None = None
    interest_fen: Fen | None = None
    fees_fen: Fen | None = None
    subsidies_fen: Fen | None = None
    escrow_fen: Fen | None = Field(None, description="Held in escrow until claims are settled.")
    earmarked_fen: Fen | None = Field(None, description="Approved, to be moved into escrow.")
    payable_fen: Fen | None = None
    receivable_fen: Fen | None = None
    covered_fen: Fen | None = None
    reserved_fen: Fen | None = None
    counted_once_fen: Fen | None = Field(
        None,
        description="Of `covered` and `reserved` together: what loans and their renewals both hold. "
        "It is one debt, and stands in the `used` of a ceiling once.",
    )
    undrawn_fen: Fen | None = Field(
        None, description="Of `reserved`: held for further draws of loans paid out in parts."
    )
    utilisation_bp: int | None = Field(
        None, description="Covered and reserved in basis points of what leverage allows."
    )
    leverage_bp: int | None = Field(
        None, description="Covered and reserved over available; 10000 is once."
    )
    ceilings: list[Ceiling] | None = None
    minimum_leverage: MinimumLeverage | None = None
    breaker: BreakerState | None = None
    available_ratio_bp: int | None = Field(None, description="Available over paid-in.")
    banks: list[BankStanding] | None = None
    transfers: int | None = Field(None, description="How many the ledger holds.")
