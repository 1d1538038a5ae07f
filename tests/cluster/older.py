"""A process that speaks as an older version did: its events have the fields that the oldest sample of their
contract has, and none that was added since."""

from typing import Any

import orjson

from shared.contracts import examples
from shared.contracts.registry import EVENTS


class OldWords:
    """In the place of a contract's serializer: the bytes of an event without its newer fields."""

    def __init__(self, today: Any, fields: frozenset[str]) -> None:
        self._today, self._fields = today, fields

    def to_json(self, event: Any, **how: Any) -> bytes:
        said = orjson.loads(self._today.to_json(event, **how))
        return orjson.dumps({name: said[name] for name in said if name in self._fields})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._today, name)


def newer_fields() -> dict[str, frozenset[str]]:
    """Type → what its events say today and did not say in the oldest sample."""
    found = {}
    for type_, contract in EVENTS.items():
        old = fields_of_old(type_)
        today = {field.alias or name for name, field in contract.model_fields.items()}
        if old and today - old:
            found[type_] = frozenset(today - old)
    return found


def fields_of_old(type_: str) -> frozenset[str]:
    """What the oldest sample of a type says; nothing where there is no sample."""
    samples = examples.of(type_)
    return frozenset(samples[0]) if samples else frozenset()


def speak_as_of_old() -> None:
    """From now on, in this process."""
    for type_ in newer_fields():
        contract: Any = EVENTS[type_]
        words = OldWords(contract.__pydantic_serializer__, fields_of_old(type_))
        contract.__pydantic_serializer__ = words
