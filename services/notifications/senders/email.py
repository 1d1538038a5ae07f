"""The channel of e-mail: letters by SMTP, as text and as HTML, in the language of their reader."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import aiosmtplib

from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.retries import AttemptResult
from services.notifications.senders.attached import Attachment, enclosed_with
from services.notifications.settings import NotificationsSettings
from services.notifications.templates.confirm_words import code_line
from services.notifications.templates.words import CATALOGUE
from shared.tls import trusted

ERROR_CHARACTERS = 500

NO_MAILBOX = frozenset({550, 551, 553})
"""Said of a recipient: there is no such mailbox, or none for us (RFC 5321, section 4.2.3). A full one
(552) and whatever is said of a letter are no such thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The server that takes our mail. `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    sender: str
    username: str
    password: str
    ca_file: str
    timeout_seconds: float


def build(settings: NotificationsSettings) -> "EmailSender | None":
    """The sender that the settings want; None where no server is named, and e-mail is off."""
    if not settings.smtp_host:
        return None
    server = SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_sender,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        ca_file=settings.smtp_ca_file,
        timeout_seconds=settings.smtp_timeout_seconds,
    )
    return EmailSender(server, console=settings.console)


def fairness(settings: NotificationsSettings) -> Fairness:
    """A few letters at a time, whoever they are for: one server takes them all."""
    return Fairness(
        room=settings.smtp_at_once, most_at_once=settings.smtp_at_once, behind_one_server=True
    )


class EmailSender:
    """Writes to subscribers in their language. Every letter has a connection of its own."""

    def __init__(self, server: SmtpServer, *, console: str) -> None:
        self._server = server
        self._console = console

    async def send(
        self, delivery: ClaimedDelivery, target: Mapping[str, Any], *, now: datetime
    ) -> AttemptResult:
        """Compose and send once. Never raises for what the server does."""
        language = target["language"]
        title = delivery.title_zh if language == "zh" else delivery.title_en
        said = delivery.text_zh if language == "zh" else delivery.text_en
        url = self._console + delivery.link
        # Not kept with the message: whoever reads the delivery log does not read the mailbox.
        if code := target["code"]:
            said += f"\n\n{code_line(language, code)}"
            url += f"?code={code}"
        text, html = CATALOGUE.email(language, title=title, text=said, url=url)
        enclosed = await asyncio.to_thread(
            enclosed_with, delivery, title=title, language=language, console=self._console
        )
        letter = compose(
            sender=self._server.sender,
            to=target["address"],
            delivery_id=delivery.delivery_id,
            # A second try has another code: it is no second copy of the letter.
            try_number=delivery.number if target["code"] else 0,
            title=title,
            text=text,
            html=enclosed.html or html,
            language=language,
            at=now,
            attachments=enclosed.files,
        )
        return await submit(letter, self._server)

    async def close(self) -> None:
        """Nothing is kept open."""


def domain_of(sender: str) -> str:
    """Where the letters come from, and where those that come back go."""
    return sender.rpartition("@")[2].rstrip("> ")


def compose(
    *,
    sender: str,
    to: str,
    delivery_id: UUID,
    title: str,
    text: str,
    html: str,
    language: str,
    at: datetime,
    try_number: int = 0,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """The e-mail. Its Message-ID is that of the delivery, so that a second copy shows as one; with a
    `try_number` it is of that try alone."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = " ".join(title.split())
    mail["Date"] = format_datetime(at)
    of_try = f".{try_number}" if try_number else ""
    mail["Message-ID"] = f"<{delivery_id.hex}{of_try}@{domain_of(sender)}>"
    # No out-of-office reply to a machine (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    for one in attachments:
        kind, _, sub = one.media_type.partition("/")
        mail.add_attachment(one.content, maintype=kind, subtype=sub, filename=one.filename)
    mail["Content-Language"] = "zh-CN" if language == "zh" else "en"
    return mail


async def submit(mail: EmailMessage, server: SmtpServer) -> AttemptResult:
    """Hand one e-mail to the server and say how it ended. Never raises for what the server does."""
    tls = None
    if server.security != "none":
        tls = trusted(server.ca_file)
    try:
        _, said = await aiosmtplib.send(
            mail,
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=tls,
            timeout=server.timeout_seconds,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return _refused(first.code, first.message, no_such_address=first.code in NO_MAILBOX)
    except aiosmtplib.SMTPDataError as error:
        return _refused(error.code, error.message)
    except aiosmtplib.SMTPResponseException as error:
        # The server does not want us (login, sender): our settings, not the letter, are to blame.
        return AttemptResult(status=error.code, error=_short(f"{error.code} {error.message}"))
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return AttemptResult(error=_short(f"{type(error).__name__}: {error}"))
    return AttemptResult(status=250, excerpt=_short(said))


def _refused(code: int, message: str, *, no_such_address: bool = False) -> AttemptResult:
    """The server refused this letter: 5xx is for good, 4xx is for now (RFC 5321, section 4.2.1)."""
    return AttemptResult(
        status=code,
        error=_short(f"{code} {message}"),
        hopeless=500 <= code < 600,
        no_such_address=no_such_address,
    )


def _short(text: str) -> str:
    return text[:ERROR_CHARACTERS]
