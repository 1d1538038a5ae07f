"""How long each page of the console takes, over what runs: `zhidai up` on the data of `zhidai demo`.

    python -m benchmarks.pages [--state .zhidai] [--url http://…] [--times 5] [--limit 500]
                               [--people leader-gao,icbc-operator] [--keep small.json]
                               [--beside small.json] [--before large.json] [--table]
                               [--without /pools/{code}/foresight] [--bound 15]

Each kind of user goes through the pages from link to link, one page of each route; every page is asked
for several times, and the middle one counts; beside it stands what the house's process worked for it, which
is the same on a busy machine. `--keep` writes what was measured, person by person, `--beside` sets it beside
what was kept of a smaller book, `--before` beside what the same book took once; `--table` prints it as the
table of docs/flat.md. What does not answer within `--bound` seconds, or with an error of the
house's own, is a page that fails. Over the limit (milliseconds): a page is named, and the end is 1. What no link leads to is told, so that a page that was not measured is not taken for a fast one.
"""

import json
import os
import re
import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from starlette.routing import Match, Route

from services.console.pages import PAGES
from zhidai import instance as instances

PEOPLE: Final = (
    "reviewer-lin", "approver-zhao", "finance-sun", "finance-qian", "manager-wu", "leader-gao",
    "auditor-zhou", "admin", "icbc-operator", "icbc-checker",
)  # fmt: skip
_NO_PAGES: Final = re.compile(
    r"export|\.(csv|xlsx|pdf|json|xml|zip)$|/stream|/content|/file|/download"
)
ROUTES: Final = tuple(
    one
    for router in PAGES.routes
    for one in getattr(router, "original_router", PAGES).routes
    if isinstance(one, Route) and "GET" in (one.methods or ())
)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href" and value:
                self.found.append(value)


def route_of(path: str) -> str:
    """The route that serves a path; "" for what is no page."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    for one in ROUTES:
        if one.matches(scope)[0] is Match.FULL:
            return one.path
    return ""


@dataclass(frozen=True)
class Timed:
    """A page, as whom it was looked at, and how long it took."""

    route: str
    path: str
    subject: str
    milliseconds: float
    worked: float
    """Milliseconds of the processor, of all that runs in the process; 0 where it is not known."""
    status: int


def worked(pid: int) -> float:
    """Milliseconds that a process has worked so far."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) * 1000 / os.sysconf("SC_CLK_TCK")


FAILS: Final = 500
"""The first status of an answer that is the house's own fault; of one that does not come, too."""


def logged_in(url: str, subject: str, bound: float) -> httpx.Client:
    """A browser of somebody, who waits so many seconds for a page."""
    client = httpx.Client(
        base_url=url,
        follow_redirects=True,
        timeout=bound,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    token = re.search(r'name="_token" value="([^"]+)"', client.get("/login").text)
    assert token is not None, "a login page has a form"
    client.post("/login", data={"_token": token[1], "subject": subject})
    return client


def pages_of(
    client: httpx.Client, subject: str, times: int, pid: int, without: Sequence[str] = ()
) -> Iterator[Timed]:
    """One page of every route that links lead this person to."""
    waiting, seen = ["/"], set(without)
    while waiting:
        path = waiting.pop(0)
        route = route_of(urlsplit(path).path)
        if not route or route in seen or _NO_PAGES.search(urlsplit(path).path):
            continue
        seen.add(route)
        took, before, answer = [], worked(pid), None
        for _ in range(times):
            begun = time.perf_counter()
            try:
                answer = client.get(path)
            except httpx.TimeoutException:
                break
            took.append((time.perf_counter() - begun) * 1000)
            if not answer.headers.get("content-type", "").startswith("text/html"):
                break
        if answer is None or not took:
            yield Timed(route, path, subject, (time.perf_counter() - begun) * 1000, 0.0, FAILS)
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        effort = (worked(pid) - before) / times
        links = _Links()
        links.feed(answer.text)
        here = str(answer.url)
        for href in links.found:
            target = urlsplit(urljoin(here, href))
            if target.netloc == urlsplit(here).netloc:
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))
        yield Timed(route, path, subject, statistics.median(took), effort, answer.status_code)


def measured(
    url: str,
    times: int,
    people: Sequence[str] = PEOPLE,
    pid: int = 0,
    keep: str = "",
    without: Sequence[str] = (),
    bound: float = 120,
) -> dict[str, Timed]:
    """The slowest look at every route, by whoever looked; one that fails is slower than any. `keep`: where it
    is written after each person. `without`: routes that are not asked for. `bound`: seconds."""
    slowest: dict[str, Timed] = {}
    try:
        for subject in people:
            client = logged_in(url, subject, bound)
            for one in pages_of(client, subject, times, pid, without):
                before = slowest.get(one.route)
                if one.status < 400 or one.status >= FAILS:
                    if before is not None and _slowness(before) >= _slowness(one):
                        continue
                    slowest[one.route] = one
            client.close()
            if keep:
                kept = {route: one.milliseconds for route, one in slowest.items()}
                Path(keep).write_text(json.dumps(kept, indent=1))
    except KeyboardInterrupt:
        print(f"broken off while {subject} went through the pages", file=sys.stderr)
    return slowest


def _slowness(one: Timed) -> tuple[bool, float]:
    return one.status >= FAILS, one.milliseconds


def _read(path: str) -> dict[str, float]:
    """What a run has kept; nothing where none is named."""
    return dict(json.loads(Path(path).read_text())) if path else {}


def table(found: Mapping[str, Timed], asked: Namespace) -> Iterator[str]:
    """The lines of the table: every page with its goal, small and large, before and after."""
    small, before = _read(asked.beside), _read(asked.before)

    def shown(kept: Mapping[str, float], route: str) -> str:
        return f"{kept[route]:.0f}" if route in kept else "–"

    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    yield f"Load while it was measured: {load}. Milliseconds; the goal of each page is {asked.limit}."
    yield ""
    yield "| page | as whom | small | large, before | large | within |"
    yield "|---|---|--:|--:|--:|:-:|"
    for route, one in sorted(found.items()):
        within = "yes" if one.milliseconds <= asked.limit else "no"
        within = "fails" if one.status >= FAILS else within
        yield (
            f"| `{route}` | {one.subject} | {shown(small, route)} | {shown(before, route)}"
            f" | {one.milliseconds:.0f} | {within} |"
        )


def main(asked: Namespace) -> int:
    """Measure, tell, and say whether all are within the limit."""
    url, pid = asked.url, 0
    if not url:
        running = instances.find(Path(asked.state))
        if running is None or not running.is_running:
            print("nothing runs: zhidai demo, then zhidai up", file=sys.stderr)
            return 2
        url, pid = running.addresses["console"], running.pid
    people = asked.people.split(",") if asked.people else PEOPLE
    found = measured(
        url,
        asked.times,
        people,
        pid=pid,
        keep=asked.keep,
        without=asked.without,
        bound=asked.bound,
    )
    smaller = _read(asked.beside)
    if asked.table:
        print("\n".join(table(found, asked)))
    print(f"{'ms':>6} {'worked':>6} {'before':>6}  page (route, as whom, example)")
    for one in sorted(found.values(), key=lambda one: -one.milliseconds):
        before = f"{smaller[one.route]:.0f}" if one.route in smaller else "–"
        print(
            f"{one.milliseconds:6.0f} {one.worked:6.0f} {before:>6}  {one.route}  {one.subject}  {one.path}"
        )
    missing = sorted({one.path for one in ROUTES if not _NO_PAGES.search(one.path)} - found.keys())
    print(f"{len(found)} pages; not reached by links: {', '.join(missing) or 'none'}")
    slow = [one for one in found.values() if one.milliseconds > asked.limit or one.status >= FAILS]
    print(f"over {asked.limit} ms: {len(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--state", default=".zhidai")
    parser.add_argument("--url", default="")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--people", default="")
    parser.add_argument("--keep", default="")
    parser.add_argument("--beside", default="")
    parser.add_argument("--before", default="")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--bound", type=float, default=120)
    sys.exit(main(parser.parse_args()))
