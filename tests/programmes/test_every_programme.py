"""Every mode with known ratios carries one loan over HTTP, from the published file to a recovered
claim on a signed statement; every figure is that of its case file, to the fen."""

import pytest

from services.risk_pool.audit.verify import audit_pool
from shared.money import parse_fen
from shared.postgres.database import EVERYWHERE
from tests.e2e.town import Town
from tests.programmes.chosen import EACH_WAY, Chosen, chosen, live_modes, walked
from tests.programmes.table import PAGE, written
from tests.programmes.walk import COSTS_FEN, GROSS_FEN, Walk


def test_every_live_mode_is_walked():
    assert [(one.programme, one.mode) for one in chosen()] == list(live_modes())


def test_each_way_to_share_is_a_mode_that_lives():
    assert {str(one) for one in chosen()} >= EACH_WAY


def test_the_table_of_programmes_is_todays():
    assert PAGE.read_text() == written(PAGE.read_text())


@pytest.mark.parametrize("one", walked(), ids=str)
async def test_a_loan_of_every_mode_comes_to_a_recovered_claim_on_a_signed_statement(
    town: Town, one: Chosen
):
    walk = Walk(town, one)
    await walk.opens()
    await walk.lends()
    await walk.registers()
    await walk.goes_bad_until_it_may_be_claimed()

    await walk.claims()

    assert _amounts(walk.claim["shares"]) == one.expected
    if one.terms.escrow:
        assert (walk.claim["state"], walk.claim["paid"]) == ("escrowed", "0.00")
        assert parse_fen(walk.claim["held"]) == one.expected["pool"]
        await town.settled()
        assert await town.office.state(walk.loan) == "claimed"
        await walk.settles_escrow()
        assert _amounts(walk.claim["shares"]) == one.expected
    assert walk.claim["state"] == ("settled" if one.terms.escrow else "paid")

    await walk.recovers()
    wanted = one.recovery(gross_fen=GROSS_FEN, costs_fen=COSTS_FEN)

    assert _amounts(walk.recovery["shares"]) == dict(wanted.returned)

    month = await walk.settles()

    # Matched at once where it leaves nothing to pay or to collect.
    leaves = any(one["net"] != "0.00" for one in month["statements"])
    assert month["state"] == ("posted" if leaves else "matched")
    await _everything_adds_up(walk)


def _amounts(shares: list[dict[str, str]]) -> dict[str, int]:
    return {share["party"]: parse_fen(share["amount"]) for share in shares}


async def _everything_adds_up(walk: Walk) -> None:
    """The ledger is whole, and the pool's page says what it bore and got back."""
    async with walk.town.risk_pool.context.database.looking(EVERYWHERE) as conn:
        report = await audit_pool(conn, walk.code)
    assert [check.code for check in report.checks if not check.passed] == []
    figures = (await walk.town.checker.get(f"/pools/{walk.code}")).json()
    assert parse_fen(figures["claims"]) == _amounts(walk.claim["shares"]).get("pool", 0)
    assert parse_fen(figures["recoveries"]) == _amounts(walk.recovery["shares"]).get("pool", 0)
