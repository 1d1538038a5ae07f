"""What banks and finance send about subsidies."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.risk_pool.api.case_requests import ClaimDocument
from services.risk_pool.domain.subsidy import Filed
from shared.http.requests import IsoDate, LongText, RequestBody
from shared.money import MONEY_NAMES, RequestFen, RequestFenOrZero

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class NewSubsidy(RequestBody):
    """A subsidy of one loan over one period, whose last day is not counted."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "loan_id": "0190163d-8694-739b-aea5-966c26f8ad91",
                    "code": "interest",
                    "since": "2026-01-10",
                    "until": "2026-04-01",
                    "interest_paid": "43767.12",
                    "documents": [],
                }
            ]
        },
    )

    loan_id: UUID
    code: Code = Field(description="Which of the scheme's subsidies.", examples=["interest"])
    since: IsoDate
    until: IsoDate = Field(description="The day after the last day that counts.")
    principal_fen: RequestFen | None = Field(
        None, description="What the subsidy counts on; the loan as it was paid out if left out."
    )
    interest_paid_fen: RequestFenOrZero | None = Field(
        None, description="The interest that the firm has really paid in the period."
    )
    fee_fen: RequestFenOrZero | None = Field(
        None,
        description="The fee or premium that was paid, for a subsidy of one; of a premium that of the "
        "policy if left out.",
    )
    policy_id: UUID | None = Field(
        None, description="The policy whose premium is subsidised (`GET /subsidy-policies`)."
    )
    fee_reason: LongText | None = Field(
        None,
        description="Why the fee is another than the policy's premium, or follows no policy; asked for "
        "where it is, and shown to who decides.",
    )
    product: Code | None = Field(None, description="Where the scheme's rate goes by product.")
    market_rate_bp: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        None, description="The going rate, where the scheme's ceiling is counted from it."
    )
    attributes: dict[Code, bool] = Field(
        default_factory=dict, max_length=50, description="Flags that the scheme's shares ask for."
    )
    documents: list[ClaimDocument] = Field(default_factory=list, max_length=100)

    def as_filed(self, papers: Sequence[Mapping[str, Any]]) -> Filed:
        """The value that travels on, with its papers as they are stored."""
        said = {name: getattr(self, name) for name in type(self).model_fields if name != "loan_id"}
        return Filed(
            **said
            | {
                "documents": papers,
                "product": self.product or "",
                "fee_reason": self.fee_reason or "",
            }
        )


class SubsidyDecided(RequestBody):
    """The decision, and the trial that it was taken on."""

    opinion: LongText = Field(examples=["材料齐全，同意补贴。"])
    trial: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] = Field(
        description="The name of the trial that was seen.", examples=["9f86d081884c7d65"]
    )
