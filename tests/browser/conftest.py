"""A real Chromium before the real console. A machine without one does not run these tests."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.console.conftest import empty_house, house
from tests.console.house import House

__all__ = ["empty_house", "house"]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PLACES = (
    "/usr/bin/chromium",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def chromium() -> str | None:
    """The browser of this machine: CHROMIUM, or where packages put it."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for place in _PLACES if (path := shutil.which(place))), None)


class Rooms:
    """A served console, and browsers that visit it."""

    def __init__(self, house: House, url: str, browser: Browser) -> None:
        self.house = house
        self.url = url
        self._browser = browser
        self.complaints: list[str] = []

    @asynccontextmanager
    async def visitor(self, subject: str = "", **options: Any) -> AsyncIterator[Page]:
        """A fresh browser of somebody. What its console complains about is kept."""
        options = {"viewport": {"width": 1366, "height": 800}, "locale": "zh-CN"} | options
        context: BrowserContext = await self._browser.new_context(base_url=self.url, **options)
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._went(request.url))
        try:
            if subject:
                await page.goto("/login")
                await page.click(f'button[value="{subject}"]')
                await page.wait_for_url(self.url + "/")
            yield page
        finally:
            await context.close()

    def _heard(self, message: Any) -> None:
        # A refused form is answered with 409 or 422, which Chromium notes as an error, too.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)

    def _went(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"loaded from elsewhere: {url}")


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where the browser is. Asked first, so that nothing else is started for nothing."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: set CHROMIUM to run the browser tests")
    return path


@pytest.fixture
async def rooms(browser_path: str, house: House) -> AsyncIterator[Rooms]:
    """The console over HTTP on a free port, and a browser."""
    config = uvicorn.Config(house.console, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    # Signals stay with pytest: `serve` would take them.
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn rings no bell
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield Rooms(house, f"http://127.0.0.1:{port}", browser)
        await browser.close()
    server.should_exit = True
    await serving
