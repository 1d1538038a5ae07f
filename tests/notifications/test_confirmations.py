"""A mailbox is asked before notices go there: by one letter, whose code works once."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from services.notifications.domain.confirmations import LETTER_AGAIN_AFTER, MOST_TRIES, VALID_FOR
from shared.auth.identity import identity_from
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import READABLE_TABLES, until
from tests.notifications.samples import OTHER_BANK, one
from tests.notifications.test_digests import TODAY, make, next_morning, waits
from tests.notifications.test_email import Mailbox, serving, subscribe

ADDRESS = "ops@bank.example.cn"


@pytest.fixture
async def mailbox():
    return Mailbox()


@pytest.fixture
async def asking(notifying, mailbox):
    """A service that writes to the mailbox."""
    async with serving(mailbox) as smtp, notifying(**smtp) as notifier:
        yield notifier


async def added(person, **body):
    answer = await person.post("/subscriptions", json={"address": ADDRESS, **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def code_in(mailbox, count):
    """The code of the newest letter, once there are so many."""
    mail = (await mailbox.has(count))[-1]
    said = mail.get_body(("plain",)).get_content()
    (code,) = re.findall(r"(?:确认码：|Code: )(\S+)", said)
    (link,) = re.findall(r"https://\S+", said)
    assert urlsplit(link).query == f"code={code}"
    return code


async def tried(person, kept, code, **headers):
    answer = await person.post(
        f"/subscriptions/{kept['id']}/confirm", json={"code": code}, headers=headers
    )
    return answer.status_code, answer.json().get("code", "")


async def passes(notifier, span):
    """So much time goes by."""
    async with notifier.bureau("admin") as admin:
        now = notifier.service.context.clock.now() + span
        moved = await admin.put("/sandbox/clock", json={"now": now.isoformat()})
    assert moved.status_code == 200, moved.text


async def test_nothing_but_the_letter_goes_to_a_mailbox_that_nobody_has_confirmed(asking, mailbox):
    async with asking.operator() as person, asking.operator(subject="a colleague") as colleague:
        kept = await added(person, digest="daily")
        each = await added(person, address="each@bank.example.cn", language="en")
        assert (kept["confirmed_at"], each["confirmed_at"]) == (None, None)
        await mailbox.has(2)
        await asking.hears(one("claim.paid.v1"))

        async def went_out():
            found = (await person.get("/messages", params={"state": "delivered"})).json()["items"]
            return found if len(found) == 2 else None

        letters = await until(went_out)
        assert {m["event_type"] for m in letters} == {"mailbox.confirm.v1"}
        (paid, *_) = (await person.get("/messages")).json()["items"]
        assert (paid["event_type"], paid["deliveries"]) == ("claim.paid.v1", [])
        async with asking.database.begin(EVERYWHERE) as conn:
            assert await conn.fetchval("select count(*) from digest_entries") == 0

        # Nor does a keeper have the letter sent once more, past the ten minutes.
        again = [m["deliveries"][0]["id"] for m in letters]
        sent = await person.post("/deliveries/send-now", json={"deliveries": again})
        assert (sent.status_code, sent.json()["deliveries"]) == (202, 0)

        # Of the code nothing is kept but its hash, and whoever reads the log does not read the mailbox.
        code = await code_in(mailbox, 2)
        async with asking.database.begin(EVERYWHERE) as conn:
            tables = await conn.fetch(READABLE_TABLES)
            rows = [
                row[0]
                for (name,) in tables
                for row in await conn.fetch(f"select t::text from {name} t")
            ]
        for shown in (code, code.encode().hex()):
            assert not any(shown in row for row in rows)

        to = {mail["To"]: mail for mail in mailbox.mails}
        assert to[ADDRESS]["Subject"] == "请确认接收通知的邮箱"
        assert to["each@bank.example.cn"]["Subject"] == "Please confirm this mailbox for notices"
        by = {mail: re.findall(r"code=(\S+)", text_of(mail))[0] for mail in mailbox.mails}
        right = by[to["each@bank.example.cn"]]
        assert await tried(person, each, by[to[ADDRESS]]) == (422, "confirmation-code-wrong")
        # A mailbox is shared: whoever of the institution reads it confirms it; a repeated request is one.
        for _ in range(2):
            assert await tried(colleague, each, right, **{"Idempotency-Key": "once"}) == (200, "")
        assert await tried(person, each, right) == (409, "already-confirmed")
        again = await person.post(f"/subscriptions/{each['id']}/send-letter")
        assert (again.status_code, again.json()["code"]) == (409, "already-confirmed")

        await asking.hears(one("claim.paid.v1"))
        assert (await mailbox.has(3))[-1]["To"] == "each@bank.example.cn"
        shown = {s["id"]: s for s in (await person.get("/subscriptions")).json()["items"]}
        assert shown[each["id"]]["confirmed_at"] and not shown[kept["id"]]["confirmed_at"]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


async def test_a_code_ends_by_wrong_tries_by_a_new_letter_and_after_seven_days(asking, mailbox):
    async with asking.operator() as person, asking.operator(OTHER_BANK) as other:
        kept = await added(person)
        first = await code_in(mailbox, 1)
        place = f"/subscriptions/{kept['id']}/send-letter"
        soon = await person.post(place)
        assert (soon.status_code, soon.json()["code"]) == (429, "letter-sent-lately")
        assert 0 < int(soon.headers["Retry-After"]) <= LETTER_AGAIN_AFTER.total_seconds()
        # Nor by deleting and adding, in other letters; another address is another mailbox.
        more = await person.post("/subscriptions", json={"address": ADDRESS.upper()})
        assert (more.status_code, more.json()["code"]) == (429, "letter-sent-lately")

        # Tries of others count for nothing, for they cannot have the letter.
        async with asking.bureau("admin") as admin:
            for stranger in (other, admin):
                for _ in range(MOST_TRIES + 1):
                    assert await tried(stranger, kept, first) == (404, "not-found")
        for _ in range(MOST_TRIES):
            assert await tried(person, kept, "wrong") == (422, "confirmation-code-wrong")
        assert await tried(person, kept, first) == (409, "confirmation-code-ended")

        await passes(asking, LETTER_AGAIN_AFTER)
        assert (await person.post(place)).status_code == 200
        second = await code_in(mailbox, 2)
        assert await tried(person, kept, first) == (422, "confirmation-code-wrong")

        await passes(asking, VALID_FOR)
        assert await tried(person, kept, second) == (409, "confirmation-code-ended")
        assert (await person.post(place)).status_code == 200
        third = await code_in(mailbox, 3)
        await passes(asking, VALID_FOR - timedelta(seconds=30))
        assert await tried(person, kept, third) == (200, "")
        # Their next subscription to the same mailbox asks nobody.
        assert (await added(person, digest="weekly"))["confirmed_at"]


async def test_a_letter_that_is_tried_again_has_a_code_and_an_id_of_its_own(asking, mailbox):
    mailbox.replies = ["451 later"]
    async with asking.operator() as person:
        kept = await added(person)
        code = await code_in(mailbox, 2)

        first, second = mailbox.mails
        assert first["Message-ID"] != second["Message-ID"]
        assert code not in text_of(first)
        assert await tried(person, kept, code) == (200, "")


async def test_digests_and_months_packs_wait_for_the_answer_too(asking, mailbox):
    async with asking.operator() as person, asking.operator(subject="verified") as verified:
        await added(person, digest="daily", month_pack=True)
        await subscribe(
            asking, verified, address="v@bank.example.cn", digest="daily", month_pack=True
        )
        await mailbox.has(1)
        await asking.hears(
            waits("pool-deadline.set.v1", "DL-OPEN", TODAY), one("settlement.posted.v1")
        )
        await make(asking, next_morning(14))

        told = [mail["To"] for mail in await mailbox.has(3)]
        assert told == [ADDRESS, "v@bank.example.cn", "v@bank.example.cn"]
        async with asking.database.looking(EVERYWHERE) as conn:
            planned = await conn.fetch("select receiver_id from deliveries")
        assert len(planned) == 3


async def test_who_is_verified_to_read_a_mailbox_is_not_asked(asking, mailbox):
    async with asking.operator() as person:
        verified = await subscribe(asking, person, address=ADDRESS)
        assert verified["confirmed_at"]
        headers = asking.service.reading(person, ADDRESS)
        other = await person.post(
            "/subscriptions", json={"address": "else@bank.example.cn"}, headers=headers
        )
        assert other.json()["confirmed_at"] is None
        (mail,) = await mailbox.has(1)
        assert mail["To"] == "else@bank.example.cn"


@pytest.mark.parametrize(
    ("claims", "read"),
    [
        ({"email": ADDRESS, "email_verified": True}, ADDRESS),
        ({"email": ADDRESS, "email_verified": False}, ""),
        ({"email": ADDRESS, "email_verified": "true"}, ""),
        ({"email": ADDRESS}, ""),
        ({"email": [ADDRESS], "email_verified": True}, ""),
    ],
)
def test_only_a_claim_that_is_verified_says_whose_mailbox_it_is(claims, read):
    who = {"sub": "li", "roles": ["bank_operator"], "institution": "ICBC"}
    assert identity_from(who | claims).verified_email == read
