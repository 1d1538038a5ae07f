"""On every page of money each figure opens by one click, or stands in a row that names its source."""

import html
import re
from html.parser import HTMLParser

import pytest

from tests.agreements import agreed
from tests.console.house import ICBC, House
from tests.console.page import Page
from tests.console.test_account import (
    ACCOUNT,
    AT,
    MARCH,
    OPENING_FEN,
    bank_csv,
    books_of_march,
    has_account,
)

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


async def leads_on(house: House, *pages: str) -> None:
    """No amount in a table of the pages stands alone, and whatever they lead to says the same."""
    async with house.logged_in("auditor-zhou") as person:
        for where in pages:
            page = await person.opens(where)
            assert page.status == 200, where
            found = figures_of(page)
            assert found.dead == [], (where, found.dead)
            opened = re.findall(r'href="(/explain/[^"]+)"[^>]*>(-?[\d,]+\.\d\d)<', page.html)
            assert opened, where
            for link, amount in sorted(set(opened)):
                told = await person.opens(html.unescape(link))
                assert told.status == 200, (where, link)
                assert f"{amount.lstrip('-')} " in told.text, (where, link, amount)


async def test_capacity_lines_and_room_of_pool_and_bank_lead_on(house: House) -> None:
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    await with_money(house)
    await agreed(maker, checker, "dongli", ICBC, line="30000000.00", valid_from="2026-01-02")

    where = ("/pools/dongli", f"/pools/dongli/banks/{ICBC}", "/pools/dongli/breakers")
    await leads_on(house, *where)
    async with house.logged_in("auditor-zhou") as auditor:
        room = await auditor.opens("/explain/limit/dongli/maximum_leverage/room")
        assert "/explain/limit/dongli/maximum_leverage" in room.links
        line = await auditor.opens(f"/explain/bank/dongli/{ICBC}/line")
        assert "30,000,000.00" in line.text and "复核生效" in line.text


async def test_agreements_contributions_and_top_ups_lead_to_plan_paper_and_people(
    house: House,
) -> None:
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    await agreed(
        maker, checker, "dongli", ICBC,
        line="30000000.00", minimum_lending="10000000.00", valid_from="2026-01-01",
    )  # fmt: skip
    await agreed(
        maker, checker, "dongli", "DL-FIN",
        contribution_share="1", top_up_below="18000000.00", valid_from="2026-01-01",
        contributions=[{"due_on": "2026-02-28", "amount": "3000000.03"}],
    )  # fmt: skip
    await house.moves_cash("fee", "500000.00", "2026-03-01")
    call = {"amount": "400000.07", "pay_by": "2026-09-30", "reason": "低于补足线"}
    raised = await maker.post("/pools/dongli/top-up-calls", json=call)
    assert raised.status_code == 201, raised.text
    done = await checker.post(f"/top-up-calls/{raised.json()['id']}/call")
    assert done.status_code == 200, done.text

    await leads_on(house, "/pools/dongli/agreements", "/pools/dongli/top-ups", "/pools/dongli/cash")


async def test_every_line_of_the_account_and_what_it_held_lead_to_the_books(house: House) -> None:
    await has_account(house)
    await books_of_march(house)
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(AT)
        content = bank_csv(MARCH, opening_fen=OPENING_FEN)
        done = await maker.sends_file(page, f"{AT}/import", content, "三月.csv")
        statement = next(one for one in (await maker.opens(AT)).links if "/statements/" in one)
        assert done.status == 200

    await leads_on(house, statement, AT, f"{AT}/reconciliation?on=2026-03-31")
    async with house.logged_in("auditor-zhou") as auditor:
        held = await auditor.opens(f"/explain/account/dongli/{ACCOUNT}@2026-03-31")
        assert [one for one in held.links if "/explain/account-line/" in one]
        page = await auditor.opens(statement)
        matched = [
            one for one in page.links if "/explain/account-line/" in one and "/open" not in one
        ]
        told = [await auditor.opens(one) for one in matched]
        assert any("/explain/transfer/dongli/" in link for one in told for link in one.links)
        assert all("导入对账单" in one.text for one in told)


@pytest.mark.parametrize("cell", ['<td class="number">1,000.00</td>'])
def test_the_reader_of_figures_can_fail(cell: str) -> None:
    read = _Figures()
    read.feed(f"<table><tr><th>x</th>{cell}</tr></table>")
    assert read.dead == ["1,000.00"]
