"""A form that was sent after its session had ended: what was typed waits for the same person.

It is kept only where the browser shows the id of the ended session and the form its token, so that
nobody fills our tables from outside, and nobody puts words into another's mouth.
"""

import hmac
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from services.console.http.forms import (
    LARGEST_FORM_FIELDS,
    ONCE_FIELD,
    TOKEN_FIELD,
    from_our_origin,
    token_of_forms,
)
from services.console.login.session import KEEPS_FORM, OPENED
from services.console.login.sessions import Opened

UNSENT = "/unsent"
TO_UNSENT = "/login?next=%2Funsent"
_MOST_FILES = 20
_NOTHING_TYPED = ("/logout", "/language", "/look", "/drafts", "/login", "/papers")
"""What is sent beside a form that is still open, or holds no words."""


async def keeps_what_was_typed(request: Request) -> bool:
    """Keep the form of a request that no session answers any more. Whether there was one to keep."""
    opened: Opened | None = request.scope.get(OPENED)
    if request.method != "POST" or opened is None or request.url.path in _NOTHING_TYPED:
        return False
    if not from_our_origin(request.headers, str(request.url.netloc)):
        return False
    form = await request.form(max_fields=LARGEST_FORM_FIELDS, max_files=_MOST_FILES)
    secret = request.app.state.console.secret
    expected = token_of_forms(opened.forms, secret)
    if not hmac.compare_digest(str(form.get(TOKEN_FIELD, "")).encode(), expected.encode()):
        return False
    await request.app.state.console.sessions.keep_form(opened, _typed(request, form))
    request.scope[KEEPS_FORM] = True
    return True


def _typed(request: Request, form: FormData) -> dict[str, Any]:
    fields = form.multi_items()
    return {
        "to": request.url.path,
        "once": str(form.get(ONCE_FIELD, "")),
        "fields": [
            [name, value]
            for name, value in fields
            if isinstance(value, str) and name not in (TOKEN_FIELD, ONCE_FIELD)
        ],
        "files": sorted({name for name, value in fields if isinstance(value, UploadFile)}),
    }
