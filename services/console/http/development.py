"""What development offers without a login: reading for the first pages, and becoming another.

With an identity provider both answer None: there nobody is anybody before the login.
"""

from collections.abc import Mapping

from services.console.http.page_context import PageContext
from services.console.login.development_people import BUREAU, READER
from services.console.login.providers import DevelopmentLogin
from services.console.upstream.client import Api
from shared.auth.identity import Identity


def reader(page: PageContext) -> Mapping[str, Api] | None:
    """The services as somebody who may read everything, for pages before the login."""
    method = page.console.login
    if not isinstance(method, DevelopmentLogin):
        return None
    token = method.enter(READER)["token"]
    return page.console.services.as_(token, language=page.texts.html_language)


def somebody_with(page: PageContext, role: str) -> Identity | None:
    """Whom of the bureau one can become who has this role."""
    if not isinstance(page.console.login, DevelopmentLogin):
        return None
    return next((one for one in BUREAU if role in one.roles), None)
