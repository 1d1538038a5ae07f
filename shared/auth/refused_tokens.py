"""Why a token is refused: by a word that a program, a log and docs/identity.md have in common.

The answer tells the caller which of these it was and nothing of what was wanted instead; the log has
both, for whoever sets the identity provider up.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from joserfc import errors
from joserfc.errors import JoseError

from shared.refusals import Refused

log = logging.getLogger(__name__)

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "malformed": ("访问令牌不是可读的 JWT", "The access token is no JWT that can be read."),
    "algorithm": (
        "访问令牌的签名算法不被接受",
        "The access token is signed by an algorithm that is not accepted.",
    ),
    "key-unknown": (
        "访问令牌的签名密钥未公布或已撤销",
        "The access token is signed by a key that is not published, or no longer.",
    ),
    "signature": ("访问令牌的签名不符", "The signature of the access token is wrong."),
    "issuer": ("访问令牌由其他身份系统签发", "The access token is of another issuer."),
    "audience": ("访问令牌不是发给本系统的", "The access token is meant for another audience."),
    "expired": ("访问令牌已过期", "The access token has expired."),
    "not-yet-valid": ("访问令牌尚未生效", "The access token is not valid yet."),
    "claim-missing": (
        "访问令牌缺少必需的声明或其形式不对",
        "A claim is missing in the access token, or has another form.",
    ),
    "not-access-token": ("这不是访问令牌", "This is not an access token."),
    "no-institution": ("令牌未说明所属机构", "The token names no institution."),
    "roles-of-another-institution": (
        "令牌中的角色与所属机构不符",
        "The roles in the token do not fit its institution.",
    ),
    "subject": ("令牌的主体无效", "The token has no usable subject."),
}


class Unauthenticated(Refused):
    """No token, or one that is not to be believed."""

    code = "unauthenticated"
    status = 401
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class InvalidToken(Unauthenticated):
    """A token was sent, and is refused; `reason` says why (docs/identity.md)."""

    code = "invalid-token"
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}

    def __init__(self, reason: str, found: str = "") -> None:
        """`reason` is one of REASONS; `found` is for the log alone."""
        super().__init__(*REASONS[reason], reason=reason)
        self.reason = reason
        self.found = found


def reason_of(error: Exception) -> str:
    """Which of REASONS it is that joserfc, or reading what is no token, ends in."""
    if isinstance(error, errors.ExpiredTokenError):
        return "expired"
    if isinstance(error, errors.InvalidKeyIdError):
        return "key-unknown"
    if isinstance(error, errors.BadSignatureError):
        return "signature"
    if isinstance(error, errors.ClaimError):
        return _BY_CLAIM.get(error.claim, "claim-missing")
    if isinstance(error, _OF_ALGORITHM):
        return "algorithm"
    return "malformed"


_BY_CLAIM: Final = {
    "iss": "issuer", "aud": "audience", "nbf": "not-yet-valid", "iat": "not-yet-valid",
}  # fmt: skip
_OF_ALGORITHM: Final[tuple[type[JoseError], ...]] = (
    errors.UnsupportedAlgorithmError,
    errors.UnsupportedKeyAlgorithmError,
    errors.ConflictAlgorithmError,
    errors.MissingAlgorithmError,
)


def what_was_found(claims: Mapping[str, Any]) -> str:
    """Of a refused token what its setting up goes by: for the log, short, and no person's name."""
    said = {name: claims.get(name) for name in ("iss", "aud", "azp", "typ", "institution", "exp")}
    return ", ".join(f"{name}={value!r}"[:200] for name, value in said.items() if value is not None)


def note(refused: InvalidToken) -> None:
    """Say in the log why, for whoever asks why somebody is not let in."""
    log.info("a token was refused: %s (%s)", refused.reason, refused.found or refused)
