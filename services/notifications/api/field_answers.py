"""The fields of a type as people who write words are shown them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from services.notifications.api.common import InTwoLanguages
from services.notifications.api.template_models import FieldOfType
from services.notifications.domain.wording import Reader
from services.notifications.templates.judging import examples_for
from shared.contracts.redaction import on_the_wire
from shared.contracts.shapes import Kind, Shape, shapes_for

LONGEST_EXAMPLE: Final = 60
_IN_CHINESE: Final[Mapping[str, str]] = YAML(typ="safe", pure=True).load(
    (Path(__file__).parents[1] / "templates" / "field_words.yaml").read_text(encoding="utf-8")
)
"""What fields are called, by their name: one name means the same wherever it stands. What is not
there is called by its name."""

_ONE: Final = "one"
"""What the turn of a loop is called in what is offered."""
_FILTERS: Final[Mapping[Kind, str]] = {Kind.MONEY: " | yuan", Kind.SHARE: " | percent"}
_SAID: Final = {Kind.TEXT, Kind.NUMBER, Kind.DAY, Kind.MONEY, Kind.SHARE, Kind.FLAG}


def fields_of(event_type: str, reader: Reader) -> list[FieldOfType]:
    """Every field that words of a type may use for a reader, those inside others after them."""
    example = examples_for(event_type, reader)[0]
    shapes = shapes_for(event_type, bank=reader is Reader.BANK)
    return list(_listed(shapes, example, path="", loop=""))


def _listed(
    shapes: Mapping[str, Shape],
    example: Mapping[str, Any],
    *,
    path: str,
    loop: str,
    within: str = "",
) -> Iterator[FieldOfType]:
    """`within`: what these lie in, where there may be none of it."""
    for name, shape in shapes.items():
        value = example.get(name)
        named = f"{path}{name}"
        if shape.kind in _SAID or shape.items in _SAID:
            written = _write(shape, named, loop, may_lack=bool(example) and name not in example)
            yield FieldOfType(
                name=f"{named}[]" if shape.kind is Kind.LIST else named,
                kind=shape.kind,
                meaning=_meaning(shape),
                example=_example(name, value),
                write=_if_there(within, written) if within else written,
            )
        elif shape.fields and not loop:
            several = shape.kind is Kind.LIST
            first = value[0] if several and value else value
            yield from _listed(
                shape.fields,
                first if isinstance(first, Mapping) else {},
                path=f"{named}[]." if several else f"{named}.",
                loop=named if several else "",
                within=named if shape.optional else within,
            )


def _write(shape: Shape, named: str, loop: str, *, may_lack: bool) -> str:
    """How a field is written into a text, so that it is right whether there is one or not."""
    path = f"{_ONE}.{shape.name}" if loop else named
    shown = f"{{{{ {path}{_FILTERS.get(shape.kind, '')} }}}}"
    if shape.kind is Kind.FLAG:
        shown = f"{{% if {path} %}}…{{% endif %}}"
    elif shape.kind is Kind.LIST:
        shown = f"{{{{ {path} | join('、') }}}}"
    if may_lack:
        shown = f"{{% if {path} is defined %}}{shown}{{% endif %}}"
    elif shape.optional and shape.kind is not Kind.FLAG:
        shown = _if_there(path, shown)
    return f"{{% for {_ONE} in {loop} %}}{shown}{{% endfor %}}" if loop else shown


def _if_there(path: str, shown: str) -> str:
    return f"{{% if {path} is not none %}}{shown}{{% endif %}}"


def _meaning(shape: Shape) -> InTwoLanguages:
    """What a field is called, and what its contract says of it where it says something."""
    plain = shape.name.removesuffix("_fen").removesuffix("_bp").replace("_", " ")
    said = shape.meaning.split(". ")[0].rstrip(".")
    return InTwoLanguages(zh=_IN_CHINESE.get(shape.name) or plain, en=said or plain)


def _example(name: str, value: Any) -> str:
    """A value of the contract's example, in one short line."""
    if value is None:
        return ""
    shown = next(iter(on_the_wire({name: value}).values()))
    text = "、".join(map(str, shown)) if isinstance(shown, list) else str(shown)
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 1]}…"
