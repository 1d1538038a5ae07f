"""Letters that come back by mail: read from a folder, believed where they are about ours."""

import mailbox
from datetime import UTC, datetime

import pytest

from services.notifications.delivery import bounces
from services.notifications.domain.bounces import read_bounces
from tests.notifications.conftest import until
from tests.notifications.samples import one
from tests.notifications.test_email import Mailbox, serving, subscribe

POSTFIX = """\
From: MAILER-DAEMON@mx.bank.example.cn (Mail Delivery System)
To: pool@zhidai.example.cn
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.bank.example.cn
X-Postfix-Queue-ID: 4B2F1A

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address
    rejected: User unknown

--B
Content-Type: {returned}

From: pool@zhidai.example.cn
To: {to}
Message-ID: {message_id}
Subject: =?utf-8?b?6KGl5YG/?=

--B--
"""


def bounce(message_id, *, to="ops@bank.example.cn", action="failed", status="5.1.1", whole=True):
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return POSTFIX.format(
        message_id=message_id, to=to, action=action, status=status, returned=returned
    ).encode()


@pytest.mark.parametrize("whole", [True, False])
def test_a_notification_names_the_letter_the_recipient_and_why(whole):
    (found,) = read_bounces(bounce(f"<{7:032x}@zhidai.example.cn>", whole=whole))

    assert (found.delivery_id.int, found.domain) == (7, "zhidai.example.cn")
    assert (found.recipient, found.status) == ("ops@bank.example.cn", "5.1.1")
    assert found.error.startswith(
        "bounced: 5.1.1 550 5.1.1 <ops@bank.example.cn>: Recipient address"
    )
    assert found.no_such_address


def test_a_letter_that_names_its_try_is_known_too():
    (found,) = read_bounces(bounce(f"<{7:032x}.2@zhidai.example.cn>"))

    assert found.delivery_id.int == 7


@pytest.mark.parametrize("status", ["5.2.2", "5.2.3", "5.3.4", "5.6.1", "5.7.1"])
def test_a_full_mailbox_and_a_letter_that_is_not_wanted_say_nothing_of_the_address(status):
    (found,) = read_bounces(bounce(f"<{7:032x}@zhidai.example.cn>", status=status))

    assert not found.no_such_address


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"From: a@b.cn\n\nIch bin im Urlaub.\n",
        bounce("<0192@others.example.cn>"),
        bounce(f"<{7:032x}@zhidai.example.cn>", action="delayed", status="4.4.1"),
        bounce(f"<{7:032x}@zhidai.example.cn>", action="delivered", status="2.0.0"),
        bounce(f"<{7:032x}@zhidai.example.cn>").replace(b"multipart/report", b"multipart/mixed"),
        b"Content-Type: multipart/report\n\nno parts\n",
    ],
)  # fmt: skip
def test_what_is_no_such_notification_is_none(raw):
    assert read_bounces(raw) == []


async def test_a_letter_that_came_back_pauses_its_subscription_and_tells_its_owner(
    notifying, tmp_path
):
    folder = tmp_path / "bounces"
    drop = mailbox.Maildir(folder)
    letters = Mailbox()
    async with (
        serving(letters) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        kept = await subscribe(notifier, person)
        await notifier.hears(one("claim.paid.v1"))
        (letter,) = await letters.has(1)
        message = await notifier.delivery("delivered")

        async def reads(*raws):
            for raw in raws:
                drop.add(raw)
            await bounces.read_folder(
                notifier.database, folder, domain="zhidai.example.cn", now=datetime.now(UTC)
            )
            (shown,) = (await person.get("/subscriptions")).json()["items"]
            return shown

        async def told():
            items = (await person.get("/inbox")).json()["items"]
            return [one for one in items if one["event_type"] == "mailbox.refused.v1"]

        mine = letter["Message-ID"]
        # Another's letter, another's address, what is late only, and no notification at all.
        foreign = mine.replace("zhidai.example.cn", "others.example.cn")
        shown = await reads(
            bounce(foreign), bounce(mine, to="x@y.cn"), bounce(f"<{7:032x}@zhidai.example.cn>"),
            bounce(mine, action="delayed", status="4.4.1"), b"Subject: hello\n\nhello",
        )  # fmt: skip
        assert shown["state"] == "active" and await told() == []

        # Twice the same notification is one.
        shown = await reads(bounce(mine), bounce(mine))
        assert shown["state"] == "paused"
        assert shown["last_error"].startswith("bounced: 5.1.1 550")
        (notice,) = await told()
        assert "ops@bank.example.cn" in notice["text"]["zh"]
        failed = await notifier.delivery("failed")
        assert failed["id"] == message["id"]
        log = (await person.get(f"/messages/{message['id']}/attempts")).json()["items"]
        assert [one["number"] for one in log] == [2, 1]
        assert not list((folder / "new").iterdir()) and len(list((folder / "cur").iterdir())) == 7

        # The address is right after all: what comes now is sent, and a full mailbox pauses nothing.
        await person.post(f"/subscriptions/{kept['id']}/resume")
        await letters.has(2)  # What has waited: the notice of the refusal.
        await notifier.hears(one("claim.refused.v1"))
        second = (await letters.has(3))[2]["Message-ID"]

        async def arrived():
            rows = (await person.get("/deliveries", params={"state": "delivered"})).json()["items"]
            return len(rows) == 2

        await until(arrived)
        shown = await reads(bounce(second, status="5.2.2"))
        assert (shown["state"], shown["last_error"][:14]) == ("active", "bounced: 5.2.2")
