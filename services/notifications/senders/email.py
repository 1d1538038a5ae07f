"""One e-mail, by SMTP, as text and as HTML."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

import aiosmtplib

from services.notifications.domain.retries import Answer

ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The SMTP server that takes our mail. `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    sender: str
    username: str
    password: str
    ca_file: str
    timeout_seconds: float


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
) -> EmailMessage:
    """The e-mail. Its Message-ID is that of the delivery, so that a second copy shows as one."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = " ".join(title.split())
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{delivery_id.hex}@{sender.rpartition('@')[2].rstrip('>')}>"
    # No out-of-office reply to a machine (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mail["Content-Language"] = "zh-CN" if language == "zh" else "en"
    return mail


async def send(mail: EmailMessage, relay: Relay) -> Answer:
    """Hand one e-mail to the relay and say how it ended. Never raises for what the relay does."""
    tls = None
    if relay.security != "none":
        tls = ssl.create_default_context(cafile=relay.ca_file or None)
    try:
        _, said = await aiosmtplib.send(
            mail,
            hostname=relay.host,
            port=relay.port,
            username=relay.username or None,
            password=relay.password or None,
            use_tls=relay.security == "tls",
            start_tls=relay.security == "starttls",
            tls_context=tls,
            timeout=relay.timeout_seconds,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        return _refused(first.code, first.message)
    except aiosmtplib.SMTPDataError as error:
        return _refused(error.code, error.message)
    except aiosmtplib.SMTPResponseException as error:
        # The relay does not want us (login, sender): our settings, not the letter, are to blame.
        return Answer(status=error.code, error=_short(f"{error.code} {error.message}"))
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        return Answer(error=_short(f"{type(error).__name__}: {error}"))
    return Answer(status=250, excerpt=_short(said))


def _refused(code: int, message: str) -> Answer:
    """The relay refused this letter: 5xx is for good, 4xx is for now (RFC 5321, section 4.2.1)."""
    return Answer(status=code, error=_short(f"{code} {message}"), hopeless=500 <= code < 600)


def _short(text: str) -> str:
    return text[:ERROR_CHARACTERS]
