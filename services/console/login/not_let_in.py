"""Why somebody who came from the identity provider is not let in: for the log, and for the person.

Each reason is a word with a text that says what to do next; docs/identity.md has cause and cure.
"""

import logging
from typing import Final

from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from httpx import HTTPError

from shared.auth.identity import RolesExclude
from shared.auth.jwks import KeysUnavailable
from shared.auth.refused_tokens import REASONS, InvalidToken

log = logging.getLogger(__name__)

AT_THE_PROVIDER: Final = (
    "provider-silent",
    "provider-refused",
    "client-refused",
    "came-back-late",
    "answer-not-understood",
    "keys-unavailable",
)
"""What keeps a person out before there is a token to judge."""

ALL_REASONS: Final = (*AT_THE_PROVIDER, RolesExclude.code, *REASONS)
"""Everything that `not_let_in` may say."""

_BY_CODE: Final = {
    "access_denied": "provider-refused",
    "login_required": "provider-refused",
    "interaction_required": "provider-refused",
    "invalid_client": "client-refused",
    "unauthorized_client": "client-refused",
    "invalid_redirect_uri": "client-refused",
    "invalid_grant": "came-back-late",
    "server_error": "provider-silent",
    "temporarily_unavailable": "provider-silent",
}


class NotLetIn(Exception):
    """The identity provider has sent nobody in, or somebody whom the services would not know.
    `reason` is one of ALL_REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def not_let_in(error: Exception) -> NotLetIn:
    """The reason behind an error of a login, which is told in the log."""
    reason = _reason(error)
    found = error.found if isinstance(error, InvalidToken) else ""
    log.warning("a login was refused: %s (%s)", reason, found or repr(error)[:500])
    return NotLetIn(reason)


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidToken):
        return error.reason
    if isinstance(error, RolesExclude):
        return RolesExclude.code
    if isinstance(error, KeysUnavailable):
        return "keys-unavailable"
    if isinstance(error, HTTPError):
        return "provider-silent"
    if isinstance(error, MismatchingStateError):
        return "came-back-late"
    if isinstance(error, OAuthError):
        return _BY_CODE.get(str(error.error), "answer-not-understood")
    return "answer-not-understood"
