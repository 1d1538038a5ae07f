"""What `risk_pool` says: capacity, claims, recoveries, breakers and settlements."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.calendar import CalendarChange
from shared.contracts.envelope import Event, register
from shared.contracts.of_pool import OfLoan, OfMonth, OfPool
from shared.contracts.parties_called import PartyCalled
from shared.money import MONEY_NAMES, Fen, NonNegativeFen, PositiveFen


class LimitReached(BaseModel):
    """A limit that left no room: what it allows, what is used, what was asked for."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    limit: str = Field(examples=["maximum_leverage"])
    allowed_fen: Fen
    used_fen: Fen
    requested_fen: Fen
    source: str = ""
    zh: str = ""
    en: str = ""


class PoolOpenedV1(OfPool):
    """A pool stands and takes entries under its scheme."""

    type = "pool.opened.v1"

    name: str
    programme: str
    opened_on: date
    prefix: str = Field(
        "", examples=["DL"], description="What the numbers of its cases begin with; no other's do."
    )
    parties: tuple[PartyCalled, ...] = Field(
        default=(), description="Who takes part from the first day."
    )


class SchemePublishedV1(Event):
    """Two persons have published a version of a programme's measure: by these bytes every loan
    approved from that day on is judged. Who hears it recomputes the hash."""

    topic = "risk_pool"
    type = "scheme.published.v1"

    programme: str
    number: int = Field(ge=1, description="The version's number within the programme.")
    in_force_from: date
    sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="Of the text's bytes in UTF-8; with a common text, of both, NUL between them.",
    )
    text: str
    common_text: str = Field("", description='The text of the file it extends; "" for none.')
    published_on: date

    @property
    def key(self) -> str:
        return self.programme


class DayOfCalendar(BaseModel):
    """A day that is worked, or free, whatever its weekday says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    is_working: bool


class CalendarChangedV1(Event):
    """Two persons have changed the calendar of working days: single days, or, with a year, the State
    Council's notice for it with all its days. Deadlines that run are counted anew."""

    topic = "risk_pool"
    type = "calendar.changed.v1"

    number: int = Field(ge=1)
    year: int | None
    days: list[DayOfCalendar]
    reason: str = Field(description="The notice, or why the days are changed.")
    approved_on: date

    @property
    def key(self) -> str:
        return "calendar"

    @property
    def change(self) -> CalendarChange:
        """What it changes, as a service's database keeps it."""
        return CalendarChange(
            number=self.number,
            days={one.day: one.is_working for one in self.days},
            year=self.year,
            source=self.reason,
        )


class _PoolBreaker(OfPool):
    available_fen: Fen
    paid_in_fen: Fen
    on: date
    cause: str = Field("figures", examples=["figures", "by-hand"])
    reason: str = Field("", description="By hand: what the two persons say.")


class PoolWarnedV1(_PoolBreaker):
    """The pool's available balance fell below its warning line."""

    type = "pool.warned.v1"


class PoolStoppedV1(_PoolBreaker):
    """The pool takes no new entries until its balance is restored, or two persons resume it."""

    type = "pool.stopped.v1"


class PoolResumedV1(_PoolBreaker):
    """The pool takes entries again."""

    type = "pool.resumed.v1"


class _Bank(OfPool):
    bank_code: str
    bad_principal_fen: NonNegativeFen
    covered_principal_fen: NonNegativeFen
    line_bp: int = Field(description="The line that was crossed, in basis points; 0 for none.")
    on: date
    cause: str = Field("figures", examples=["figures", "reports-missing", "by-hand"])
    reason: str = Field("", description="By hand: what the two persons say.")
    estimated_loans: int = Field(
        0, description="Loans whose report was missing; they count by their last known class."
    )


class BankReportsMissingV1(OfPool):
    """The day for a month's reports has passed, and loans of a bank lack theirs."""

    type = "bank.reports-missing.v1"

    bank_code: str
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    missing_loans: int = Field(gt=0)
    loans: int = Field(gt=0, description="All the bank's loans in cover at the month's end.")
    due_on: date
    silent_months: int = Field(
        0, description="Months running, with this one, without any report of the bank."
    )


class BankWarnedV1(_Bank):
    """A bank's covered loans are worse than the warning line."""

    type = "bank.warned.v1"


class BankSuspendedV1(_Bank):
    """A bank's new entries are refused until its loans are better than the resume line."""

    type = "bank.suspended.v1"


class BankResumedV1(_Bank):
    """A bank may enter loans again."""

    type = "bank.resumed.v1"


class CoverageReservedV1(OfLoan):
    """Capacity is held for a loan until a day."""

    type = "coverage.reserved.v1"

    amount_fen: PositiveFen
    reserved_until: date
    scheme_version: str


class CoverageDeclinedV1(OfLoan):
    """There is no room for a loan; the limits that bind are named, the tightest first.

    Where every one of them can give way, the loan waits in line for room, and
    coverage.reserved.v1 follows when its turn comes.
    """

    type = "coverage.declined.v1"

    amount_fen: PositiveFen
    limits: tuple[LimitReached, ...]
    waiting: bool = False
    place: int | None = Field(None, description="Waiting: its place in the line, from 1.")
    waits_until: date | None = Field(
        None, description="Waiting: the last day on which the approval is valid."
    )


class CoverageActivatedV1(OfLoan):
    """The loan is paid out and covered."""

    type = "coverage.activated.v1"

    amount_fen: PositiveFen
    activated_on: date = Field(description="From which day on it is covered.")
    scheme_version: str = Field(
        "", description="Of a loan that was filed after it was paid out: the terms that bind it."
    )


class CoverageReleasedV1(OfLoan):
    """A loan is no longer covered, or its capacity no longer held."""

    type = "coverage.released.v1"

    amount_fen: NonNegativeFen
    reason: str = Field(
        examples=["withdrawn", "expired", "rejected", "repaid", "claimed", "undone"]
    )


class CoverageReopenedV1(OfLoan):
    """A loan that was let go as repaid is in cover again: it was not repaid."""

    type = "coverage.reopened.v1"

    amount_fen: NonNegativeFen
    reopened_on: date
    reason: str


class StatementLine(BaseModel):
    """What a month leaves one party to pay (negative) or to receive (positive)."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party_code: str
    party_role: str
    party_name: str = ""
    net_fen: Fen


class SettlementConfirmedV1(OfMonth):
    """Finance has confirmed a month; a second person signs."""

    type = "settlement.confirmed.v1"


class SettlementPostedV1(OfMonth):
    """A month is signed and posted, and never changes again."""

    type = "settlement.posted.v1"

    statements: tuple[StatementLine, ...]
    posted_on: date
    due_on: date | None = Field(None, description="By when what it leaves is to be paid.")
    papers_follow: bool = Field(
        False, description="Its signed statements are told in `statement.signed.v1`."
    )


class StatementFile(BaseModel):
    """A signed statement as a file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: str = Field(examples=["zh"])
    filename: str
    pdf: str = Field(description="Its bytes, in base64.")


class StatementSignedV1(OfMonth):
    """The statement of one party of a posted month is signed: for the pack that goes to it by mail."""

    type = "statement.signed.v1"

    party_code: str = Field(description="A bank, or the pool itself.")
    bank_code: str = Field("", description="The party, where it is a bank.")
    statements: tuple[StatementLine, ...] = Field(description="As `settlement.posted.v1` has them.")
    posted_on: date
    due_on: date | None = None
    files: tuple[StatementFile, ...] = Field(
        description="By language. One that is too large for a letter is left out."
    )


class ReceivableOverdueV1(OfPool):
    """The day has passed on which a party should have paid what its statement asks for."""

    type = "receivable.overdue.v1"

    bank_code: str = Field("", description="The party, where it is a bank.")
    party_code: str
    party_role: str
    party_name: str
    reference: str = Field(examples=["settlement:dongli:2026-03:ICBC"])
    open_fen: NonNegativeFen
    since: date
    due_on: date
    days_overdue: int = Field(gt=0)


class PaymentRejectedV1(OfPool):
    """The bank that keeps the account does not carry out a payment order."""

    type = "payment.rejected.v1"

    file_id: UUID
    file_number: str = Field(examples=["DL-P-2026-0001"])
    end_to_end: str = Field(examples=["DL-K-2026-0001"])
    item: str = Field(examples=["claim:DL-C-2026-0001"])
    party_code: str
    party_name: str
    amount_fen: NonNegativeFen
    reason_code: str = Field("", description="ISO 20022 ExternalStatusReason1Code.")
    reason: str = Field("", description="In the bank's own words.")
    what_to_do_zh: str
    what_to_do_en: str
    is_booked: bool = Field(
        False, description="The payment had been booked; it is reversed by two persons first."
    )


class _Dispute(OfPool):
    dispute_id: UUID
    dispute_number: str = Field(examples=["DL-Y-2026-0001"])
    bank_code: str = Field("", description="The party, where it is a bank.")
    party_code: str
    party_role: str
    party_name: str
    month: str = Field(examples=["2026-03"])
    item: str = Field(
        examples=["settlement:dongli:2026-03:ICBC"],
        description="What the month left the party to pay or to get; empty where it left nothing.",
    )
    line_seq: int = Field(description="The number of the disputed line.")
    line_amount_fen: PositiveFen
    right_fen: NonNegativeFen = Field(description="What the party holds to be right.")
    difference_fen: PositiveFen = Field(description="What waits for the decision.")
    reason: str


class DisputeFiledV1(_Dispute):
    """A party disputes a line of its posted statement; the difference waits apart."""

    type = "dispute.filed.v1"


class DisputeDecidedV1(_Dispute):
    """Two persons have decided a dispute: what was upheld is booked, the rest is due again."""

    type = "dispute.decided.v1"

    upheld_fen: NonNegativeFen
    due_again_fen: NonNegativeFen
    due_again_on: date | None = None
    booked_on: date | None = None
    opinion: str


class DisputeWithdrawnV1(_Dispute):
    """A dispute was taken back: its amount is due as it was."""

    type = "dispute.withdrawn.v1"


register(
    (
        PoolOpenedV1,
        SchemePublishedV1,
        CalendarChangedV1,
        PoolWarnedV1,
        PoolStoppedV1,
        PoolResumedV1,
        BankWarnedV1,
        BankSuspendedV1,
        BankResumedV1,
        BankReportsMissingV1,
        CoverageReservedV1,
        CoverageDeclinedV1,
        CoverageActivatedV1,
        CoverageReleasedV1,
        CoverageReopenedV1,
        SettlementConfirmedV1,
        SettlementPostedV1,
        StatementSignedV1,
        ReceivableOverdueV1,
        PaymentRejectedV1,
        DisputeFiledV1,
        DisputeDecidedV1,
        DisputeWithdrawnV1,
    )
)
