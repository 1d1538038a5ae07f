"""Cases are judged by the bytes that the pool has published, and by nothing else."""

import hashlib
from datetime import date, timedelta
from typing import Any

from shared.contracts.risk_pool import PoolOpenedV1
from shared.schemes import library
from tests.applications.office import CCB, Office
from tests.publishing import heard

TEXT = library.path_of("dongli").read_text(encoding="utf-8")
CAP = '2022-10-28: {value: "10000000.00", source: B.3, mark: assumed}'
SMALLER = TEXT.replace(CAP, CAP.replace("10000000.00", "500000.00"), 1)
LATER = date(2026, 3, 10)


async def parked(office: Office) -> list[str]:
    async with office.service.context.database.begin("*") as conn:
        return [row["error"] for row in await conn.fetch("select error from parked")]


def codes(case: Any) -> list[str]:
    return [finding["code"] for finding in case["findings"]]


async def test_a_case_is_judged_by_the_version_in_force_on_its_day_whatever_the_file_says(
    office: Office, monkeypatch: Any, tmp_path: Any
):
    assert SMALLER != TEXT
    (tmp_path / "dongli.yaml").write_text(TEXT.replace("10000000.00", "1.00"), encoding="utf-8")
    monkeypatch.setattr(library, "_folders", [tmp_path])
    await office.hears(heard("dongli", SMALLER, number=2, in_force_from=LATER))

    before = await office.submits()
    await office.moves_clock(days=8)
    after = await office.submits(bank=CCB, expect="returned_for_correction")

    assert codes(before) == []
    assert "loan-over-cap" in codes(after)


async def test_under_a_programme_that_is_not_published_no_case_is_taken(office: Office):
    await office.hears(
        PoolOpenedV1(pool_code="county", name="县", programme="ah_tech", opened_on=date(2026, 1, 1))
    )

    case = await office.submits(pool_code="county", expect="returned_for_correction")

    assert "scheme-not-published" in codes(case)


async def test_a_text_whose_hash_does_not_fit_is_parked_and_judges_nothing(office: Office):
    forged = heard("dongli", SMALLER, number=2, in_force_from=LATER)
    await office.hears(forged.model_copy(update={"text": SMALLER + "# one byte more\n"}))

    (error,) = await parked(office)

    assert "has the hash" in error
    await office.moves_clock(days=8)
    await office.submits()


async def test_a_text_that_cannot_be_read_here_is_parked(office: Office):
    unreadable = heard("dongli", number=2, in_force_from=LATER)
    text = "programme: dongli\n"
    await office.hears(
        unreadable.model_copy(
            update={"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        )
    )

    (error,) = await parked(office)

    assert "is missing" in error


async def test_the_same_version_heard_again_changes_nothing_and_another_for_its_day_is_parked(
    office: Office,
):
    await office.hears(heard("dongli"))
    assert await parked(office) == []

    await office.hears(heard("dongli", SMALLER))

    (error,) = await parked(office)
    assert "PublishedOtherwise" in error
    await office.submits()
    assert office.now.date() < LATER - timedelta(days=1)
