"""Digests: what was told, gathered in one letter, with what is to be done; each message once."""

import asyncio
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from uuid6 import uuid7

from services.notifications.delivery import digesting
from services.notifications.domain.digests import Digest, told_until
from services.notifications.domain.notices import NOTICES
from services.notifications.tables import stand_ins
from services.notifications.templates.digest_words import KINDS, WORDS
from shared.calendar import WorkingDays
from shared.clock import SHANGHAI
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import until
from tests.notifications.samples import BANK, OTHER_BANK, one
from tests.notifications.test_email import Mailbox, serving, subscribe
from tests.notifications.test_hours import china

WORKING_DAYS = WorkingDays()
DAILY, WEEKLY = Digest.DAILY, Digest.WEEKLY
TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("digest", "now", "told"),
    [
        (DAILY, "2026-11-27 08:29", "2026-11-26 08:30"),
        (DAILY, "2026-11-27 08:30", "2026-11-27 08:30"),
        (DAILY, "2026-11-29 12:00", "2026-11-27 08:30"),
        # The National Day week, and the Saturday that is worked for it.
        (DAILY, "2026-10-07 12:00", "2026-09-30 08:30"),
        (DAILY, "2026-10-08 09:00", "2026-10-08 08:30"),
        (DAILY, "2026-10-10 09:00", "2026-10-10 08:30"),
        (WEEKLY, "2026-11-30 08:29", "2026-11-23 08:30"),
        (WEEKLY, "2026-11-30 08:30", "2026-11-30 08:30"),
        (WEEKLY, "2026-12-04 12:00", "2026-11-30 08:30"),
        # Its Monday to Wednesday are days off.
        (WEEKLY, "2026-10-07 12:00", "2026-09-28 08:30"),
        (WEEKLY, "2026-10-08 08:30", "2026-10-08 08:30"),
    ],
)
def test_a_digest_is_due_on_the_morning_of_a_working_day(digest, now, told):
    assert told_until(digest, china(now), WORKING_DAYS) == china(told)


def test_whatever_people_are_told_of_has_a_name_in_a_digest():
    kinds = {name.partition(".")[0].removeprefix("case-").removeprefix("pool-") for name in NOTICES}

    assert kinds <= set(KINDS)
    assert all(set(words) == {"zh", "en"} for words in KINDS.values())
    assert set(WORDS["zh"]) == set(WORDS["en"])


def next_morning(days: int = 0) -> datetime:
    """A minute after the next digest is due, or so many days later."""
    day = datetime.now(SHANGHAI).date() + timedelta(days=1 + days)
    day = WORKING_DAYS.count(day, 0).day
    return datetime(day.year, day.month, day.day, 8, 31, tzinfo=SHANGHAI).astimezone(UTC)


async def make(notifier, now: datetime) -> None:
    await digesting.make_due(notifier.database, now=now, today=TODAY, working_days=WORKING_DAYS)


async def told_in(notifier, receiver) -> list[tuple[str, int]]:
    """The digests of a receiver, by id, with how many messages stand in each."""
    async with notifier.database.looking(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select digest_id, count(*) from digest_entries where receiver_id = $1::uuid "
            "group by digest_id order by digest_id nulls last",
            receiver["id"],
        )
    return [tuple(row) for row in rows]


def waits(name, number, due_on, **more):
    """The time to claim of one loan; `more` says what is otherwise."""
    return one(name).model_copy(
        update={"case_id": uuid7(), "number": number, "due_on": due_on, **more}
    )


async def stands_in(notifier, person, name, *, delegate):
    """Somebody is away on the day of the digests, and another does their work."""
    absence = one("absence.changed.v1").model_copy(
        update={
            "absence_id": uuid7(), "person": person, "person_name": name, "delegate": delegate,
            "from_day": TODAY, "to_day": TODAY,
        }
    )  # fmt: skip
    async with notifier.database.begin(EVERYWHERE) as conn:
        await stand_ins.remember(conn, [absence])


async def test_a_digest_tells_once_what_was_told_and_what_is_to_be_done_whoever_dies_meanwhile(
    notifying, monkeypatch
):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
        notifier.operator(subject="each") as other,
    ):
        kept = await subscribe(notifier, person, digest="daily")
        await stands_in(notifier, "wang", "王芳", delegate=f"op@{BANK}")
        assert kept["digest"] == "daily"
        met = waits("pool-deadline.set.v1", "DL-MET", TODAY)
        open_ones = [
            waits("pool-deadline.set.v1", "DL-LATE", TODAY - timedelta(days=3)),
            waits("pool-deadline.set.v1", "DL-SOON", TODAY + timedelta(days=2)),
            waits("pool-deadline.set.v1", "DL-FAR", TODAY + timedelta(days=60)),
            waits("pool-deadline.set.v1", "DL-AWAY", TODAY + timedelta(days=8), person="wang"),
        ]
        await notifier.hears(
            met,
            *open_ones,
            waits("pool-deadline.set.v1", "DL-OTHERS", TODAY, bank_code=OTHER_BANK),
            waits("pool-deadline.set.v1", "DL-HERE", TODAY, person="zhao"),
            waits("pool-deadline.met.v1", "DL-MET", TODAY, case_id=met.case_id),
            *(one("claim.paid.v1") for _ in range(22)),
            one("application.returned.v1", pool="jinnan"),
            one("right.endangered.v1"),
        )
        # What is urgent does not wait for the morning, and stands in no digest.
        (urgent,) = await mailbox.has(1)
        assert "汇总" not in urgent["Subject"]
        ((nowhere, count),) = await told_in(notifier, kept)
        assert (nowhere, count) == (None, 23)
        await make(notifier, datetime.now(UTC) - timedelta(days=14))
        assert await told_in(notifier, kept) == [(None, 23)], "a clock that goes back makes none"

        # It dies in the middle: nothing was told. Then two make it at once.
        morning = next_morning()

        async def dies(*_):
            raise SystemError

        with monkeypatch.context() as broken:
            broken.setattr(digesting.deliveries, "add", dies)
            with pytest.raises(SystemError):
                await make(notifier, morning)
        assert await told_in(notifier, kept) == [(None, 23)]
        await asyncio.gather(*(make(notifier, morning) for _ in range(3)))
        ((digest_id, count),) = await told_in(notifier, kept)
        assert digest_id is not None and count == 23
        mail = (await mailbox.has(2))[1]

        # Nothing new: what waits is told in the next week, once however far the clock leaps.
        await make(notifier, morning + timedelta(minutes=1))
        await asyncio.gather(*(make(notifier, next_morning(90)) for _ in range(2)))
        assert await told_in(notifier, kept) == [(digest_id, 23)]
        again = (await mailbox.has(3))[2]
        assert again["Subject"] == "每日汇总：0 条通知，4 项待办"
        assert "没有新的通知" in again.get_body(("plain",)).get_content()

        assert mail["Subject"] == "每日汇总：23 条通知，4 项待办"
        text = mail.get_body(("plain",)).get_content()
        assert "[dongli · 补偿申请 22]" in text and "[jinnan · 贷款申请 1]" in text
        assert text.count("补偿款已支付") == 3 and "另有 19 条" in text
        assert "共 4 项，已逾期 1 项，七日内到期 1 项" in text
        days = [text.index(number) for number in ("DL-LATE", "DL-SOON", "DL-FAR")]
        assert days == sorted(days) and "DL-MET" not in text and "DL-OTHERS" not in text
        # What a colleague who is away has in hand is told to who stands in, and to nobody else.
        assert "（代 王芳 办理）" in text[text.index("DL-AWAY") :] and "DL-HERE" not in text
        assert "2026-03-28 已逾期" in text and "2026-04-02 到期" in text
        html = mail.get_body(("html",)).get_content()
        assert 'href="https://console.example.cn/zhidai/' in html and "DL-LATE" in html
        (file,) = mail.iter_attachments()
        assert file.get_filename().startswith("通知汇总-2026-03-31")
        book = openpyxl.load_workbook(io.BytesIO(file.get_payload(decode=True)))
        assert book["通知"].max_row == 24 and book["待办"].max_row == 5

        # The whole of it is seen by whose it is, and no delivery of the single messages was made.
        async def arrived():
            asked = {"event_type": "digest.v1", "state": "delivered"}
            found = (await person.get("/messages", params=asked)).json()["items"]
            return [one for one in found if one["id"] == str(digest_id)]

        (digest,) = await until(arrived)
        assert len(digest["deliveries"]) == 1
        seen = (await other.get("/messages", params={"event_type": "digest.v1"})).json()["items"]
        assert seen == []
        inbox = (await person.get("/inbox")).json()["items"]
        assert len(inbox) == 24 and all(item["event_type"] != "digest.v1" for item in inbox)

        # Who goes back to single messages gets at once what is left, and then each.
        await notifier.hears(one("claim.refused.v1"))
        changed = await person.patch(
            f"/subscriptions/{kept['id']}", json={"digest": "each", "language": "en"},
            headers={"If-Match": "*"},
        )  # fmt: skip
        assert changed.json()["digest"] == "each"
        await make(notifier, datetime.now(UTC) + timedelta(seconds=1))
        last = (await mailbox.has(4))[3]
        assert last["Subject"] == "Digest: 1 notices, 4 to do"
        assert not list(last.iter_attachments())
        await notifier.hears(one("claim.approved.v1"))
        await mailbox.has(5)

        # Where nothing waits any more, a week begins without a letter.
        await person.patch(
            f"/subscriptions/{kept['id']}", json={"digest": "weekly"}, headers={"If-Match": "*"}
        )
        over = [(each.number, each.case_id) for each in open_ones]
        await notifier.hears(
            *(waits("pool-deadline.met.v1", name, TODAY, case_id=case) for name, case in over)
        )
        async with notifier.database.begin(EVERYWHERE) as conn:
            await conn.execute(
                "update digest_entries set digest_id = $1 where digest_id is null", uuid7()
            )
        made = await digesting.make_due(
            notifier.database, now=next_morning(200), today=TODAY, working_days=WORKING_DAYS
        )
        assert not made
