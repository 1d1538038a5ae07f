"""What banks and finance send about claims and recoveries."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.risk_pool.api.claim_details import ClaimDetailsFiled, CostOfClaim
from services.risk_pool.api.papers import CasePaper
from services.risk_pool.domain.claim_steps import ROLES as STEP_ROLES
from services.risk_pool.domain.recovery import ROUTES
from shared.http.named_papers import NamedPaper
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.http.stated_facts import StatedFacts
from shared.money import MONEY_NAMES, NIL, RequestFen, RequestFenOrZero
from shared.risk_classes import RiskClass
from shared.schemes.vocabulary import DOCUMENTS

CheckCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_:-]{0,79}$", examples=["in-time"])]

DocumentKind = Literal[tuple(DOCUMENTS)]  # type: ignore[valid-type] # words of the scheme files


AccountNumber = Annotated[str, StringConstraints(pattern=r"^([0-9A-Z][0-9A-Z -]{3,39})?$")]
PaymentReference = Annotated[str, StringConstraints(pattern=r"^([^\s\x00][^\r\n\x00]{0,79})?$")]
"""Both may be left empty."""


class ClaimDocument(NamedPaper):
    """A paper that goes with the claim: of which kind, and which of your stored ones."""

    kind: DocumentKind = Field(  # type: ignore[valid-type]
        examples=["claim_form"]
    )


class ClaimFactsFiled(RequestBody):
    """How the loan stands on the claim day. A date says since when; leave out what is not so."""

    overdue_days: int = Field(ge=0, le=36_500, examples=[121])
    risk_class: RiskClass = Field(examples=["substandard"])
    lawsuit_accepted_on: IsoDate | None = None
    called_early_on: IsoDate | None = None
    loss_confirmed_on: IsoDate | None = None
    written_off_on: IsoDate | None = None
    enforcement_ended_on: IsoDate | None = None
    guarantor_paid_on: IsoDate | None = None
    insurer_notified_on: IsoDate | None = None
    compensated_elsewhere: bool = False


class ClaimContent(ClaimDetailsFiled):
    """What a bank says in a claim. The day of filing is not among it: that is the service's own."""

    model_config = ConfigDict(**MONEY_NAMES)

    outstanding_principal_fen: RequestFenOrZero = Field(
        description="Nothing only where costs are claimed that the scheme counts.",
        examples=["4840520.11"],
    )
    interest_arrears_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    penalty_interest_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    costs_fen: RequestFenOrZero = Field(
        0,
        description="Costs spent up to the claim day, together; they count where the scheme says so. "
        "Of `cost_items` the sum, where those are listed.",
        json_schema_extra=NIL,
    )
    facts: ClaimFactsFiled
    documents: list[ClaimDocument] = Field(default_factory=list, max_length=100)
    confirmed: list[CheckCode] = Field(
        default_factory=list,
        max_length=100,
        description="Codes of checks whose result is `confirm`, which the bank stands by.",
    )


_CLAIM_EXAMPLE: dict[str, Any] = {
    "outstanding_principal": "4840520.11",
    "interest_arrears": "77448.32",
    "penalty_interest": "11603.97",
    "facts": {"overdue_days": 121, "risk_class": "substandard"},
    "documents": [
        {
            "kind": "claim_form",
            "document": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10",
        }
    ],
}
_LOAN_EXAMPLE: dict[str, Any] = {"loan_id": "0190163d-8694-739b-aea5-966c26f8ad91"}


class NewClaim(ClaimContent):
    """A claim for one covered loan."""

    model_config = ConfigDict(
        **MONEY_NAMES, json_schema_extra={"examples": [_LOAN_EXAMPLE | _CLAIM_EXAMPLE]}
    )

    loan_id: UUID


class DraftFacts(RequestBody):
    """How the loan stands, as far as it has been filled in."""

    overdue_days: int | None = Field(None, ge=0, le=36_500)
    risk_class: RiskClass | None = None
    lawsuit_accepted_on: IsoDate | None = None
    called_early_on: IsoDate | None = None
    loss_confirmed_on: IsoDate | None = None
    written_off_on: IsoDate | None = None
    enforcement_ended_on: IsoDate | None = None
    guarantor_paid_on: IsoDate | None = None
    insurer_notified_on: IsoDate | None = None
    compensated_elsewhere: bool = False


class DraftContent(RequestBody):
    """A claim as far as it has been filled in; nothing of it is checked but its shape."""

    model_config = ConfigDict(**MONEY_NAMES)

    outstanding_principal_fen: RequestFenOrZero | None = None
    interest_arrears_fen: RequestFenOrZero | None = None
    penalty_interest_fen: RequestFenOrZero | None = None
    costs_fen: RequestFenOrZero | None = None
    facts: DraftFacts | None = None
    attributes: StatedFacts = Field(default_factory=dict)
    cost_items: list[CostOfClaim] = Field(default_factory=list, max_length=100)
    compound_interest_fen: RequestFenOrZero | None = None
    other_policy_money_fen: RequestFenOrZero | None = None
    recovered_before_fen: RequestFenOrZero | None = None
    compensated_amount_fen: RequestFen | None = None
    compensated_on: IsoDate | None = None
    documents: list[ClaimDocument] = Field(default_factory=list, max_length=100)
    confirmed: list[CheckCode] = Field(default_factory=list, max_length=100)


class NewDraft(DraftContent):
    """A claim that is begun, for one covered loan."""

    model_config = ConfigDict(
        **MONEY_NAMES, json_schema_extra={"examples": [_LOAN_EXAMPLE | _CLAIM_EXAMPLE]}
    )

    loan_id: UUID


class GapFound(RequestBody):
    """One thing that the claim lacks."""

    code: str = Field(
        "",
        pattern=r"^([a-z][a-z0-9_:-]{0,79})?$",
        examples=["in-time"],
        description="The check that asks for it, as in `checks`; empty for none.",
    )
    text: LongText = Field(examples=["追偿方案缺少处置时间表"])


class Return(RequestBody):
    """Everything that the claim lacks, at once."""

    gaps: list[GapFound] = Field(min_length=1, max_length=100)


class StepTaken(RequestBody):
    """What the next step of the scheme came to.

    A joint meeting takes participants and minutes. The public notice is not typed: its end records it
    (`POST /pools/{code}/public-notices`).
    """

    step: Literal[tuple(STEP_ROLES)]  # type: ignore[valid-type] # the words of the domain
    outcome: Literal["favourable", "unfavourable"]
    opinion: LongText = Field(examples=["现场核查属实，同意补偿。"])
    participants: list[ShortText] = Field(default_factory=list, max_length=100)
    papers: list[CasePaper] = Field(default_factory=list, max_length=100)


class Reason(RequestBody):
    """Why."""

    reason: LongText = Field(examples=["借款人已还款。"])


class Opinion(RequestBody):
    """What the person who decides has to say."""

    opinion: LongText = Field(examples=["材料齐全，同意补偿。"])


class ClaimApproval(Opinion):
    """The decision of a claim: it names the trial split that it was taken on."""

    model_config = ConfigDict(**MONEY_NAMES)

    trial: ShortText = Field(
        description="The `id` of the trial split that you saw. Where anything that decides it has "
        "moved since, nothing is done (409 `trial-moved`, with both).",
        examples=["6a1f0c52d83be94f70c1e5a4b7d2983c"],
    )
    covered_principal_fen: RequestFenOrZero | None = Field(
        None,
        description="Where only a part of the principal claimed is approved; `trial` is then that "
        "of the part (`GET /claims/{id}/trial?principal=…`).",
    )
    reason: LongText | None = Field(None, description="Why only a part; needed where one is named.")


class Refusal(RequestBody):
    """Why not."""

    reason: LongText = Field(examples=["起诉材料与借款合同不一致。"])


class PaymentMade(RequestBody):
    """When and how the money left the dedicated account."""

    paid_on: IsoDate | None = Field(None, description="Today if left out.")
    from_account: AccountNumber = Field(
        "",
        description="Which dedicated account paid, where the pool has several.",
        examples=["0302 0112 0930 0456 789"],
    )
    voucher: PaymentReference = Field(
        "",
        description="The number of the payment voucher, as it stands on the bank's statement.",
        examples=["DL-ZF-2026-0017"],
    )
    confirm_double_of: UUID | None = Field(
        None, description="The entry that this one resembles, once you know it is another payment."
    )


class WriteOff(RequestBody):
    """Nothing more is expected of a compensated loan; pursuit goes on."""

    reason: LongText = Field(examples=["法院裁定终结本次执行程序，暂无财产可供执行。"])
    written_off_on: IsoDate | None = Field(None, description="Today if left out.")


class LossReported(RequestBody):
    """A bank has written off a loan whose compensation is held in escrow; what it has lost net."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "written_off_on": "2026-09-30",
                    "net_loss": "2671053.49",
                    "reason": "法院裁定终结执行，总行批复核销。",
                    "documents": [
                        {"kind": "report", "document": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10"}
                    ],
                }
            ]
        },
    )

    written_off_on: IsoDate
    net_loss_fen: RequestFenOrZero | None = Field(
        None,
        description="The final net loss. Left out: what the books have, the claim's base less what "
        "was recovered and confirmed since.",
    )
    reason: LongText = Field(examples=["法院裁定终结执行，总行批复核销。"])
    difference_reason: LongText | None = Field(
        None, description="Why the net loss is not what the books have; needed where it is not."
    )
    documents: list[CasePaper] = Field(min_length=1, max_length=100)


Route = Literal[ROUTES]  # type: ignore[valid-type] # the words of the domain


class RecoveryConfirmed(RequestBody):
    """The confirmation of a recovery: it names the trial distribution that it was taken on."""

    trial: ShortText = Field(
        description="The `id` of the trial that you saw. Where anything that decides it has moved "
        "since, the confirmation is refused with both (`trial-moved`)."
    )


class NewRecovery(RequestBody):
    """Money that came in on a compensated loan, before costs."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "received_on": "2026-08-18",
                    "route": "auction",
                    "from_pledged_ip": True,
                    "gross": "1250000.00",
                    "costs": "48637.40",
                }
            ]
        },
    )

    received_on: IsoDate
    route: Route = Field(examples=["auction"])
    from_pledged_ip: bool = Field(
        description="Proceeds of the pledged IP count in full, others by the IP share (H.21)."
    )
    gross_fen: RequestFen = Field(examples=["1250000.00"])
    costs_fen: RequestFenOrZero = Field(0, examples=["48637.40"], json_schema_extra=NIL)
    cost_items: list[CostOfClaim] = Field(
        default_factory=list,
        max_length=100,
        description="Costs one by one, each counted once over the loan; together they are `costs`.",
    )
    reference: PaymentReference = Field(
        "", description="Your own number for it; it stands for one recovery (`reference-used`)."
    )
    not_a_double: bool = Field(
        False, description="Another payment of the same day and amount (`likely-double`)."
    )
    not_a_double_reason: LongText | None = Field(None, description="Why it is another payment.")
    disposal_id: UUID | None = Field(
        None,
        description="The disposal of pledged rights that the money is from; all that name it stay "
        "within its proceeds (`disposal-exceeded`).",
    )
    papers: list[CasePaper] = Field(
        default_factory=list,
        max_length=100,
        description="The receipts of its money and costs, and what else proves it.",
    )
