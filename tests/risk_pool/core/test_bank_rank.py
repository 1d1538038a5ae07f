"""A bank reads its own place among the banks, and nothing of another."""

from fractions import Fraction

from services.risk_pool.domain.bank_rank import place_of
from tests.risk_pool.core.driver import pool_of

BANKS = {"A": Fraction(3), "B": Fraction(1), "C": Fraction(3), "D": Fraction(2)}


def test_equal_banks_share_the_better_place_from_either_end():
    most = {bank: place_of(bank, BANKS, most_first=True) for bank in BANKS}
    assert most == {"A": 1, "C": 1, "D": 3, "B": 4}
    least = {bank: place_of(bank, BANKS, most_first=False) for bank in BANKS}
    assert least == {"B": 1, "D": 2, "A": 3, "C": 3}


def test_nobody_is_ranked_among_fewer_than_three_or_without_a_figure():
    two = {"A": Fraction(3), "B": Fraction(1)}
    assert place_of("A", two, most_first=True) is None, "it would tell what the other one has"
    assert place_of("E", BANKS, most_first=True) is None


async def test_each_bank_reads_its_own_place_over_http_and_nothing_of_another(running):
    async with pool_of(running, "ICBC", "CCB", "BOC", paid_in="10000000.00") as pool:
        for name, bank in (("a", "ICBC"), ("b", "ICBC"), ("c", "CCB"), ("d", "CCB"), ("e", "CCB"),
                           ("f", "BOC")):  # fmt: skip
            await pool.covers(name, bank=bank)

        async def places(code: str) -> dict[str, tuple[int | None, int]]:
            answer = await pool.bank(code).get("/pools/dongli/own-rank")
            assert answer.status_code == 200, answer.text
            others = {"ICBC", "CCB", "BOC"}
            assert not any(other in answer.text for other in others), "nobody is named"
            return {one["measure"]: (one["place"], one["of"]) for one in answer.json()["items"]}

        assert [(await places(code))["covered"] for code in ("CCB", "ICBC", "BOC")] == [
            (1, 3), (2, 3), (3, 3),
        ]  # fmt: skip
        assert (await pool.auditor.get("/pools/dongli/own-rank")).status_code == 403
        assert (await pool.bank("ICBC").get("/pools/nowhere/own-rank")).status_code == 404
