"""What production needs of a setting: the one place that decides it, for every process.

A field of the settings carries its rule in its type (`Annotated[str, needs(...)]`), so that what is
unsafe is told together with what is missing or malformed, in one message. An environment that is
none of the known ones is taken for production: a slip in its name must not open anything.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, SecretStr, ValidationInfo

Environment = Literal["production", "development", "sandbox"]

DEVELOPMENT_ISSUER: Final = "urn:zhidai:development-issuer"
"""The `iss` of tokens that whoever has the sources can sign for himself."""

PUBLISHED: Final = (
    "only-for-development",
    "only for development",
    "b25seS1mb3ItZGV2ZWxvcG1lbnQtMzItYnl0ZXMhISE=",
)
"""What every secret contains that stands in our own files: everybody can read it there."""

Safe = Callable[[Any, ValidationInfo], bool]
"""Whether a value may be used in production; `info.data` holds the fields declared before it."""


def needs(safe: Safe, why: str) -> AfterValidator:
    """A rule that binds in production alone. `why` says what to set and what is lost without."""

    def judged(value: Any, info: ValidationInfo) -> Any:
        if is_production(info) and not safe(_plain(value), info):
            raise ValueError(f"not for production: {why}")
        return value

    return AfterValidator(judged)


def is_production(info: ValidationInfo) -> bool:
    """Whether the settings being read are production's, or name no environment that is known."""
    return bool(info.data.get("environment", "production") == "production")


def secret(value: str, info: ValidationInfo) -> bool:
    """Something is set, and it stands in no file of ours."""
    return bool(value) and not any(known in value for known in PUBLISHED)


def https(value: str, info: ValidationInfo) -> bool:
    """An address behind TLS."""
    return value.startswith("https://")


def https_or_empty(value: str, info: ValidationInfo) -> bool:
    """Not used, or an address behind TLS."""
    return not value or https(value, info)


def https_or_file(value: str, info: ValidationInfo) -> bool:
    """An address behind TLS, or the path of a file."""
    return https(value, info) or "://" not in value


def encrypted_database(url: str, info: ValidationInfo) -> bool:
    """The server proves who it is before it hears a password, or is reached by a socket; and the
    password is nobody else's."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    by_socket = not parts.hostname or query.get("host", [""])[0].startswith("/")
    verified = query.get("sslmode") == ["verify-full"]
    password = parts.password or ""
    return (by_socket or verified) and not any(known in password for known in PUBLISHED)


def is_loopback(host: str) -> bool:
    """An address that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
