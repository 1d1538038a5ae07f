"""Whatever is sent, the answer is one a person can act on: never a failure of ours."""

import json
import random
from copy import deepcopy
from typing import Any

import pytest

from tests.applications.office import Office, position, submission

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -3,
    10**30,
    1.5,
    1e308,
    float("inf"),
    "",
    " ",
    "1e9",
    "-0.01",
    "999999999999999.99",
    "9999999999999999.99",
    "１００",
    "a\x00b",
    "\ud800",
    "x" * 5000,
    "'; drop table loans; --",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    [],
    {},
    [[[]]],
    {"a": {"b": 1}},
)
ODD_NAMES = ("surprise", "\ud800", "a\x00", "", "__proto__", "amount_fen", "过" * 300)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path] if path else []
    inside = value.items() if isinstance(value, dict) else []
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, child in inside:
        found += places(child, (*path, key))
    return found


def spoilt(value: Any, chance: random.Random) -> Any:
    """The value with one to three places replaced, removed, doubled or added."""
    value = deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(places(value) or [("x",)])
        parent = value
        for key in path[:-1]:
            parent = parent[key]
        deed = chance.choice(("replace", "replace", "remove", "add"))
        if deed == "add" and isinstance(parent, dict):
            parent[chance.choice(ODD_NAMES)] = chance.choice(ODD)
        elif deed == "remove":
            del parent[path[-1]]
        else:
            parent[path[-1]] = chance.choice(ODD)
    return value


@pytest.mark.parametrize("seed", range(4))
async def test_a_spoilt_application_is_answered_and_never_a_failure(office: Office, seed: int):
    chance = random.Random(seed)
    statuses = set()
    for _ in range(75):
        body = json.dumps(spoilt(submission(), chance))
        answer = await office.bank().post(
            "/applications", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (201, 400, 409, 422), (answer.status_code, body)
        assert answer.status_code == 201 or answer.json()["code"]
        statuses.add(answer.status_code)
    assert 422 in statuses


@pytest.mark.parametrize("seed", range(2))
async def test_spoilt_positions_get_their_verdicts_and_never_a_failure(office: Office, seed: int):
    await office.lends()
    chance = random.Random(seed)
    for _ in range(50):
        rows = [position(), spoilt(position("JJ-2"), chance), spoilt(position(), chance)]
        body = json.dumps({"month": "2026-03", "items": rows})
        answer = await office.bank().post(
            "/positions", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (200, 400), (answer.status_code, body)
        if answer.status_code == 200:
            assert [verdict["index"] for verdict in answer.json()["verdicts"]] == [0, 1, 2]


async def test_a_field_whose_name_cannot_be_written_does_not_spoil_the_answer(office: Office):
    body = '{"month": "2026-03", "items": [{"\\ud800": 1}, {"a/b\\u0000": 1}]}'

    answer = await office.bank().post(
        "/positions", content=body, headers={"Content-Type": "application/json"}
    )

    told = [
        [(e["code"], e["field"]) for e in verdict["errors"]]
        for verdict in answer.json()["verdicts"]
    ]
    assert told[0] == [("not-unicode", "")]
    assert ("unknown-field", "/a~1b\x00") in told[1]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/applications", {"state": "nonsense"}),
        ("/applications", {"limit": 0}),
        ("/applications", {"limit": 201}),
        ("/applications", {"cursor": "nonsense"}),
        ("/applications", {"q": "a\x00"}),
        ("/applications", {"q": "%_\\" * 20}),
        ("/applications", {"pool": "dongli'--"}),
        ("/applications/not-a-uuid", {}),
        ("/loans", {"cursor": "AAAA"}),
        ("/loans", {"loan_no": "\x00"}),
        ("/loans/not-a-uuid/positions", {"month": "2026-13"}),
        ("/queue", {"cursor": "%00"}),
    ],
)
async def test_odd_questions_get_an_answer_or_a_clear_refusal(office: Office, path, query):
    answer = await office.reviewer().get(path, params=query)

    assert answer.status_code in (200, 400, 404, 422), answer.text
