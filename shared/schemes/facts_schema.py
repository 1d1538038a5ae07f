"""Facts as a JSON Schema: what a request may state, for integrators and for forms."""

from collections.abc import Iterable
from typing import Any

from shared.schemes.facts import KNOWN_OF_EVERY_LOAN, STATED_BY_THE_BUREAU, FactNeeded
from shared.schemes.stated import UNITS
from shared.schemes.vocabulary import FACTS, INDUSTRIES, LABELS, RISK_CLASSES, Fact

_KINDS: dict[str, dict[str, Any]] = {
    "money": {
        "type": "string",
        "pattern": r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$",
        "examples": ["1000000.00"],
    },
    "ratio": {
        "type": "string",
        "pattern": r"^([0-9]{1,6}(\.[0-9]{1,6})?%?|[0-9]{1,15}/[1-9][0-9]{0,14})$",
        "examples": ["50", "33.33", "1/3"],
    },
    "count": {"type": "integer", "minimum": 0},
    "flag": {"type": "boolean"},
    "word": {"type": "string", "enum": list(RISK_CLASSES)},
}


def stated_facts_schema() -> dict[str, Any]:
    """Every fact of the vocabulary that a bank may state, with its type."""
    facts = {
        name: _property(fact)
        for name, fact in FACTS.items()
        if name not in KNOWN_OF_EVERY_LOAN | STATED_BY_THE_BUREAU
    }
    return _object(facts | {name: _label(name) for name in LABELS})


def _label(name: str) -> dict[str, Any]:
    """What reports divide by; stated with the facts of the approval."""
    said = LABELS[name]
    kind: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 40}
    if name == "industry":
        kind = {"type": "string", "enum": list(INDUSTRIES)}
    return kind | {"title": said.zh, "description": f"{said.zh} {said.en}"}


def needed_facts_schema(facts: Iterable[FactNeeded]) -> dict[str, Any]:
    """These facts, and which of them must be there."""
    asked = tuple(facts)
    properties = {
        fact.name: _property(FACTS[fact.name]) | ({"x-source": fact.source} if fact.source else {})
        for fact in asked
    }
    return _object(properties) | {"required": [fact.name for fact in asked if fact.required]}


def _property(fact: Fact) -> dict[str, Any]:
    unit = UNITS[fact.kind]
    return _KINDS[fact.kind] | {
        "title": fact.zh,
        "description": f"{fact.zh}（{unit.zh}） {fact.en} ({unit.en})",
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
