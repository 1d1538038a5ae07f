"""The API's description: every route says what it does, and its examples are true."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.applications.api import examples, responses
from services.applications.api.requests import SubmissionBody
from tests.applications.office import Office
from tests.papers import document, stores


async def described(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = (await office.service.anonymous().get("/openapi.json")).json()
    return found


async def with_papers(office: Office, example: dict[str, Any]) -> dict[str, Any]:
    """The example with papers that are really stored: a bank puts in the ids that it was given."""
    kinds = [one["kind"] for one in example["documents"]]
    stored = await stores(office.bank(), *kinds)
    papers = [
        {"kind": kind, "document": one["id"]} for kind, one in zip(kinds, stored, strict=True)
    ]
    return example | {"documents": papers}


async def test_every_route_says_what_it_does_and_answers_with_a_shape(office: Office):
    paths = (await described(office))["paths"]
    ours = [
        (f"{method} {path}", operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if set(operation["tags"]) & {"banks", "applications", "reviews", "loans", "desk", "letters"}
    ]

    assert len(ours) > 70
    for name, operation in ours:
        assert operation["description"], name
        good = next(v for k, v in operation["responses"].items() if k.startswith("2"))
        assert good["content"] and all(one["schema"] for one in good["content"].values()), name


async def test_the_examples_of_the_description_are_taken_by_the_api(office: Office):
    schemas = (await described(office))["components"]["schemas"]

    def example(name: str) -> Any:
        return schemas[name]["examples"][0]

    body = await with_papers(office, example("SubmissionBody"))
    submitted = await office.bank().post("/applications", json=body)
    case = submitted.json()
    assert (submitted.status_code, case["state"]) == (201, "accepted"), case
    await office.reserves(case)
    await office.post(office.bank(), case, "pledge-registration", example("PledgeBody"))
    await office.post(office.bank(), case, "disbursement", example("DisbursementBody"))
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))
    reported = await office.bank().post("/positions", json=example("PositionsBody"))

    assert reported.json()["verdicts"][0]["state"] == "overdue"


async def test_every_field_that_is_submitted_is_shown_again_under_its_name(office: Office):
    example = await with_papers(office, examples.SUBMISSION)
    submitted = (await office.bank().post("/applications", json=example)).json()

    shown = await office.case(submitted, by=office.bank())

    right = example["collateral"][0]
    as_shown = {"collateral_no": 1, "rank": 1, "number": "202010345678.9"}
    as_shown |= {"number_as_given": right["number"]}
    assert {name: shown[name] for name in example} == {
        **example,
        "collateral": [{**right, **as_shown}],
        "documents": [
            {**named, "filename": f"{named['kind']}.pdf", "issued_on": None, "valid_until": None}
            | {"sha256": document(named["kind"])["sha256"]}
            for named in example["documents"]
        ],
    }
    assert set(example) == set(SubmissionBody.model_json_schema()["properties"])


@pytest.mark.parametrize(
    "shape",
    [
        responses.SubmissionAnswer,
        responses.MovedAnswer,
        responses.PositionsAnswer,
        responses.FindingAnswer,
    ],
)
def test_the_examples_of_answers_have_the_shape_of_answers(shape: Any):
    example = shape.model_config["json_schema_extra"]["examples"][0]

    assert shape.model_validate(example).model_dump(mode="json", by_alias=True) == example
