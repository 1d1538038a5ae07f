"""What a reviewer says when a case goes back to its bank: words, and papers by their kinds."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from services.applications.api.requests import PaperKind
from services.applications.domain.checklist import words_of
from shared.contracts.applications import Reason
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import InvalidIdentifier


class ReturnReason(RequestBody):
    """One thing to mend."""

    text: ShortText = Field(examples=["评估报告缺页"])
    field: Annotated[str, StringConstraints(pattern=r"^#?(/[^\s]{0,100}){0,10}$")] = Field(
        "", examples=["#/collateral/0/valuation"]
    )

    def as_told(self) -> Reason:
        """As the bank is told it: in the reviewer's words, whatever the language."""
        pointer = self.field.removeprefix("#")
        return Reason(code="reviewer", zh=self.text, en=self.text, field=pointer)


def _text_alone(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _asked_for(kind: str) -> Reason:
    """That the bank is to send a paper of a kind."""
    zh, en = words_of(kind)
    return Reason(
        code="document-asked-for",
        zh=f"请补交材料：{zh}",
        en=f"A document is to be sent: {en}.",
        field="/documents",
    )


class ReturnBody(RequestBody):
    """Everything that is to be mended, in one notice: in words, and papers by their kinds."""

    ask_for: Annotated[list[PaperKind], Field(max_length=50)] = Field(
        default_factory=list,
        description="Kinds of papers that the bank is to send; `to_send` of the case's checklist.",
        examples=[["credit_report"]],
    )
    why_not_before: LongText | None = Field(
        None,
        description="Of a case that a reviewer or approver has returned before: why this was not "
        "said then.",
    )
    reasons: Annotated[
        list[Annotated[ReturnReason, BeforeValidator(_text_alone)]], Field(max_length=50)
    ] = Field(default_factory=list, validate_default=True)

    @field_validator("reasons")
    @classmethod
    def _says_something(cls, reasons: list[ReturnReason], info: ValidationInfo) -> Any:
        if not reasons and not info.data.get("ask_for"):
            raise InvalidIdentifier(
                "nothing-to-mend",
                "请写明需补正的事项，或选择需补交的材料",
                "Say what is to be mended, or name in ask_for the papers to be sent.",
            )
        return reasons

    def as_told(self) -> list[Reason]:
        """All of it as the bank is told."""
        return [_asked_for(kind) for kind in self.ask_for] + [one.as_told() for one in self.reasons]
