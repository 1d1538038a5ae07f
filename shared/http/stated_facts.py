"""Facts in a request: name and kind of each are judged with the request's other fields.

Which of them the mode needs, and as of which day, is judged afterwards by the terms in force.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.schemes.facts_schema import stated_facts_schema
from shared.schemes.stated import read_facts


def _names_and_kinds(stated: dict[str, Any]) -> dict[str, Any]:
    """The same facts. Raises a ValidationError with an entry for every one that is wrong."""
    _, faults = read_facts(stated, None, at="approval")
    if faults:
        raise ValidationError.from_exception_data(
            "facts",
            [_entry(str(one.place[-1]), one.code, one.zh, one.en, stated) for one in faults],
        )
    return stated


def _entry(name: str, code: str, zh: str, en: str, stated: Mapping[str, Any]) -> InitErrorDetails:
    said = PydanticCustomError("fact", "{en}", {"code": code, "zh": zh, "en": en})
    return InitErrorDetails(type=said, loc=(name,), input=stated[name])


StatedFacts = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")], Any],
    Field(max_length=50),
    AfterValidator(_names_and_kinds),
    WithJsonSchema(stated_facts_schema()),
]
"""Facts by name as a bank states them, each of the vocabulary and of its kind."""
