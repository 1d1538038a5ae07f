"""What is said of financing demands over HTTP, and what is answered."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.applications.api.requests import BankCode, Code
from services.applications.api.right_requests import Day, RightNamed
from services.applications.domain.financing_demand import (
    Action,
    AnswerGiven,
    DemandPosted,
    State,
)
from services.applications.domain.submission import Purpose
from shared.http.field_messages import ONE_LINE
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import Uscc
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.schemes.vocabulary import INDUSTRIES

MOST_BANKS = 500
Months = Annotated[int, Field(ge=1, le=360)]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+()\uFF08\uFF09 \-\u8F6C]{5,40}$")
]
Banks = Annotated[list[BankCode], Field(max_length=MOST_BANKS)]


class _Body(RequestBody):
    model_config = ConfigDict(**MONEY_NAMES)


class RightOffered(RightNamed):
    """A right that could be pledged."""

    name: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] = ""


class DemandBody(_Body):
    """A firm's demand for financing, and the banks that are to hear of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "uscc": "91440400192548256N",
                    "firm_name": "珠海格力电器股份有限公司",
                    "industry": "C",
                    "amount": "3000000.00",
                    "term_months": 12,
                    "purpose": "r_and_d",
                    "contact_name": "陈经理",
                    "contact_phone": "022-12345678",
                    "to_all_banks": True,
                    "answer_by": "2199-12-31",
                }
            ]
        }
    )

    uscc: Uscc
    firm_name: ShortText
    park_code: Code | None = Field(None, description="A park of the register.")
    industry: Literal[tuple(INDUSTRIES)] | None = Field(  # type: ignore[valid-type]
        None, description="Section of GB/T 4754, a letter."
    )
    amount_fen: RequestFen
    term_months: Months
    purpose: Purpose
    note: LongText | None = None
    rights: Annotated[list[RightOffered], Field(max_length=20)] = Field(
        default_factory=list, description="Rights that could be pledged."
    )
    contact_name: ShortText
    contact_phone: Phone = Field(description="Only banks that the demand is offered to read it.")
    to_all_banks: bool = Field(False, description="Offer it to every bank of today.")
    banks: Banks = Field(default_factory=list, description="Or to these.")
    answer_by: Day | None = Field(None, description="The last day for the banks' answers.")

    def as_demand(self) -> DemandPosted:
        """The value that travels on."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        rights = tuple(
            {"kind": one.kind, "number": one.as_asked().key.number,
             "nice_class": one.nice_class, "name": one.name}
            for one in self.rights
        )  # fmt: skip
        return DemandPosted(**said | {"rights": rights, "banks": tuple(self.banks)})


class OfferBody(_Body):
    """Banks that are to hear of a demand."""

    to_all_banks: bool = False
    banks: Banks = Field(default_factory=list)
    answer_by: Day


class AnswerBody(_Body):
    """Whether you take a demand up: then with a quote; or decline it, with a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "takes_up": True,
                    "quote_amount": "2500000.00",
                    "quote_rate_bp": 385,
                    "quote_months": 12,
                }
            ]
        }
    )

    takes_up: bool
    reason: LongText | None = Field(None, description="Why you decline.")
    quote_amount_fen: RequestFen | None = Field(None, description="How much you would lend.")
    quote_rate_bp: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        None, description="At which rate, basis points a year."
    )
    quote_months: Months | None = None
    quote_until: Day | None = Field(None, description="The last day on which the quote holds.")
    note: LongText | None = None

    def as_answer(self) -> AnswerGiven:
        """The value that the domain judges."""
        return AnswerGiven(**{n: v for n, v in vars(self).items() if v is not None})


class MatchBody(_Body):
    """The bank that gets the demand."""

    bank_code: BankCode


class PutBackBody(_Body):
    """Why a match did not hold."""

    reason: LongText
    answer_by: Day | None = Field(None, description="A new day for answers.")


class EndBody(_Body):
    """Why nothing comes of a demand."""

    reason: LongText


class DemandRight(BaseModel):
    """A right that could be pledged."""

    kind: str
    number: str
    nice_class: int | None
    name: str


class BankAnswer(BaseModel):
    """What a bank has answered last."""

    model_config = ConfigDict(**MONEY_NAMES)

    takes_up: bool
    reason: str
    quote_amount_fen: Fen | None
    quote_rate_bp: int | None
    quote_months: int | None
    quote_until: date | None
    note: str
    is_late: bool
    answered_by_name: str
    answered_at: datetime


class OfferAnswer(BaseModel):
    """A bank that a demand is offered to, and what it has answered. A bank reads its own only."""

    bank_code: str
    bank_name: str
    answer_by: date
    offered_at: datetime
    answer: BankAnswer | None


class DemandAnswer(BaseModel):
    """A demand, and how far it has got."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    number: str
    uscc: str
    firm_name: str
    park_code: str
    industry: str
    amount_fen: Fen
    term_months: int
    purpose: str
    note: str
    rights: list[DemandRight]
    contact_name: str
    contact_phone: str
    posted_on: date
    posted_by_name: str
    state: State
    state_zh: str
    state_en: str
    version: int
    due_on: date | None = Field(description="The last day for answers.")
    matched_bank: str | None = Field(description="Of a bank: only where it is the bank.")
    case_id: UUID | None
    case_number: str | None
    case_state: str | None
    lent_fen: Fen
    ended_reason: str
    offers: list[OfferAnswer]
    may_answer: bool
    pending_actions: list[Action]


class DemandMove(BaseModel):
    """What happened to a demand; the bureau's own."""

    action: Action
    source: State | None
    target: State
    role: str
    name: str
    reason: str
    detail: dict[str, Any]
    at: datetime


class DemandDetail(DemandAnswer):
    """The same with its history, which a bank does not read."""

    history: list[DemandMove]


class FunnelLine(BaseModel):
    """How far the demands of a month, a park or a bank have got."""

    model_config = ConfigDict(**MONEY_NAMES)

    value: str = Field(description="The month, the park's or the bank's code; \"\" for none.")
    demands: int = Field(description="Posted; of a bank, offered to it.")
    amount_fen: Fen
    offered: int
    answered: int
    taken_up: int
    matches: int
    cases: int
    loans: int
    lent_fen: Fen


class FunnelAnswer(BaseModel):
    """The funnel from demands to loans, of the demands posted on these days."""

    model_config = ConfigDict(**MONEY_NAMES)

    first: date
    last: date
    by: str
    lines: list[FunnelLine]
    total: FunnelLine | None = Field(description="None by bank: a demand is offered to several.")
