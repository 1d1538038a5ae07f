"""What is said about the words of notices over HTTP: requests and answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notifications.api.common import EventType, InTwoLanguages
from services.notifications.domain.messages import MessageText
from services.notifications.domain.templates import LIFE_CYCLE
from services.notifications.domain.wording import Reader, Scope
from shared.auth.identity import Identity
from shared.http.field_messages import MANY_LINES, ONE_LINE
from shared.http.requests import LongText, RequestBody

State = Literal["draft", "in_force", "leaving", "replaced", "withdrawn", "refused"]
_Code = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
_Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600, pattern=ONE_LINE)
]
_Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=MANY_LINES)
]


class Titles(RequestBody):
    """A title in both languages, one line each."""

    zh: _Title = Field(examples=["补偿款已到账：{{ claim_number }}"])
    en: _Title = Field(examples=["Compensation paid: {{ claim_number }}"])


class Texts(RequestBody):
    """A text in both languages."""

    zh: _Text = Field(examples=["{{ number }} 的补偿款 {{ paid_fen | yuan }} 元已支付。"])
    en: _Text = Field(examples=["CNY {{ paid_fen | yuan }} were paid for {{ number }}."])


class Words(RequestBody):
    """Words for a type of event, to a reader."""

    event_type: EventType = Field(examples=["claim.paid.v1"])
    reader: Reader | None = Field(
        None, description="Whose people read it; a bank's own where a bank says nothing."
    )
    title: Titles
    text: Texts

    @property
    def written(self) -> MessageText:
        """As they are kept."""
        return MessageText(
            title_zh=self.title.zh,
            text_zh=self.text.zh,
            title_en=self.title.en,
            text_en=self.text.en,
        )


class NewTemplate(Words):
    """Words, and where they are to hold. The nearest hold: a bank's own before the bureau's for a
    pool, these before those for a programme, these before those for the whole house."""

    scope: Scope | None = Field(
        None, description="The whole house where nothing is said; a bank's own for a bank."
    )
    programme: _Code | None = Field(None, examples=["dongli"])
    pool_code: _Code | None = Field(None, examples=["dongli"])
    why: LongText = Field(examples=["统一本行贷后用语"])


class PreviewRequest(Words):
    """Words to be looked at with a case: a message of yours, or the newest of its type, or the
    contract's example where there is none."""

    message_id: UUID | None = None


class Reason(RequestBody):
    """Why."""

    reason: LongText


class PreviewPart(BaseModel):
    """How a notice reads in one language: as it stands in the inbox, and as a letter."""

    title: str
    text: str
    html: str = Field(description="The letter as e-mail carries it.")


class PreviewAnswer(BaseModel):
    """How words read with a case. Nothing is kept or sent."""

    source: Literal["message", "example"]
    message_id: UUID | None = Field(description="The message whose event was filled in.")
    zh: PreviewPart
    en: PreviewPart


_EXAMPLE: dict[str, Any] = {
    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
    "institution": "ICBC-TJ",
    "event_type": "claim.paid.v1",
    "reader": "bank",
    "scope": "institution",
    "programme": "",
    "pool_code": "",
    "edition": 2,
    "title": {"zh": "补偿款已到账：{{ claim_number }}", "en": "Paid: {{ claim_number }}"},
    "text": {
        "zh": "{{ number }} 的补偿款 {{ paid_fen | yuan }} 元已支付。",
        "en": "CNY {{ paid_fen | yuan }} were paid for {{ number }}.",
    },
    "why": "统一本行贷后用语",
    "state": "in_force",
    "state_since": "2026-03-31T02:00:00Z",
    "drafted_by": "wang",
    "drafted_name": "王芳",
    "drafted_at": "2026-03-31T02:00:00Z",
    "approved_name": "李强",
    "approved_at": "2026-03-31T02:00:00Z",
    "pending_actions": ["withdraw"],
}


class TemplateAnswer(BaseModel):
    """One version of the words of a notice. A version is never changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    institution: str
    event_type: str
    reader: Reader
    scope: Scope
    programme: str
    pool_code: str
    edition: int = Field(description="The versions of one place are counted from 1.")
    title: InTwoLanguages
    text: InTwoLanguages
    why: str
    state: State
    state_since: datetime
    drafted_by: str
    drafted_name: str
    drafted_at: datetime
    approved_name: str
    approved_at: datetime | None
    pending_actions: list[str] = Field(description="What you may do with it now.")


class MoveAnswer(BaseModel):
    """One move in the life of a text."""

    action: str
    source: str | None
    target: str
    reason: str
    subject: str
    name: str
    role: str
    at: datetime


class TemplateDetail(TemplateAnswer):
    """A version with every move that it has made."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "history": []}]})

    history: list[MoveAnswer]


class WordsInForce(BaseModel):
    """Words that hold somewhere. To a bank the bureau's are shown without whoever wrote them."""

    id: UUID
    institution: str
    reader: Reader
    scope: Scope
    programme: str
    pool_code: str
    edition: int
    title: InTwoLanguages
    text: InTwoLanguages
    since: datetime


class HouseWords(BaseModel):
    """The house's own text, which holds where no other does."""

    reader: Reader
    title: InTwoLanguages
    text: InTwoLanguages


class WordedType(BaseModel):
    """A type of event that people are told of, and in whose words."""

    event_type: str
    readers: list[Reader]
    title: InTwoLanguages = Field(description="How the title reads with the contract's example.")
    in_force: int = Field(description="How many texts are in force beside the house's own.")
    drafts: int = Field(description="How many of your institution wait to be put in force.")


class FieldOfType(BaseModel):
    """A field that words may use, and how it is written into a text."""

    name: str = Field(examples=["paid_fen"])
    kind: str = Field(examples=["money"])
    meaning: InTwoLanguages
    example: str
    write: str = Field(examples=["{{ paid_fen | yuan }}"])


class TypeDetail(BaseModel):
    """A type of event: what its words may use, and the words in force."""

    event_type: str
    readers: list[Reader]
    fields: dict[Reader, list[FieldOfType]]
    house: list[HouseWords]
    in_force: list[WordsInForce]
    programmes: dict[str, str] = Field(description="The programme of each pool that you see.")


def in_two(row: Mapping[str, Any] | MessageText, part: Literal["title", "text"]) -> InTwoLanguages:
    """A part of a text in both languages."""
    if isinstance(row, MessageText):
        return InTwoLanguages(zh=getattr(row, f"{part}_zh"), en=getattr(row, f"{part}_en"))
    return InTwoLanguages(zh=row[f"{part}_zh"], en=row[f"{part}_en"])


def shown(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """The fields of a version's answer."""
    own = row["institution"] == caller.institution
    return {
        **dict(row),
        "title": in_two(row, "title"),
        "text": in_two(row, "text"),
        "pending_actions": LIFE_CYCLE.open_to(row, caller) if own else [],
    }


def in_force_shown(row: Mapping[str, Any]) -> WordsInForce:
    """Words that hold somewhere, without the people."""
    return WordsInForce(
        **{name: row[name] for name in WordsInForce.model_fields if name in row.keys()},  # noqa: SIM118
        title=in_two(row, "title"),
        text=in_two(row, "text"),
        since=row["approved_at"] or row["state_since"],
    )
