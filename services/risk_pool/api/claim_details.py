"""What a claim's request says beside principal and interest."""

from typing import Literal

from pydantic import ConfigDict, Field

from services.risk_pool.domain.claim_details import COST_KINDS, ClaimDetails, CostStated
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.http.stated_facts import StatedFacts
from shared.money import MONEY_NAMES, NIL, RequestFen, RequestFenOrZero


class CostOfClaim(RequestBody):
    """A cost of recovery by the reference of its receipt, under which it counts once."""

    model_config = ConfigDict(**MONEY_NAMES)

    reference: ShortText = Field(examples=["(2026)津0110民初123号-诉讼费"])
    kind: Literal[COST_KINDS]  # type: ignore[valid-type] # the words of the domain
    amount_fen: RequestFen
    paid_on: IsoDate


class ClaimDetailsFiled(RequestBody):
    """What some schemes count beside principal and interest."""

    model_config = ConfigDict(**MONEY_NAMES)

    attributes: StatedFacts = Field(
        default_factory=dict,
        description="Facts as of the claim. Which ones a mode needs: "
        "`GET /pools/{code}/modes/{mode}/facts` of applications.",
    )
    cost_items: list[CostOfClaim] = Field(
        default_factory=list,
        max_length=100,
        description="Costs one by one; together they are `costs`.",
    )
    compound_interest_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    other_policy_money_fen: RequestFenOrZero | None = Field(
        None, description="What other programmes have paid towards this loss."
    )
    recovered_before_fen: RequestFenOrZero | None = Field(
        None, description="What came in before the claim, after costs."
    )
    compensated_amount_fen: RequestFen | None = Field(
        None, description="What the guarantor has paid, where he is the one compensated."
    )
    compensated_on: IsoDate | None = None

    def as_details(self) -> ClaimDetails:
        """The value that the domain judges."""
        return ClaimDetails(
            attributes=self.attributes,
            costs=[CostStated(**vars(cost)) for cost in self.cost_items],
            compound_interest_fen=self.compound_interest_fen,
            other_policy_money_fen=self.other_policy_money_fen,
            recovered_before_fen=self.recovered_before_fen,
            compensated_amount_fen=self.compensated_amount_fen,
            compensated_on=self.compensated_on,
        )
