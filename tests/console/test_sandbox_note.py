"""Who works where nothing counts is told so on every page; in production nobody is."""

from tests.console.house import House
from tests.production import CONSOLE

NOTE = "试用环境"


async def test_every_page_says_that_it_is_for_trying_out(house: House):
    async with house.visitor() as visitor:
        assert NOTE in (await visitor.opens("/login")).text
        assert NOTE in (await visitor.opens("/there-is-no-such-page")).text


async def test_in_production_no_page_says_so(house: House):
    async with house.visitor(
        house.console_with(**CONSOLE | {"issuer_dir": None, "secure_cookies": True})
    ) as visitor:
        assert NOTE not in (await visitor.opens("/login")).text
