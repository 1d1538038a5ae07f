"""What a field is called where its form is not at hand: read off the templates, in which each field stands
beside its label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from services.console.rendering.catalogue import Texts

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_BY_MACRO: Final = re.compile(r'\b\w+\.(?:input|choice)\("(\w+)", t\("([\w.-]+)"\)')
_LABEL: Final = re.compile(r'<label for="([^"]+)">\{\{ t\("([\w.-]+)"\) \}\}')
_CONTROL: Final = re.compile(r"<(?:input|textarea|select)\b[^>]*>")
_OF_CONTROL: Final = re.compile(r'\b(id|name)="([^"]+)"')
_ACTION: Final = re.compile(r'<form method="post" action="(/[^"]+)"')
_FILLED_IN: Final = re.compile(r"\\\{\\\{.*?\\\}\\\}")
_REFERENCE: Final = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class _Labels:
    """The forms of a template, by where they are sent, and field → key of its label."""

    sent_to: re.Pattern[str]
    keys: Mapping[str, str]


def label_of(name: str, to: str, t: Texts) -> str:
    """What people call a field of the form that is sent to a path; "" where no template says."""
    every = _labels()
    of_form = next(
        (one.keys[name] for one in every if one.sent_to.fullmatch(to) and name in one.keys), ""
    )
    if of_form:
        return t(of_form)
    if t.knows(f"field.{name}"):
        return t(f"field.{name}")
    key = next((one.keys[name] for one in every if name in one.keys), "")
    return t(key) if key else ""


def is_reference(value: str) -> bool:
    """Whether it is an id or a hash: for machines, and what it means is said beside it by a name."""
    return _REFERENCE.fullmatch(value.strip()) is not None


@cache
def _labels() -> tuple[_Labels, ...]:
    return tuple(
        _of(file.read_text(encoding="utf-8")) for file in sorted(_TEMPLATES.glob("*.html"))
    )


def _of(template: str) -> _Labels:
    by_id = dict(_LABEL.findall(template))
    keys: dict[str, str] = {}
    for name, key in _BY_MACRO.findall(template):
        keys.setdefault(name, key)
    for control in _CONTROL.findall(template):
        said = dict(_OF_CONTROL.findall(control))
        if said.get("id") in by_id and "name" in said:
            keys.setdefault(said["name"], by_id[said["id"]])
    actions = (
        _FILLED_IN.sub("[^/]+", re.escape(one).replace(r"\ ", " "))
        for one in _ACTION.findall(template)
    )
    return _Labels(re.compile("|".join(actions) or "(?!)"), keys)
