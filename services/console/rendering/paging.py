"""Where the next page of a list is: the same address with the service's cursor."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request


def next_page(request: Request, found: Mapping[str, Any]) -> str:
    """The address of the page after a service's answer; "" after the last one."""
    cursor = found.get("next_cursor")
    if not cursor:
        return ""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f"{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"
