"""Entity tags: a change names the version it has seen, so that nobody overwrites unseen."""

from typing import Any

from starlette.requests import Request

from shared.refusals import Refused


class MatchMissing(Refused):
    """A change must say which version it has seen."""

    code = "if-match-missing"
    status = 428


class Stale(Refused):
    """Somebody else has changed it since."""

    code = "stale"
    status = 412


IF_MATCH: dict[str, Any] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The ETag of the version you have seen.",
            "schema": {"type": "string"},
            "example": '"3"',
        }
    ]
}
"""For `openapi_extra` of an operation that uses `require_match`."""


def etag(version: int) -> str:
    """The strong entity tag of a version: 3 → "3" in double quotes."""
    return f'"{version}"'


def require_match(request: Request, version: int) -> None:
    """Let a change pass only if its If-Match names the current version (RFC 9110, 13.1.1).

    Raises MatchMissing (428), Stale (412).
    """
    wanted = request.headers.get("if-match")
    if wanted is None:
        raise MatchMissing(
            "缺少请求头 If-Match：请先读取，再带上其 ETag",
            "The header If-Match is missing: read first, then send the ETag you got.",
        )
    tags = {tag.strip() for tag in wanted.split(",")}
    if "*" not in tags and etag(version) not in tags:
        raise stale(version)


def stale(version: int) -> Stale:
    """The refusal, with the version that stands now."""
    return Stale(
        "数据已被他人修改，请重新读取后再试",
        "It was changed in the meantime: read it again, then try again.",
        current_version=version,
    )
