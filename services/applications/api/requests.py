"""What a request may say. Shape and check digits are judged here, all fields at once."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.applications.api import examples
from services.applications.api.filing_requests import PaidOutBody, PaidOutSeenBody
from services.applications.api.right_requests import CollateralBody, Day
from services.applications.domain.approval import MOST_CONDITIONS, Part
from services.applications.domain.lists_checked import ListChecked
from services.applications.domain.loan_terms import Disbursement, Registration
from services.applications.domain.other_collateral import OtherCollateral
from services.applications.domain.submission import (
    Borrower,
    Purpose,
    Submission,
    SubmittedDocument,
)
from shared.http.named_papers import NamedPaper
from shared.http.requests import LongText, RequestBody, ShortText
from shared.http.stated_facts import StatedFacts
from shared.identifiers import Uscc
from shared.money import MONEY_NAMES, RequestFen
from shared.months import MONTH_PATTERN
from shared.papers import PaperNamed
from shared.schemes.vocabulary import CREDIT_LISTS

BankCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Month = Annotated[
    str,
    StringConstraints(pattern=MONTH_PATTERN),
    Field(examples=["2026-03"]),
]


class _Body(RequestBody):
    model_config = ConfigDict(**MONEY_NAMES)


class BankBody(_Body):
    """A bank that may submit."""

    code: BankCode = Field(examples=["ICBC-TJ"])
    name: ShortText = Field(examples=["中国工商银行天津分行"])
    uscc: Uscc


class BankChange(_Body):
    """What may change of a bank."""

    name: ShortText | None = None
    uscc: Uscc | None = None


class BorrowerBody(_Body):
    """The firm that borrows."""

    uscc: Uscc
    name: ShortText
    registered_on: Day
    is_sme: bool
    region_code: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")] | None = Field(
        None, examples=["120110"], description="GB/T 2260"
    )


PaperKind = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$"),
    Field(examples=["business_licence"]),
]


class DocumentBody(NamedPaper):
    """A paper of a case, and what its bank says of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "business_licence", "document": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10"}
            ]
        }
    )

    kind: PaperKind
    issued_on: Day | None = Field(
        None, description="The paper's own date, where how long it holds is counted from it."
    )
    valid_until: Day | None = Field(None, description="The last day on which it holds, if it says.")

    def as_document(self) -> SubmittedDocument:
        """The paper as it is asked for."""
        return SubmittedDocument(
            kind=self.kind,
            document_id=self.document,
            sha256=bytes.fromhex(self.sha256 or ""),
            issued_on=self.issued_on,
            valid_until=self.valid_until,
        )


_Fact = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class OtherCollateralBody(_Body):
    """What secures the loan beside its rights."""

    kind: Literal["real_estate", "equipment", "receivables", "guarantee", "credit", "other"] = (
        Field(description="`credit` is a part without security.")
    )
    description: ShortText = Field(examples=["厂房抵押，津（2024）东丽不动产权第 0001 号"])
    amount_fen: RequestFen = Field(description="The part of the loan that it stands for.")


class SubmissionBody(_Body):
    """An application for entry to a pool, complete."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SUBMISSION]})

    pool_code: Code = Field(examples=["dongli"])
    mode: _Fact = Field(examples=["direct"])
    parties: dict[_Fact, Code] = Field(
        default_factory=dict, max_length=20, examples=[{"insurer": "PICC-TJ"}]
    )
    borrower: BorrowerBody
    amount_fen: RequestFen
    tenor_months: Annotated[int, Field(ge=1, le=360)]
    annual_rate_bp: Annotated[int, Field(ge=0, le=10_000)]
    purpose: Purpose
    purpose_note: LongText | None = None
    repayment: Literal["bullet", "equal_instalments", "interest_first"]
    has_other_collateral: bool
    ip_share_bp: Annotated[int, Field(ge=1, le=10_000)] | None = None
    ip_amount_fen: RequestFen | None = Field(
        None,
        description="The IP part as the contract states it in yuan, beside or instead of "
        "`ip_share_bp`; the share is then exactly this of the amount.",
    )
    other_collateral: Annotated[list[OtherCollateralBody], Field(max_length=20)] = Field(
        default_factory=list,
        description="Each with its amount, where there is some; with the IP part at least the loan.",
    )
    is_first_loan: bool
    attributes: StatedFacts = Field(
        default_factory=dict,
        description="Facts as of the approval. Which ones a mode needs: "
        "`GET /pools/{code}/modes/{mode}/facts`.",
    )
    renews: UUID | None = Field(
        None,
        description="The application of yours whose loan this one renews (续贷, also 无还本续贷): of "
        "the same firm and pool. Its rights may be pledged here again, and what is left of it is one "
        "debt with this loan. By the report of the month in which this loan is paid out, that one is "
        "to be reported repaid.",
    )
    collateral: Annotated[list[CollateralBody], Field(min_length=1, max_length=100)]
    documents: Annotated[list[DocumentBody], Field(max_length=100)]
    paid_out: PaidOutBody | None = Field(
        None,
        description="The loan as it is out already, where the programme takes loans that are filed "
        "after they were paid out (`filing` of the mode's facts); left out, it is approved before.",
    )

    def as_submission(self) -> Submission:
        """The value that travels on: every field under its own name, so that none is left out."""
        nested = {
            "borrower": Borrower(**vars(self.borrower)),
            "collateral": tuple(item.as_collateral() for item in self.collateral),
            "documents": tuple(one.as_document() for one in self.documents),
            "paid_out": self.paid_out.as_paid_out() if self.paid_out else None,
            "other_collateral": tuple(
                OtherCollateral(**vars(one)) for one in self.other_collateral
            ),
        }
        return Submission(**vars(self) | nested)


class WithdrawalBody(_Body):
    """Why a case is taken back."""

    reason: LongText = Field(examples=["企业另有融资安排"])


class OpinionBody(_Body):
    """What the person thinks of the case."""

    opinion: LongText = Field(examples=["材料齐全，权属清晰，建议批准"])


class WrittenBody(_Body):
    """Words, and a stored paper that goes with them if there is one."""

    text: LongText = Field(examples=["已办妥保险，保单见附件"])
    document: UUID | None = Field(None, description="A stored paper of yours that goes with it.")
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = Field(
        "", description="The paper's hash, where its id is not known."
    )

    def paper(self) -> PaperNamed | None:
        """What goes with them."""
        if self.document is None and not self.sha256:
            return None
        sha256 = bytes.fromhex(self.sha256)
        return PaperNamed(place=(), document_id=self.document, sha256=sha256)


Conditions = Annotated[
    list[Annotated[LongText, StringConstraints(max_length=1000)]],
    Field(max_length=MOST_CONDITIONS),
]


class RecommendationBody(OpinionBody):
    """What the reviewer thinks, and what is to be met before the loan is paid out."""

    conditions: Conditions = Field(
        default_factory=list, examples=[["办妥质押登记后投保，保单复印件报备"]]
    )
    paid_out_seen: PaidOutSeenBody | None = Field(
        None,
        description="Of a loan that is filed after it was paid out: what contract and voucher show.",
    )


class ListCheckedBody(_Body):
    """A list that somebody looked at, on which day, and whether the firm stands on it."""

    name: Literal[tuple(CREDIT_LISTS)] = Field(examples=["judgment_defaulter"])  # type: ignore[valid-type]
    checked_on: Day
    found: bool


ListsChecked = Annotated[list[ListCheckedBody], Field(max_length=20)]


def as_lists(body: list[ListCheckedBody]) -> tuple[ListChecked, ...]:
    """The lists as the rules take them."""
    return tuple(ListChecked(**vars(one)) for one in body)


class ApprovalBody(OpinionBody):
    """What the second person thinks of the case, and the lists that were looked at."""

    lists_checked: ListsChecked = Field(
        default_factory=list,
        description="The scheme's lists of dishonest or abnormal firms, each with the day on which "
        "somebody looked; `lists` of the mode's facts says which, and how recently.",
    )

    approved_amount_fen: RequestFen | None = Field(
        None,
        description="Less than was applied for; left out, the whole. The pool reserves this much, "
        "and no more is paid out.",
    )
    approved_ip_amount_fen: RequestFen | None = Field(
        None, description="The IP part of it, where the case states that in yuan."
    )
    amount_reason: LongText | None = Field(None, description="Why it is a part.")
    conditions: Conditions = Field(
        default_factory=list, description="Beside those that the reviewer has entered."
    )

    def as_part(self) -> Part | None:
        """The part that is approved; None for the whole."""
        if self.approved_amount_fen is None:
            return None
        return Part(
            amount_fen=self.approved_amount_fen,
            ip_amount_fen=self.approved_ip_amount_fen,
            reason=self.amount_reason or "",
        )

    def as_lists(self) -> tuple[ListChecked, ...]:
        """The lists."""
        return as_lists(self.lists_checked)


class CountersignatureBody(OpinionBody):
    """What the third person thinks of the case, and lists that were looked at again."""

    lists_checked: ListsChecked = Field(
        default_factory=list,
        description="Only those that were looked at again since the approver's decision.",
    )


class ReasonBody(_Body):
    """Why."""

    reason: LongText = Field(examples=["质押专利权属存在争议"])


class RegistrationBody(_Body):
    """One right's entry in its register of pledges."""

    collateral_no: Annotated[int, Field(ge=1, le=100)]
    registration_no: ShortText = Field(examples=["Y2026120000123"])
    registry: ShortText = Field(examples=["CNIPA"])
    registered_on: Day


class PledgeBody(_Body):
    """The pledge stands in the register, right by right."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PLEDGE]})

    registrations: Annotated[list[RegistrationBody], Field(min_length=1, max_length=100)]

    def as_registrations(self) -> list[Registration]:
        """The entries."""
        return [Registration(**vars(entry)) for entry in self.registrations]


class DisbursementBody(_Body):
    """The loan was paid out."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DISBURSEMENT]})

    loan_no: Annotated[ShortText, StringConstraints(max_length=64)]
    amount_fen: RequestFen
    disbursed_on: Day
    matures_on: Day
    attributes: StatedFacts = Field(
        default_factory=dict,
        description="Facts as of the disbursement, where the mode asks for such.",
    )
    lists_checked: ListsChecked = Field(
        default_factory=list,
        description="The lists of dishonest or abnormal firms that were looked at again, between "
        "the approval and the disbursement.",
    )
    draws_until: Day | None = Field(
        None,
        description="The last day on which the rest of the approved amount may be drawn; given, "
        "`amount` is the first draw. Left out, what is not paid out now is not lent.",
    )

    def as_disbursement(self) -> Disbursement:
        """The loan."""
        return Disbursement(**vars(self) | {"lists_checked": as_lists(self.lists_checked)})
