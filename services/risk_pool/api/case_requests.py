"""What banks and finance send about claims and recoveries."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.risk_pool.api.claim_details import ClaimDetailsFiled
from services.risk_pool.domain.recovery import ROUTES
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, NIL, RequestFen, RequestFenOrZero
from shared.risk_classes import RiskClass
from shared.schemes.vocabulary import DOCUMENTS

DocumentKind = Literal[tuple(DOCUMENTS)]  # type: ignore[valid-type] # words of the scheme files


class ClaimDocument(RequestBody):
    """A document that goes with the claim: what it is, and the hash of its content."""

    kind: DocumentKind = Field(  # type: ignore[valid-type]
        examples=["claim_form"]
    )
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])
    filename: ShortText = Field(examples=["补偿申请表.pdf"])


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


class NewClaim(ClaimDetailsFiled):
    """A claim for one covered loan."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "loan_id": "0190163d-8694-739b-aea5-966c26f8ad91",
                    "claimed_on": "2026-06-10",
                    "outstanding_principal": "4840520.11",
                    "interest_arrears": "77448.32",
                    "penalty_interest": "11603.97",
                    "facts": {"overdue_days": 121, "risk_class": "substandard"},
                    "documents": [
                        {
                            "kind": "claim_form",
                            "sha256": "9f86d081884c7d659a2feaa0c55ad015"
                            "a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "filename": "补偿申请表.pdf",
                        }
                    ],
                }
            ]
        },
    )

    loan_id: UUID
    claimed_on: IsoDate | None = Field(None, description="The claim day; today if left out.")
    outstanding_principal_fen: RequestFen
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


class Opinion(RequestBody):
    """What the person who decides has to say."""

    opinion: LongText = Field(examples=["材料齐全，同意补偿。"])


class Refusal(RequestBody):
    """Why not."""

    reason: LongText = Field(examples=["起诉材料与借款合同不一致。"])


class PaymentMade(RequestBody):
    """The day on which the money left the dedicated account."""

    paid_on: IsoDate | None = Field(None, description="Today if left out.")


Route = Literal[ROUTES]  # type: ignore[valid-type] # the words of the domain


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
