"""What is long goes out compressed to whoever can read it so."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import Response

from shared.clock import SystemClock
from shared.messaging.local import LocalTransport
from shared.service import Service, build
from shared.settings import ServiceSettings
from tests.shared.test_sandbox import COMMON

LONG = "每一分钱都说得清来龙去脉。" * 500
router = APIRouter()


@router.get("/text/{length}")
async def show(length: int, media_type: str = "application/json", status: int = 200) -> Response:
    return Response(LONG[:length], status_code=status, media_type=media_type)


async def _get(path: str, encoding: str = "gzip", **asked: Any) -> httpx.Response:
    service = Service(
        name="applications", title="", routers=(router,), consumes={}, settings_type=ServiceSettings
    )
    settings = ServiceSettings(**COMMON | {"environment": "development"})
    app = build(service, settings, transport=LocalTransport(groups=()))
    # As a start does it; no database is asked here.
    app.state.context = SimpleNamespace(clock=SystemClock())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        return await client.get(
            f"/api/v1{path}", params=asked, headers={"Accept-Encoding": encoding}
        )


async def test_a_long_answer_is_compressed_and_says_so():
    answer = await _get("/text/5000")

    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(LONG[:5000].encode()) / 10
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.text == LONG[:5000]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/text/5000", {"encoding": "identity"}),
        ("/text/100", {}),
        ("/text/5000", {"media_type": "text/event-stream"}),
        ("/text/5000", {"media_type": "application/pdf"}),
        ("/text/5000", {"media_type": "text/csv; charset=utf-8"}),
        ("/text/5000", {"status": 206}),
    ],
    ids=["who cannot read it", "short", "a stream", "small already", "a file", "a part"],
)
async def test_else_it_goes_out_as_it_is(path: str, asked: dict[str, Any]):
    answer = await _get(path, **asked)

    assert "content-encoding" not in answer.headers
    assert answer.text == LONG[: int(path.rpartition("/")[2])]
