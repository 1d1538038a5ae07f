"""Submissions that come in one moment come to what they would have come to one after the other."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from stdnum.cn import uscc

from services.applications.api import lanes
from services.applications.handlers import submitting_together
from services.applications.handlers.submitting_together import AskedToSubmit
from shared.identifiers import organisation_check
from tests.applications.office import Office, right, submission
from tests.papers import document

TRACE = "00-{:032x}-00f067aa0ba902b7-01"


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many went in each turn."""
    met: list[int] = []

    async def noted(database: Any, asked: Sequence[AskedToSubmit], **more: Any) -> Any:
        met.append(len(asked))
        return await submitting_together.submit_together(database, asked, **more)

    monkeypatch.setattr(lanes, "submit_together", noted)
    return met


def of_its_own(n: int, **changes: Any) -> dict[str, Any]:
    """A case of a firm of its own."""
    organisation = f"{n:08d}"
    code = f"91120110{organisation}{organisation_check(organisation)}"
    body = submission(**changes)
    body["borrower"]["uscc"] = firm = code + uscc.calc_check_digit(code)
    for item in body["collateral"]:
        item["owner_uscc"] = firm
    return body


def ten(first: int) -> list[dict[str, Any]]:
    """Six that nothing speaks against, two with findings, two that cannot be kept."""
    return [
        *(of_its_own(first + n) for n in range(6)),
        of_its_own(first + 6, collateral=[right(expires_on="2026-02-01")]),
        of_its_own(first + 7, documents=[document("business_licence")]),
        of_its_own(first + 8, documents=[{"kind": "bank_approval", "document": str(uuid4())}]),
        of_its_own(first + 9, attributes={"no_such_fact": "1"}),
    ]


async def said(office: Office, body: dict[str, Any], **headers: str) -> Any:
    return await office.bank().post("/applications", json=body, headers=headers)


def outcome(answer: Any) -> tuple[Any, ...]:
    """What does not depend on when it came."""
    found = answer.json()
    findings = [one["code"] for one in found.get("findings", ())]
    errors = [(one["pointer"], one["code"]) for one in found.get("errors", ())]
    return (answer.status_code, found.get("state"), found.get("version"), found.get("due_on"),
            findings, errors, answer.headers.get("etag"))  # fmt: skip


async def test_each_is_answered_as_if_it_had_come_by_itself(office: Office, turns: list[int]):
    one_by_one = [outcome(await said(office, body)) for body in ten(100)]
    assert turns == []
    at_once = await asyncio.gather(*(said(office, body) for body in ten(200)))

    assert [outcome(answer) for answer in at_once] == one_by_one
    assert [kind[0] for kind in one_by_one] == [201] * 8 + [422] * 2
    assert {kind[1] for kind in one_by_one[6:8]} == {"returned_for_correction"}
    assert max(turns) > 1


async def test_what_is_kept_and_told_is_the_same_each_below_its_own_request(
    office: Office, turns: list[int]
):
    kept = """
    select count(*), count(distinct number), sum(version), count(distinct borrower_uscc),
           (select count(*) from held_rights) as held, (select count(*) from collateral) as rights,
           (select count(*) from valuations) as valued, (select count(*) from documents) as papers,
           (select count(*) from right_statements) as said,
           (select count(*) from waits where ended_at is null) as waiting,
           (select count(*) from case_moves) as moves
    from applications
    """

    async def rows() -> dict[str, Any]:
        async with office.service.context.database.looking("*") as conn:
            return dict(await conn.fetchrow(kept))

    await office.said()
    for body in ten(300):
        await said(office, body)
    alone = [event.type for event in await office.said()]
    once = await rows()
    requests = {f"{n:032x}": body for n, body in enumerate(ten(400), start=1)}
    await asyncio.gather(
        *(said(office, body, traceparent=TRACE.format(int(trace, 16)))
          for trace, body in requests.items())
    )  # fmt: skip
    before = office.seen
    together = [event.type for event in await office.said()]

    assert {name: twice - once[name] for name, twice in (await rows()).items()} == once
    assert sorted(together) == sorted(alone) and max(turns) > 1
    async with office.service.context.database.looking("*") as conn:
        told = await conn.fetch(
            "select f.traceparent, a.borrower_uscc from event_feed f join applications a"
            " on a.id::text = f.key where f.position > $1", before,
        )  # fmt: skip
    assert len(told) >= 16
    for row in told:
        assert requests[row["traceparent"][3:35]]["borrower"]["uscc"] == row["borrower_uscc"]


async def test_a_key_that_comes_twice_in_one_moment_has_one_effect(office: Office):
    bodies, keys = [of_its_own(500 + n) for n in range(6)], [str(uuid4()) for _ in range(6)]
    asked = [(body, key) for body, key in zip(bodies, keys, strict=True) for _ in range(3)]
    answers = await asyncio.gather(
        *(said(office, body, **{"Idempotency-Key": key}) for body, key in asked)
    )
    reused = await asyncio.gather(
        *(said(office, of_its_own(510 + n), **{"Idempotency-Key": keys[n]}) for n in range(6))
    )
    again = await asyncio.gather(
        *(said(office, body, **{"Idempotency-Key": key}) for body, key in asked)
    )

    assert len({answer.json()["number"] for answer in answers}) == 6
    assert [one.json() for one in again] == [one.json() for one in answers]
    assert {one.headers.get("Idempotency-Replayed") for one in again} == {"true"}
    assert {one.json()["code"] for one in reused} == {"idempotency-key-reused"}
    async with office.service.context.database.looking("*") as conn:
        assert await conn.fetchval("select count(*) from applications") == 6


async def test_a_turn_that_breaks_leaves_nothing_and_each_is_answered_all_the_same(
    office: Office, turns: list[int], monkeypatch: pytest.MonkeyPatch
):
    async def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(submitting_together, "tell_and_keep_waits", breaks)
    answers = await asyncio.gather(*(said(office, of_its_own(600 + n)) for n in range(8)))

    assert {answer.status_code for answer in answers} == {201} and max(turns) > 1
    async with office.service.context.database.looking("*") as conn:
        assert await conn.fetchval("select count(*) from applications") == 8
        assert await conn.fetchval("select count(*) from waits where ended_at is null") == 8
