"""Which day it is: by the clock in Shanghai, or by the sandbox clock where there is one."""

from datetime import UTC, datetime

from services.console.http.page_context import PageContext
from services.console.rendering.formats import day
from services.console.upstream.client import Problem


async def today(page: PageContext) -> str:
    """The business date, YYYY-MM-DD, to offer in forms. The services judge by their own clock."""
    if page.console.settings.environment == "production":
        return day(datetime.now(UTC).isoformat())
    try:
        now = (await page.applications.get("/sandbox/clock"))["now"]
    except Problem as problem:
        if problem.status == 401:
            raise
        now = datetime.now(UTC).isoformat()
    return day(str(now))
