"""What a bank reports of its loans, month by month."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from services.applications.api import examples
from services.applications.api.requests import Month
from services.applications.domain.positions import Position, ReportedRow
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import InvalidIdentifier
from shared.money import MONEY_NAMES, NIL, RequestFenOrZero
from shared.risk_classes import RiskClass


class _Body(RequestBody):
    model_config = ConfigDict(**MONEY_NAMES)


_RemarkCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,63}$")]


class PositionItem(_Body):
    """Where one loan stood; it is named by `loan_no` or `loan_id`."""

    loan_no: Annotated[ShortText, StringConstraints(max_length=64)] | None = None
    loan_id: UUID | None = Field(None, validate_default=True)
    outstanding_principal_fen: RequestFenOrZero
    overdue_days: Annotated[int, Field(ge=0, le=20_000)]
    interest_arrears_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    penalty_interest_fen: RequestFenOrZero = Field(0, json_schema_extra=NIL)
    risk_class: RiskClass
    confirmed: Annotated[list[_RemarkCode], Field(max_length=20)] = Field(
        default_factory=list,
        description="Codes of `to_confirm` that the bank answers with: it is so.",
    )
    reason: LongText | None = Field(None, description="Why an earlier report is mended.")

    @field_validator("loan_id")
    @classmethod
    def _one_name_is_enough_and_needed(cls, loan_id: UUID | None, info: ValidationInfo) -> Any:
        if "loan_no" in info.data and (loan_id is None) == (info.data["loan_no"] is None):
            raise InvalidIdentifier(
                "one-name",
                "loan_no 与 loan_id 须且只须填一个",
                "Name the loan by exactly one of loan_no and loan_id.",
            )
        return loan_id

    def as_row(self) -> ReportedRow:
        """The row."""
        return ReportedRow(
            loan_no=self.loan_no,
            loan_id=self.loan_id,
            position=Position(
                outstanding_fen=self.outstanding_principal_fen,
                overdue_days=self.overdue_days,
                interest_arrears_fen=self.interest_arrears_fen,
                penalty_interest_fen=self.penalty_interest_fen,
                risk_class=self.risk_class,
            ),
            confirmed=frozenset(self.confirmed),
            reason=self.reason or "",
        )


class PositionsBody(_Body):
    """The positions of a month, at most 1,000. A row that is wrong does not stop the others."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.POSITIONS]})

    month: Month
    items: Annotated[
        list[Any],
        Field(min_length=1, max_length=1000),
        WithJsonSchema(
            {
                "type": "array",
                "minItems": 1,
                "maxItems": 1000,
                "items": PositionItem.model_json_schema(),
            }
        ),
    ]
