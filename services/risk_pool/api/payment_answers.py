"""What is answered about payment files, their orders and the bank's reports."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.domain.payment_file import State
from services.risk_pool.domain.payment_order import State as OrderState
from shared.money import Fen


class PaymentFileAnswer(Money):
    """A file of orders to the bank that keeps the account, with its sum read back."""

    id: UUID
    number: str = Field(examples=["DL-P-2026-0001"], description="MsgId of the pain.001.")
    pool_code: str
    payer: str
    paid_from: str
    paid_from_bank: str
    execution_on: date
    orders: int
    total_fen: Fen
    total_in_words: str = Field(examples=["叁仟万元整"])
    sha256: str = Field(description="Of the bytes, which never change.")
    state: State
    state_zh: str
    state_en: str
    version: int
    prepared_by: str
    prepared_name: str
    prepared_at: datetime
    released_by: str | None
    released_name: str | None
    released_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class PaymentOrderAnswer(Money):
    """One order, the account that it goes to, and what the bank says of it."""

    id: UUID
    position: int
    end_to_end: str = Field(
        description="EndToEndId: by it the account's statement is matched with the cash entry.",
        examples=["DL-K-2026-0001"],
    )
    item: str
    party_code: str
    holder: str
    account_number: str
    bank_name: str
    cnaps: str
    purpose: str
    amount_fen: Fen
    amount_in_words: str
    entry_id: UUID
    entry_state: str
    state: OrderState
    state_zh: str
    state_en: str
    since: datetime = Field(description="Since when the order is in this state, and waits.")
    waits_zh: str | None = Field(
        description="What it waits for; none once its payment is booked, or it has ended.",
        examples=["等待专户流水"],
    )
    waits_en: str | None = Field(examples=["waits for the account to show it"])
    reason_code: str
    reason: str
    what_to_do_zh: str = Field(description="Of a rejected order.")
    what_to_do_en: str


class PaymentFileDetail(PaymentFileAnswer):
    """A file with its orders and every move that it has made."""

    payment_orders: list[PaymentOrderAnswer]
    history: list[MoveAnswer]


class StatusRowAnswer(BaseModel):
    """What became of a row of the report."""

    line: int
    end_to_end: str
    status: str
    outcome: Literal["taken", "known", "refused"]
    zh: str
    en: str


class StatusTaken(BaseModel):
    """A report that was taken: about which file, and row by row."""

    file_id: UUID
    number: str
    message: str
    rows: list[StatusRowAnswer]
