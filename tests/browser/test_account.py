"""The pages of the dedicated account in a real Chromium, with a messy month on them."""

from tests.browser.conftest import Rooms
from tests.browser.test_access import looked_at
from tests.console.house import did
from tests.console.test_account import AT, MARCH, OPENING_FEN, WORK, books_of_march, has_account
from tests.risk_pool.account.files import bank_csv, entry

PAGES = [AT, WORK, f"{AT}/suspense", f"{AT}/matches", f"{AT}/reconciliation?on=2026-03-31"]


MORE = [
    entry("2026-03-10", "-12.00", reference="0310", purpose="手续费"),
    entry("2026-03-21", "18750.31", name="某银行", reference="0321", purpose="付款"),
]


async def messy(rooms: Rooms) -> None:
    """A statement that agrees with the books in little: one credit in suspense, one proposed, a fee
    that the same person has entered, interest that nobody has."""
    await has_account(rooms.house)
    await books_of_march(rooms.house)
    maker = rooms.house.person("risk_pool", "finance-sun", "finance_maker")
    checker = rooms.house.person("risk_pool", "finance-qian", "finance_checker")
    fee = {"kind": "fee", "amount": "12.00", "value_date": "2026-03-10", "bank_reference": "0310"}
    await did(maker.post("/pools/dongli/cash-entries", json=fee))
    await did(
        maker.post(
            "/pools/dongli/account-statements",
            content=bank_csv([*MARCH, *MORE], opening_fen=OPENING_FEN),
            params={"covers_until": "2026-03-31"},
        )
    )
    lines = (await did(maker.get("/pools/dongli/account-work")))["lines"]
    for amount, why in (("4321.00", "unknown"), ("300000.01", "double")):
        line = next(one["line"] for one in reversed(lines) if one["line"]["open"] == amount)
        held = await did(
            maker.post(f"/account-lines/{line['id']}/suspend", json={"why": why, "note": "待查"})
        )
        if why == "unknown":
            await did(checker.post(f"/account-bookings/{held['id']}/release"))


async def test_axe_finds_nothing_on_the_pages_of_the_account(rooms: Rooms):
    await messy(rooms)
    async with rooms.visitor("finance-sun") as page:
        await page.goto(WORK)
        form = await page.locator("a[href*='/cash/new?line_id=']").last.get_attribute("href")
    assert form is not None
    found = await looked_at(rooms, "finance-sun", [*PAGES, form], english=False)
    found += await looked_at(rooms, "finance-qian", PAGES, english=True)
    assert found == []
    assert rooms.complaints == []


async def test_the_pages_of_the_account_fit_a_desk_and_a_phone(rooms: Rooms):
    await messy(rooms)
    for width in (1366, 320):
        async with rooms.visitor("finance-sun", viewport={"width": width, "height": 800}) as page:
            for path in PAGES:
                await page.goto(path)
                wide = await page.evaluate("() => document.documentElement.scrollWidth")
                assert wide <= width, (path, wide)
