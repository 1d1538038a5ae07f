"""One problem as RFC 9457 says: application/problem+json, in Chinese or in English.

It has a stable `code` for programs and a `detail` for people, all field errors at once, and the
ids to find it in the logs.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from shared.http.field_errors import show_fault
from shared.observability.tracing import current_request_id, current_trace_id
from shared.refusals import ABOUT_THE_REQUEST, FieldFault

MEDIA_TYPE = "application/problem+json"

MOST_ERRORS = 100
"""So many wrong fields are told; who has more of them has misunderstood something larger."""

BY_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "请求格式有误", "The request is malformed."),
    401: ("unauthenticated", "请先登录，或令牌无效", "A valid access token is needed."),
    403: ("forbidden", "没有权限进行此操作", "You may not do this."),
    404: ("not-found", "没有找到该资源", "There is no such resource."),
    405: ("method-not-allowed", "该资源不支持此方法", "This resource does not support the method."),
    406: ("not-acceptable", "无法提供所要求的格式", "No acceptable representation."),
    409: ("conflict", "与当前状态冲突", "This conflicts with the current state."),
    413: ("body-too-large", "请求体过大", "The request body is too large."),
    415: ("unsupported-media-type", "不支持该媒体类型", "This media type is not supported."),
    422: ("invalid-request", "请求内容有误", "The request is not valid."),
    429: ("too-many-requests", "请求过于频繁", "Too many requests."),
    500: ("unexpected", "系统内部错误，请凭请求编号联系我们",
          "Something went wrong on our side. Please quote the request id."),
    503: ("unavailable", "服务暂不可用，请稍后再试",
          "The service is unavailable; try again later."),
}  # fmt: skip
"""Code, Chinese and English of what has no refusal of its own."""


def prefers_english(accept_language: str) -> bool:
    """Whether English is asked for before Chinese (RFC 9110, 12.5.4). Chinese by default."""
    best: dict[str, float] = {}
    for part in accept_language.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        language = tag.split("-")[0]
        try:
            weight = float(parameters.strip().removeprefix("q=") or "1")
        except ValueError:
            weight = 0.0
        best[language] = max(best.get(language, 0.0), weight)
    chinese = best.get("zh", best.get("*", 0.0))
    return best.get("en", 0.0) > chinese


def problem(
    *,
    code: str,
    status: int,
    zh: str,
    en: str,
    accept_language: str = "",
    errors: Sequence[FieldFault] = (),
    errors_in_all: int = 0,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as an HTTP response, in the language the caller prefers. One that says the request
    is wrong always has `errors`: without a narrower place, the body as a whole.

    `errors_in_all`: how many there are, where not all were worked out.
    """
    english = prefers_english(accept_language)
    body: dict[str, Any] = dict(extra or {})
    body |= {
        "type": f"urn:zhidai:problem:{code}",
        "title": _title(status, english),
        "status": status,
        "code": code,
        "detail": en if english else zh,
        "request_id": current_request_id(),
        "trace_id": current_trace_id(),
    }
    if status in ABOUT_THE_REQUEST and not errors:
        errors = (FieldFault((), code, zh, en),)
    if errors:
        body["errors"] = [show_fault(fault, english=english) for fault in errors[:MOST_ERRORS]]
    if (left_out := max(errors_in_all, len(errors)) - MOST_ERRORS) > 0:
        body["errors_left_out"] = left_out
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, default=str)
    # A lone surrogate from a caller's field name becomes a question mark, never a failure.
    return Response(
        text.encode("utf-8", "replace"),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": "en" if english else "zh-CN",
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
    )


def _title(status: int, english: bool) -> str:
    if english:
        return HTTPStatus(status).phrase
    known = BY_STATUS.get(status)
    return known[1] if known else HTTPStatus(status).phrase
