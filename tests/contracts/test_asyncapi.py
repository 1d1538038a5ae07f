"""The document of all events says what is sent: headers, keys, and a payload that each example fits."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from shared.contracts import examples
from shared.contracts.envelope import by_type
from shared.messaging.wire import headers_of
from tests.notifications.samples import enveloped
from zhidai.commands.docs import asyncapi


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi()


def validator(document: dict[str, Any], place: str) -> Draft202012Validator:
    """For the schema at a place of the document, which leads into the document."""
    root = Resource(contents=document, specification=DRAFT202012)
    registry = Registry().with_resource("urn:events", root)
    return Draft202012Validator({"$ref": f"urn:events#{place}"}, registry=registry)


def references(part: Any) -> Iterator[str]:
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if key == "$ref":
            yield value
        elif isinstance(value, dict | list):
            yield from references(value)


def test_every_reference_leads_to_a_part_of_the_document(document):
    for reference in set(references(document)):
        here = document
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
    assert "$defs" not in str(document)


def test_every_event_is_said_on_one_channel_and_its_examples_fit(document):
    said = [name for channel in document["channels"].values() for name in channel["messages"]]
    assert sorted(said) == sorted(by_type())
    for name, message in document["components"]["messages"].items():
        fits = validator(document, f"/components/messages/{name}/payload")
        assert message["examples"], name
        for example in message["examples"]:
            assert list(fits.iter_errors(example["payload"])) == [], name
        assert not fits.is_valid({}), name


def test_what_is_sent_has_the_headers_that_the_document_names(document):
    headers = validator(document, "/components/schemas/headers")
    named = set(document["components"]["schemas"]["headers"]["properties"])
    for name, event in sorted(by_type().items()):
        (first, *_) = examples.of(name)
        said = replace(
            enveloped(event.model_validate(first)),
            sequence=7,
            epoch="0-0af7651916cd43dd8448eb211c80319c",
        )
        sent = {key: value.decode() for key, value in headers_of(said)}
        assert list(headers.iter_errors(sent)) == [] and set(sent) <= named, name
    assert not headers.is_valid(sent | {"ce_specversion": "0.3"})
