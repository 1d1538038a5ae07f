"""What is said of stored papers: `applications` keeps them, `risk_pool` refers to them.

A paper that something refers to stays. So whoever refers to one says so, and the content of one
that was taken back goes only after the other has let go of it.
"""

from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event, register

OF_THE_BUREAU = "*"
"""The institution of a paper that somebody of the bureau has sent."""


class _OfPaper(Event):
    document_id: UUID
    bank_code: str = Field(description='Whose paper it is: a bank, or "*" for the bureau.')

    @property
    def key(self) -> str:
        return str(self.document_id)

    @property
    def institution(self) -> str:
        return "" if self.bank_code == OF_THE_BUREAU else self.bank_code


class _Paper(_OfPaper):
    topic = "applications"

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    filename: str
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(gt=0, description="In bytes.")


class DocumentStoredV1(_Paper):
    """An institution has stored a paper: its cases may refer to it."""

    type = "document.stored.v1"


class DocumentWithdrawnV1(_Paper):
    """Who sent a paper has taken it back. It says all that the storing said, so that it can be
    heard first."""

    type = "document.withdrawn.v1"


class DocumentReferredV1(_OfPaper):
    """A case of the pool refers to a paper, for the first time: it stays."""

    topic = "risk_pool"
    type = "document.referred.v1"

    place: str = Field(examples=["claims"], description="Which cases, as in their address.")


class DocumentLetGoV1(_OfPaper):
    """No case of the pool refers to a paper that was taken back, and none ever will."""

    topic = "risk_pool"
    type = "document.let-go.v1"


register((DocumentStoredV1, DocumentWithdrawnV1, DocumentReferredV1, DocumentLetGoV1))
