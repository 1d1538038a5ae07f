"""What an older version says is read by this one, of every contract that has grown."""

import orjson
import pytest

from shared.contracts import examples
from shared.contracts.registry import EVENTS
from tests.cluster.older import OldWords, fields_of_old, newer_fields

GROWN = newer_fields()


def test_contracts_have_grown():
    assert "paid_out" in GROWN["application.approved.v1"]
    assert len(GROWN) > 10


@pytest.mark.parametrize("type_", sorted(GROWN))
def test_an_event_without_its_newer_fields_is_read(type_):
    contract = EVENTS[type_]
    event = contract.model_validate(examples.of(type_)[-1])

    words = OldWords(contract.__pydantic_serializer__, fields_of_old(type_))
    said = orjson.loads(words.to_json(event))

    assert said.keys() & GROWN[type_] == set()
    read = orjson.loads(contract.model_validate(said).model_dump_json(by_alias=True))
    assert {name: read[name] for name in said} == said
