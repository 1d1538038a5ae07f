"""A request that is sent again is done once; a lost answer can be looked up."""

import asyncio
from typing import Any

import pytest

from tests.applications.office import CCB, ICBC, submission
from tests.e2e.api import WRITING, Route
from tests.e2e.town import Town, is_problem, refused

WITHOUT_KEY = ("/ended-logins", "/events/parked/", "/events/publish-again")
"""Safe to repeat as they are."""


@pytest.fixture(scope="module")
async def busy(town: Town) -> Town:
    await town.opens("dongli")
    return town


async def test_the_same_key_again_gives_the_same_bytes_and_says_so(busy: Town):
    bank, body = busy.office.bank(), submission()
    key = {"Idempotency-Key": "case-1"}

    first = await bank.post("/applications", json=body, headers=key)
    again = await bank.post("/applications", json=body, headers=key)
    other_body = await bank.post(
        "/applications", json={**body, "amount": "1000000.01"}, headers=key
    )
    other_place = await bank.post("/positions", json=body, headers=key)
    items = (await bank.get("/applications")).json()["items"]

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert refused(other_body) == (422, "idempotency-key-reused")
    assert is_problem(other_place, 422)
    assert [one["id"] for one in items] == [first.json()["id"]]


async def test_twelve_at_once_with_one_key_are_done_once(busy: Town):
    money = {"kind": "contribution", "party_code": "DL-FIN", "amount": "5.00",
             "value_date": "2026-03-02"}  # fmt: skip
    at = "/pools/dongli/cash-entries"
    before = (await busy.maker.get(at)).json()["items"]

    answers = await asyncio.gather(
        *(
            busy.maker.post(at, json=money, headers={"Idempotency-Key": "money-1"})
            for _ in range(12)
        )
    )

    after = (await busy.maker.get(at)).json()["items"]
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    assert sorted(one.headers.get("idempotency-replayed", "no") for one in answers) == (
        ["no"] + ["true"] * 11
    )
    assert len(after) == len(before) + 1


async def test_a_lost_answer_is_looked_up_by_whoever_asked_and_by_nobody_else(busy: Town):
    bank, key = busy.office.bank(), "lost / 答案"
    refused_key = await bank.post(
        "/applications", json=submission(), headers={"Idempotency-Key": key.encode()}
    )
    key = "lost/answer?1#2"
    sent = await bank.post("/applications", json=submission(), headers={"Idempotency-Key": key})

    kept = (
        await bank.get(f"/idempotency-keys/{key.replace('?', '%3F').replace('#', '%23')}")
    ).json()
    strangers = [
        await person.get("/idempotency-keys/lost%2Fanswer%3F1%232")
        for person in (
            busy.office.bank(CCB),
            busy.office.bank(ICBC, "another-clerk"),
            busy.office.reviewer(),
        )
    ]
    never = await bank.get("/idempotency-keys/never-sent")

    assert is_problem(refused_key, 400)["code"] == "idempotency-key-malformed"
    assert (kept["status"], kept["body"]) == (201, sent.json())
    assert kept["operation"] == "POST /api/v1/applications"
    assert [one.status_code for one in strangers] == [404, 404, 404]
    assert is_problem(never, 404)


async def test_a_refused_request_leaves_its_key_free(busy: Town):
    bank, key = busy.office.bank(), {"Idempotency-Key": "second-try"}

    wrong = await bank.post("/applications", json=submission(amount="1e9"), headers=key)
    right = await bank.post("/applications", json=submission(), headers=key)

    assert is_problem(wrong, 422)["code"] == "invalid-request"
    assert right.status_code == 201


@pytest.mark.parametrize(
    "route",
    [
        route
        for route in WRITING
        if route.method == "post" and not any(part in route.path for part in WITHOUT_KEY)
    ],
    ids=str,
)
def test_every_post_says_that_it_wants_a_key(route: Route):
    (named,) = [one for one in route.parameters("header") if one["name"] == "Idempotency-Key"]

    assert named["required"] is True


async def test_without_a_key_nothing_is_done(busy: Town):
    bare: Any = busy.applications.as_("clerk-bare", "bank_operator", institution=ICBC)

    answer = await super(type(bare), bare).request("POST", "/applications", json=submission())

    assert is_problem(answer, 400)["code"] == "idempotency-key-missing"
