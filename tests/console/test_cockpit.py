"""The cockpit without scripts: its figures are the reports', and each opens to the rows that make it."""

import re
from decimal import Decimal

import pytest

from tests.console.house import House

CELL = re.compile(r'<td class="number">([\d,]+\.\d{2})</td>')
AMOUNT = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})*\.\d{2}(?!\d)")


@pytest.fixture
async def lent(house: House) -> House:
    """A bank has paid out a loan in March, and a case of another one waits."""
    await house.has_loan(amount="1234567.89")
    await house.has_case("CCB", amount="700000.00")
    return house


async def test_every_figure_leads_to_rows_whose_sum_it_is(lent: House):
    async with lent.logged_in("leader-gao") as leader:
        page = await leader.opens("/cockpit?period=2026-03")
        assert page.status == 200
        links = sorted(
            set(
                re.findall(
                    r'href="(/(?:reports/loans|cockpit/cases)\?[^"]+)"[^>]*>([\d,.]+)<', page.html
                )
            )
        )
        figures = [(at.replace("&amp;", "&"), said) for at, said in links if AMOUNT.fullmatch(said)]
        assert len({at for at, _ in figures}) >= 8
        for at, said in figures:
            if said.replace(",", "") == "123.46":
                continue  # the headline, in 万元
            rows = await leader.opens(at)
            amounts = [Decimal(one.replace(",", "")) for one in CELL.findall(rows.html)]
            assert sum(amounts) == Decimal(said.replace(",", "")), (at, said)
            assert said in rows.text, "the list's own sum is the figure"


async def test_the_tables_stand_open_without_scripts_in_both_languages(lent: House):
    async with lent.logged_in("leader-gao") as leader:
        page = await leader.opens("/cockpit?since=2026-01&until=2026-06")
        leader.client.cookies.set("zhidai_language", "en")
        english = await leader.opens("/cockpit?since=2026-01&until=2026-06")

    assert "2026-01-01 至 2026-06-30" in page.text and "从需求到代偿" in page.text
    assert "From demand to claim" in english.text and "从需求到代偿" not in english.text
    for one in (page, english):
        assert one.html.count('<section class="view') == 11
        assert one.html.count('<details class="figures" open>') == 11
    figures = [
        AMOUNT.findall(one.html[one.html.index('id="cockpit"') :]) for one in (page, english)
    ]
    assert "1,234,567.89" in figures[0]
    assert figures[0] == figures[1]


async def test_a_period_that_is_none_is_said_and_twelve_months_shown(lent: House):
    async with lent.logged_in("leader-gao") as leader:
        page = await leader.opens("/cockpit?since=2026-06&until=2026-01")
        assert page.status == 422
        assert "起止月" in page.text and "2025-04-01 至 2026-03-31" in page.text


async def test_a_bank_is_shown_no_cockpit(lent: House):
    async with lent.logged_in("icbc-operator") as bank:
        assert (await bank.opens("/cockpit")).status == 403
        assert (
            await bank.opens("/cockpit/cases?counted=filed&first=2026-01-01&last=2026-12-31")
        ).status == 403
        assert "/cockpit" not in (await bank.opens("/cases")).links
