"""Later ranks in a file of many rows: each row is judged as if those above it had been filed."""

from typing import Any

import pytest

from services.applications.handlers import bulk_files
from tests.applications.bulk import counted, gone_through, lines, reasons, rows_of
from tests.applications.office import CCB, ICBC, Office, right, submission
from tests.applications.ranks import CONSENT, with_ranks
from tests.applications.test_ranks import JUST, MORE, WORTH, held, papers
from tests.papers import stores


def worth() -> dict[str, Any]:
    free = right()
    return {**free, "valuation": {**free["valuation"], "amount": WORTH}}


async def against(office: Office, file: Any) -> dict[int, set[str]]:
    return {line: set(found.values()) for line, found in (await reasons(office, file)).items()}


async def test_rows_take_later_ranks_one_behind_the_other_and_what_is_only_checked_says_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    theirs, ours = worth(), worth()
    await with_ranks(office, ranks=3)
    await office.lends(bank=CCB, loan_no="JJ-2", collateral=[theirs])
    old = await office.lends(collateral=[ours])
    await stores(office.bank(), CONSENT)
    agreed = papers(CONSENT)
    rows = [
        submission(collateral=[theirs]),
        submission(collateral=[theirs], documents=agreed, amount=MORE),
        submission(collateral=[theirs], documents=agreed, amount=JUST, reference="A"),
        # Behind a row above, as behind any case whose pledge is not registered, nobody stands.
        submission(collateral=[theirs], documents=agreed, amount="100000.00"),
        submission(renews=old["id"], collateral=[ours], amount="900000.00"),
        # The loan and its renewal are one rank, as large as the larger: 1,000,000.00 of 3,000,000.01.
        submission(collateral=[ours], documents=agreed, amount=MORE),
        submission(collateral=[ours], documents=agreed, amount=JUST),
        submission(collateral=[theirs], documents=agreed, amount=JUST, reference="A"),
        submission(renews=old["id"], collateral=[ours], amount="800000.00"),
        submission(reference="A"),
    ]
    found = {
        1: {"document-missing"},
        2: {"pledge-rate-exceeded"},
        4: {"right-already-pledged"},
        6: {"pledge-rate-exceeded"},
        9: {"right-already-pledged", "renewed-already"},
        10: {"reference-used"},
    }
    monkeypatch.setattr(bulk_files, "AT_ONCE", 2)
    tried = await gone_through(office, lines(rows), only_check=True)
    assert await against(office, tried) == found, "each batch knows those before it"
    assert counted(tried) == {"read": 10, "fine": 3, "known": 1, "wrong": 6}
    assert await held(office) == [(CCB, 1, 0), (ICBC, 1, 0)]
    async with office.service.context.database.begin("*") as conn:
        assert await conn.fetchval("select count(*) from bulk_would_take") == 0

    monkeypatch.setattr(bulk_files, "AT_ONCE", 500)
    file = await gone_through(office, lines(rows))
    assert await against(office, file) == found
    assert counted(file) == {"read": 10, "taken": 3, "known": 1, "wrong": 6}
    assert sorted(await held(office)) == [
        (CCB, 1, 0), (ICBC, 1, 0), (ICBC, 1, 1), (ICBC, 2, 0), (ICBC, 2, 0),
    ]  # fmt: skip
    taken = await rows_of(office, file, outcome="taken")
    ranks = [
        (await office.case({"id": one["subject_id"]}))["collateral"][0]["rank"] for one in taken
    ]
    assert ranks == [2, 1, 2]
