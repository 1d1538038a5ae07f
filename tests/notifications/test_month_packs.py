"""A month's pack: who has asked for it gets the posted month with a workbook, a bank its own part."""

import base64
import io

import openpyxl

from services.notifications.templates.month_pack_words import WORDS
from shared.contracts.risk_pool import StatementFile, StatementSignedV1
from shared.said_numbers import month_said
from tests.notifications.samples import BANK, OTHER_BANK, one
from tests.notifications.test_email import Mailbox, serving, subscribe


def book_of(mail):
    (file,) = mail.iter_attachments()
    return openpyxl.load_workbook(io.BytesIO(file.get_payload(decode=True)))


def rows_of(sheet):
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]


async def test_a_posted_month_comes_with_a_workbook_to_whoever_asked_and_a_bank_reads_its_own(
    notifying,
):
    mailbox = Mailbox()
    sms = {"sms_access_key": "k", "sms_access_secret": "s", "sms_signature": "知贷",
           "sms_template": "T", "sms_gateway": "http://127.0.0.1:9/"}  # fmt: skip
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp, **sms) as notifier,
        notifier.operator() as clerk,
        notifier.bureau("leader") as leader,
        notifier.bureau("reviewer") as reviewer,
        notifier.bureau("pool_manager") as manager,
    ):
        refused = await reviewer.post(
            "/subscriptions", json={"address": "r@b.cn", "month_pack": True}
        )
        assert refused.json()["errors"][0]["code"] == "month-pack-of-others"
        by_text = {"channel": "sms", "address": "13800138000", "month_pack": True}
        refused = await leader.post("/subscriptions", json=by_text)
        assert refused.json()["errors"][0]["code"] == "month-pack-by-mail-only"
        await subscribe(notifier, leader, address="leader@b.cn", month_pack=True)
        bank = await subscribe(notifier, clerk, address="clerk@b.cn", language="en")
        changed = await clerk.patch(
            f"/subscriptions/{bank['id']}", json={"month_pack": True, "event_types": ["claim.paid.v1"]},
            headers={"If-Match": "*"},
        )  # fmt: skip
        assert changed.json()["month_pack"] is True
        await subscribe(
            notifier, manager, address="manager@b.cn", event_types=["settlement.posted.v1"]
        )

        posted = one("settlement.posted.v1")
        lines = posted.statements
        assert {line.party_code for line in lines if line.party_role == "bank"} >= {BANK}
        await notifier.hears(
            one("claim.approved.v1").model_copy(update={"pool_code": posted.pool_code}),
            one("pool-deadline.set.v1").model_copy(update={"pool_code": posted.pool_code}),
            one("pool-deadline.set.v1", OTHER_BANK),
        )
        (envelope,) = await notifier.hears(posted)
        await notifier.hears_again([envelope])

        mails = {mail["To"]: mail for mail in await mailbox.has(3)}
        assert mails.keys() == {"leader@b.cn", "clerk@b.cn", "manager@b.cn"}
        # Who asked for no pack reads of the month as ever.
        assert not list(mails["manager@b.cn"].iter_attachments())

        whole = book_of(mails["leader@b.cn"])
        assert (
            mails["leader@b.cn"]["Subject"]
            == f"{posted.pool_code} {month_said(posted.month, 'zh')} 月度材料"
        )
        assert [row[3] for row in rows_of(whole["结算"])] == [line.party_code for line in lines]
        assert [row[6] for row in rows_of(whole["结算"])] == [
            abs(line.net_fen) / 100 for line in lines
        ]
        assert len(rows_of(whole["未办结期限"])) == 2

        own = book_of(mails["clerk@b.cn"])
        assert {row[3] for row in rows_of(own["Settlement"])} == {BANK}
        assert {row[4] for row in rows_of(own["Deadlines"])} == {BANK}
        assert OTHER_BANK not in str(mails["clerk@b.cn"].get_body(("plain",)).get_content())
        text = mails["clerk@b.cn"].get_body(("plain",)).get_content()
        assert f"/pools/{posted.pool_code}/settlements/{posted.month}" in text


async def test_where_statements_follow_a_pack_waits_for_its_own_and_encloses_it(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as clerk,
        notifier.bureau("leader") as leader,
    ):
        await subscribe(notifier, leader, address="leader@b.cn", month_pack=True)
        await subscribe(notifier, clerk, address="clerk@b.cn", language="en", month_pack=True)
        posted = one("settlement.posted.v1").model_copy(update={"papers_follow": True})
        await notifier.hears(posted)
        assert await packs(notifier) == 0

        lines = tuple(line for line in posted.statements if line.party_code == BANK)
        mine = signed(posted, BANK, lines, zh=b"%PDF-1.7 zh", en=b"%PDF-1.7 en")
        other = signed(posted, OTHER_BANK, lines, zh=b"%PDF-1.7 other", en=b"%PDF-1.7 other")
        (envelope, _) = await notifier.hears(mine, other)
        await notifier.hears_again([envelope])
        (mail,) = [mail for mail in await mailbox.has(1) if mail["To"] == "clerk@b.cn"]
        book, pdf = mail.iter_attachments()
        assert (pdf.get_content_type(), pdf.get_filename()) == (
            "application/pdf", f"{posted.pool_code}-{posted.month}-{BANK}.pdf",
        )  # fmt: skip
        assert pdf.get_payload(decode=True) == b"%PDF-1.7 en"
        assert book.get_filename().endswith(".xlsx")
        assert "signed statement (PDF) and a workbook" in mail.get_body(("plain",)).get_content()

        # The bureau's goes with the pool's own; too large for a letter, it is not enclosed.
        await notifier.hears(signed(posted, posted.pool_code, posted.statements))
        mails = {mail["To"]: mail for mail in await mailbox.has(2)}
        (book,) = mails["leader@b.cn"].iter_attachments()
        assert len(
            rows_of(openpyxl.load_workbook(io.BytesIO(book.get_payload(decode=True)))["结算"])
        ) == (len(posted.statements))


async def packs(notifier) -> int:
    async with notifier.service.context.database.begin("*") as conn:
        return await conn.fetchval(
            "select count(*) from messages where event_type = 'month-pack.v1'"
        )


def signed(posted, party, lines, **files):
    return StatementSignedV1(
        pool_code=posted.pool_code,
        settlement_id=posted.settlement_id,
        month=posted.month,
        party_code=party,
        bank_code="" if party == posted.pool_code else party,
        statements=lines,
        posted_on=posted.posted_on,
        due_on=posted.due_on,
        files=tuple(
            StatementFile(
                language=language,
                filename=f"{posted.pool_code}-{posted.month}-{party}.pdf",
                pdf=base64.b64encode(content).decode(),
            )
            for language, content in files.items()
        ),
    )


def test_both_languages_have_every_head():
    assert {name: len(value) for name, value in WORDS["zh"].items() if isinstance(value, list)} == {
        name: len(value) for name, value in WORDS["en"].items() if isinstance(value, list)
    }
