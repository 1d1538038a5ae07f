"""How a request names a stored paper: by its id, or by its hash."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from shared.http.requests import RequestBody, ShortText
from shared.identifiers import InvalidIdentifier
from shared.papers import PaperNamed, Place


class NamedPaper(RequestBody):
    """A paper that your institution has stored (`POST /documents`), named by id or by hash."""

    document: UUID | None = Field(None, description="The stored paper's `id`.")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None,
        validate_default=True,
        description="Or its hash, as computed when it was stored.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    filename: ShortText | None = Field(
        None, description="Passed over: the stored paper has its name."
    )

    @field_validator("sha256")
    @classmethod
    def _is_named(cls, sha256: str | None, info: ValidationInfo) -> str | None:
        if "document" in info.data and sha256 is None and info.data["document"] is None:
            raise InvalidIdentifier(
                "paper-not-named",
                "document 与 sha256 至少填一个",
                "Name the paper by document or by sha256.",
            )
        return sha256

    def named(self, place: Place) -> PaperNamed:
        """The paper as it is asked for, at its place in the request."""
        return PaperNamed(
            place=place, document_id=self.document, sha256=bytes.fromhex(self.sha256 or "")
        )
