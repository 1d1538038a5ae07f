"""Every move of a breaker, by the figures that make it: where it leads, and who is told."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from services.risk_pool.main import watch_banks_past_the_reporting_day
from tests.risk_pool.core.driver import pool_of

# dongli: bank 3 % warn, 5 % stop, resume below 4 % at two month-ends; pool 50 / 30 / 40 %.
MONTHS_OF_A_BANK = (
    # (bad of 1,000,000.00 covered, where the bank stands then, what is told)
    ("0.00", "normal", ()),
    ("40000.00", "warned", ("bank.warned.v1",)),
    ("0.00", "normal", ()),
    ("100000.00", "suspended", ("bank.suspended.v1",)),
    ("35000.00", "suspended", ()),
    ("35000.00", "warned", ("bank.resumed.v1",)),
    ("100000.00", "suspended", ("bank.suspended.v1",)),
    ("10000.00", "suspended", ()),
    ("10000.00", "normal", ("bank.resumed.v1",)),
)
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)
BOOKINGS_OF_A_POOL = (
    # (paid in, or a fee where below zero; its day; where the pool stands then, what is told)
    (1_000, JANUARY, "normal", "open", ()),
    (-550, JANUARY, "warned", "open", ("pool.warned.v1",)),  # 450 of 1,000
    (200, JANUARY, "normal", "open", ()),  # 650 of 1,200
    (-400, JANUARY, "suspended", "stopped", ("pool.stopped.v1",)),  # 250 of 1,200
    (250, JANUARY, "suspended", "stopped", ()),  # 500 of 1,450
    (300, JANUARY, "warned", "open", ("pool.resumed.v1",)),  # 800 of 1,750
    (-400, FEBRUARY, "suspended", "stopped", ("pool.stopped.v1",)),  # 400 of 1,750
    (1_000, FEBRUARY, "normal", "open", ("pool.resumed.v1",)),  # 1,400 of 2,750
)


async def test_a_bank_is_warned_suspended_and_resumed_by_every_way_its_figures_can_take(running):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good")
        await pool.covers("bad")
        said = 0
        for number, (bad, stands, tells) in enumerate(MONTHS_OF_A_BANK, start=1):
            good = f"{1_000_000 - float(bad):.2f}"
            month = f"2026-{number:02d}"
            await pool.hears(
                pool.position("good", month, good),
                pool.position("bad", month, bad, risk_class="substandard"),
            )

            (bank,) = (await pool.stands())["banks"]
            assert (month, bank["breaker"], bank["evaluated_month"]) == (month, stands, month)
            told = [one for one in await pool.said() if one["type"].startswith("bank.")]
            assert (month, tuple(one["type"] for one in told[said:])) == (month, tells)
            assert all(one["bad_principal"] == bad for one in told[said:])
            said = len(told)

        answer = (await pool.auditor.get("/pools/dongli/banks")).json()
    looks = [(one["source"], one["target"]) for one in reversed(answer["banks"][0]["history"])]
    stood = ["normal", *(stands for _, stands, _ in MONTHS_OF_A_BANK)]
    assert looks == list(pairwise(stood))


async def test_a_pool_is_warned_stopped_and_resumed_by_every_way_its_balance_can_take(running):
    async with pool_of(running, "ICBC") as pool:
        await pool.service.context.clock.set(datetime(2026, 3, 1, 4, tzinfo=UTC))
        said = 0
        for amount, day, breaker, state, tells in BOOKINGS_OF_A_POOL:
            book = pool.paid_in if amount > 0 else pool.fee
            await book(f"{abs(amount)}.00", on=day)

            now = await pool.stands()
            assert (amount, now["breaker"], now["state"]) == (amount, breaker, state)
            told = [one for one in await pool.said() if one["type"].startswith("pool.")][1:]
            assert (amount, tuple(one["type"] for one in told[said:])) == (amount, tells)
            assert all(one["available"] == now["available"] for one in told[said:])
            said = len(told)


SILENCE = (
    # (bad of 1,000,000.00 in January, where the bank stands then; two silent months later)
    ("0.00", "normal"),
    ("40000.00", "warned"),
)


@pytest.mark.parametrize(("bad", "stands"), SILENCE)
async def test_a_bank_without_any_report_for_two_months_is_suspended_wherever_it_stood(
    running, bad, stands
):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        await pool.covers("good")
        await pool.covers("bad")
        await pool.hears(
            pool.position("good", "2026-01", f"{1_000_000 - float(bad):.2f}"),
            pool.position("bad", "2026-01", bad, risk_class="substandard"),
        )
        assert await stand_of(pool, "ICBC") == stands
        said = len(await pool.said("bank.suspended.v1"))

        await pool.service.context.clock.set(datetime(2026, 4, 13, 4, tzinfo=UTC))
        await watch_banks_past_the_reporting_day(pool.service.context)

        assert await stand_of(pool, "ICBC") == "suspended"
        assert len(await pool.said("bank.suspended.v1")) == said + 1


async def stand_of(pool, bank: str) -> str:
    """Where a bank's breaker stands, or the pool's own ("")."""
    now = await pool.stands()
    return now["breaker"] if not bank else now["banks"][0]["breaker"]


async def brought_to(pool, bank: str, state: str) -> None:
    """Figures bring the breaker to a state."""
    if bank:
        bad = {"normal": "0.00", "warned": "40000.00", "suspended": "100000.00"}[state]
        await pool.covers("good")
        await pool.covers("bad")
        await pool.hears(
            pool.position("good", "2026-01", f"{1_000_000 - float(bad):.2f}"),
            pool.position("bad", "2026-01", bad, risk_class="substandard"),
        )
    else:
        await pool.paid_in("1000.00")
        fee = {"normal": "", "warned": "550.00", "suspended": "750.00"}[state]
        if fee:
            await pool.fee(fee)
    assert await stand_of(pool, bank) == state


async def ordered(pool, bank: str, order: str, *, reason: str = "风控系统停用") -> dict:
    """One person proposes, another confirms."""
    proposed = await pool.manager.post(
        "/pools/dongli/breaker-orders",
        json={"bank_code": bank, "order": order, "reason": reason},
    )
    assert proposed.status_code == 201, proposed.text
    approver = pool.service.as_("wu", "approver")
    answer = await approver.post(f"/breaker-orders/{proposed.json()['id']}/confirm")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("bank", ["ICBC", ""])
@pytest.mark.parametrize("state", ["normal", "warned", "suspended"])
async def test_two_persons_suspend_from_every_state_and_only_two_persons_resume(
    running, bank, state
):
    async with pool_of(running, "ICBC", paid_in="" if not bank else "10000000.00") as pool:
        await brought_to(pool, bank, state)
        said = len(await pool.said())
        suspended, resumed = (
            ("bank.suspended.v1", "bank.resumed.v1")
            if bank
            else ("pool.stopped.v1", "pool.resumed.v1")
        )

        await ordered(pool, bank, "suspend")
        assert await stand_of(pool, bank) == "suspended_by_hand"
        (told,) = (await pool.said())[said:]
        assert (told["type"], told["cause"], told["reason"]) == (
            suspended, "by-hand", "风控系统停用",
        )  # fmt: skip

        if bank:
            for month in ("2026-02", "2026-03", "2026-04"):
                await pool.hears(
                    pool.position("good", month, "1000000.00"),
                    pool.position("bad", month, "1.00"),
                )
        else:
            await pool.paid_in("9000000.00")
        assert await stand_of(pool, bank) == "suspended_by_hand", "figures do not lift it"
        await pool.approved("refused", amount="1000.00")
        refused = await pool.coverage("refused")
        code = "bank_suspended" if bank else "pool_stopped"
        assert code in [limit["limit"] for limit in refused["limits"]]

        await ordered(pool, bank, "resume", reason="系统恢复")
        assert await stand_of(pool, bank) == "normal"
        (told,) = [one for one in await pool.said() if one["type"] == resumed]
        assert (told["cause"], told["reason"]) == ("by-hand", "系统恢复")
        await pool.approved("taken", amount="1000.00")
        assert (await pool.coverage("taken"))["state"] == "reserved"


@pytest.mark.parametrize("bank", ["ICBC", ""])
async def test_two_persons_may_resume_what_figures_have_stopped(running, bank):
    async with pool_of(running, "ICBC", paid_in="" if not bank else "10000000.00") as pool:
        await brought_to(pool, bank, "suspended")
        said = len(await pool.said())

        done = await ordered(pool, bank, "resume", reason="联席会议同意")

        assert await stand_of(pool, bank) == "normal"
        assert (await pool.stands())["state"] == "open"
        assert (done["state"], done["proposed_by"], done["decided_by"]) == (
            "carried_out", "lin", "wu",
        )  # fmt: skip
        assert [(one["action"], one["subject"]) for one in done["history"]] == [
            ("propose", "lin"),
            ("confirm", "wu"),
        ]
        (told,) = (await pool.said())[said:]
        assert (told["type"], told["cause"], told["reason"]) == (
            "bank.resumed.v1" if bank else "pool.resumed.v1", "by-hand", "联席会议同意",
        )  # fmt: skip
