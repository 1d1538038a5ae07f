"""Many loans with their rights come in, are answered for, and are taken over, set by set."""

from tests.risk_pool.openings.book import book
from tests.risk_pool.openings.county import county_of

LOANS = 2_000


async def test_a_book_of_two_thousand_loans_is_taken_over_step_by_step(running):
    async with county_of(running) as county:
        opening = await county.sends(book(LOANS))
        assert (opening["rows_count"], opening["wrong_count"]) == (11 + 1 + 2 + 2 * LOANS, 0)
        await county.step(opening, "propose")
        opening = await county.step(opening, "take_over")

        assert opening["state"] == "taken_over"
        listed = (await county.auditor.get("/pools/dongli")).json()
        loans = next(one for one in opening["sheets"] if one["sheet"] == "loans")
        assert (loans["accepted"], listed["transfers"]) == (LOANS, 8 + LOANS)
        report = await county.audit()
        assert report.passed, [check.first for check in report.checks if check.first]
