"""On every page of money each figure opens by one click, or stands in a row that names its source."""

import re
from html.parser import HTMLParser

import pytest

from tests.console.house import House
from tests.console.page import Page
from tests.console.test_account import AT, books_of_march, has_account

AMOUNT = re.compile(r"-?\d{1,3}(?:,\d{3})*\.\d{2}")


class _Figures(HTMLParser):
    """Amounts of table cells that lead nowhere, and how many lead somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: list[str] = []
        self.alive = 0
        self._cell = self._link = False
        self._row_leads = False
        self._row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "tr":
            self._row, self._row_leads = [], False
        if tag == "td":
            self._cell = "number" in given.get("class", "").split()
        if tag == "a" and given.get("href"):
            self._link = True
            self._row_leads |= not self._cell

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = False
        if tag == "td":
            self._cell = False
        if tag == "tr":
            self.alive += len(self._row) if self._row_leads else 0
            self.dead += [] if self._row_leads else self._row

    def handle_data(self, data: str) -> None:
        found = AMOUNT.fullmatch(data.strip())
        if not self._cell or found is None or found[0] == "0.00":
            return
        if self._link:
            self.alive += 1
        else:
            self._row.append(found[0])


def figures_of(page: Page) -> _Figures:
    read = _Figures()
    read.feed(page.html)
    return read


async def with_money(house: House) -> None:
    """A claim that waits for its payment, a month previewed, an account whose books run ahead."""
    claim = await house.has_claim(amount="1000000.00")
    path = f"/claims/{claim['id']}"
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        await maker.sends(page, f"{path}/review", opinion="触发条件成立")
    await house.takes_steps(path)
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        await checker.sends(page, f"{path}/approve", opinion="同意补偿")
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli/settlements")
        await maker.sends(page, "/pools/dongli/settlements", month="2026-01")


async def test_every_figure_of_month_statement_and_open_items_leads_on(house: House) -> None:
    await with_money(house)
    month = "/pools/dongli/settlements/2026-01"
    async with house.logged_in("auditor-zhou") as auditor:
        for where in (month, f"{month}/parties/dongli", "/pools/dongli/cash"):
            page = await auditor.opens(where)
            assert page.status == 200, where
            found = figures_of(page)
            assert found.dead == [], (where, found.dead)
            assert found.alive, where
            for link in sorted({one for one in page.links if one.startswith("/explain/")}):
                assert (await auditor.opens(link)).status == 200, (where, link)


async def test_the_sum_of_a_reconciliation_leads_to_balance_movements_and_statements(
    house: House,
) -> None:
    await has_account(house)
    await books_of_march(house)
    async with house.logged_in("auditor-zhou") as auditor:
        page = await auditor.opens(f"{AT}/reconciliation?on=2026-03-31")

        found = figures_of(page)
        assert found.dead == [] and found.alive > 2
        booked = "/explain/balance/dongli/cash@2026-03-31"
        assert booked in page.links
        assert (await auditor.opens(booked)).status == 200


@pytest.mark.parametrize("cell", ['<td class="number">1,000.00</td>'])
def test_the_reader_of_figures_can_fail(cell: str) -> None:
    read = _Figures()
    read.feed(f"<table><tr><th>x</th>{cell}</tr></table>")
    assert read.dead == ["1,000.00"]
