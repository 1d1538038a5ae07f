"""A file of many rows: what is good goes in once, what is not comes back with every reason."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from services.applications.api.bulk_work import bulk_work
from services.applications.domain.bulk import AT_ONCE
from services.applications.main import SERVICE
from services.applications.tables import bulk_files
from shared.http.pages import encode_cursor
from tests.applications.bulk import counted, finished, gone_through, lines, mended, rows_of, sent
from tests.applications.office import CCB, Office, position, right, submission


async def cases(office: Office) -> list[Any]:
    async with office.service.context.database.begin("*") as conn:
        return await conn.fetch("select * from applications order by number")


async def test_good_rows_become_cases_like_single_ones_and_bad_ones_come_back(office: Office):
    taken = right()
    single = await office.submits(collateral=[taken])
    await office.said()
    good = submission(reference="XD-1")
    again = [right(), right()]
    file = await gone_through(
        office,
        lines(
            [
                good,
                submission(collateral=[taken]),
                submission(tenor_months=24, documents=[]),
                {**submission(tenor_months=24), "amount": 1_000_000},
                submission(collateral=again),
                submission(collateral=again),
            ]
        )
        + b"not json\n",
    )

    assert counted(file) == {"read": 7, "taken": 2, "wrong": 4, "known": 1}
    assert file["progress"] == "finished" and file["rows_expected"] == 7
    wrong = {row["line"]: row for row in await rows_of(office, file, outcome="wrong")}
    codes = {line: {one["code"] for one in row["faults"]} for line, row in wrong.items()}
    assert codes == {
        2: {"right-already-pledged"},
        3: {"tenor-too-long", "document-missing"},
        4: {"not-an-amount", "tenor-too-long"},
        7: {"not-json"},
    }
    assert single["number"] not in json.dumps(wrong)

    assert await rows_of(office, file, cursor=encode_cursor(2**40)) == []
    first, second = await rows_of(office, file, outcome="taken")
    (twin,) = await rows_of(office, file, outcome="known")
    assert (twin["line"], twin["number"]) == (6, second["number"])
    assert first["reference"] == "XD-1"
    filed = await office.case({"id": first["subject_id"]})
    alone = await office.case(single)
    assert [move["action"] for move in filed["history"]] == ["submit", "accept"]
    own = {"id", "number", "collateral", "submitted_at", "since", "history", "waiting_for"}
    assert {n: v for n, v in filed.items() if n not in own} == {
        n: v for n, v in alone.items() if n not in own
    }
    said = await office.said()
    assert [event.type for event in said].count("application.submitted.v1") == 2
    queue = (await office.reviewer().get("/queue")).json()["items"]
    assert filed["number"] in {one["number"] for one in queue}


async def test_the_same_row_again_changes_nothing_whichever_file_it_comes_in(office: Office):
    named, bare = submission(reference="XD-2"), submission()
    await gone_through(office, lines([named, bare]))
    before = await cases(office)

    other = submission(reference="ｘｄ-2", amount="900000.00")
    file = await gone_through(office, lines([bare, named, other]))

    assert counted(file) == {"read": 3, "known": 2, "wrong": 1}
    assert await cases(office) == before
    (used,) = await rows_of(office, file, outcome="wrong")
    assert used["faults"][0]["code"] == "reference-used"
    assert {row["number"] for row in await rows_of(office, file, outcome="known")} == {
        row["number"] for row in before
    }


async def test_what_is_only_checked_is_not_filed(office: Office):
    file = await gone_through(
        office, lines([submission(), submission(documents=[])]), only_check=True
    )
    assert counted(file) == {"read": 2, "fine": 1, "wrong": 1}
    assert await cases(office) == []


async def test_rows_to_mend_are_given_back_in_the_form_they_came_in_and_go_in_mended(
    office: Office,
):
    file = await gone_through(office, lines([submission(tenor_months=24, reference="A")]))
    row = json.loads(await mended(office, file))
    assert "tenor-too-long" in row["_reasons"][0]

    row["tenor_months"] = 12
    assert counted(await gone_through(office, lines([row]))) == {"read": 1, "taken": 1}


async def test_a_file_of_another_bank_is_not_seen_and_its_rows_are_its_own(office: Office):
    file = await gone_through(office, lines([submission(reference="A"), {}]))
    other = office.bank(CCB)
    for path in ("", "/rows", "/wrong-rows"):
        answer = await other.get(f"/bulk-files/{file['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (await other.get("/bulk-files")).json()["items"] == []
    # The other bank's reference A is another one.
    own = await sent(office, lines([submission(reference="A")]), by=other)
    seen = await finished(office, own, by=other)
    assert counted(seen) == {"read": 1, "taken": 1}
    refused = await office.reviewer().post("/bulk-files", content=b"{}", params={"name": "a"})
    assert refused.status_code == 403


async def test_the_same_request_again_is_one_file(office: Office):
    key, content = {"Idempotency-Key": "bulk-1"}, lines([submission()])
    first, again = [
        await office.bank().post("/bulk-files", content=content, params={"name": "a"}, headers=key)
        for _ in range(2)
    ]
    assert first.json()["id"] == again.json()["id"]
    assert len((await office.bank().get("/bulk-files")).json()["items"]) == 1
    early = await office.bank().post("/bulk-files", content=b"", params={"name": "a"})
    assert (early.status_code, early.json()["code"]) == (422, "document-empty")


async def test_positions_are_reported_month_by_month_and_asked_back_where_unlikely(office: Office):
    await office.lends(loan_no="JJ-1")
    await office.lends(loan_no="JJ-2")
    await office.reports("2026-03", position("JJ-2"))

    bad = position("JJ-2", overdue_days=5_000)
    file = await gone_through(
        office,
        lines(
            [
                position("jj-1", "900000.00"),
                position("JJ-9"),
                {**position("JJ-2", "950000.00", overdue_days=0), "month": "2026-03"},
                {**position("JJ-2", "950000.00"), "month": "2026-3"},
                {**bad, "month": "2026-03"},
            ]
        ),
        kind="positions",
        month="2026-03",
    )

    assert counted(file) == {"read": 5, "taken": 2, "wrong": 3}
    wrong = {row["line"]: row["faults"][0] for row in await rows_of(office, file, outcome="wrong")}
    assert {line: one["code"] for line, one in wrong.items()} == {
        2: "loan-unknown", 4: "month-malformed", 5: "loan-named-twice",
    }  # fmt: skip
    reported = await office.said("loan.position-reported.v1")
    assert [event.outstanding_principal_fen for event in reported[-2:]] == [90_000_000, 95_000_000]
    again = await gone_through(
        office, lines([position("JJ-1", "900000.00")]), kind="positions", month="2026-03"
    )
    assert counted(again) == {"read": 1, "known": 1}
    looked = await gone_through(
        office, lines([position("JJ-1", "800000.00")]), kind="positions", month="2026-03",
        only_check=True,
    )  # fmt: skip
    assert counted(looked) == {"read": 1, "fine": 1}
    assert await office.said() == []


BAD_EVERY = 33
"""About three in a hundred."""


def many(count: int) -> list[dict[str, Any]]:
    """So many submissions, every 33rd of them wrong in one of three ways."""
    wrong = ({"tenor_months": 24}, {"documents": []}, {"amount": "1e6"})
    return [
        submission(reference=f"XD-{n}", **(wrong[n // BAD_EVERY % 3] if n % BAD_EVERY == 0 else {}))
        for n in range(1, count + 1)
    ]


async def all_told(office: Office, file: Any, count: int) -> None:
    """Every good row is a case of its own, every bad one explained, and nothing is there twice."""
    bad = count // BAD_EVERY
    assert counted(file) == {"read": count, "taken": count - bad, "wrong": bad}
    async with office.service.context.database.begin("*") as conn:
        cases, numbers, moves, said = [
            await conn.fetchval(query)
            for query in (
                "select count(*) from applications where state = 'accepted'",
                "select count(distinct number) from applications",
                "select count(*) from case_moves",
                "select count(distinct key) from event_feed where type = 'application.submitted.v1'",
            )
        ]
        explained = await conn.fetchval(
            "select count(*) from bulk_rows where outcome = 'wrong' and faults <> '[]'"
            " and cells is not null"
        )
    assert (cases, numbers, moves, explained) == (count - bad, count - bad, 2 * (count - bad), bad)
    assert said == count - bad


@pytest.fixture
async def halted(running: Any) -> Any:
    """An office whose service does not go through files by itself."""
    async with running(replace(SERVICE, background=()), due_interval_seconds=3600) as service:
        office = Office(service)
        await office.opens()
        yield office


async def test_a_file_whose_worker_is_killed_is_gone_on_with_by_another_without_doubles(
    halted: Office,
):
    count = 2_000
    file = await sent(halted, lines(many(count)))
    context = halted.service.context
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.applications.bulk_worker", context.database.url,
        context.settings.documents, context.clock.now().isoformat(), stdout=subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout is not None
    async with asyncio.timeout(60):
        while b"2 batches" not in (told := await worker.stdout.readline()):
            assert told, "the worker has ended by itself"
    os.kill(worker.pid, signal.SIGKILL)
    await worker.wait()
    midway = (await halted.bank().get(f"/bulk-files/{file['id']}")).json()
    assert AT_ONCE <= midway["rows_read"] < count and midway["progress"] == "working"
    refused = await halted.bank().get(f"/bulk-files/{file['id']}/wrong-rows")
    assert (refused.status_code, refused.json()["code"]) == (409, "bulk-file-not-ready")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Two at once: neither does what the other has in hand.
    works = [bulk_work(context), bulk_work(context)]
    while any(await asyncio.gather(*(work.one_batch() for work in works))):
        pass
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    await halted.service.settled()
    await all_told(halted, await finished(halted, file), count)
    assert grown_kb < 64 * 1024


async def test_a_batch_that_fails_leaves_nothing_and_is_done_again(
    halted: Office, monkeypatch: pytest.MonkeyPatch
):
    count = 2 * AT_ONCE
    file = await sent(halted, lines(many(count)))
    work = bulk_work(halted.service.context)
    assert await work.one_batch()
    kept = bulk_files.went_on

    async def torn(*_: Any, **__: Any) -> Any:
        raise ConnectionResetError("the line broke before the commit")

    monkeypatch.setattr(bulk_files, "went_on", torn)
    with pytest.raises(ConnectionResetError):
        await work.one_batch()
    monkeypatch.setattr(bulk_files, "went_on", kept)
    while await work.one_batch():
        pass
    await halted.service.settled()
    await all_told(halted, await finished(halted, file), count)
