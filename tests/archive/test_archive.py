"""A closed year into the archive: killed at any step nothing is lost or doubled, and what must stay stays."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import orjson
import pytest
from typer.testing import CliRunner

from services.risk_pool.audit.archived import LEDGER
from shared.archive.feed import pages, read_archived, shelf_of
from shared.archive.files import Broken, Shelf, Writing, seal
from shared.archive.kinds import FEED, LOOKS
from shared.archive.moving import NotArchived, must_be_old
from shared.messaging.feed import Published, read_feed
from shared.messaging.told import know_itself, mark_restored
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.read_log import forget_all
from tests.archive.conftest import BANK, EVENTS, NOW, Died, House
from tests.archive.conftest import LOOKS as LOOKS_A_MONTH
from zhidai.archiving import look_through
from zhidai.commands.archive import archive

ALL = 3 * EVENTS


async def feed_of(house: House) -> list[Published]:
    async with house.at["applications"].looking(EVERYWHERE) as conn:
        return await read_feed(conn, after=0, limit=1000)


def archived_events(house: House) -> list[Published]:
    shelf = shelf_of(house.folder, "applications")
    there = [kept.last for month in shelf.months() if (kept := shelf.kept(month)) is not None]
    return [one for page in pages(shelf, after=0, until=max(there, default=0)) for one in page]


async def test_killed_at_any_step_and_run_again_nothing_is_lost_and_nothing_is_there_twice(
    house: House,
):
    before = await feed_of(house)
    looks = await house.live()
    died: list[str] = []
    for steps in (1, 2, 3, 4, 1, 2, 3, 5, 6, 7, 12, 20):
        try:
            await house.archives(dies_after=steps)
        except Died as at:
            died.append(str(at))
        live = await feed_of(house)
        archived = archived_events(house)
        gone = await house.asks("applications", "select coalesce(max(last), 0) from archived"
                                " where table_name = 'event_feed'")  # fmt: skip
        # What has left is in the archive, and what has not is live: together all, in order, once.
        assert [*archived[:gone], *live] == before
        assert look_through(house.folder)[1] == []

    assert set(died) == {
        "lines", "file", "looked at", "sealed", "compared", "let go", "left",
    }, died  # fmt: skip
    done = await house.archives()
    assert [(table, one.month, one.rows, one.left) for table, one in done] == [
        (table, f"2023-0{month}", rows, True)
        for table, rows in (("event_feed", EVENTS), ("reads", LOOKS_A_MONTH))
        for month in (1, 2, 3)
    ]
    assert archived_events(house) == before and not any((await house.live()).values())
    assert looks == {"event_feed": ALL, "reads": 3 * LOOKS_A_MONTH}
    files = house.files()
    assert await house.archives() == done and house.told == [] and house.files() == files
    assert look_through(house.folder) == (6, [])


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("unheard", "notifications has heard applications up to number 15, not up to 20"),
        ("open", "2023-02 is not closed yet: dongli"),
        ("topic", "The topics of these banks have not been told everything up to number 20: ICBC"),
        ("again", "Events from number 12 on are being published again"),
        ("gone back", "risk_pool has heard applications up to number 15, not up to 20"),
    ],
)
async def test_a_month_stays_while_somebody_is_still_to_hear_of_it_or_it_is_not_closed(
    house: House, why: str, said: str
):
    async with house.at["applications"].begin(EVERYWHERE) as conn:
        match why:
            case "unheard":
                await house.hears("notifications", producer="applications", until=15)
            case "open":
                await house.closes(date(2023, 1, 31))
            case "topic":
                await conn.execute("insert into bank_topics values ($1, 15)", BANK)
            case "again":
                await conn.execute("insert into told_again (next, until, by) values (12, 13, 'x')")
            case "gone back":
                # It was restored at number 15, and told 16 to 30 anew: nobody has heard of these.
                await conn.execute("update told_epochs set last = 15")
                await mark_restored(conn, lost_at=None)
                await know_itself(conn, now=datetime.now(UTC))

    with pytest.raises(NotArchived, match=said):
        await house.archives()

    assert await house.asks("applications", "select min(position) from event_feed") == EVENTS + 1
    assert look_through(house.folder)[1] == []


@pytest.mark.parametrize(("kind", "until"), [(FEED, "2024-03-07"), (LOOKS, "2026-02-05")])
def test_what_is_too_young_stays_where_it_is(kind, until: str):
    month = Month(2023, 1)
    last = datetime.fromisoformat(until).replace(tzinfo=UTC) - timedelta(hours=8)

    with pytest.raises(NotArchived, match=f"stays in the database until {until}"):
        must_be_old(kind, month, now=last - timedelta(seconds=1))
    must_be_old(kind, month, now=last)


async def test_months_leave_in_their_order_and_only_as_what_they_were_written(house: House):
    with pytest.raises(Died):
        await house.archives(dies_after=4)
    async with house.at["applications"].begin(EVERYWHERE) as conn:
        await conn.execute("update event_feed set body = 'other' where position = 3")
    with pytest.raises(NotArchived, match="is not what the archive has; nothing has left"):
        await house.archives()
    async with house.at["applications"].begin(EVERYWHERE) as conn:
        await conn.execute("update event_feed set published_at = '2022-12-31' where position = 1")
    with pytest.raises(NotArchived, match="archive 2022-12 first"):
        await house.archives()

    assert (await house.live())["event_feed"] == ALL


async def test_looks_that_the_service_throws_away_before_they_leave_are_in_the_archive(
    house: House,
):
    with pytest.raises(Died):
        await house.archives(dies_after=3 * 7 + 4)
    assert house.told[-1] == "sealed"
    assert await forget_all(house.at["applications"], before=NOW) == 3 * LOOKS_A_MONTH

    done = [one for table, one in await house.archives() if table == "reads"]

    assert [(one.month, one.rows, one.left) for one in done] == [("2023-01", LOOKS_A_MONTH, True)]


@pytest.mark.parametrize(("missing", "left"), [(4, 0), (EVENTS + 1, EVENTS)])
async def test_events_with_a_gap_in_their_numbers_are_not_archived(
    house: House, missing: int, left: int
):
    """Within a month, and from one month into the next."""
    async with house.at["applications"].begin(EVERYWHERE) as conn:
        await conn.execute("delete from event_feed where position = $1", missing)

    with pytest.raises(NotArchived, match="has gaps in its numbers"):
        await house.archives()

    assert (await house.live())["event_feed"] == ALL - 1 - left


async def test_a_month_that_does_not_go_on_where_the_one_before_it_ended_is_named(house: House):
    await house.archives()
    shelf = shelf_of(house.folder, "applications")
    kept = shelf.kept("2023-03")
    assert kept is not None

    seal(shelf, replace(kept, first=kept.first + 1))

    (fault,) = look_through(house.folder)[1]
    assert f"begins with {2 * EVENTS + 2}, after {2 * EVENTS}" in fault


async def test_an_archive_that_was_touched_says_where_and_lets_nothing_more_leave(house: House):
    await house.archives()
    shelf = shelf_of(house.folder, "applications")
    path = shelf.lines_of("2023-02")
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    assert [str(path) in one for one in look_through(house.folder)[1]] == [True]
    with pytest.raises(Broken, match="2023-02"):
        await house.archives()
    path.write_bytes(whole)
    kept = shelf.kept("2023-02")
    assert kept is not None

    # A month left out whole, and one written anew with hashes that fit: the next does not follow it.
    (shelf.place / "2023-02.json").rename(shelf.place / "away")
    assert "2023-03.json does not follow" in "".join(look_through(house.folder)[1])
    seal(shelf, replace(kept, heads={"a": [1, ""]}))
    assert "2023-03.json does not follow" in "".join(look_through(house.folder)[1])


async def test_of_the_ledger_there_is_a_copy_whose_chains_are_worked_out_again(house: House):
    await house.closes(date(2023, 3, 31))
    with pytest.raises(NotArchived, match="2023-04 is not closed yet: dongli"):
        await house.archives("risk_pool")
    assert (await house.live("risk_pool")) == {"event_feed": 0, "reads": 0, "transfers": 3}
    assert look_through(house.folder) == (9, [])

    # Somebody writes the last month anew with another amount, and every hash of the file fits.
    shelf = Shelf(house.folder, "risk_pool", LEDGER.table)
    kept = shelf.kept("2023-03")
    [line] = shelf.lines("2023-03")
    found = orjson.loads(line)
    found["row"]["amount_fen"] += 1
    writing = Writing(shelf, "2023-03")
    writing.add(1, orjson.dumps(found) + b"\n")
    assert kept is not None
    seal(shelf, writing.end(origin=kept.origin, heads=kept.heads))
    [fault] = look_through(house.folder)[1]
    assert "transfer 3 of dongli does not follow from the one before it" in fault


async def test_the_archive_of_another_database_is_not_gone_on_with(house: House):
    with pytest.raises(Died):
        await house.archives(dies_after=4)
    shelf = shelf_of(house.folder, "applications")
    kept = shelf.kept("2023-01")
    assert kept is not None
    seal(shelf, replace(kept, origin="another"))

    with pytest.raises(NotArchived, match="archive of another database"):
        await house.archives()
    assert (await house.live())["event_feed"] == ALL


async def test_an_archived_feed_is_read_with_the_eyes_that_the_live_one_is_read_with(house: House):
    async with house.at["applications"].looking(BANK) as conn:
        live = await read_feed(conn, after=0, limit=100)
    await house.archives()
    shelf = shelf_of(house.folder, "applications")

    found, after = list[Published](), 0
    while after < ALL:
        piece = read_archived(shelf, after=after, limit=100, institution=BANK)
        assert piece.until > after
        found, after = [*found, *piece.events], piece.until

    assert found == live and len(live) == 6
    assert read_archived(shelf, after=0, limit=100, party="party:G").events == []
    with pytest.raises(Broken, match=f"has event {ALL + 1}"):
        read_archived(shelf, after=ALL, limit=1)


async def test_an_operator_archives_looks_through_and_reads_by_the_command_line(
    house: House, monkeypatch, tmp_path
):
    for name, database in house.at.items():
        monkeypatch.setenv(f"{name}_DATABASE_URL".upper(), database.url)

    async def types(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, archive, list(words))
        return done.exit_code, done.output

    keeps = ("--service", "applications", "--year", "2023", "--to", str(house.folder))
    await house.closes(date(2023, 2, 28))
    code, said = await types(*keeps)
    assert code == 1 and "2023-03 is not closed yet: dongli" in said, said
    await house.closes(date(2023, 3, 31))
    code, said = await types(*keeps)
    assert code == 0 and said.count("has left") == 6, said
    assert (await types("verify", "--from", str(house.folder)))[0] == 0

    place = ("--from", str(house.folder), "--service", "applications")
    code, said = await types(
        "read", *place, "--table", "event_feed", "--month", "2023-02", "--where", "key=k13"
    )
    assert code == 0 and orjson.loads(said)["body"] == {"number": 13}, said
    code, said = await types("read", *place, "--table", "reads", "--where", "subject=nobody")
    assert (code, said) == (0, "")
    (house.folder / "applications/reads/2023-02.ndjson.gz").write_bytes(b"")
    assert (await types("verify", "--from", str(house.folder)))[0] == 1
