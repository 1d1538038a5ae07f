"""What a bank is not told reads as empty in the console, and no page falls over it."""

import json

import pytest

from services.console.upstream.not_told import NOT_TOLD, as_told
from shared.http.answer_shapes import Decision, decision_of, declarations, shape_of
from tests.contracts.test_answers_for_banks import MODELS


def test_the_console_knows_every_field_that_the_services_leave_out_for_banks():
    left_out = {
        name
        for model in MODELS
        if any(one.told or one.in_part for one in map(_decided, declarations(model)))
        for name in shape_of(model).left_out
    }
    assert left_out == NOT_TOLD


def test_what_is_left_out_reads_as_empty_and_a_name_that_nobody_gave_is_an_error():
    found = json.loads('{"state": "open", "decided_name": null}', object_hook=as_told)
    assert (found["added_by"], found["decided_name"], found["state"]) == ("", "", "open")
    assert found.get("added_by") is None and "added_by" not in found
    with pytest.raises(KeyError):
        found["stat"]


def _decided(declared: tuple[type, list[str]]) -> Decision:
    return decision_of(declared[0]) or Decision()
