"""The descriptions that banks generate their clients from are valid OpenAPI and complete."""

from collections import Counter

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.e2e.api import DESCRIBED, ROUTES, Route


@pytest.mark.parametrize("service", DESCRIBED)
def test_a_description_is_valid_openapi_3_1_with_its_defaults(service: str):
    document = DESCRIBED[service]

    faults = [fault.message for fault in OpenAPIV31SpecValidator(document).iter_errors()]

    assert document["openapi"].startswith("3.1")
    assert faults == []


def test_the_validator_finds_a_default_of_the_wrong_type():
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Amount": {"type": "string", "default": 0}}},
    }

    assert list(OpenAPIV31SpecValidator(document).iter_errors())


def test_no_two_operations_of_a_service_have_one_name():
    names = Counter((route.service, route.operation["operationId"]) for route in ROUTES)

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_operation_says_what_it_does_what_it_answers_and_how_it_refuses(route: Route):
    responses = route.operation["responses"]
    good = [status for status in responses if status.startswith("2")]

    assert route.operation["description"]
    assert good
    for status in good:
        assert status == "204" or responses[status]["content"], status
    assert "application/problem+json" in responses["default"]["content"]
