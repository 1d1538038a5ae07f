"""What the risk pool answers about reports, as the reader of the API finds it."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.risk_pool.api.responses import Money
from shared.money import Fen


class Said(BaseModel):
    """The same in Chinese and in English."""

    zh: str
    en: str


class ReportColumn(Said):
    """A column: money is a decimal string in yuan, a percentage a whole number of basis points."""

    name: str
    unit: Literal["text", "count", "money", "percent"]


class ReportCell(BaseModel):
    """One figure; none: not known, or nothing to divide by."""

    value: int | str | None
    href: str | None = Field(description="The list that the figure counts.")


class ReportLine(Said):
    """A row."""

    key: str
    href: str | None
    cells: dict[str, ReportCell]


class ReportTable(Said):
    """Rows under columns, and their total."""

    code: str
    first_column: Said
    columns: list[ReportColumn]
    rows: list[ReportLine]
    total: ReportLine | None
    charted: str


class ReportAnswer(Said):
    """A report of a pool. `notes` name what is not known, and where it is."""

    code: str
    pool_code: str
    pool_name: str
    period: str
    first: str
    last: str
    notes: list[Said]
    tables: list[ReportTable]


class LoanCounted(Money):
    """A loan behind a figure, and what it adds to it."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_name: str
    mode: str
    state: str
    risk_class: str | None
    overdue_days: int | None
    amount_fen: Fen


class PolicyCounted(Money):
    """A policy behind a figure of what is insured."""

    policy_id: UUID
    loan_id: UUID | None = Field(description="None where it is a firm's without a case.")
    loan_number: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    kind: str
    insurer_name: str
    reference: str
    insured_fen: Fen
    begins_on: date
    ends_on: date
    ended_on: date | None


class ReportInList(Said):
    """A report that can be made."""

    code: str
    spans: list[str]
    divisions: list[str]
