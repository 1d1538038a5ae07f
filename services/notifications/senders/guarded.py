"""One POST to an address that others chose: guarded, not redirected, not waited for without end."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import httpx

from services.notifications.domain.retries import AttemptResult, read_retry_after

EXCERPT_BYTES = 1024
ERROR_CHARACTERS = 500


async def post(
    client: httpx.AsyncClient,
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout_seconds: float,
    now: datetime,
) -> AttemptResult:
    """Send once. Never raises for what the other side does; nothing of the URL is in the answer."""
    try:
        async with asyncio.timeout(timeout_seconds):
            async with client.stream("POST", url, content=body, headers=headers) as response:
                return await _read(response, now=now)
    except TimeoutError:
        return AttemptResult(error=f"no answer within {timeout_seconds:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        # OSError and UnicodeError: names that no resolver can make sense of.
        return AttemptResult(error=f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS])


async def _read(response: httpx.Response, *, now: datetime) -> AttemptResult:
    seen = b""
    async for chunk in response.aiter_raw():
        seen += chunk
        if len(seen) >= EXCERPT_BYTES:
            break
    good = response.is_success
    return AttemptResult(
        status=response.status_code,
        error="" if good else f"HTTP {response.status_code}",
        retry_after=read_retry_after(response.headers.get("retry-after", ""), now=now),
        excerpt=seen[:EXCERPT_BYTES].decode(errors="replace"),
    )
