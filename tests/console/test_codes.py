"""No page shows the code of a bank, a pool, a party or a programme where its name is known."""

from urllib.parse import urljoin, urlsplit

import pytest

from benchmarks.pages import route_of
from tests.console.codes import bare_codes
from tests.console.house import House

PEOPLE = ("reviewer-lin", "finance-qian", "manager-wu", "auditor-zhou", "admin", "icbc-operator")
CODES = ("ICBC", "CCB", "DL-FIN", "dongli")
FILES = ("/export", ".csv", ".xlsx", ".pdf", "/stream", "/content", "-export", "/next", "/previous")


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>ICBC 的贷款</p>", ["ICBC 的贷款"]),
        ("<p>中国工商银行</p><a href='/pools/dongli'>东丽</a>", []),
        ("<p><small class='code soft'>ICBC</small></p>", []),
        ("<p>icbc-operator, ICBC-2026-1, /pools/dongli</p>", []),
        ("<table><thead><tr><th>银行</th><th>代码</th></tr></thead>"
         "<tbody><tr><td>CCB</td><td>ICBC</td></tr></tbody></table>", ["CCB"]),
        ("<dl><dt>机构代码</dt><dd>ICBC</dd><dt>银行</dt><dd>CCB</dd></dl>", ["CCB"]),
    ],
)  # fmt: skip
def test_a_bare_code_is_found_but_where_it_is_said_to_be_one(html: str, found: list[str]):
    assert bare_codes(html, CODES) == found


async def test_no_page_that_links_lead_to_shows_a_bare_code(house: House):
    await house.has_claim()
    await house.settled()
    wrong: dict[str, list[str]] = {}
    seen: set[tuple[str, bool]] = set()
    for who in PEOPLE:
        of_bank = who.startswith("icbc")
        async with house.logged_in(who) as person:
            waiting = ["/"]
            while waiting:
                path = waiting.pop(0)
                route = route_of(urlsplit(path).path)
                if not route or (route, of_bank) in seen or any(one in path for one in FILES):
                    continue
                seen.add((route, of_bank))
                page = await person.opens(path)
                if page.status != 200:
                    continue
                if found := bare_codes(page.html, CODES):
                    wrong[f"{who} {path}"] = found[:5]
                waiting += [
                    to for link in page.links if not urlsplit(to := urljoin(path, link)).netloc
                ]
    assert len(seen) > 100, "the way through the pages has broken off"
    assert not wrong, "\n".join(f"{at}: {found}" for at, found in wrong.items())
