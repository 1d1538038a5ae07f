"""Every page before axe-core (WCAG 2.2 AA), on a phone, on paper, in both languages."""

from collections.abc import Mapping
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.agreements import agreed
from tests.browser.conftest import Rooms
from tests.console.house import House
from tests.console.test_party import lets_guarantor_in

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Of what is right one example each is enough: to write all of it down took most of the time.
    "resultTypes": ["violations"],
}
OF_COLOURS = RULES | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""What can differ where only the colours do."""


async def violations(page: Page, rules: Mapping[str, Any] = RULES) -> list[str]:
    """What axe-core finds on a page, with the elements."""
    found = await Axe().run(page, options=dict(rules))
    assert found.response["passes"], "axe has looked at something"
    return [
        f"{page.url} {one['id']} ({one['impact']}): "
        + "; ".join(
            f"{node['html'][:140]} {node['failureSummary'][:200]}" for node in one["nodes"][:3]
        )
        for one in found.response["violations"]
    ]


async def test_axe_would_find_a_violation(rooms: Rooms):
    async with rooms.visitor("reviewer-lin") as page:
        await page.evaluate(
            """() => { const img = document.createElement("img"); img.src = "/static/favicon.svg";
                       document.querySelector("main").append(img); }"""
        )
        assert any("image-alt" in one for one in await violations(page))


async def furnished(rooms: Rooms) -> dict[str, list[str]]:
    """A house with something on every page: who renderer → at which pages."""
    house = rooms.house
    claim = await house.has_claim()
    returned = await house.has_case(documents=[])
    waiting = await house.has_case("CCB")
    recovery = await house.has_recovery(claim)
    months = "/pools/dongli/settlements"
    await agreed(
        house.person("risk_pool", "finance-sun", "finance_maker"),
        house.person("risk_pool", "finance-qian", "finance_checker"),
        "dongli", "DL-FIN", contribution_share="1", top_up_below="99000000.00",
        contributions=[{"due_on": "2026-02-28", "amount": "3000000.03"}],
    )  # fmt: skip
    await lets_guarantor_in(house)
    async with house.logged_in("finance-sun") as maker:
        await maker.sends(await maker.opens(months), months, month="2026-03")
    return {
        "reviewer-lin": ["/", "/queue", "/cases", f"/cases/{waiting['id']}", "/inbox", "/keys", "/views",
                         f"/cases/{returned['id']}", f"/cases/{claim['loan_id']}", "/no-such"],
        "finance-sun": ["/", "/pools", "/pools/dongli", "/pools/dongli/transfers", "/claims",
                        "/pools/dongli/transfers/1", "/pools/dongli/balances", "/recoveries",
                        "/pools/dongli/banks/ICBC", f"/claims/{claim['id']}", "/settlements",
                        f"/recoveries/{recovery['id']}",
                        "/pools/dongli/agreements", "/pools/dongli/top-ups",
                        "/pools/dongli/run-off", "/pools/dongli/breakers", "/pools/dongli/cash", "/subsidies", "/disposals",
                        "/explain/bank/dongli/ICBC/room", "/explain/contribution/dongli/DL-FIN/open",
                        months, f"{months}/2026-03", f"{months}/2026-03/lines"],
        "tj-db-clerk": ["/"],
        "icbc-operator": ["/", "/pools", "/pools/dongli", f"/claims/{claim['id']}"],
        "auditor-zhou": ["/looks"],
        "admin": ["/", "/parked", "/sessions?of=all", "/unsent", "/inbox/receivers", "/inbox/deliveries", "/templates",
                  "/inbox/confirm/01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c00?code=kW3v",
                  "/templates/claim.paid.v1", f"/inbox/receivers/robots/{await robot_of(house)}"],
    }  # fmt: skip


async def robot_of(house: House) -> str:
    """A group of the bureau's that is told by day."""
    async with house.person("notifications", "admin", "admin") as keeper:
        made = await keeper.post(
            "/robots",
            json={
                "kind": "wecom", "roles": ["reviewer"], "digest": "daily",
                "url": "https://robots.example.cn/cgi-bin/webhook/send?key=693a91f6-7abc",
            },
        )  # fmt: skip
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    return found


async def looked_at(rooms: Rooms, subject: str, paths: list[str], *, english: bool) -> list[str]:
    """What axe finds on these pages, with everything that is folded away opened."""
    found: list[str] = []
    async with rooms.visitor(subject) as page:
        if english:
            await page.get_by_role("button", name="English").click()
        for path in paths:
            await page.goto(path)
            await page.evaluate(
                """() => document.querySelectorAll("details").forEach((one) => {
                       one.removeAttribute("name"); one.open = true; })"""
            )
            found += await violations(page)
    return found


@pytest.mark.program(
    "axe-core in Chromium",
    package="axe-playwright-python",
    does="looks at every page (WCAG 2.2 AA)",
)
async def test_axe_finds_nothing_on_any_page(rooms: Rooms):
    found: list[str] = []
    async with rooms.visitor() as page:
        await page.goto("/login")
        found += await violations(page)
    for subject, paths in (await furnished(rooms)).items():
        found += await looked_at(rooms, subject, paths, english=False)
    assert found == []
    assert rooms.complaints == []


async def test_axe_finds_nothing_in_english(rooms: Rooms):
    case = await rooms.house.has_case()
    paths = ["/", "/queue", f"/cases/{case['id']}", "/pools/dongli", "/inbox"]
    assert await looked_at(rooms, "reviewer-he", paths, english=True) == []


async def test_pages_fit_a_small_screen_without_scrolling_sideways(rooms: Rooms):
    case = await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin", viewport={"width": 320, "height": 640}) as page:
        for path in (
            "/",
            "/queue",
            f"/cases/{case['id']}",
            "/pools/dongli",
            "/inbox",
            "/cases",
            "/views",
        ):
            await page.goto(path)
            wide = await page.evaluate(
                """() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll(
                       "main *:not(.scroll *)")].filter((one) =>
                       one.getBoundingClientRect().right > 321).map((one) => one.outerHTML.slice(0, 90))]"""
            )
            assert wide[0] <= 320, (path, wide)


async def test_a_case_on_paper_has_no_navigation_and_no_buttons(rooms: Rooms):
    case = await rooms.house.has_case()
    async with rooms.visitor("reviewer-lin") as page:
        await page.goto(f"/cases/{case['id']}")
        await page.emulate_media(media="print")
        for gone in (".side", ".top", ".actions", ".crumbs"):
            assert not await page.locator(gone).is_visible(), gone
        assert await page.get_by_role("heading", level=1).is_visible()
        assert (await page.pdf()).startswith(b"%PDF")
