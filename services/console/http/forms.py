"""What guards every form: it came from our own page, from this session, and acts only once.

Three things must hold for a POST: the browser says it comes from our origin (Sec-Fetch-Site or
Origin), it carries the token of the session, and it carries the key that its page was given.
The key travels to the service as Idempotency-Key, so a double click acts once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from uuid6 import uuid7

from services.console.upstream.client import Problem

TOKEN_FIELD = "_token"
ONCE_FIELD = "_once"
LARGEST_FORM_FIELDS = 1600
"""An application with a hundred rights has some 1,400."""


@dataclass(frozen=True)
class Attempt:
    """A form that was sent and refused: shown again with what was typed and why not."""

    action: str = ""
    """Which of the forms of its page; "" where there is one."""
    form: FormData = field(default_factory=FormData)
    problem: Problem | None = None

    def of(self, action: str) -> Self:
        """What this says to the form of an action: nothing, where another one was sent."""
        return self if self.action == action else type(self)()

    def typed(self, name: str, otherwise: object = "") -> object:
        """What was typed into a field; before that, what it offers."""
        return self.form.get(name, otherwise)


NOTHING_SENT = Attempt()


class ForeignForm(Exception):
    """A form that did not come from a page of this session."""


def token_of(session: dict[str, Any], secret: str) -> str:
    """The token that every form of this session carries. Gives the session an id at first need."""
    return token_of_forms(session.setdefault("sid", secrets.token_urlsafe(16)), secret)


def token_of_forms(sid: str, secret: str) -> str:
    """The token of the session whose forms have this id."""
    return hmac.new(secret.encode(), f"form:{sid}".encode(), hashlib.sha256).hexdigest()


def new_key() -> str:
    """A fresh key for a form."""
    return str(uuid7())


async def read_form(request: Request, *, secret: str, files: int = 0) -> FormData:
    """The form of a POST, once it is known to be ours, with so many files at most. Raises
    ForeignForm."""
    if not from_our_origin(request.headers, str(request.url.netloc)):
        raise ForeignForm
    form = await request.form(max_fields=LARGEST_FORM_FIELDS, max_files=files)
    sent = str(form.get(TOKEN_FIELD, ""))
    if not hmac.compare_digest(sent.encode(), token_of(request.session, secret).encode()):
        raise ForeignForm
    return form


def once(form: FormData) -> str:
    """The form's key. Raises ForeignForm where somebody has taken it out."""
    try:
        return str(UUID(str(form.get(ONCE_FIELD, ""))))
    except ValueError:
        raise ForeignForm from None


def text(form: FormData, name: str) -> str:
    """A field without the blanks around it; "" where it is missing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


async def uploaded(form: FormData, name: str) -> tuple[bytes, str]:
    """A file's content and name; nothing where none was chosen."""
    file = form.get(name)
    if not isinstance(file, UploadFile):
        return b"", ""
    return await file.read(), (file.filename or "")[-200:]


def amount(form: FormData, name: str) -> str:
    """An amount as the services want it, without the commas that people group it by."""
    return text(form, name).replace(",", "").replace("，", "")


def from_our_origin(headers: Mapping[str, str], host: str) -> bool:
    """Whether the browser says that a form came from a page of ours."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    # Very old browsers send neither; then the session's token alone decides.
    return origin is None or urlsplit(origin).netloc == host
