"""The facts of a claim as plain data: what a trial shows and keeps."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from shared.money import format_fen
from shared.schemes.decide.claims import ClaimFacts
from shared.schemes.vocabulary import FACTS


def facts_data(facts: ClaimFacts) -> dict[str, Any]:
    """The facts that were used, as plain data; what was not stated is left out."""
    told: dict[str, Any] = {}
    for one in fields(ClaimFacts):
        value = getattr(facts, one.name)
        if one.name == "attributes":
            told |= {name: _attribute(name, stated) for name, stated in sorted(value.items())}
        elif one.name == "costs":
            if value:
                told["costs"] = [[cost.reference, format_fen(cost.amount_fen)] for cost in value]
        elif one.name.endswith("_fen"):
            if value or one.name == "outstanding_principal_fen":
                told[one.name.removesuffix("_fen")] = format_fen(value)
        elif value:
            told[one.name] = _plain(value)
    return told


def _attribute(name: str, value: Any) -> Any:
    is_money = name in FACTS and FACTS[name].kind == "money" and type(value) is int
    return format_fen(value) if is_money else _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case bool() | int() | str() | None:
            return value
        case Mapping():
            return {str(name): _plain(one) for name, one in sorted(value.items())}
        case frozenset() | set():
            return sorted(_plain(one) for one in value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return str(value)
