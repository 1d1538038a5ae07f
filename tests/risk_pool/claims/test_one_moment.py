"""A case with its trial is read as of one moment, whatever is decided while it is read."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest

from services.risk_pool.queries import caps, recoveries
from services.risk_pool.queries import claims as known_claims
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_adjustments import claimed, proposes
from tests.risk_pool.claims.test_trial import two_bad_loans

Act = Callable[[], Awaitable[Any]]


def meanwhile(patch: pytest.MonkeyPatch, module: ModuleType, read: str, act: Act) -> None:
    """Just before a query of a reading runs, for the first time, somebody else acts and is done."""
    query = getattr(module, read)

    async def after_the_act(*asked: Any, **more: Any) -> Any:
        patch.setattr(module, read, query)
        await act()
        return await query(*asked, **more)

    patch.setattr(module, read, after_the_act)


async def two_in_line(pool: Claims) -> tuple[Any, Any]:
    """Two claims of a bank under one yearly cap, reviewed, the first before the second."""
    for number in range(2):
        await pool.covers(f"x{number}", amount="10000000.00")
    await two_bad_loans(pool)
    first = await pool.files("first", "900000.00", overdue_days=95)
    second = await pool.files("a", "900000.00", overdue_days=95)
    for claim in (first, second):
        await pool.readies(claim)
    return first, second


@pytest.mark.parametrize("address", ["/claims/{id}", "/claims/{id}/trial"])
async def test_a_claim_decided_while_another_is_read_counts_in_line_or_as_taken_never_as_both(
    running, monkeypatch, address
):
    async with claims_of(running) as pool:
        first, second = await two_in_line(pool)
        before = await pool.trial(second)
        decided = []

        async def approve_first() -> None:
            decided.append(await pool.approves_now(first))

        # The line before the claim has been read; what claims have taken has not.
        meanwhile(monkeypatch, caps, "taken", approve_first)
        answer = (await pool.checker.get(address.format(id=second["id"]))).json()

        assert [one.status_code for one in decided] == [200]
        trial = answer.get("trial") or answer
        assert trial == before
        (year,) = [one for one in trial["limits"] if one["code"] == "bank_year"]
        assert (year["used"], year["held"]) == ("0.00", "360000.00")
        after = await pool.trial(second)
        (year,) = [one for one in after["limits"] if one["code"] == "bank_year"]
        assert (year["used"], year["held"]) == ("360000.00", "0.00")


async def test_a_decision_on_what_moved_while_it_was_read_is_refused_with_both_trials(
    running, monkeypatch
):
    async with claims_of(running) as pool:
        first, second = await two_in_line(pool)

        async def refuse_first() -> None:
            answer = await pool.checker.post(f"/claims/{first['id']}/refuse", json={"reason": "否"})
            assert answer.status_code == 200, answer.text

        meanwhile(monkeypatch, caps, "taken", refuse_first)
        seen = await pool.trial(second)

        refused = await pool.approves_now(second, trial=seen["id"])

        assert (refused.status_code, refused.json()["code"]) == (409, "trial-moved")
        told = refused.json()
        assert told["seen"]["id"] == seen["id"], "what was read has been kept, as it was read"
        assert told["now"]["id"] == (await pool.trial(second))["id"]


async def test_a_recovery_is_read_with_what_had_come_back_when_the_reading_began(
    running, monkeypatch
):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        one = await pool.recovers(claim, "100000.00", on="2026-03-05", confirmed=False)
        other = await pool.recovers(claim, "50000.00", on="2026-03-05", confirmed=False)
        where = f"/recoveries/{other['id']}"
        before = (await pool.checker.get(where)).json()["trial"]

        async def confirm_the_other() -> None:
            assert (await pool.confirms(one)).status_code == 200

        meanwhile(monkeypatch, recoveries, "returned_before", confirm_the_other)
        assert (await pool.checker.get(where)).json()["trial"] == before

        after = (await pool.checker.get(where)).json()["trial"]
        assert [share["open_before"] for share in before["shares"]] == ["360000.00", "540000.00"]
        assert [share["open_before"] for share in after["shares"]] == ["320000.00", "480000.00"]


async def test_an_adjustment_is_read_with_the_recoveries_of_the_moment_its_reading_began(
    running, monkeypatch
):
    async with claims_of(running) as pool:
        claim = await claimed(pool)
        reported = await pool.recovers(claim, "100000.00", on="2026-03-05", confirmed=False)
        where = f"/adjustments/{(await proposes(pool, claim)).json()['id']}"
        before = (await pool.checker.get(where)).json()["trial"]

        async def confirm_it() -> None:
            assert (await pool.confirms(reported)).status_code == 200

        # What was booked of the loan has been read; what has been returned has not.
        meanwhile(monkeypatch, known_claims, "shares", confirm_it)
        assert (await pool.checker.get(where)).json()["trial"] == before

        assert (await pool.checker.get(where)).json()["trial"] != before
