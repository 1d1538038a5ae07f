"""The JSON Schemas for editors agree with the reader: what it takes they take, and the other way."""

import re

import pytest
from jsonschema import Draft202012Validator

from shared.schemes.library import PROGRAMMES, common_text, programmes
from shared.schemes.reading.yaml_text import read_yaml
from shared.schemes.tools.json_schema import cases_schema, common_schema, scheme_schema
from tests.schemes.test_wrong_files import GOOD, WRONG

SCHEME = Draft202012Validator(scheme_schema())
CASES = Draft202012Validator(cases_schema())

SEEN_BY_A_SCHEMA = [
    "the place is forgotten", "a misspelt head", "an unknown status", "an unknown rule",
    "a value without its day", "a value without a source", "an entry without a value",
    "an unknown mark", "an unknown key of an entry", "an amount as a number",
    "an amount in tens of thousands", "an amount with separators", "months out of range",
    "yes instead of true", "an unknown kind of right", "one kind where a list belongs",
    "a pledge rate above the whole", "a step that is none", "an unknown risk class",
    "a cap over a period that is none", "a party that is none", "modes are forgotten",
    "a mode without a name",
]  # fmt: skip
"""Mistakes that an editor can underline while one types; sums, gaps and dates need the reader."""


def test_the_schemas_are_schemas():
    Draft202012Validator.check_schema(scheme_schema())
    Draft202012Validator.check_schema(cases_schema())


@pytest.mark.parametrize("name", programmes())
def test_every_scheme_and_its_cases_fit_the_schemas(name):
    scheme, _ = read_yaml((PROGRAMMES / f"{name}.yaml").read_text(encoding="utf-8"))
    cases, _ = read_yaml((PROGRAMMES / f"{name}.cases.yaml").read_text(encoding="utf-8"))

    assert [error.message for error in SCHEME.iter_errors(scheme)] == []
    assert [error.message for error in CASES.iter_errors(cases)] == []


def test_the_common_rules_fit_their_schema_and_a_misspelt_rule_does_not():
    common = Draft202012Validator(common_schema())
    text = common_text("practice")
    assert text is not None

    assert [error.message for error in common.iter_errors(read_yaml(text)[0])] == []
    assert list(common.iter_errors(read_yaml(text.replace("trigger:", "triger:", 1))[0]))
    assert list(common.iter_errors(read_yaml(text + "extends: practice\n")[0]))


@pytest.mark.parametrize(
    "said", ["value: none, source: 第四条", "value: {claim: none}, source: 第四条"]
)
def test_a_rule_and_a_step_may_be_said_to_be_none(said):
    name = "deadlines" if "claim" in said else "trigger"
    rule = f"rules:\n  {name}:\n    2026-01-01: {{{said}}}\n"
    node, problems = read_yaml(re.sub(rf"  {name}:\n.*\n", "", GOOD).replace("rules:\n", rule, 1))

    assert problems == []
    assert list(SCHEME.iter_errors(node)) == []


@pytest.mark.parametrize("name", SEEN_BY_A_SCHEMA)
def test_an_editor_underlines_what_a_schema_can_see(name):
    wrong = WRONG[name]
    node, problems = read_yaml(GOOD.replace(wrong.old, wrong.new, 1))

    assert problems == []
    assert list(SCHEME.iter_errors(node))


def test_the_good_file_fits():
    assert list(SCHEME.iter_errors(read_yaml(GOOD)[0])) == []
