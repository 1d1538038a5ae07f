"""A real Chromium before the real console; `make test` finds or gets it (see `chromium.py`)."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser import chromium
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
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.MISSING)
    return path


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where browsers are required, a test here that was skipped has failed, whatever its reason."""
    outcome = yield
    report = outcome.get_result()
    in_this_folder = item.path.parent == Path(__file__).parent
    if report.skipped and in_this_folder and os.environ.get(chromium.REQUIRED) == "required":
        report.outcome = "failed"
        report.longrepr = f"skipped, where a browser is required: {report.longrepr}"


@pytest.fixture(scope="session")
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    """One for all tests of a worker; whoever visits has a fresh context in it, of nobody else."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def rooms(browser: Browser, house: House) -> AsyncIterator[Rooms]:
    """The console over HTTP on a free port, and a browser."""
    config = uvicorn.Config(house.console, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    # Signals stay with pytest: `serve` would take them.
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 — uvicorn rings no bell
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Rooms(house, f"http://127.0.0.1:{port}", browser)
    server.should_exit = True
    await serving
