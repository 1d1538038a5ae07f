"""What the risk pool answers about claims and recoveries, as the reader of the API finds it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.claim_needs import AmountOfClaim, FactOfClaim
from services.risk_pool.api.papers import PaperShown
from services.risk_pool.api.trial_responses import TrialAnswer
from shared.http.progress import StepAnswer
from shared.money import MONEY_NAMES, Fen


class Money(BaseModel):
    """An answer with amounts."""

    model_config = ConfigDict(**MONEY_NAMES)


class WaitingFor(BaseModel):
    """Who is to act next, since when, and by which day the scheme wants it done."""

    roles: list[str]
    zh: str
    en: str
    since: datetime
    due_on: date | None
    in_working_days: bool = Field(
        False,
        description="The day is counted in working days: after `known_until` of the calendar it is assumed.",
    )


class MoveAnswer(BaseModel):
    """One move in the history of a case."""

    source: str | None
    target: str
    action: str
    reason: str
    subject: str
    name: str
    role: str
    at: datetime


class ShareAnswer(Money):
    """What one party bears or gets."""

    party: str = Field(examples=["pool"])
    party_code: str = Field(examples=["dongli"])
    amount_fen: Fen


class ClaimHold(BaseModel):
    """Why an approved claim is not paid for now, with both figures."""

    code: str = Field(examples=["principal-lower", "loan-repaid"])
    zh: str
    en: str
    claimed: str = Field(description="What was approved.")
    now: str = Field(description="What is known now.")


class PaymentEntry(Money):
    """A cash entry of a claim, in short."""

    id: UUID
    number: str = Field(examples=["DL-K-2026-0007"])
    kind: str = Field(examples=["payment"])
    state: str = Field(examples=["entered"])
    amount_fen: Fen


class ClaimInList(Money):
    """A claim in the list."""

    id: UUID
    number: str | None = Field(
        examples=["DL-C-2026-0001"], description="Given with the filing; a draft has none."
    )
    pool_code: str
    bank_code: str
    loan_id: UUID
    loan_number: str = Field(examples=["DL-2026-000123"])
    borrower_name: str
    state: str = Field(examples=["approved"])
    state_zh: str
    state_en: str
    claimed_on: date | None = Field(
        description="The day of filing: the service's business day of the first submission."
    )
    outstanding_principal_fen: Fen
    base_fen: Fen | None
    pool_pays_fen: Fen
    paid_fen: Fen
    escrow: bool = Field(
        description="The scheme holds the pool's part in escrow until the write-off; known from the "
        "approval on."
    )
    held_fen: Fen = Field(description="What is in escrow for it now.")
    approved_on: date | None
    paid_on: date | None
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class CheckAnswer(BaseModel):
    """One check of a claim: what came of it, on which evidence, by which article."""

    code: str = Field(examples=["in-time"])
    result: Literal["pass", "fail", "confirm", "not_applicable"]
    zh: str
    en: str
    evidence: dict[str, str]
    article: str = Field(description="The rule's source; empty where the house itself asks.")
    field: str = Field(description="A JSON pointer into the claim.", examples=["/facts"])
    parts: list[dict[str, str]] = Field(description="The conditions of each trigger.")
    confirmed: bool = Field(description="The bank stands by what the check asks to confirm.")


class PreCheckAnswer(BaseModel):
    """Every check of a claim as it would be filed now. Nothing is kept."""

    may_be_filed: bool
    checks: list[CheckAnswer]


class PaperNeeded(BaseModel):
    """A paper that a claim takes, and the rule that asks for it."""

    kind: str = Field(examples=["claim_form"])
    zh: str
    en: str
    article: str


class StandsAt(Money):
    """The bank's last report of the loan."""

    month: str
    outstanding_principal_fen: Fen
    overdue_days: int
    risk_class: str


class ClaimNeeds(BaseModel):
    """What a claim for a loan takes, by the loan's own terms."""

    loan_id: UUID
    loan_number: str
    borrower_name: str
    programme: str
    mode: str
    reported: StandsAt | None = Field(description="The claim has to agree with it.")
    papers: list[PaperNeeded]
    dates: list[str] = Field(
        description="Fields of `facts` that one of the triggers asks for.",
        examples=[["lawsuit_accepted_on"]],
    )
    facts: list[FactOfClaim] = Field(description="Facts as of the claim day, for `attributes`.")
    amounts: list[AmountOfClaim] = Field(description="What counts beside the principal.")
    counts_costs: bool = Field(description="Costs up to the claim count in the loss.")
    no_other_compensation: bool
    steps: list[str] = Field(description="Steps between the review and the decision.")


class ClaimStepAnswer(BaseModel):
    """A step that the scheme names before the decision: open, or what it came to."""

    step: str = Field(examples=["expert_review"])
    zh: str
    en: str
    roles: list[str]
    due_on: date | None
    recorded_on: date | None
    recorded_at: datetime | None
    recorded_by: str | None
    recorded_name: str | None
    outcome: str | None
    opinion: str
    participants: list[str]
    papers: list[PaperShown]
    notice_from: date | None
    notice_to: date | None
    objections: list[dict[str, str]]


class GapAnswer(BaseModel):
    """One thing that a returned claim lacks, and the check that asks for it."""

    code: str
    text: str


class ClaimAnswer(ClaimInList):
    """A claim with all that is known of it: what was filed, decided and paid, and why."""

    progress: list[StepAnswer] = Field(
        description="The usual way of such a case and how far this one is; empty where it has left it."
    )
    borrower_uscc: str
    programme: str
    mode: str
    scheme_version: str
    terms_on: date = Field(description="The approval day of the loan, whose terms bind it.")
    filed_at: datetime | None
    stated_on: date | None = Field(
        description="The day of the last submission; its facts are as of then."
    )
    interest_arrears_fen: Fen
    penalty_interest_fen: Fen
    costs_fen: Fen
    cost_items: list[dict[str, Any]] = Field(
        description="Costs one by one: reference, kind, amount, paid_on."
    )
    compound_interest_fen: Fen
    other_policy_money_fen: Fen | None
    recovered_before_fen: Fen | None
    compensated_amount_fen: Fen | None
    compensated_on: date | None
    ip_share_bp: int
    ip_amount_fen: Fen | None = Field(description="The IP part as the contract states it.")
    ip_share: str = Field(examples=["60%", "1/3"], description="Exactly, as it counts.")
    attributes: dict[str, Any] = Field(description="Facts as of the claim.")
    facts: dict[str, Any]
    documents: list[PaperShown]
    precheck: dict[str, Any]
    checks: list[CheckAnswer]
    gaps: list[GapAnswer] = Field(description="What the last return asked for.")
    times_returned: int
    days_returned: int = Field(
        description="Days at the bank after returns, so far; no term runs on them."
    )
    steps: list[ClaimStepAnswer]
    next_step: str | None
    appealed_on: date | None
    draft: dict[str, Any] | None = Field(
        description="What a draft says so far; only its bank sees it."
    )
    shares: list[ShareAnswer]
    money_path: list[dict[str, Any]] = Field(description="Who pays whom, step by step.")
    caps_bound: list[dict[str, Any]] = Field(description="Caps that cut, the tightest first.")
    carried_costs_fen: Fen = Field(description="Costs that the next recovery has to cover first.")
    returned: list[ShareAnswer] = Field(description="What recoveries have given back so far.")
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None
    recoveries: list[UUID]
    payments: list[PaymentEntry] = Field(
        description="The cash entries that pay it or take that back; of the bureau's people only."
    )
    hold: ClaimHold | None = Field(description="Why it is not paid for now.")
    paid_from: str = Field(description="The dedicated account that paid, where it was named.")
    voucher: str = Field(description="The number of the payment voucher.")
    written_off_on: date | None
    escrowed_on: date | None = Field(description="When the pool's part was moved into escrow.")
    net_loss_fen: Fen | None = Field(
        description="As the bank reported it; once it is settled, what was settled."
    )
    loss_reason: str
    loss_difference: str = Field(description="Why it is not what the books had.")
    loss_papers: list[PaperShown]
    settled_on: date | None
    released_fen: Fen = Field(description="Of what was held, what went back to the pool.")
    added_fen: Fen = Field(description="What the pool added; the month's settlement pays it.")
    approved_principal_fen: Fen | None
    part_reason: str = Field(description="Why only a part was approved; empty where it was all.")
    trial: TrialAnswer | None = Field(
        description="What it would be split into now; none where nothing is to be decided."
    )
    trials: dict[str, TrialAnswer] = Field(
        description="What it would have been split into at `filing` and `review`, and what was "
        "approved, at `decision`."
    )
    history: list[MoveAnswer]


class CostAnswer(BaseModel):
    """A cost of recovery by the reference of its receipt."""

    reference: str
    kind: str
    amount: str
    paid_on: date


class RecoveryAnswer(Money):
    """A recovery: as reported, and once confirmed, where the money went and why."""

    id: UUID
    number: str = Field(examples=["DL-R-2026-0001"])
    claim_id: UUID
    claim_number: str
    pool_code: str
    bank_code: str
    loan_id: UUID
    state: str
    state_zh: str
    state_en: str
    received_on: date
    route: str
    from_pledged_ip: bool
    gross_fen: Fen
    costs_fen: Fen
    cost_items: list[CostAnswer]
    reference: str
    double_reason: str = Field(description="Why it is no double, where it looked like one.")
    disposal_id: UUID | None = Field(description="The disposal that the money is from.")
    carried_before_fen: Fen
    carried_after_fen: Fen
    net_fen: Fen
    to_interest_fen: Fen
    to_pledgor_fen: Fen
    shares: list[ShareAnswer]
    booked_on: date | None
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class ShareTried(BaseModel):
    """What one party would get, and what it still has to get before and after."""

    party: str = Field(examples=["pool"])
    party_code: str
    amount: str
    open_before: str
    open_after: str


class RecoveryTried(BaseModel):
    """What a reported recovery would give to whom if it were confirmed now."""

    id: str = Field(description="What the confirmation names as `trial`.")
    gross: str
    counted: str = Field(description="Of the gross amount, what counts by the IP share.")
    costs: str = Field(description="Met from these proceeds, with what was carried before.")
    carried_before: str
    carried_after: str
    net: str
    to_interest: str
    interest_before: str
    interest_after: str
    to_pledgor: str
    order: str
    net_loss_before: str | None = Field(
        None,
        description="Before escrow is settled nothing is distributed: it is the bank's, and the net "
        "loss falls.",
    )
    net_loss_after: str | None = None
    shares: list[ShareTried]


class RecoveryDetail(RecoveryAnswer):
    """A recovery with its explanation and history."""

    trial: RecoveryTried | None = Field(description="While it is reported.")
    papers: list[PaperShown]

    progress: list[StepAnswer] = Field(
        description="The usual way of such a case and how far this one is; empty where it has left it."
    )
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None
    history: list[MoveAnswer]
