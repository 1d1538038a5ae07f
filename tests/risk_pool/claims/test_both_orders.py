"""Two persons' acts on one claim, or on one cap, in the same moment and over again: now the one is
first, now the other; who is second hears why, and no cap is ever passed."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx

from shared.money import format_fen, parse_fen
from tests.cash import confirmed
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.core.driver import yuan

LEADS = (0.0, 0.03, -0.03, 0.1, -0.1, 0.0)
"""By how many seconds the first is ahead of the second, round by round."""

Act = Callable[[], Awaitable[Any]]


async def at_once(first: Act, second: Act, *, lead: float) -> tuple[Any, Any]:
    """Both in the same moment, the first by so much ahead."""

    async def after(seconds: float, act: Act) -> Any:
        await asyncio.sleep(seconds)
        return await act()

    return await asyncio.gather(after(max(-lead, 0), first), after(max(lead, 0), second))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["detail"] and found["type"] == f"urn:zhidai:problem:{found['code']}"
    return answer.status_code, found["code"]


async def bad_loans(pool: Claims, *principals: str, lent: int = 4) -> list[str]:
    """Loans that went bad by the end of February, beside good ones of 10,000,000.00 each."""
    for number in range(lent):
        await pool.covers(f"x{number}", amount="10000000.00")
    names = [f"l{number}" for number in range(len(principals))]
    for name, principal in zip(names, principals, strict=True):
        await pool.covers(name, amount=principal)
    for name, principal in zip(names, principals, strict=True):
        await pool.goes_bad(name, "2026-02", principal, overdue_days=92)
    await pool.it_is("2026-03-05")
    return names


async def ready(pool: Claims, name: str, principal: str) -> tuple[Any, str]:
    """A claim whose steps are taken, and the trial that was seen of it."""
    claim = await pool.files(name, principal, overdue_days=95)
    await pool.readies(claim)
    return claim, (await pool.trial(claim))["id"]


async def state(pool: Claims, claim: Any) -> str:
    return str((await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"])


async def test_the_same_loan_claimed_twice_is_claimed_once_whoever_is_first(running):
    async with claims_of(running) as pool:
        names = await bad_loans(pool, *["900000.00"] * len(LEADS))
        clerks = [
            pool.bank("ICBC"),
            pool.service.as_("another", "bank_operator", institution="ICBC"),
        ]
        won = set()
        for name, lead in zip(names, LEADS, strict=True):
            body = pool.claim_of(name, "900000.00", overdue_days=95)

            answers = await at_once(
                *(partial(clerk.post, "/claims", json=body) for clerk in clerks),
                lead=lead,
            )

            assert sorted(one.status_code for one in answers) == [201, 409]
            (lost,) = [one for one in answers if one.status_code == 409]
            assert code_of(lost) == (409, "already-claimed")
            won.add([one.status_code for one in answers].index(201))
        assert won == {0, 1}
        assert len((await pool.auditor.get("/claims")).json()["items"]) == len(LEADS)


async def test_of_a_withdrawal_and_an_approval_one_wins_and_the_other_hears_why(running):
    async with claims_of(running) as pool:
        names = await bad_loans(pool, *["900000.00"] * len(LEADS))
        ended = []
        for name, lead in zip(names, LEADS, strict=True):
            claim, trial = await ready(pool, name, "900000.00")
            where = f"/claims/{claim['id']}"

            withdrawn, approved = await at_once(
                lambda where=where: pool.bank("ICBC").post(
                    f"{where}/withdraw", json={"reason": "已还"}
                ),
                lambda claim=claim, trial=trial: pool.approves_now(claim, trial=trial),
                lead=lead,
            )

            ended.append(await state(pool, claim))
            won, lost = (withdrawn, approved) if ended[-1] == "withdrawn" else (approved, withdrawn)
            assert (won.status_code, code_of(lost)) == (200, (409, "not-possible-now"))
        assert set(ended) == {"withdrawn", "approved"}
        owed = ended.count("approved") * yuan("360000.00")
        assert parse_fen((await pool.balances())["claims"]) == owed


async def test_a_withdrawal_is_before_the_approval_or_never_and_a_payment_pays_once(running):
    async with claims_of(running) as pool:
        names = await bad_loans(pool, *["900000.00"] * len(LEADS))
        for paid_before, (name, lead) in enumerate(zip(names, LEADS, strict=True)):
            claim = await pool.approves(name, "900000.00", overdue_days=95)
            where = f"/claims/{claim['id']}"

            withdrawn, entered = await at_once(
                lambda where=where: pool.bank("ICBC").post(
                    f"{where}/withdraw", json={"reason": "已还"}
                ),
                lambda where=where: confirmed(pool.maker, f"{where}/enter_payment", {}),
                lead=lead,
            )

            assert code_of(withdrawn) == (409, "not-possible-now")
            assert entered.status_code == 200, entered.text
            (entry,) = entered.json()["payments"]
            clerks = [pool.checker, pool.service.as_("chief", "finance_checker")]
            released = await at_once(
                *(
                    partial(clerk.post, f"/cash-entries/{entry['id']}/release", json={})
                    for clerk in clerks
                ),
                lead=lead,
            )
            assert {one.json()["state"] for one in released if one.status_code == 200} == {
                "released"
            }
            cash = parse_fen((await pool.balances())["cash"])
            assert cash == yuan("20000000.00") - (paid_before + 1) * yuan("360000.00")


async def test_of_a_decision_and_a_correction_the_second_hears_what_the_first_has_done(running):
    async with claims_of(running) as pool:
        names = await bad_loans(pool, *["900000.00"] * len(LEADS))
        ended = []
        for name, lead in zip(names, LEADS, strict=True):
            claim, trial = await ready(pool, name, "900000.00")

            decided, _ = await at_once(
                lambda claim=claim, trial=trial: pool.approves_now(claim, trial=trial),
                lambda name=name: pool.goes_bad(name, "2026-02", "800000.00", overdue_days=92),
                lead=lead,
            )

            ended.append(await state(pool, claim))
            if decided.status_code != 200:
                assert code_of(decided) == (409, "claim-facts-moved")
                assert "900,000.00" in decided.text and "800,000.00" in decided.text
            unpaid = await pool.maker.post(f"/claims/{claim['id']}/enter_payment", json={})
            assert code_of(unpaid) == (409, "not-possible-now")
        assert set(ended) == {"held", "reviewed"}


async def test_of_two_claims_for_the_last_million_the_second_is_refused_with_both_figures(running):
    """1,000,000.00 are left. The first in line may take 800,000.00 of them and is approved for a
    part, so that what the second may take grows from 200,000.00: what was seen no longer holds."""
    part = {"covered_principal": "500000.00", "reason": "其余用途不符"}
    async with claims_of(running, paid_in="60000000.00") as pool:
        names = await bad_loans(pool, *["2000000.00"] * 2 * len(LEADS), lent=12)
        ended = []
        for first_name, second_name, lead in zip(names[::2], names[1::2], LEADS, strict=True):
            await a_million_is_left(pool)
            first, _ = await ready(pool, first_name, "2000000.00")
            second, seen = await ready(pool, second_name, "2000000.00")
            trial = (await pool.trial(first, principal="500000.00"))["id"]

            earlier, later = await at_once(
                lambda first=first, trial=trial: pool.approves_now(first, trial=trial, **part),
                lambda second=second, seen=seen: pool.approves_now(second, trial=seen),
                lead=lead,
            )

            assert earlier.json()["pool_pays"] == "200000.00", earlier.text
            if later.status_code != 200:
                assert code_of(later) == (409, "trial-moved")
                figures = [later.json()[which]["pool"]["takes"] for which in ("seen", "now")]
                assert figures == ["200000.00", "800000.00"]
                later = await pool.approves_now(second)
            ended.append(later.json()["pool_pays"])
            held = await pool.balances()
            assert parse_fen(held["claims"]) <= parse_fen(held["cash"]), "the pool can pay it all"
        assert set(ended) == {"200000.00", "800000.00"}


async def a_million_is_left(pool: Claims) -> None:
    """Money comes or goes, until 1,000,000.00 are there beside what is owed."""
    today = pool.today()
    more = yuan("1000000.00") - parse_fen((await pool.stands())["available"])
    if more > 0:
        await pool.paid_in(format_fen(more), on=today)
    else:
        await pool.fee(format_fen(-more), on=today)


async def test_a_yearly_cap_is_never_passed_by_claims_that_are_decided_in_any_order(running):
    """dongli pays 5 % of a bank's lending in a year: 2,000,000.00 of 40,000,000.00."""
    async with claims_of(running, paid_in="60000000.00") as pool:
        names = await bad_loans(pool, *["2000000.00"] * 5, lent=3)
        waiting = [await ready(pool, name, "2000000.00") for name in names]

        answers = await asyncio.gather(
            *(pool.approves_now(claim, trial=seen) for claim, seen in reversed(waiting))
        )

        paid = [answer.json()["pool_pays"] for answer in reversed(answers)]
        assert paid == ["800000.00", "800000.00", "400000.00", "0.00", "0.00"]
        assert (await pool.balances())["claims"] == "2000000.00"


async def test_of_a_claim_and_a_fee_for_the_same_money_the_second_hears_what_is_left(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        names = await bad_loans(pool, *["2000000.00"] * len(LEADS), lent=12)
        ended = []
        for name, lead in zip(names, LEADS, strict=True):
            await a_million_is_left(pool)
            claim, seen = await ready(pool, name, "2000000.00")
            fee = {"kind": "fee", "amount": "500000.00", "value_date": "2026-03-05"}
            entry = (await confirmed(pool.finance, f"/pools/{pool.code}/cash-entries", fee)).json()

            decided, taken = await at_once(
                lambda claim=claim, seen=seen: pool.approves_now(claim, trial=seen),
                lambda entry=entry: pool.checker.post(
                    f"/cash-entries/{entry['id']}/release", json={}
                ),
                lead=lead,
            )

            if decided.status_code != 200:
                assert code_of(decided) == (409, "trial-moved")
                figures = [decided.json()[which]["pool"]["takes"] for which in ("seen", "now")]
                assert figures == ["800000.00", "500000.00"]
                unchanged = await pool.checker.post(
                    f"/claims/{claim['id']}/refuse", json={"reason": "不再申请"}
                )
                assert unchanged.json()["pool_pays"] in (None, "0.00"), "nothing was half done"
            else:
                # What has left the account is a fact; what is owed is not paid before it is there.
                assert (decided.json()["pool_pays"], (await pool.stands())["available"]) == (
                    "800000.00", "-300000.00",
                )  # fmt: skip
                entered = await confirmed(pool.maker, f"/claims/{claim['id']}/enter_payment", {})
                (payment,) = entered.json()["payments"]
                where = f"/cash-entries/{payment['id']}/release"
                assert code_of(await pool.checker.post(where, json={})) == (409, "cash-short")
                await pool.paid_in("300000.00", on=pool.today())
                paid = await pool.checker.post(where, json={})
                assert (paid.status_code, paid.json()["amount"]) == (200, "800000.00")
            assert taken.status_code == 200, taken.text
            ended.append(decided.status_code)
        assert set(ended) == {200, 409}
