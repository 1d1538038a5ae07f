"""An event is a promise: what was once sent can still be read, and no field is taken away."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from shared.contracts import applications, examples, months, notifications, pool_cases, risk_pool
from shared.contracts.envelope import Event, by_type
from tests.contracts.compatibility import breaks

SCHEMAS = Path(examples.FOLDER).parent / "schemas"
EVENTS = sorted(by_type())


def test_every_event_class_of_the_contracts_is_registered():
    classes = {
        event.type
        for module in (applications, risk_pool, pool_cases, months, notifications)
        for event in vars(module).values()
        if isinstance(event, type) and issubclass(event, Event) and "type" in vars(event)
    }

    assert classes == set(EVENTS)
    assert len(EVENTS) >= 33


@pytest.mark.parametrize("name", EVENTS)
def test_yesterdays_events_can_still_be_read(name):
    sent = examples.of(name)
    assert sent, f"{name} has no example"

    for body in sent:
        read = json.loads(by_type()[name].model_validate(body).model_dump_json())
        assert _of_what_was_sent(read, body) == body


def _of_what_was_sent(read, sent):
    """What was read without the fields that the contract has gained since, at any depth."""
    if isinstance(sent, dict):
        return {field: _of_what_was_sent(read[field], value) for field, value in sent.items()}
    if isinstance(sent, list):
        assert len(read) == len(sent)
        return [_of_what_was_sent(one, other) for one, other in zip(read, sent, strict=True)]
    return read


@pytest.mark.parametrize("name", EVENTS)
def test_examples_hold_against_the_schema_that_is_published(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())

    for body in examples.of(name):
        jsonschema.Draft202012Validator(schema).validate(body)


@pytest.mark.parametrize("name", EVENTS)
def test_no_contract_breaks_a_reader_of_the_committed_schema(name):
    committed = json.loads((SCHEMAS / f"{name}.json").read_text())

    assert breaks(committed, by_type()[name].model_json_schema(mode="serialization")) == []


@pytest.mark.parametrize("name", EVENTS)
def test_amounts_are_text_and_never_numbers(name):
    def numbers(schema):
        if schema.get("type") == "number":
            yield schema
        for part in (*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()):
            yield from numbers(part)

    assert list(numbers(by_type()[name].model_json_schema(mode="serialization"))) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].pop("amount"),
        lambda s: s["properties"]["amount"].update(type="number"),
        lambda s: s["required"].remove("amount"),
        lambda s: s["$defs"]["LimitReached"]["properties"].pop("allowed"),
        lambda s: s["properties"]["loan_id"].update(format="email"),
    ],
)
def test_the_guard_finds_each_kind_of_break(change):
    old = by_type()["coverage.declined.v1"].model_json_schema(mode="serialization")
    new = copy.deepcopy(old)
    change(new)

    assert breaks(old, new)
    assert breaks(old, copy.deepcopy(old)) == []


def test_a_field_may_be_added():
    old = by_type()["coverage.declined.v1"].model_json_schema(mode="serialization")
    new = copy.deepcopy(old)
    new["properties"]["hint"] = {"type": "string", "default": ""}

    assert breaks(old, new) == []
