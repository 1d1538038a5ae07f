"""A mailbox is confirmed by a page that its letter leads to; looking at it confirms nothing."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.console.house import SETTINGS, House
from tests.notifications.test_email import Mailbox, serving

WAITS = 'tag warn">待确认<'


def link_in(mail: Any) -> str:
    """Where a letter leads, in the console."""
    (said,) = (
        line for line in mail.get_body(("plain",)).get_content().splitlines() if "?code=" in line
    )
    link = urlsplit(said.split(": ", 1)[1])
    return f"/{link.path.removeprefix('/zhidai/').lstrip('/')}?{link.query}"


async def test_a_letter_leads_to_a_page_that_confirms_by_its_button_alone(
    running: Any, shared_folder: Path
):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        running(APPLICATIONS, RISK_POOL, NOTIFICATIONS, **SETTINGS, **smtp) as services,
    ):
        house = House({one.context.service: one for one in services}, shared_folder / "issuer")
        async with house.logged_in("reviewer-lin") as reviewer:
            page = await reviewer.opens("/inbox/receivers")
            asked = await reviewer.sends(
                page, "/inbox/receivers/subscriptions", address="lin@bureau.example.cn"
            )
            assert "确认邮件已发往该邮箱" in asked.text and WAITS in asked.html
            again = next(one for one in asked.actions if one.endswith("/send-letter"))
            soon = await reviewer.sends(asked, again)
            assert soon.status == 429 and "刚向该地址发送过确认邮件" in soon.text
            (mail,) = await mailbox.has(1)

            # Programmes that check mail open every link, some of them twice.
            link = link_in(mail)
            for _ in range(2):
                form = await reviewer.opens(link)
            assert WAITS in (await reviewer.opens("/inbox/receivers")).html
            place = urlsplit(link).path
            wrong = await reviewer.sends(form, place, code="wrong")
            assert wrong.status == 422 and "不是最近一封确认邮件中的确认码" in wrong.text
            done = await reviewer.sends(form, place)
            assert "邮箱已确认" in done.text and WAITS not in done.html
            assert not [one for one in done.actions if one.endswith("/send-letter")]
            twice = await reviewer.sends(await reviewer.opens(link), place)
            assert twice.status == 409 and "该地址已经确认" in twice.text
