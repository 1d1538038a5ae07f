"""Two pools never give the same number, whatever their names begin with."""

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.risk_pool.domain.numbers import free_prefix
from tests.risk_pool.core.driver import Pool, pool_of


@pytest.mark.parametrize(
    ("code", "taken", "prefix"),
    [
        ("dongli", set(), "DL"),
        ("dalian", {"DL"}, "DAL"),
        ("delingha", {"DL", "DLH"}, "DELI"),
        ("dl", {"DL"}, "DL2"),
        ("dl", {"DL", "DL2", "DL3"}, "DL4"),
    ],
)
def test_a_pool_takes_its_usual_letters_else_more_of_its_name_else_a_digit(code, taken, prefix):
    assert free_prefix(code, taken) == prefix


@given(st.lists(st.from_regex(r"[a-z][a-z0-9_]{1,12}", fullmatch=True), unique=True, max_size=60))
def test_no_two_pools_have_the_same_letters(codes):
    taken: set[str] = set()
    for code in codes:
        prefix = free_prefix(code, taken)
        assert prefix and prefix.isalnum() and prefix == prefix.upper()
        assert prefix not in taken
        taken.add(prefix)


async def opened(pool: Pool, code: str) -> None:
    answer = await pool.manager.post(
        "/pools",
        json={
            "code": code, "name": code, "programme": "dongli", "opened_on": "2026-01-01",
            "parties": [{"code": "DL-FIN", "role": "district", "name": "区财政局"}],
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text


async def test_pools_with_like_names_number_their_entries_apart_also_when_opened_at_once(running):
    async with pool_of(running, "ICBC") as pool:
        codes = ["dongli", "dalian", "danling", "dl", "dl_2"]
        await asyncio.gather(*(opened(pool, code) for code in codes[1:]))

        numbers = []
        for code in codes:
            answer = await pool.finance.post(
                f"/pools/{code}/cash-entries",
                json={
                    "kind": "contribution", "party_code": "DL-FIN", "amount": "1.00",
                    "value_date": "2026-01-02",
                },
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
            numbers.append(answer.json()["number"])
        told = {one["pool_code"]: one["prefix"] for one in await pool.said("pool.opened.v1")}

    assert len(set(numbers)) == len(codes)
    assert numbers[0] == "DL-K-2026-0001"
    assert [number.split("-")[0] for number in numbers] == [told[code] for code in codes]
