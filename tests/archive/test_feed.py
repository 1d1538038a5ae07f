"""A cursor older than what is live is told where its events are, or is served from the archive."""

from uuid import UUID

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from shared.archive import files
from shared.archive.feed import shelf_of
from shared.archive.kinds import FEED
from shared.archive.moving import move_month
from shared.messaging.told import ask_again
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from tests.archive.conftest import BANK, EVENTS, events


async def read_through(person, cursor: str | None = None) -> list[str]:
    """The ids of all events that the caller's feed tells, asked page by page."""
    ids: list[str] = []
    while True:
        answer = await person.get(
            "/events", params={"limit": 7} | ({"cursor": cursor} if cursor else {})
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        ids += [one["id"] for one in page["items"]]
        if page["next_cursor"] == cursor:
            return ids
        cursor = page["next_cursor"]


async def test_a_cursor_into_closed_years_is_told_where_they_are_and_served_where_they_can_be_read(
    running, tmp_path, monkeypatch
):
    monkeypatch.setattr(files, "BLOCK_LINES", 4)
    async with running(APPLICATIONS) as service:
        database = service.context.database
        async with database.begin(EVERYWHERE) as conn:
            for month in (1, 2):
                await events(conn, "applications", month)
        reviewer = service.as_("lin", "reviewer")
        told = await read_through(reviewer)
        assert len(told) == 2 * EVENTS and UUID(told[0])
        shelf = shelf_of(tmp_path, "applications")
        await move_month(database, FEED, shelf, Month(2023, 1))

        for person in (reviewer, service.as_("chen", "bank_operator", institution=BANK)):
            refused = (await person.get("/events")).json()
            assert (refused["status"], refused["code"]) == (409, "feed-archived"), refused
            assert refused["archived_until"] == EVENTS
            following = await person.get("/events", params={"cursor": refused["cursor"]})
            assert following.status_code == 200
        assert await read_through(reviewer, refused["cursor"]) == told[EVENTS:]
        async with database.begin(EVERYWHERE) as conn:
            with pytest.raises(ValueError, match="begins at 11; what was before is in the archive"):
                await ask_again(conn, first=EVENTS, until=None, by="lin")

        context = service.context
        context.settings = context.settings.model_copy(update={"archive_folder": str(tmp_path)})
        assert await read_through(reviewer) == told
        # What a bank may not know of stays unsaid in the archive, too; its cursor leads on.
        assert await read_through(service.as_("chen", "bank_operator", institution=BANK)) == []

        shelf.lines_of("2023-01").unlink()
        assert (await reviewer.get("/events")).status_code == 409
