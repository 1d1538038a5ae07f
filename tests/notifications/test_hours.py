"""Quiet hours and working days: what falls into them waits, in its order; what is urgent does not."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.delivery.background import worker_of
from services.notifications.domain.hours import Hours
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.receivers import EMAIL
from services.notifications.domain.urgent import URGENT, is_urgent
from shared.calendar import WorkingDays
from shared.clock import SHANGHAI
from shared.contracts.registry import EVENTS
from tests.notifications.conftest import until
from tests.notifications.samples import one
from tests.notifications.test_email import Mailbox, serving, subscribe

WORKING_DAYS = WorkingDays()
BY_NIGHT = Hours(quiet_from=time(20), quiet_until=time(8))
AT_WORK = Hours(quiet_from=time(20), quiet_until=time(8), working_days_only=True)
AT_NOON = Hours(quiet_from=time(12), quiet_until=time(14), working_days_only=True)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "now", "told"),
    [
        (Hours(), "2026-10-01 03:00", "2026-10-01 03:00"),
        (BY_NIGHT, "2026-11-27 19:59:59", "2026-11-27 19:59:59"),
        (BY_NIGHT, "2026-11-27 20:00", "2026-11-28 08:00"),
        (BY_NIGHT, "2026-11-28 00:00", "2026-11-28 08:00"),
        (BY_NIGHT, "2026-11-28 07:59:59", "2026-11-28 08:00"),
        (BY_NIGHT, "2026-11-28 08:00", "2026-11-28 08:00"),
        # A weekend, and the night before it.
        (AT_WORK, "2026-11-27 20:30", "2026-11-30 08:00"),
        (AT_WORK, "2026-11-28 12:00", "2026-11-30 08:00"),
        # The National Day week, and the Saturday that is worked for it.
        (AT_WORK, "2026-09-30 21:00", "2026-10-08 08:00"),
        (AT_WORK, "2026-10-09 20:30", "2026-10-10 08:00"),
        (AT_WORK, "2026-10-10 12:00", "2026-10-10 12:00"),
        (AT_WORK, "2026-10-10 20:30", "2026-10-12 08:00"),
        # Not over midnight; a day off is quiet as a whole.
        (AT_NOON, "2026-11-27 11:59", "2026-11-27 11:59"),
        (AT_NOON, "2026-11-27 12:30", "2026-11-27 14:00"),
        (AT_NOON, "2026-11-28 12:30", "2026-11-30 00:00"),
    ],
)
def test_what_falls_into_quiet_hours_is_told_when_they_end(hours, now, told):
    assert hours.told_at(china(now).astimezone(UTC), WORKING_DAYS) == china(told)


@given(
    st.sampled_from([BY_NIGHT, AT_WORK, AT_NOON]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_nothing_is_told_before_its_time_and_nothing_overtakes(hours, now, later):
    now = now.replace(tzinfo=UTC)
    told = hours.told_at(now, WORKING_DAYS)

    assert told >= now
    assert hours.told_at(told, WORKING_DAYS) == told, "it is not quiet when quiet hours are over"
    assert hours.told_at(now + later, WORKING_DAYS) >= told


def test_only_what_a_right_is_lost_by_breaks_through():
    assert set(URGENT) <= set(NOTICES)
    kinds = {kind for kinds in URGENT.values() for kind in kinds}
    assert kinds == {"claim_to_file", "right_in_danger"}
    assert is_urgent("right.endangered.v1", {})
    assert not is_urgent("pool-deadline.passed.v1", {"case_kind": "month_to_sign"})
    assert is_urgent("pool-deadline.passed.v1", {"case_kind": "claim_to_file"})
    assert all(name in EVENTS for name in URGENT)


@dataclass
class Stopped:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def around_now() -> dict[str, object]:
    """Hours that are quiet now, and not in two hours."""
    now = datetime.now(SHANGHAI)
    return {
        "quiet_from": f"{now - timedelta(hours=1):%H:%M}",
        "quiet_until": f"{now + timedelta(hours=1):%H:%M}",
    }


async def waiting(person):
    """What is on its way by mail: title and whether quiet hours hold it, the oldest first."""
    rows = (await person.get("/deliveries", params={"state": "pending"})).json()["items"]
    return [(row["title"]["zh"], row["held"]) for row in reversed(rows)]


async def test_a_letter_waits_for_the_end_of_quiet_hours_and_comes_in_order_and_once(
    notifying, receiver
):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp, smtp_at_once=1) as notifier,
        notifier.operator() as person,
    ):
        kept = await subscribe(notifier, person, hours=around_now())
        await notifier.endpoint(receiver.url)
        told = ["claim.paid.v1", "application.returned.v1", "coverage.reserved.v1"]
        await notifier.hears(*(one(name) for name in told))
        await notifier.hears(one("right.endangered.v1"))

        # A machine has no hours; what a right is lost by waits for none.
        await receiver.has(4)
        (urgent,) = await mailbox.has(1)

        async def held():
            found = await waiting(person)
            return found if len(found) == 3 and all(one for _, one in found) else None

        titles = [title for title, _ in await until(held)]
        assert urgent["Subject"] not in titles
        log = (await person.get("/deliveries", params={"state": "pending"})).json()["items"]
        ends = datetime.fromisoformat(log[0]["next_attempt_at"])
        assert f"{ends.astimezone(SHANGHAI):%H:%M}" == kept["hours"]["quiet_until"]

        # They end: two workers at once tell each once.
        clock = Stopped(ends + timedelta(minutes=1))
        settings = notifier.service.context.settings
        stopping = asyncio.Event()
        worker = worker_of(EMAIL, notifier.database, settings, grace_seconds=5, clock=clock)
        running = asyncio.create_task(worker.run(stopping))
        await mailbox.has(4)
        stopping.set()
        await running
        assert [mail["Subject"] for mail in mailbox.mails[1:]] == titles
        assert await waiting(person) == []

        # Held back again; other hours let it go, and so does whoever says "now".
        await notifier.hears(one("claim.refused.v1"))
        await until(lambda: waiting(person))
        changed = await person.patch(
            f"/subscriptions/{kept['id']}", json={"hours": {}}, headers={"If-Match": '"1"'}
        )
        assert changed.status_code == 200, changed.text
        assert changed.json()["hours"] == {
            "quiet_from": None, "quiet_until": None, "working_days_only": False,
        }  # fmt: skip
        await mailbox.has(5)
        await person.patch(
            f"/subscriptions/{kept['id']}", json={"hours": around_now()}, headers={"If-Match": "*"}
        )
        await notifier.hears(one("claim.approved.v1"))

        async def last():
            rows = (await person.get("/deliveries", params={"state": "pending"})).json()["items"]
            return [row["id"] for row in rows if row["held"]]

        await person.post("/deliveries/send-now", json={"deliveries": await until(last)})
        await mailbox.has(6)
        assert len({mail["Message-ID"] for mail in mailbox.mails}) == 6


async def test_whoever_sets_a_receiver_up_chooses_its_hours_and_the_usual_ones_stand_for_none(
    notifying,
):
    async with (
        notifying(
            quiet_hours="21:00-07:30", smtp_host="127.0.0.1", smtp_sender="p@x.cn"
        ) as notifier,
        notifier.operator() as person,
        notifier.operator(subject="a colleague") as colleague,
    ):
        robot = {"kind": "wecom", "roles": ["bank_operator"],
                 "url": "http://127.0.0.1:9/cgi-bin/webhook/send?key=693a91f6-7abc"}  # fmt: skip
        usual = (await person.post("/robots", json=robot)).json()
        own = (
            await person.post("/robots", json={**robot, "hours": {"working_days_only": True}})
        ).json()
        letters = await subscribe(notifier, person)
        assert usual["hours"] == {
            "quiet_from": "21:00", "quiet_until": "07:30", "working_days_only": False,
        }  # fmt: skip
        assert own["hours"] == {**usual["hours"], "working_days_only": True}
        none = {"quiet_from": None, "quiet_until": None}
        any_hour = (await person.post("/robots", json={**robot, "hours": none})).json()
        assert any_hour["hours"] == {**none, "working_days_only": False}
        assert letters["hours"]["quiet_from"] is None

        for hours, code in (
            ({"quiet_from": "20:00"}, "quiet-hours-incomplete"),
            ({"quiet_from": "20:00", "quiet_until": "20:00"}, "quiet-hours-never-end"),
        ):
            answer = await person.post("/robots", json={**robot, "hours": hours})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["code"] == code
        odd = await person.post("/robots", json={**robot, "hours": {"quiet_from": "8 pm"}})
        assert odd.status_code == 422
        machine = await person.post(
            "/endpoints", json={"url": "http://127.0.0.1:9/x", "hours": {"quiet_from": "20:00"}}
        )
        assert machine.status_code == 422

        # A subscription is changed by whose it is, as it was seen.
        place = f"/subscriptions/{letters['id']}"
        assert (await colleague.get(place)).status_code == 404
        change = {"language": "en", "event_types": ["claim.paid.v1"]}
        old = {"If-Match": '"9"'}
        assert (await person.patch(place, json=change, headers=old)).status_code == 412
        right = {"If-Match": f'"{letters["version"]}"'}
        assert (await colleague.patch(place, json=change, headers=right)).status_code == 404
        changed = (await person.patch(place, json=change, headers=right)).json()
        assert (changed["language"], changed["event_types"]) == ("en", ["claim.paid.v1"])
        assert (await person.get(place)).json() == changed
        roles = await person.patch(place, json={"roles": ["reviewer"]}, headers={"If-Match": "*"})
        assert roles.json()["errors"][0]["code"] == "role-of-others"
