"""What a request may say of a policy or a guarantee, and of the paper that goes with it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.applications.api.requests import BankCode
from services.applications.api.right_requests import Day
from services.applications.domain.enhancement import (
    BorneBy,
    GuaranteeKind,
    PolicyKind,
    Promise,
)
from services.applications.handlers.enhancements import Recorded
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import Uscc
from shared.money import MONEY_NAMES, RequestFen, RequestFenOrZero
from shared.papers import PaperNamed

EXAMPLE_POLICY: dict[str, Any] = {
    "case": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10",
    "kind": "loan_guarantee",
    "insurer_uscc": "91120000MA07D3F16T",
    "insurer_name": "某财产保险股份有限公司天津分公司",
    "number": "PZBX202612010000000123",
    "amount": "1000000.00",
    "premium": "12000.00",
    "premium_borne_by": "firm",
    "begins_on": "2026-03-02",
    "ends_on": "2027-03-01",
    "beneficiary_bank": "ICBC-TJ",
}


class WithPaper(RequestBody):
    """A stored paper that goes with what is said, if there is one."""

    document: UUID | None = Field(None, description="A stored paper of yours that goes with it.")
    sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = Field(
        "", description="The paper's hash, where its id is not known."
    )

    def paper(self) -> PaperNamed | None:
        """What goes with it."""
        if self.document is None and not self.sha256:
            return None
        return PaperNamed(place=(), document_id=self.document, sha256=bytes.fromhex(self.sha256))


class _Days(WithPaper):
    model_config = ConfigDict(**MONEY_NAMES)

    begins_on: Day
    ends_on: Day = Field(description="The last day on which it stands.")


class _PolicyTerms(_Days):
    amount_fen: RequestFen = Field(description="The insured amount.")
    premium_fen: RequestFenOrZero | None = None
    premium_borne_by: BorneBy | None = None
    beneficiary_bank: BankCode | None = Field(
        None, description="The bank for whose benefit it is, where the policy says one."
    )

    def as_promise(self, effective_on: date | None = None) -> Promise:
        """What a version says."""
        return Promise(
            effective_on=effective_on or self.begins_on,
            begins_on=self.begins_on,
            ends_on=self.ends_on,
            amount_fen=self.amount_fen,
            price_fen=self.premium_fen,
            price_borne_by=self.premium_borne_by,
            beneficiary_bank=self.beneficiary_bank,
        )


class _GuaranteeTerms(_Days):
    amount_fen: RequestFen | None = Field(None, description="Or `ratio_bp`.")
    ratio_bp: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="Of the loan's principal, in basis points; or `amount`."
    )
    fee_fen: RequestFenOrZero | None = None
    fee_borne_by: BorneBy | None = None

    def as_promise(self, effective_on: date | None = None) -> Promise:
        """What a version says."""
        return Promise(
            effective_on=effective_on or self.begins_on,
            begins_on=self.begins_on,
            ends_on=self.ends_on,
            amount_fen=self.amount_fen,
            ratio_bp=self.ratio_bp,
            price_fen=self.fee_fen,
            price_borne_by=self.fee_borne_by,
        )


class PolicyBody(_PolicyTerms):
    """A policy, of a case or of a firm; a renewal names the policy that it renews."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [EXAMPLE_POLICY]})

    case: UUID | None = Field(None, description="The case that it belongs to; or a firm.")
    firm_uscc: Uscc | None = None
    firm_name: ShortText | None = None
    kind: PolicyKind
    insurer_uscc: Uscc
    insurer_name: ShortText
    number: ShortText = Field(description="In any spelling; once for each insurer.")
    renews: UUID | None = Field(None, description="The policy that this one renews.")

    def as_recorded(self) -> Recorded:
        """What is kept."""
        return Recorded(
            form="policy",
            kind=self.kind,
            issuer_uscc=self.insurer_uscc,
            issuer_name=self.insurer_name,
            number=self.number,
            promise=self.as_promise(),
            paper=self.paper(),
            case_id=self.case,
            firm_uscc=self.firm_uscc,
            firm_name=self.firm_name,
            renews=self.renews,
        )


class GuaranteeBody(_GuaranteeTerms):
    """A guarantee for the loan of a case, or a re-guarantee behind one."""

    kind: GuaranteeKind
    guarantor_uscc: Uscc
    guarantor_name: ShortText
    number: ShortText = Field(description="The contract's number.", examples=["DB-2026-0017"])
    backs: UUID | None = Field(None, description="The guarantee that a re-guarantee stands behind.")

    def as_recorded(self, case_id: UUID) -> Recorded:
        """What is kept."""
        return Recorded(
            form="guarantee",
            kind=self.kind,
            issuer_uscc=self.guarantor_uscc,
            issuer_name=self.guarantor_name,
            number=self.number,
            promise=self.as_promise(),
            paper=self.paper(),
            case_id=case_id,
            backs=self.backs,
        )


class PolicyEndorsement(_PolicyTerms):
    """What a policy says from a day on, whole; what it said before stays."""

    effective_on: Day
    reason: LongText = Field(examples=["批单：增加保险金额"])


class GuaranteeChange(_GuaranteeTerms):
    """What a guarantee says from a day on, whole; what it said before stays."""

    effective_on: Day
    reason: LongText = Field(examples=["补充协议：延长保证期间"])


class EndBody(RequestBody):
    """The last day on which it stands, and why no longer."""

    ended_on: Day
    reason: LongText = Field(examples=["退保"])
