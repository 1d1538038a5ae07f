"""What is answered about the dedicated account: registrations, statements, lines, matches."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.domain.account_match import How
from services.risk_pool.domain.account_statement import Format
from services.risk_pool.domain.account_work import Finding
from services.risk_pool.domain.pool_account import State
from shared.money import Fen

READERS = ("finance_maker", "finance_checker", "pool_manager", "auditor")
"""Those who see the account: of the bureau those who move money, lead, or check."""


class PoolAccountAnswer(Money):
    """The dedicated account of a pool, in CNY."""

    id: UUID
    pool_code: str
    account_number: str
    bank_name: str
    holder: str
    state: State
    state_zh: str
    state_en: str
    version: int
    entered_by: str
    entered_name: str
    entered_at: datetime
    confirmed_by: str | None
    confirmed_name: str | None
    confirmed_on: date | None
    covers_until: date | None = Field(None, description="The last day that a statement tells of.")
    closing_fen: Fen | None = Field(None, description="What the last statement ends with.")
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class PoolAccountDetail(PoolAccountAnswer):
    """The same, with every move that it has made."""

    history: list[MoveAnswer]


class RowAnswer(BaseModel):
    """What became of a row of the file."""

    line: int = Field(description="Counted from 1; in camt.053 the number of the entry.")
    outcome: Literal["new", "known", "passed_over", "refused"]
    zh: str
    en: str


class LineAnswer(Money):
    """A line of the account, as its bank booked it. Money in is positive."""

    id: UUID
    account_number: str
    booked_on: date
    amount_fen: Fen
    open_fen: Fen = Field(description="What of it is not matched.")
    balance_fen: Fen
    reference: str
    counterparty_name: str
    counterparty_account: str
    purpose: str
    is_opening: bool = Field(description="What the account held before its first statement.")
    line: int = Field(description="Its row in the file.")
    position: int = Field(description="Counted from the account's first line; of its address.")


class StatementInList(Money):
    """A statement of account of which something was new."""

    id: UUID
    pool_code: str
    account_number: str
    format: Format
    file_name: str
    covers_until: date
    opening_fen: Fen
    closing_fen: Fen
    entries_new: int
    entries_known: int
    rows_passed_over: int
    imported_at: datetime
    imported_by: str
    imported_name: str


class StatementAnswer(StatementInList):
    """A statement with the lines that it brought."""

    lines: list[LineAnswer]


class ImportAnswer(Money):
    """What came of a file, row by row."""

    statement_id: UUID | None = Field(description="null: nothing in the file was new.")
    repeats: UUID | None = Field(description="The statement that came from this very file.")
    account_number: str
    opening_fen: Fen
    closing_fen: Fen
    entries_new: int
    entries_known: int = Field(description="There already; taken once.")
    matched: int = Field(description="What the machine matched at once.")
    rows: list[RowAnswer]


class MatchPartAnswer(Money):
    """A part of a line (`line_id`) or of a booked movement (`seq`)."""

    line_id: UUID | None
    seq: int | None
    amount_fen: Fen
    day: date
    reference: str
    counterparty_name: str
    purpose: str
    kind: str


class MatchAnswer(Money):
    """Lines and movements that are the same money."""

    id: UUID
    pool_code: str
    how: How
    rule: str = Field(
        description="Of the machine: reference, party, opening. `booked`: made for its line."
    )
    difference_fen: Fen = Field(description="Lines less movements, as named; it stays open.")
    note: str
    made_at: datetime
    made_by: str
    made_name: str
    undone_at: datetime | None
    undone_by: str | None
    undone_name: str | None
    undo_reason: str | None
    parts: list[MatchPartAnswer]


class KnownAnswer(Money):
    """Money that the books know of, with what of it the account has not shown. In is positive."""

    day: date
    kind: str
    reference: str
    known_by: list[str] = Field(description="Numbers by which a statement may name it.")
    party_code: str
    party_name: str
    amount_fen: Fen
    open_fen: Fen


class MovementAnswer(KnownAnswer):
    """A movement of cash in the books."""

    seq: int


class CandidateAnswer(MovementAnswer):
    """A movement that a line may be."""

    rule: str


class WaitingAnswer(KnownAnswer):
    """What one person has entered and nobody has released; `reference` is its number."""

    entry_id: UUID
    entered_by: str
    entered_name: str


class OwedAnswer(KnownAnswer):
    """What is owed and nobody has entered; `reference` of its open item, `day` since when."""

    due_on: date | None
    claim_id: UUID | None


class ToDoAnswer(Money):
    """An open line, and what it seems to be."""

    line: LineAnswer
    finding: Finding
    zh: str
    en: str
    difference_fen: Fen
    candidates: list[CandidateAnswer]
    entries: list[WaitingAnswer] = Field(
        description="Entered by one person; another releases it. Where somebody else brought the "
        "statement, the account has confirmed it by itself."
    )
    owed: list[OwedAnswer] = Field(
        description="What it may pay: entered with its `line_id`, and released by another person."
    )
    other_lines: list[LineAnswer] = Field(
        description="The payment that came back, or the line that it doubles."
    )
    proposed_fen: Fen = Field(
        description="Proposed for suspense or entered as what it is, and not released yet."
    )


class OpenMovementAnswer(Money):
    """In the books by the day, not on the account by the day."""

    seq: int
    day: date
    kind: str
    reference: str
    party_code: str
    party_name: str
    amount_fen: Fen
    open_fen: Fen
    seen_on: date | None = Field(description="When the account showed it, if after the day.")


class OpenLineAnswer(Money):
    """On the account by the day, not in the books by the day."""

    id: UUID
    account_number: str
    position: int
    day: date
    reference: str
    counterparty_name: str
    purpose: str
    is_opening: bool
    amount_fen: Fen
    open_fen: Fen
    booked_on: date | None = Field(description="When it was booked, if after the day.")


class ReconciliationAnswer(Money):
    """Booked balance and bank's balance on a day, and every item between them."""

    pool_code: str
    on: date
    covered_until: date | None = Field(description="Every account has statements until then.")
    is_covered: bool
    booked_fen: Fen
    bank_fen: Fen
    difference_fen: Fen = Field(description="Booked less bank.")
    in_books_total_fen: Fen
    on_account_total_fen: Fen
    adds_up: bool = Field(description="The items explain the difference to the fen; always true.")
    is_settled: bool = Field(description="Nothing lies between the two.")
    in_books_only: list[OpenMovementAnswer]
    on_account_only: list[OpenLineAnswer]
