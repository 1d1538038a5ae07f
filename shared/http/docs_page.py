"""The API's description as a page to read and try, outside production. Its script and styles are our
own files (`swagger_ui/README.md`): a network without a way out shows it, and nobody else learns of it.
"""

import gzip
from functools import cache
from html import escape
from pathlib import Path
from typing import Final, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shared.http.own_page import HEADERS, POLICY

PATH: Final = "/api/v1/docs"
FOLDER: Final = Path(__file__).with_name("swagger_ui")
FileName = Literal["swagger-ui-bundle.js", "swagger-ui.css", "start.js"]

_PROTECTED: Final = {"Content-Security-Policy": POLICY, **HEADERS}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{path}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-openapi="{openapi}"></div>
<script src="{path}/swagger-ui-bundle.js"></script>
<script src="{path}/start.js"></script>
</body>
</html>
"""


def router(title: str, openapi_url: str) -> APIRouter:
    """The page and its three files."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def page() -> HTMLResponse:
        shown = _PAGE.format(title=escape(title), path=PATH, openapi=escape(openapi_url))
        return HTMLResponse(shown, headers=_PROTECTED)

    @routes.get(PATH + "/{name}")
    async def file(name: FileName, request: Request) -> Response:
        packed = "gzip" in request.headers.get("accept-encoding", "")
        content = _packed(name) if packed else gzip.decompress(_packed(name))
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        encoding = {"Content-Encoding": "gzip"} if packed else {}
        return Response(
            content,
            media_type=kind,
            headers=_PROTECTED
            | encoding
            | {"Vary": "Accept-Encoding", "Cache-Control": "public, max-age=3600"},
        )

    return routes


@cache
def _packed(name: str) -> bytes:
    kept = FOLDER / f"{name}.gz"
    if kept.exists():
        return kept.read_bytes()
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)
