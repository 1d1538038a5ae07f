"""A draft of an application: the submission's own fields, each of which may still be missing."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin
from uuid import UUID

from annotated_types import MinLen
from pydantic import BaseModel, Field, create_model, model_validator

from services.applications.api.requests import Code, SubmissionBody
from services.applications.tables.drafts import Written
from shared.http.requests import RequestBody, ShortText


def _without_nulls(said: Any) -> Any:
    """Null is what is not filled in yet, wherever it stands."""
    if isinstance(said, Mapping):
        return {name: value for name, value in said.items() if value is not None}
    return said


_VALIDATORS: Final[dict[str, Any]] = {"left_out": model_validator(mode="before")(_without_nulls)}


def _incomplete(model: type[BaseModel]) -> type[BaseModel]:
    """The same fields with the same types, every one of which may be left out."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kept = [one for one in field.metadata if not isinstance(one, MinLen)]
        inner: Any = _inside(field.annotation)
        for one in kept:
            inner = Annotated[inner, one]
        fields[name] = (
            inner | None,
            Field(None, alias=field.alias, description=field.description, examples=field.examples),
        )
    made: type[BaseModel] = create_model(
        f"{model.__name__.removesuffix('Body')}InDraft",
        __base__=model,
        __doc__=f"{(model.__doc__ or '').splitlines()[0]} As far as it is written.",
        __validators__=_VALIDATORS,
        **fields,
    )
    return made


def _inside(kind: Any) -> Any:
    """The type of a field with every model in it as far as it is written."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _incomplete(kind)
    if get_origin(kind) is list:
        return list[_inside(get_args(kind)[0])]  # type: ignore[misc]
    if get_origin(kind) is UnionType:
        return Union[tuple(_inside(one) for one in get_args(kind))]  # noqa: UP007 (of a tuple)
    return kind


ApplicationInDraft: Final = _incomplete(SubmissionBody)


class DraftBody(RequestBody):
    """A draft as it is to be kept: whole, for what is left out is not kept."""

    title: ShortText = Field(examples=["津澜智能装备 研发贷款"], description="Of your choice.")
    programme: Code = Field(examples=["dongli"], description="`programme` of one of `GET /pools`.")
    application: ApplicationInDraft = Field(  # type: ignore[valid-type]
        default_factory=ApplicationInDraft,
        description="What is there of a submission as for `POST /applications`. What is given must "
        "be of its form; anything may be missing.",
    )

    amends: UUID | None = Field(
        None,
        description="The case that it is to amend before its review, or to mend; one draft for a case. "
        "It stays as it was begun.",
    )

    def as_written(self) -> Written:
        """What is kept of it."""
        said: BaseModel = self.application
        return Written(
            title=self.title,
            programme=self.programme,
            said=said.model_dump(mode="json", by_alias=True, exclude_none=True),
            amends=self.amends,
        )
