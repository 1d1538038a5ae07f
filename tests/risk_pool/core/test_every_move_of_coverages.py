"""Every fact in every state of a coverage, through events: where it leads, and who is told."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.risk_pool.handlers.claim_cover import NotCovered
from shared.life_cycle import Actor, RoleMissing
from tests.agreements import agreed
from tests.risk_pool.core.driver import Pool, pool_of

CHECKER = Actor("qian", "钱", frozenset({"finance_checker"}))

FACTS = (
    "approval", "withdrawal", "expiry", "disbursement", "repayment", "position", "rejection",
    "reopening", "undoing", "draw", "draw_undone", "draws_end", "filing",
)  # fmt: skip
# "> state": it moves. "! kind": it moves nothing, and people are shown an incident. "": nothing.
LIFE = {
    "none": (
        "> reserved", "", "", "! disbursed-without-coverage", "", "! position-without-coverage",
        "", "", "", "! drawn-without-coverage", "", "", "> active",
    ),
    "reserved": (
        "! approved-again", "> released", "> released", "> active",
        "! repaid-before-disbursement", "! position-before-disbursement", "",
        "", "", "! drawn-before-disbursement", "", "", "! approved-again",
    ),
    "declined": (
        "> reserved", "", "", "! disbursed-without-coverage", "", "", "", "", "",
        "! drawn-without-coverage", "", "", "! approved-again",
    ),
    "waiting": (
        "> waiting", "> released", "> released", "! disbursed-without-coverage", "", "",
        "> released", "", "", "! drawn-without-coverage", "", "", "! approved-again",
    ),
    "active": (
        "! approved-again", "! withdrawn-after-disbursement", "! expired-after-disbursement",
        "! disbursed-again", "> released", "", "", "", "> reserved", "! drawn-again", "", "", "! approved-again",
    ),
    "released": (
        "! approved-again", "", "", "! disbursed-after-release", "", "", "",
        "! reopened-after-release", "", "! drawn-after-release", "", "", "! approved-again",
    ),
    "claimed": (
        "! approved-again", "", "", "! disbursed-again", "! repaid-after-claim", "", "",
        "! reopened-after-claim", "! undone-after-claim", "! drawn-after-claim",
        "! undone-after-claim", "", "! approved-again",
    ),
}  # fmt: skip
TOLD = {
    "reserved": "coverage.reserved.v1",
    "active": "coverage.activated.v1",
    "released": "coverage.released.v1",
    "waiting": "coverage.declined.v1",
}
NO_LINE = {"lines": {"CCB": "0.01"}}
"""A bank whose cases wait until its line is raised."""


def fact_of(pool: Pool, fact: str, loan: str):
    """What may be heard of a loan of a thousand."""
    if fact == "position":
        return pool.position(loan, "2026-02", "1.00")
    if fact == "reopening":
        return pool.reopening(loan, "1.00")
    if fact in ("draw", "draw_undone"):
        # What stands there already: it comes late, or a second time.
        return getattr(pool, fact)(loan, "1.00", "1000.00")
    more = {"amount": "1000.00"} if fact in ("approval", "disbursement", "filing") else {}
    return getattr(pool, fact)(loan, **more)


def names(state: str) -> list[str]:
    """A loan for each fact."""
    return [f"{state} {fact}" for fact in FACTS]


async def brought_into_every_state(pool: Pool) -> None:
    """Six loans in each state, one for each fact that may come."""
    for loan in names("none"):
        pool.case(loan)
    await pool.hears(*(pool.approval(loan, amount="9000000000.00") for loan in names("declined")))
    await pool.hears(
        *(pool.approval(loan, amount="1000.00", bank="CCB") for loan in names("waiting"))
    )
    held = [
        loan for state in ("reserved", "active", "released", "claimed") for loan in names(state)
    ]
    await pool.hears(*(pool.approval(loan, amount="1000.00") for loan in held))
    await pool.hears(
        *(pool.disbursement(one, amount="1000.00") for one in names("active") + names("claimed"))
    )
    await pool.hears(*(pool.withdrawal(loan) for loan in names("released")))
    for loan in names("claimed"):
        await pool.claims_cover(loan, CHECKER)


async def states(pool: Pool) -> dict[str, str]:
    """Loan → its coverage's state, "none" where there is none."""
    found = {}
    for loan, loan_id in pool.loans.items():
        answer = await pool.auditor.get(f"/coverages/{loan_id}")
        found[loan] = answer.json()["state"] if answer.status_code == 200 else "none"
    return found


async def test_every_fact_in_every_state_leads_where_it_leads_and_tells_what_it_tells(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="100000000.00", **NO_LINE) as pool:
        await brought_into_every_state(pool)
        assert await states(pool) == {loan: loan.split()[0] for loan in pool.loans}
        said_before = len(await pool.said())

        for fact in FACTS:
            await pool.hears(*(fact_of(pool, fact, f"{state} {fact}") for state in LIFE))

        found, told, incidents = await states(pool), {}, {}
        for one in (await pool.said())[said_before:]:
            told.setdefault(one["loan_id"], []).append(one["type"])
        answer = await pool.auditor.get("/incidents", params={"limit": 200})
        for one in answer.json()["items"]:
            incidents.setdefault(one["loan_id"], []).append(one["kind"])

    for state, row in LIFE.items():
        for fact, outcome in zip(FACTS, row, strict=True):
            loan_id = str(pool.loans[f"{state} {fact}"])
            sign, _, what = outcome.partition(" ")
            leads_to = what if sign == ">" else state
            where = (fact, "in", state)
            assert (where, found[f"{state} {fact}"]) == (where, leads_to)
            tells = [TOLD[what]] if sign == ">" else []
            assert (where, told.get(loan_id, [])) == (where, tells)
            leaves = [what] if sign == "!" else []
            assert (where, incidents.get(loan_id, [])) == (where, leaves)


async def test_a_loan_without_room_is_declined_as_often_as_it_asks_and_held_once_there_is_room(
    running,
):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        for amount in ("9000000000.00", "8000000000.00"):
            await pool.approved("loan", amount=amount)
            assert (await pool.coverage("loan"))["state"] == "declined"
        await pool.approved("loan", amount="1000.00")

        held = await pool.coverage("loan")
        told = [(one["type"], one["amount"]) for one in await pool.said() if "loan_id" in one]

    assert (held["state"], held["amount"], held["reserved"]) == ("reserved", "1000.00", "1000.00")
    assert told == [
        ("coverage.declined.v1", "9000000000.00"),
        ("coverage.declined.v1", "8000000000.00"),
        ("coverage.reserved.v1", "1000.00"),
    ]
    assert [(move["source"], move["target"], move["action"]) for move in held["history"]] == [
        (None, "declined", "decline"),
        ("declined", "declined", "decline"),
        ("declined", "reserved", "reserve"),
    ]
    assert held["waiting_for"]["due_on"] == held["reserved_until"] is not None


async def test_a_loan_paid_out_so_little_that_nothing_is_covered_tells_nobody_of_cover(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.approved("loan", amount="1000.00", ip_share_bp=4_999)
        await pool.hears(pool.disbursement("loan", amount="0.01"))

        drawn = await pool.coverage("loan")
        told = [one["type"] for one in await pool.said() if "loan_id" in one]

    assert (drawn["state"], drawn["covered"], drawn["outstanding"]) == ("active", "0.00", "0.01")
    assert told == ["coverage.reserved.v1"]
    assert [move["action"] for move in drawn["history"]] == ["reserve", "activate"]


async def test_what_is_let_go_says_why(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.hears(*(pool.approval(one, amount="1000.00") for one in ("w", "e", "r", "c")))
        await pool.hears(*(pool.disbursement(one, amount="1000.00") for one in ("r", "c")))
        await pool.hears(pool.withdrawal("w"))
        await pool.hears(pool.expiry("e"))
        await pool.hears(pool.repayment("r"))
        await pool.claims_cover("c", CHECKER)

        told = [(one["reason"], one["amount"]) for one in await pool.said("coverage.released.v1")]
        claimed, repaid = await pool.coverage("c"), await pool.coverage("r")

    reasons = ("withdrawn", "expired", "repaid", "claimed")
    assert told == [(reason, "1000.00") for reason in reasons]
    assert (claimed["state"], claimed["outstanding"]) == ("claimed", "1000.00")
    assert (repaid["state"], repaid["outstanding"]) == ("released", "0.00")
    last = claimed["history"][-1]
    assert (last["action"], last["reason"], last["subject"], last["role"]) == (
        "release", "claimed", "qian", "finance_checker",
    )  # fmt: skip
    assert claimed["waiting_for"] is None


async def test_cover_is_not_used_up_by_whoever_may_not_approve_a_claim(running):
    others = (
        "bank_operator", "reviewer", "approver", "finance_maker", "pool_manager", "system",
    )  # fmt: skip
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.covers("loan", amount="1000.00")
        before = await pool.balances()

        for role in others:
            with pytest.raises(RoleMissing):
                await pool.claims_cover("loan", Actor("x", "x", frozenset({role})))

        assert (await pool.coverage("loan"))["state"] == "active"
        assert await pool.balances() == before
        assert await pool.said("coverage.released.v1") == []


async def test_only_what_is_in_cover_can_be_claimed(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="100000000.00", **NO_LINE) as pool:
        await brought_into_every_state(pool)

        for state in ("reserved", "declined", "waiting", "released", "claimed"):
            with pytest.raises(NotCovered):
                await pool.claims_cover(f"{state} approval", CHECKER)
            assert (await pool.coverage(f"{state} approval"))["state"] == state


async def test_a_loan_waits_declines_and_is_served_by_every_way_into_the_line_and_out_of_it(
    running,
):
    async with pool_of(running, "ICBC", "CCB", paid_in="1000000.00", **NO_LINE) as pool:
        for amount, state in (
            ("9000000000.00", "declined"),
            ("1000.00", "waiting"),
            ("2000.00", "waiting"),
            ("9000000000.00", "declined"),
            ("1500.00", "waiting"),
        ):
            await pool.approved("loan", amount=amount, bank="CCB")
            assert (amount, (await pool.coverage("loan"))["state"]) == (amount, state)
        await agreed(pool.finance, pool.checker, "dongli", "CCB", line="1500.00")
        await pool.serves_its_line()

        held = await pool.coverage("loan")
        told = [
            (one["type"], one["amount"], one.get("waiting"), one.get("place"))
            for one in await pool.said()
            if "loan_id" in one
        ]

    assert (held["state"], held["reserved"], held["line_place"]) == ("reserved", "1500.00", None)
    assert told == [
        ("coverage.declined.v1", "9000000000.00", False, None),
        ("coverage.declined.v1", "1000.00", True, 1),
        ("coverage.declined.v1", "2000.00", True, 1),
        ("coverage.declined.v1", "9000000000.00", False, None),
        ("coverage.declined.v1", "1500.00", True, 1),
        ("coverage.reserved.v1", "1500.00", None, None),
    ]
    assert [(move["source"], move["action"]) for move in held["history"]] == [
        (None, "decline"),
        ("declined", "wait"),
        ("waiting", "wait"),
        ("waiting", "decline"),
        ("declined", "wait"),
        ("waiting", "reserve"),
    ]


async def test_every_step_back_leads_where_it_leads_and_tells_what_it_tells(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        loans = ("reopened", "undone", "undone when the hold has run out", "told late")
        await pool.hears(*(pool.approval(loan, amount="1000.00") for loan in loans))
        last = date.fromisoformat((await pool.coverage("told late"))["reserved_until"])
        await pool.hears(*(pool.disbursement(loan, amount="1000.00") for loan in loans[:3]))
        await pool.hears(pool.repayment("reopened"), pool.expiry("told late"))
        said = len(await pool.said())
        steps = (
            # (what is heard, from, by which move, to, what is told)
            (pool.reopening("reopened", "1000.00"), "released", "reopen", "active",
             "coverage.reopened.v1"),
            (pool.undoing("undone"), "active", "undo", "reserved", "coverage.reserved.v1"),
            (pool.undoing("undone when the hold has run out", on=last + timedelta(days=1)),
             "active", "undo_release", "released", "coverage.released.v1"),
            (pool.disbursement("told late", amount="1000.00", on=last), "released", "cover_late",
             "active", "coverage.activated.v1"),
        )  # fmt: skip
        morning = datetime.combine(last + timedelta(days=1), time(1), UTC)

        await pool.hears(*(event for event, *_ in steps), at=morning)

        told = [(one["loan_id"], one["type"]) for one in (await pool.said())[said:]]
        for loan, (_, source, action, target, tells) in zip(loans, steps, strict=True):
            case = await pool.coverage(loan)
            move = case["history"][-1]
            assert (case["state"], move["source"], move["action"], move["target"]) == (
                target, source, action, target,
            )  # fmt: skip
            assert move["role"] == "system"
            assert [kind for of, kind in told if of == str(pool.loans[loan])] == [tells]


async def test_a_loan_waits_from_the_first_and_is_told_its_place(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="1000000.00", **NO_LINE) as pool:
        await pool.approved("loan", amount="1000.00", bank="CCB")

        waits = await pool.coverage("loan")
        (told,) = [one for one in await pool.said() if "loan_id" in one]

    assert (waits["state"], waits["line_place"]) == ("waiting", 1)
    assert (told["type"], told["waiting"], told["place"]) == ("coverage.declined.v1", True, 1)
    (move,) = waits["history"]
    assert (move["source"], move["action"], move["role"]) == (None, "wait", "system")


async def test_draws_leave_a_coverage_active_are_remembered_and_tell_nobody(running):
    async with pool_of(running, "ICBC", paid_in="1000000.00") as pool:
        await pool.pays_in_parts("loan", "400.00", amount="1000.00")
        said = len(await pool.said())
        steps = (
            (pool.draw("loan", "100.00", "500.00"), "draw", "500.00", "500.00"),
            (pool.draw_undone("loan", "100.00", "400.00"), "undo_draw", "400.00", "600.00"),
            (pool.draws_end("loan"), "end_draws", "400.00", "0.00"),
        )
        for event, action, covered, reserved in steps:
            await pool.hears(event)

            case = await pool.coverage("loan")
            move = case["history"][-1]
            assert (move["source"], move["action"], move["target"], move["role"]) == (
                "active", action, "active", "system",
            )  # fmt: skip
            assert (case["covered"], case["reserved"]) == (covered, reserved)
        assert len(await pool.said()) == said
        assert await pool.incidents() == []
