"""How a request names a right: by kind and number, in any spelling; and what it says of it."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

from services.applications.domain.paid_out import RegisterEntry
from services.applications.domain.pledgor import Pledgor
from services.applications.domain.right_enquiry import AskedRight
from services.applications.domain.submission import Collateral, RightKey, Valuation
from shared.http.field_messages import MASKED_ID
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.identifiers import InvalidIdentifier, Uscc
from shared.money import MONEY_NAMES, RequestFen
from shared.ratios import WHOLE_BP
from shared.rights import Kind, read_right

Day = Annotated[IsoDate, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
"""A day that a firm, a right or a loan can have; months can be added to it."""


class _Body(RequestBody):
    model_config = ConfigDict(**MONEY_NAMES)


class ValuationBody(_Body):
    """What a right was found to be worth. `appraiser` is "internal" for the bank itself."""

    amount_fen: RequestFen
    method: Literal["income", "market", "cost", "agreed"]
    appraiser: ShortText
    valued_on: Day


class RightNamed(_Body):
    """A right by its kind and number; a trademark by its class, too."""

    kind: Kind
    number: Annotated[ShortText, StringConstraints(max_length=64)] = Field(
        examples=["ZL 2015 1 0958772.0"], description="In any spelling."
    )
    nice_class: Annotated[int, Field(ge=1, le=45)] | None = Field(None, validate_default=True)

    @field_validator("number")
    @classmethod
    def _number_fits_its_kind(cls, number: str, info: ValidationInfo) -> str:
        if info.data.get("kind"):
            read_right(info.data["kind"], number)
        return number

    @field_validator("nice_class")
    @classmethod
    def _class_belongs_to_trademarks(cls, nice_class: int | None, info: ValidationInfo) -> Any:
        is_trademark = info.data.get("kind") == "trademark_right"
        if info.data.get("kind") and is_trademark != (nice_class is not None):
            raise InvalidIdentifier(
                "nice-class",
                "商标须填类别（1—45），其他权利不填",
                "A trademark needs its Nice class, any other right has none.",
            )
        return nice_class

    def as_asked(self) -> AskedRight:
        """The right as it is looked for."""
        right = read_right(self.kind, self.number)
        return AskedRight(
            key=RightKey(self.kind, right.number, self.nice_class or 0), number_as_given=self.number
        )


class RegisteredBody(_Body):
    """The pledge's entry in the register, where it stands already."""

    registry: ShortText = Field(examples=["CNIPA"])
    registration_no: ShortText = Field(examples=["Y2026120000123"])
    registered_on: Day


class PledgorBody(_Body):
    """Who pledges a right: a firm by its credit code, a person by name and a number with its middle
    left out."""

    role: Literal["borrower", "co_owner", "third_party"]
    name: ShortText
    uscc: Uscc | None = None
    id_masked: Annotated[str, StringConstraints(pattern=MASKED_ID)] | None = Field(
        None,
        examples=["120101**********18"],
        description="Of a natural person; a whole number is refused.",
        validate_default=True,
    )
    share_bp: Annotated[int, Field(ge=1, le=WHOLE_BP)] | None = Field(
        None, description="The part of the right, where it is owned in parts."
    )
    consent: UUID | None = Field(
        None,
        description="The stored paper by which they agree, one of `documents` of the kind "
        "`pledgor_consent`; of the borrower none is asked for.",
    )

    @field_validator("id_masked")
    @classmethod
    def _a_firm_or_a_person(cls, id_masked: str | None, info: ValidationInfo) -> Any:
        if "uscc" in info.data and (id_masked is None) == (info.data["uscc"] is None):
            raise InvalidIdentifier(
                "one-name",
                "企业填统一社会信用代码，自然人填隐去中段的证件号，须且只须填一个",
                "A firm has its credit code, a person a masked number: exactly one of them.",
            )
        return id_masked

    def as_pledgor(self) -> Pledgor:
        """The pledgor."""
        return Pledgor(**vars(self))


class CollateralBody(RightNamed):
    """A right that is to be pledged."""

    name: ShortText
    owner_uscc: Uscc | None = None
    owner_name: ShortText
    filed_on: Day
    expires_on: Day
    valuation: ValuationBody
    registration: RegisteredBody | None = Field(
        None,
        description="Of a loan that is filed after it was paid out; otherwise the pledge is "
        "registered once capacity is held, and not stated here.",
    )

    pledgors: Annotated[list[PledgorBody], Field(max_length=20)] = Field(
        default_factory=list,
        description="Who pledges it, where that is not the borrower alone; left out, the owner does, "
        "who is the borrower.",
    )

    def as_collateral(self) -> Collateral:
        """The right, its number in its register's normal form."""
        right = read_right(self.kind, self.number)
        return Collateral(
            key=RightKey(self.kind, right.number, self.nice_class or 0),
            number_as_given=self.number,
            name=self.name,
            owner_uscc=self.owner_uscc,
            owner_name=self.owner_name,
            filed_on=self.filed_on,
            expires_on=self.expires_on,
            valuation=Valuation(**vars(self.valuation)),
            pledgors=tuple(one.as_pledgor() for one in self.pledgors),
            registration=RegisterEntry(**vars(self.registration)) if self.registration else None,
            number_year=right.year,
            has_old_number=right.is_old,
        )
