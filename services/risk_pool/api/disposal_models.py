"""What is sent and answered about disposals of pledged rights."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.claim_details import CostOfClaim
from services.risk_pool.api.papers import SOME_PAPER, CasePaper, PaperShown
from services.risk_pool.domain.disposal import Way
from shared.http.progress import StepAnswer
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.schemes.vocabulary import IP_KINDS

RightKind = Literal[tuple(IP_KINDS)]  # type: ignore[valid-type] # words of the scheme files


class RightNamed(RequestBody):
    """A right by its kind and number, of those that are pledged for the loan."""

    kind: RightKind = Field(examples=["invention"])  # type: ignore[valid-type]
    number: ShortText = Field(examples=["ZL202110123456.7"])
    name: ShortText | None = Field(
        None,
        examples=["一种高温合金及其制备方法"],
        description="Taken, but not kept: the right is called what its register calls it.",
    )


class NewDisposal(RequestBody):
    """Which rights are to be disposed of, and why."""

    rights: list[RightNamed] = Field(min_length=1, max_length=100)
    reason: LongText = Field(examples=["贷款逾期 121 天，企业停产，经催告未还。"])


class NewAppraisal(RequestBody):
    """What the rights are worth."""

    model_config = ConfigDict(**MONEY_NAMES)

    value_fen: RequestFen = Field(examples=["1800000.00"])
    appraiser: ShortText = Field(examples=["天津某某资产评估有限公司"])
    valued_on: IsoDate
    papers: list[CasePaper] = Field(
        min_length=1, max_length=20, description="The report.", examples=SOME_PAPER
    )


class NewRound(RequestBody):
    """A round in which the rights are offered."""

    model_config = ConfigDict(**MONEY_NAMES)

    way: Way = Field(examples=["auction"])
    price_fen: RequestFen = Field(
        examples=["1500000.00"], description="The listing or starting price; lower after a failure."
    )
    venue: ShortText = Field(examples=["天津知识产权交易中心"])
    until: IsoDate
    papers: list[CasePaper] = Field(default_factory=list, max_length=20)


class RoundFailed(RequestBody):
    """Nobody took it (流拍)."""

    failed_on: IsoDate
    reason: LongText = Field(examples=["无人报名"])
    papers: list[CasePaper] = Field(default_factory=list, max_length=20)


class Sale(RequestBody):
    """Who got it, for how much, and the paper that shows it."""

    model_config = ConfigDict(**MONEY_NAMES)

    buyer: ShortText = Field(examples=["天津某某新材料有限公司"])
    price_fen: RequestFen = Field(examples=["1250000.00"])
    sold_on: IsoDate
    papers: list[CasePaper] = Field(min_length=1, max_length=20, examples=SOME_PAPER)


class CostToAdd(CostOfClaim):
    """A cost of the disposal by its receipt."""

    papers: list[CasePaper] = Field(default_factory=list, max_length=20)


class DisposalInList(Money):
    """A disposal in the list."""

    id: UUID
    number: str = Field(examples=["DL-D-2026-0001"])
    pool_code: str
    bank_code: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    way: str = Field(examples=["auction"], description="Of the last round; empty before.")
    way_zh: str
    way_en: str
    appraisal_fen: Fen | None
    price_fen: Fen | None = Field(description="Of the round that is on; empty between rounds.")
    proceeds_fen: Fen
    costs_fen: Fen
    opened_on: date
    sold_on: date | None
    ended_on: date | None
    state: str
    state_zh: str
    state_en: str
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class RightShown(BaseModel):
    """A right that is disposed of, and whether its pledge still stands."""

    kind: str
    number: str
    name: str
    registration_no: str | None = Field(
        description="Of its pledge; none where nothing was heard of one."
    )
    pledge_ended_on: date | None = Field(description="The pledge ended after it was named here.")
    how_ended: str = Field(examples=["cancelled"], description="Empty while it stands.")


class RoundShown(Money):
    """A round, and what came of it."""

    round: int
    way: str
    way_zh: str
    way_en: str
    price_fen: Fen
    venue: str
    offered_on: date
    until: date
    failed_on: date | None
    outcome: str = Field(description="The buyer, or why nobody took it; empty while it is on.")


class CostKept(Money):
    """A cost of the disposal."""

    kind: str
    reference: str
    amount_fen: Fen
    paid_on: date


class RecoveryOfDisposal(Money):
    """A recovery that names the disposal."""

    id: UUID
    number: str
    state: str
    gross_fen: Fen
    received_on: date


class RecoveryPrefilled(Money):
    """What is left of the proceeds, as `POST /claims/{claim_id}/recoveries` takes it."""

    disposal_id: UUID
    received_on: date
    route: str
    from_pledged_ip: bool
    gross_fen: Fen
    costs_fen: Fen
    cost_items: list[CostKept]


class DisposalAnswer(DisposalInList):
    """A disposal with all that belongs to it."""

    progress: list[StepAnswer]
    reason: str
    opened_by: str
    opened_name: str
    appraiser: str
    appraised_on: date | None
    buyer: str
    rights: list[RightShown]
    rounds: list[RoundShown]
    cost_items: list[CostKept]
    claim_id: UUID | None = Field(description="The loan's approved claim.")
    claim_number: str
    recoveries: list[RecoveryOfDisposal]
    reported_fen: Fen = Field(description="What live recoveries have reported of the proceeds.")
    confirmed_fen: Fen
    left_fen: Fen = Field(description="What nobody has reported yet.")
    recovery: RecoveryPrefilled | None = Field(
        description="A recovery of what is left, filled in; none where there is nothing to report."
    )
    proposed_by: str | None
    proposed_name: str | None
    ended_by: str | None
    ended_name: str | None
    end_reason: str
    papers: list[PaperShown]
    history: list[MoveAnswer]
