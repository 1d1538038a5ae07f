"""Pages that are open to everybody: no session is begun by reading one, and a cache may keep it.

Which language is read stands in the address (`?lang=en`), so that one address is one page.
"""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, new_key
from services.console.http.page_context import PageContext, visitor
from services.console.rendering.catalogue import DEFAULT, LANGUAGES, texts
from shared.observability.tracing import current_request_id

KEPT_SECONDS = 60


def _outsider(request: Request, lang: str = "") -> PageContext:
    """Whoever asks, as nobody in particular: also somebody who is logged in reads as everybody does."""
    page = visitor(request)
    words = texts(lang if lang in LANGUAGES else DEFAULT)
    apis = page.console.services.as_(
        "", language=words.html_language, request_id=current_request_id()
    )
    return replace(page, texts=words, person=None, apis=apis)


Outsider = Annotated[PageContext, Depends(_outsider)]


def address_of(page: PageContext) -> str:
    """From where a form comes, for the service that counts them."""
    client = page.request.client
    return client.host if client else ""


def kept_page(page: PageContext, template: str, **context: Any) -> Response:
    """A page without a form of a session, which any cache may keep for a minute."""
    html = page.console.renderer.render(
        template,
        page.texts,
        person=None,
        path=page.request.url.path,
        notice="",
        token="",
        new_key=new_key,
        attempt=NOTHING_SENT,
        problem=None,
        **context,
    )
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    return Response(html, media_type="text/html", headers=headers)
