"""What a bank may know of an event: one table, `for_banks.yaml`, for notices, webhooks and the feed.

Kept back are the pool's own balances, what other institutions have used of a limit, and who of the
bureau does what. What a type or a field that the table does not name says stays in the house.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from ruamel.yaml import YAML

from shared.contracts.registry import EVENTS
from shared.money import format_fen

Fact = Mapping[str, Any]
Narrowing = Callable[[Any, str], Any]

OWN_LIMITS: Final = frozenset(
    {
        "bank_line", "bank_not_in_pool", "bank_suspended", "pool_stopped", "pool_in_run_off",
        "waiting_line",
    }
)  # fmt: skip
"""Limits that hold no figures but the bank's own."""
_OF_A_LIMIT: Final = frozenset({"limit", "requested_fen", "requested", "source"})
_FEN: Final = "_fen"


def limit_for_bank(limit: Fact) -> dict[str, Any]:
    """A limit that left no room, as a bank may know it; by its Python names or those of JSON.

    Of what others have used not even `zh` and `en` are told, for they repeat the figures.
    """
    if limit["limit"] in OWN_LIMITS:
        return dict(limit)
    return {name: value for name, value in limit.items() if name in _OF_A_LIMIT}


def _limits(limits: Any, bank_code: str) -> Any:
    return [limit_for_bank(limit) for limit in limits]


def _own_lines(statements: Any, bank_code: str) -> Any:
    return [line for line in statements if line["party_code"] == bank_code]


IN_PART: Final[Mapping[tuple[str, str], Narrowing]] = {
    ("coverage.declined.v1", "limits"): _limits,
    ("settlement.posted.v1", "statements"): _own_lines,
}
"""Fields that are told in part: what is left of them for one bank."""


@cache
def decisions() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Type → told, in_part, kept: the fields of each, by their Python names."""
    text = (Path(__file__).parent / "for_banks.yaml").read_text(encoding="utf-8")
    rows = YAML(typ="safe", pure=True).load(text)
    return {
        name: {which: tuple(fields) for which, fields in row.items()} for name, row in rows.items()
    }


@cache
def fields_for_banks(event_type: str) -> frozenset[str]:
    """The fields of a type that a bank may know, whole or in part; none where nothing is decided."""
    row = decisions().get(event_type, {})
    return frozenset(row.get("told", ())) | frozenset(row.get("in_part", ()))


def told_to_bank(bank_code: str, event_type: str, fact: Fact) -> dict[str, Any]:
    """The part of an event, by its Python names, that a bank may know."""
    fields = fields_for_banks(event_type)
    return {
        name: IN_PART.get((event_type, name), _whole)(value, bank_code)
        for name, value in fact.items()
        if name in fields
    }


def read_by_bank(bank_code: str, event_type: str, body: bytes) -> dict[str, Any]:
    """The body of an event as a bank may read it in a feed, by the names of JSON; {} for nothing.

    Raises pydantic's ValidationError where the body breaks its contract.
    """
    if not fields_for_banks(event_type):
        return {}
    fact = EVENTS[event_type].model_validate_json(body).model_dump(mode="python", by_alias=False)
    found: dict[str, Any] = on_the_wire(told_to_bank(bank_code, event_type, fact))
    return found


def on_the_wire(value: Any) -> Any:
    """As contracts write it: `amount_fen` in code is `amount`, a decimal string, in JSON."""
    if isinstance(value, Mapping):
        return dict(_entry(name, one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return [on_the_wire(one) for one in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _whole(value: Any, bank_code: str) -> Any:
    return value


def _entry(name: str, value: Any) -> tuple[str, Any]:
    if name.endswith(_FEN) and (value is None or isinstance(value, int)):
        return name.removesuffix(_FEN), None if value is None else format_fen(value)
    return name, on_the_wire(value)
