"""What is sent of an agreement: its paper, its days and its terms."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator

from services.risk_pool.api.papers import CasePaper
from services.risk_pool.domain.agreement import (
    FEE_KINDS,
    MEMBERSHIP,
    AgreementEntered,
    Instalment,
    Per,
    Purpose,
)
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.identifiers import InvalidIdentifier
from shared.money import MONEY_NAMES, RequestFen
from shared.schemes.stated import parse_ratio

FeeKind = Literal[tuple(FEE_KINDS)]  # type: ignore[valid-type] # the words of the domain


def _a_ratio(value: str) -> str:
    parse_ratio(value)
    return value


Share = Annotated[str, Field(max_length=40), AfterValidator(_a_ratio)]


class NewContribution(RequestBody):
    """A part of what the party is to pay in."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen
    due_on: IsoDate


class NewFee(RequestBody):
    """What the pool is to pay the party out of its own money."""

    model_config = ConfigDict(**MONEY_NAMES)

    kind: FeeKind  # type: ignore[valid-type]
    amount_fen: RequestFen
    due_on: IsoDate


_EXAMPLE: dict[str, Any] = {
    "party_code": "DL-FIN",
    "valid_from": "2026-04-01",
    "reference": "东丽区知识产权质押融资合作协议（2026）第三条",
    "contribution_share": "60",
    "top_up_below": "5000000.00",
    "contributions": [{"amount": "4000000.00", "due_on": "2026-06-30"}],
}


class NewAgreement(RequestBody):
    """A version of an agreement. What is left out was not agreed."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [_EXAMPLE]})

    party_code: ShortText
    purpose: Purpose = Field(
        "cooperation",
        description="`membership`: that the party is a member of the alliance; with its stored paper "
        "and without terms in money.",
    )
    valid_from: IsoDate = Field(
        description="It replaces the party's version in force from this day on. A day that has "
        "passed needs `backdating_reason`, and changes nothing that was decided meanwhile."
    )
    valid_to: IsoDate | None = Field(None, description="The last day; none: until replaced.")
    reference: ShortText = Field(description="Of the paper that both sides have signed.")
    note: str = Field("", max_length=2000)
    backdating_reason: str = Field("", max_length=400)
    line_fen: RequestFen | None = Field(
        None, description="Of a bank: the most covered principal that it may have, a ceiling."
    )
    pool_share_fen: RequestFen | None = Field(
        None, description="Of a bank: the part of the pool that lies with it."
    )
    minimum_lending_fen: RequestFen | None = Field(
        None, description="Of a bank: the least that it is to lend, a floor. It refuses nothing."
    )
    minimum_per: Per = Field(
        "year",
        description="`year`: in every calendar year. `term`: from the first day to the last.",
    )
    contribution_share: Share | None = Field(
        None,
        examples=["60", "1/3"],
        description="Percent, or a fraction: the party's part of what is topped up.",
    )
    top_up_below_fen: RequestFen | None = Field(
        None, description="Under which available balance of the pool a top-up may be called."
    )
    contributions: list[NewContribution] = Field(default_factory=list, max_length=120)
    fees: list[NewFee] = Field(default_factory=list, max_length=120)
    papers: list[CasePaper] = Field(
        default_factory=list,
        max_length=20,
        validate_default=True,
        description="The paper itself, as stored.",
    )

    @field_validator("papers")
    @classmethod
    def _a_membership_has_its_paper(
        cls, papers: list[CasePaper], info: ValidationInfo
    ) -> list[CasePaper]:
        if info.data.get("purpose") == MEMBERSHIP and not papers:
            raise InvalidIdentifier(
                "paper-missing",
                "入盟协议须附已存档的协议文件",
                "A membership comes with its paper.",
            )
        return papers

    def as_agreement(self) -> AgreementEntered:
        """The value that the domain judges."""
        share: Fraction | None = (
            None if self.contribution_share is None else parse_ratio(self.contribution_share)
        )
        paid_in = [
            Instalment(amount_fen=one.amount_fen, due_on=one.due_on) for one in self.contributions
        ]
        fees = [
            Instalment(amount_fen=one.amount_fen, due_on=one.due_on, fee_kind=one.kind)
            for one in self.fees
        ]
        return AgreementEntered(
            **{name: said for name, said in self if name != "papers"}
            | {"contribution_share": share, "contributions": tuple(paid_in), "fees": tuple(fees)}
        )
