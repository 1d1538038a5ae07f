"""What the risk pool answers about monthly settlements, as the reader of the API finds it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.domain.month_figures import Movement
from services.risk_pool.domain.month_findings import REMINDED_OF, MonthFinding, blocking
from services.risk_pool.domain.month_links import where_mended
from services.risk_pool.domain.statement import account_words
from shared.http.progress import StepAnswer
from shared.money import Fen
from shared.months import Month
from shared.schemes.vocabulary import party_name
from shared.sides import Reader, Verdict, as_data, net_seen_by, seen_by


class SettlementInList(Money):
    """A month of a pool in the list, and what it leaves the parties whose statements the reader sees."""

    id: UUID
    pool_code: str
    month: str
    state: str
    state_zh: str
    state_en: str
    version: int
    loans: int
    payable_fen: Fen = Field(description="The pool to the parties.")
    receivable_fen: Fen = Field(description="The parties to the pool.")
    posted_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class LinkAnswer(BaseModel):
    """Where something is mended: the path in the API, and the page of the console."""

    api: str = Field(examples=["/api/v1/positions"])
    page: str = Field(examples=["/pools/dongli/settlements/2026-03/lines?bank=ICBC-TJ"])


class ReminderAnswer(BaseModel):
    """When a party was reminded of what it lacks, and by whom."""

    reminded_on: date
    at: datetime
    by_name: str


class FindingAnswer(Money):
    """Something the month lacks (blocking), or that a person should know."""

    code: str = Field(examples=["position-missing"])
    blocking: bool
    zh: str
    en: str
    party_code: str
    party_name: str
    count: int
    amount_fen: Fen
    numbers: list[str]
    link: LinkAnswer | None = Field(description="Where it is mended.")
    can_be_reminded: bool = Field(description="A bank mends it, and can be reminded of it.")
    reminders: list[ReminderAnswer] = Field(description="The last first.")


class Completeness(BaseModel):
    """Whether the month can be confirmed, and everything that stands against it."""

    is_complete: bool
    findings: list[FindingAnswer]


class SideAnswer(Money):
    """What is between pool and party from the side of whoever asks: words and amounts to pay and to
    receive, and the net, which is never negative; `verdict` says which way it goes."""

    reader: Reader
    verdict: Verdict
    zh: str = Field(examples=["应付资金池"])
    en: str = Field(examples=["To pay to the pool"])
    net_fen: Fen
    net_in_words: str = Field(description="大写.", examples=["壹拾万伍仟伍佰伍拾伍元伍角陆分"])
    to_pay_fen: Fen
    to_pay_zh: str
    to_pay_en: str
    to_receive_fen: Fen
    to_receive_zh: str
    to_receive_en: str


class StatementInList(Money):
    """What the month leaves one party: positive to receive, negative to pay; `side` tells the same
    from the side of whoever asks."""

    party_code: str
    party_role: str
    party_role_zh: str
    party_role_en: str
    party_name: str
    payable_fen: Fen
    receivable_fen: Fen
    awaiting_payment_fen: Fen = Field(
        description="The pool's share of approved claims that their own payment will pay."
    )
    earlier_fen: Fen = Field(
        description="What earlier statements left and cash had not settled by the month's end: "
        "positive to receive, negative to pay. It is not asked for again."
    )
    net_fen: Fen
    side: SideAnswer
    earlier_side: SideAnswer
    loans: dict[str, Any]
    pdf: str
    xlsx: str
    csv: str
    json_: str = Field(serialization_alias="json")


class MovementAnswer(Money):
    """What one kind of fact moved on one account; kind "opening": all before the month."""

    account: str
    zh: str = Field(examples=["应收 中国工商银行天津分行"], description="The account in words.")
    en: str
    kind: str
    debited_fen: Fen
    credited_fen: Fen
    transfers: int


class SentBackAnswer(BaseModel):
    """Why a month was sent back, by whom and when; until it is confirmed again."""

    reason: str
    by: str
    at: datetime


class SettlementAnswer(SettlementInList):
    """A month: its completeness, what moved, the statements, and who did which step."""

    progress: list[StepAnswer] = Field(
        description="The usual way of such a case and how far this one is; empty where it has left it."
    )
    ledger_seq: int = Field(description="The last transfer that the figures know.")
    previewed_at: datetime
    previewed_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None
    signed_at: datetime | None
    signed_by: str | None
    posted_at: datetime | None
    posted_by: str | None
    sent_back: SentBackAnswer | None
    matched_on: date | None = Field(description="When money had settled all that it left.")
    closed_at: datetime | None
    closed_by: str | None
    completeness: Completeness
    closing: Completeness | None = Field(
        description="What a posted month lacks before it is closed; null before and after, and for banks."
    )
    movements: list[MovementAnswer]
    statements: list[StatementInList]
    history: list[MoveAnswer]


class LineAnswer(Money):
    """Where one loan stood at the month's end, and what the pool bore and got back for it."""

    number: str
    loan_id: UUID
    loan_no: str | None
    bank_code: str
    borrower_name: str
    is_covered: bool
    amount_fen: Fen
    outstanding_fen: Fen
    covered_fen: Fen
    overdue_days: int
    risk_class: str | None
    claimed_fen: Fen
    recovered_fen: Fen


class EntryAnswer(Money):
    """A transfer on an account of a statement."""

    seq: int
    date: date
    reference: str
    kind: str
    zh: str = Field(examples=["资金池应承担补偿"])
    en: str
    debit: str
    credit: str
    debit_zh: str
    debit_en: str
    credit_zh: str
    credit_en: str
    amount_fen: Fen
    loan_number: str | None
    explanation_id: UUID | None


def sent_back_answer(settlement: Mapping[str, Any]) -> SentBackAnswer | None:
    """Why the month was sent back, while it waits to be confirmed again."""
    if settlement["sent_back_at"] is None:
        return None
    return SentBackAnswer(
        reason=settlement["sent_back_reason"],
        by=settlement["sent_back_by"],
        at=settlement["sent_back_at"],
    )


def completeness(
    findings: Sequence[MonthFinding],
    settlement: Mapping[str, Any],
    reminders: Mapping[tuple[str, str], Sequence[Mapping[str, Any]]],
) -> Completeness:
    """What the month lacks, with where it is mended and who was reminded of it."""
    pool_code, month = settlement["pool_code"], Month.parse(settlement["month"])
    return Completeness(
        is_complete=not blocking(findings),
        findings=[
            FindingAnswer(
                code=one.code,
                blocking=one.blocking,
                zh=one.zh,
                en=one.en,
                party_code=one.party_code,
                party_name=one.party_name,
                count=one.count,
                amount_fen=one.amount_fen,
                numbers=list(one.numbers),
                link=None if link is None else LinkAnswer(api=link.api, page=link.page),
                can_be_reminded=one.code in REMINDED_OF,
                reminders=[
                    ReminderAnswer(
                        reminded_on=row["reminded_on"], at=row["at"], by_name=row["by_name"]
                    )
                    for row in reminders.get((one.party_code, one.code), ())
                ],
            )
            for one in findings
            for link in (where_mended(one, pool_code, month),)
        ],
    )


def movement_answered(movement: Movement, names: Mapping[str, str]) -> MovementAnswer:
    """What one kind of fact moved on one account."""
    words = account_words(movement.account, names)
    return MovementAnswer(
        account=movement.account,
        zh=words.zh,
        en=words.en,
        kind=movement.kind,
        debited_fen=movement.debited_fen,
        credited_fen=movement.credited_fen,
        transfers=movement.transfers,
    )


def statement_in_list(
    row: Mapping[str, Any], loans: Mapping[str, Any], *, folder: str, reader: Reader
) -> StatementInList:
    """A party's statement, and where its documents are."""
    side = seen_by(reader, payable_fen=row["payable_fen"], receivable_fen=row["receivable_fen"])
    document = f"{folder}/{row['party_code']}"
    return StatementInList(
        **row,
        party_role_zh=party_name(row["party_role"], "zh"),
        party_role_en=party_name(row["party_role"], "en"),
        side=SideAnswer(**as_data(side)),
        earlier_side=SideAnswer(**as_data(net_seen_by(reader, row["earlier_fen"]))),
        loans=dict(loans),
        pdf=f"{document}.pdf",
        xlsx=f"{document}.xlsx",
        csv=f"{document}.csv",
        json_=f"{document}.json",
    )
