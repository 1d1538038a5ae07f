"""Pictures of every page, to be looked at: over what runs (`zhidai up` on the data of `zhidai demo`).

    python -m tests.browser.shots FOLDER [--state .zhidai] [--url http://…] [--night] [--width 1366 1920]
                                         [--unreached]

The pages are those that links lead to, one of each route, as whoever reaches it first; a picture is named
by its route, the person and the width.
"""

import asyncio
import re
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from benchmarks.addresses import made
from benchmarks.pages import ROUTES, measured
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS
from zhidai import instance as instances
from zhidai.databases import all_at_one_moment, databases

PEOPLE = ("reviewer-lin", "finance-sun", "manager-wu", "auditor-zhou", "admin", "icbc-operator")
HEIGHTS = {390: 844, 1366: 768, 1920: 1080, 2560: 1440}


async def pictured(
    browser: Browser, url: str, subject: str, paths: list[tuple[str, str]], asked: Namespace
) -> None:
    """Pictures of some pages as one person, at every width."""
    for width in asked.width:
        context = await browser.new_context(
            base_url=url,
            locale="zh-CN",
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme="dark" if asked.night else "light",
        )
        page = await context.new_page()
        await page.goto("/login")
        await page.click(f'button[value="{subject}"]')
        await page.wait_for_url(url.rstrip("/") + "/")
        for route, path in paths:
            await page.goto(path)
            name = re.sub(r"[^a-z0-9]+", "-", route.lower()).strip("-") or "start"
            file = asked.folder / f"{name}.{subject}.{width}{'.night' if asked.night else ''}.png"
            await page.screenshot(path=file, full_page=asked.whole)
        await context.close()


async def shots(url: str, asked: Namespace) -> int:
    """All pictures; how many pages."""
    found = await asyncio.to_thread(measured, url, 1, PEOPLE)
    people: dict[str, list[tuple[str, str]]] = {}
    if asked.unreached:
        others = sorted({one.path for one in ROUTES} - found.keys())
        with databases(asked.state) as url_of:
            async with all_at_one_moment(url_of) as connections:
                async for route, path, person in made(connections, others):
                    if re.search(asked.only, route):
                        people.setdefault(person, []).append((route, path))
        found = {}
    for one in found.values():
        if re.search(asked.only, one.route):
            people.setdefault(one.subject, []).append((one.route, one.path))
    asked.folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find(), args=ARGUMENTS)
        for subject, paths in people.items():
            await pictured(browser, url, subject, paths, asked)
        await browser.close()
    return sum(map(len, people.values()))


def main(asked: Namespace) -> int:
    """From the command line."""
    running = instances.find(asked.state)
    url = asked.url or (running.addresses["console"] if running and running.is_running else "")
    if not url:
        sys.stderr.write("nothing runs: zhidai demo, then zhidai up\n")
        return 2
    sys.stdout.write(f"{asyncio.run(shots(url, asked))} pages in {asked.folder}\n")
    return 0


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--state", type=Path, default=Path(".zhidai"))
    parser.add_argument("--url", default="")
    parser.add_argument("--night", action="store_true")
    parser.add_argument("--whole", action="store_true", help="the whole page, not the screen alone")
    parser.add_argument(
        "--unreached", action="store_true", help="pages that no link leads to, by a row of the book"
    )
    parser.add_argument("--only", default="", help="routes that fit this expression")
    parser.add_argument("--width", type=int, nargs="+", default=[1366, 1920])
    sys.exit(main(parser.parse_args()))
