"""E-mail to a real SMTP server: in the reader's language, over TLS where it is asked for."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notifications.senders.email import Attachment, compose
from tests.notifications.conftest import until
from tests.notifications.samples import OTHER_BANK, one


class Mailbox:
    """What an SMTP server was given. `replies` come first, then 250 for ever."""

    def __init__(self, replies=(), refuse_recipient=""):
        self.replies = list(replies)
        self.refuse_recipient = refuse_recipient
        self.mails: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self.ciphers: list[object] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.ciphers.append(session.ssl)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.replies.pop(0) if self.replies else "250 taken"

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"secret")

    async def has(self, count):
        async def enough():
            return len(self.mails) >= count

        await until(enough)
        return self.mails


@asynccontextmanager
async def serving(mailbox, **more):
    """An SMTP server on a port of its own; the settings that lead to it."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="smtp.example.cn", loop=loop, **more), "127.0.0.1", 0
    )
    try:
        yield {
            "smtp_host": "127.0.0.1",
            "smtp_port": server.sockets[0].getsockname()[1],
            "smtp_security": "none",
            "smtp_sender": "pool@zhidai.example.cn",
        }
    finally:
        server.close()


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself: the server's context, and its PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smtp.example.cn")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, key_pem = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem, key_pem)
    return context, pem


async def subscribe(notifier, person, **body):
    """A subscription that is told at once: the person's token says that the mailbox is theirs."""
    body = {"address": "ops@bank.example.cn", **body}
    headers = notifier.service.reading(person, body["address"])
    answer = await person.post("/subscriptions", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_subscriber_gets_a_letter_in_chinese_as_text_and_as_html(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        await subscribe(notifier, person)

        await notifier.hears(one("application.returned.v1"))

        (mail,) = await mailbox.has(1)
        message = await notifier.delivery("delivered")
    assert mail["To"] == "ops@bank.example.cn"
    assert mail["From"] == "pool@zhidai.example.cn"
    assert mail["Subject"] == "DL-2026-000123 退回补正"
    assert mail["Content-Language"] == "zh-CN"
    assert mail["Auto-Submitted"] == "auto-generated"
    delivery = message["deliveries"][0]["id"].replace("-", "")
    assert mail["Message-ID"] == f"<{delivery}@zhidai.example.cn>"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "1. 评估报告已过期" in text
    assert "https://console.example.cn/zhidai/" in text
    assert '<html lang="zh-CN">' in html
    assert "<p>1. 评估报告已过期</p>" in html


async def test_what_others_wrote_is_no_html_of_ours(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        await subscribe(notifier, person, language="en")

        event = one("application.rejected.v1").model_copy(
            update={"reason": "<script>alert(1)</script>"}
        )
        await notifier.hears(event)

        (mail,) = await mailbox.has(1)
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert "<script>" in mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "DL-2026-000123 rejected"


async def test_it_comes_over_starttls_with_a_checked_certificate_and_a_login(
    notifying, certificate
):
    context, pem = certificate
    mailbox = Mailbox()
    async with serving(
        mailbox,
        tls_context=context,
        require_starttls=True,
        authenticator=mailbox.login,
        auth_required=True,
    ) as smtp:
        smtp |= {
            "smtp_security": "starttls",
            "smtp_ca_file": str(pem),
            "smtp_username": "pool",
            "smtp_password": "secret",
        }
        async with notifying(**smtp) as notifier, notifier.operator() as person:
            await subscribe(notifier, person)
            await notifier.hears(one("claim.paid.v1"))
            await mailbox.has(1)
    assert mailbox.ciphers[0] is not None
    assert mailbox.logins == [("pool", "secret")]


async def test_a_mail_server_whose_certificate_nobody_signed_gets_no_letter(notifying, certificate):
    context, _ = certificate
    mailbox = Mailbox()
    async with serving(mailbox, tls_context=context, require_starttls=True) as smtp:
        smtp |= {"smtp_security": "starttls"}
        async with notifying(**smtp) as notifier, notifier.operator() as person:
            await subscribe(notifier, person)
            await notifier.hears(one("claim.paid.v1"))

            message = await notifier.delivery("failed")

    assert "certificate" in message["deliveries"][0]["last_error"].lower()
    assert mailbox.mails == []


async def test_a_mail_server_that_is_busy_is_asked_again(notifying):
    mailbox = Mailbox(replies=["451 later", "452 later still"])
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        await subscribe(notifier, person)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("delivered")
        log = (await person.get(f"/messages/{message['id']}/attempts")).json()["items"]

    assert [attempt["status"] for attempt in log] == [250, 452, 451]
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1


async def test_an_address_that_does_not_exist_is_given_up_at_once(notifying):
    mailbox = Mailbox(refuse_recipient="550 no such user")
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        await subscribe(notifier, person)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")

    (delivery,) = message["deliveries"]
    assert (delivery["attempts"], delivery["last_error"]) == (1, "550 no such user")


async def test_a_mailbox_that_is_refused_for_good_is_paused_and_its_owner_alone_is_told(notifying):
    mailbox = Mailbox(refuse_recipient="550 no such user")
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
        notifier.operator(subject="a colleague") as colleague,
    ):
        kept = await subscribe(notifier, person)
        await notifier.hears(one("claim.paid.v1"))

        async def told():
            items = (await person.get("/inbox")).json()["items"]
            return [one for one in items if one["event_type"] == "mailbox.refused.v1"]

        (notice,) = await until(told)
        assert "ops@bank.example.cn" in notice["text"]["zh"] and "550" in notice["text"]["en"]
        others = (await colleague.get("/inbox")).json()["items"]
        assert [one["event_type"] for one in others] == ["claim.paid.v1"]
        (shown,) = (await person.get("/subscriptions")).json()["items"]
        assert (shown["state"], shown["last_error"]) == ("paused", "550 no such user")

        # What comes meanwhile waits, and is sent when its owner says that the address is right.
        await notifier.hears(one("claim.paid.v1"))
        mailbox.refuse_recipient = ""
        resume = f"/subscriptions/{kept['id']}/resume"
        assert (await colleague.post(resume)).status_code == 404
        assert (await person.post(resume)).json()["state"] == "active"
        await mailbox.has(1)

        # A full mailbox and a refused letter are no such thing; what is refused again is paused
        # again, and may be deleted as it is.
        mailbox.refuse_recipient = "552 mailbox full"
        await notifier.hears(one("claim.paid.v1"))
        await notifier.delivery("failed")
        assert (await person.get("/subscriptions")).json()["items"][0]["state"] == "active"
        mailbox.refuse_recipient = "551 not here"
        await notifier.hears(one("claim.paid.v1"))

        async def paused():
            return (await person.get("/subscriptions")).json()["items"][0]["state"] == "paused"

        await until(paused)
        assert (await person.delete(f"/subscriptions/{kept['id']}")).status_code == 204


def test_a_file_may_go_with_a_letter():
    letter = compose(
        sender="pool@zhidai.example.cn",
        to="ops@bank.example.cn",
        delivery_id=UUID(int=7),
        title="三月月结",
        text="见附件。",
        html="<p>见附件。</p>",
        language="zh",
        at=datetime(2026, 3, 31, tzinfo=UTC),
        attachments=[Attachment(filename="对账单.csv", media_type="text/csv", content=b"a,b")],
    )
    read = message_from_bytes(letter.as_bytes(), policy=policy.default)

    assert [part.get_content_type() for part in read.iter_parts()] == [
        "multipart/alternative",
        "text/csv",
    ]
    (file,) = read.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("对账单.csv", b"a,b")
    assert read["Content-Language"] == "zh-CN"


async def test_a_mail_server_that_is_away_delays_no_webhook(notifying, receiver):
    async with serving(Mailbox()) as smtp:
        pass  # Its port is known, and nobody listens there any more.
    async with notifying(**smtp) as notifier, notifier.operator() as person:
        await subscribe(notifier, person)
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        await receiver.has(1)
        await notifier.delivery("failed")


async def test_only_what_was_subscribed_to_is_written_about(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
        notifier.bureau("finance_checker") as checker,
    ):
        await subscribe(notifier, person, event_types=["claim.paid.v1"])
        await subscribe(notifier, checker, address="checker@bureau.example.cn")

        await notifier.hears(one("claim.refused.v1"))
        await notifier.hears(one("claim.paid.v1", OTHER_BANK))
        await notifier.hears(one("claim.paid.v1"))
        await notifier.hears(one("settlement.confirmed.v1"))

        await mailbox.has(2)
        await asyncio.sleep(0.2)
    assert sorted(mail["To"] for mail in mailbox.mails) == [
        "checker@bureau.example.cn",
        "ops@bank.example.cn",
    ]


async def test_who_has_unsubscribed_is_written_to_no_more(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        notifier.operator() as person,
    ):
        made = await subscribe(notifier, person)
        gone = await person.delete(f"/subscriptions/{made['id']}")

        await notifier.hears(one("claim.paid.v1"))
        messages = (await person.get("/messages")).json()["items"]
        left = (await person.get("/subscriptions")).json()["items"]

    assert gone.status_code == 204
    assert left == []
    assert [message["deliveries"] for message in messages] == [[]]


async def test_where_no_mail_server_is_set_up_nobody_can_subscribe(notifier):
    async with notifier.operator() as person:
        answer = await person.post("/subscriptions", json={"address": "a@b.cn"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email-is-off")


@pytest.mark.parametrize(
    "address", ["", "a", "a@b", "a@b.cn\r\nBcc: x@y.cn", "a@b.cn, c@d.cn", "<a@b.cn>", "甲@银行.cn"]
)
async def test_what_is_no_address_is_refused(notifying, address):
    async with (
        notifying(smtp_host="127.0.0.1", smtp_sender="p@x.cn") as notifier,
        notifier.operator() as person,
    ):
        answer = await person.post("/subscriptions", json={"address": address})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/address"
