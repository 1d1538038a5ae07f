"""A county's book of forty loans: mended, even to the fen, taken over by two persons, alive after."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.openings.book import book
from tests.openings.county import County, county_of


@pytest.fixture
async def county(running: Any) -> AsyncIterator[County]:
    async with county_of(running) as county:
        yield county


async def test_a_book_that_is_even_is_taken_over_by_two_persons_to_the_fen(county: County):
    opening = await county.taken_over(book())

    assert opening["state"] == "taken_over"
    held = await county.balances()
    assert held["cash"] == "29386111.18"
    assert held["contribution:DL-FIN"] == "30000000.00"
    assert held["interest"] == "123456.78"
    assert held["recoveries"] == "60000.12"
    assert held["claims"] == "800000.00"
    assert held["fees"] == "12345.67"
    assert held["receivable:ICBC-TJ"] == "20000.05"
    assert held["payable:CCB-TJ"] == "35000.00"
    assert held["suspense"] == "0.00"
    report = await county.audit()
    assert report.passed, [check.first for check in report.checks if check.first]
