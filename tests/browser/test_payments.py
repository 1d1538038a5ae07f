"""The pages of payment files in a real Chromium: before axe-core, on a desk and on a phone."""

from tests.browser.conftest import Rooms
from tests.browser.test_access import looked_at
from tests.console.house import did
from tests.console.test_account import has_account
from tests.console.test_payments import AT, PAYEE, approved


async def prepared(rooms: Rooms) -> str:
    """A file waits for its release; its page."""
    house = rooms.house
    claim = await approved(house)
    await has_account(house)
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    payee = PAYEE | {"party_code": claim["bank_code"], "account_number": "0302011409000999999"}
    entered = await did(maker.post("/pools/dongli/party-accounts", json=payee))
    await did(checker.post(f"/party-accounts/{entered['id']}/confirm"))
    orders = [{"item": f"claim:{claim['number']}"}]
    body = {"execution_on": "2026-05-18", "orders": orders}
    made = await did(maker.post("/pools/dongli/payment-files", json=body))
    return f"/payment-files/{made['id']}"


async def test_the_pages_of_payments_are_for_everybody_and_fit_a_desk_and_a_phone(rooms: Rooms):
    file = await prepared(rooms)

    found = await looked_at(rooms, "finance-sun", [AT, file], english=False)
    found += await looked_at(rooms, "finance-qian", [AT, file], english=True)

    assert found == []
    for width in (1366, 320):
        async with rooms.visitor("finance-qian", viewport={"width": width, "height": 800}) as page:
            for path in (AT, file):
                await page.goto(path)
                wide = await page.evaluate("() => document.documentElement.scrollWidth")
                assert wide <= width, (path, wide)
    assert rooms.complaints == []
