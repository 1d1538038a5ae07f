"""Every move of a month's settlement, as people and money make them over HTTP.

For each row: nobody but those it names may make the move, and whoever tries changes nothing; each
of those does, the month stands where it should, its history says who, and what is told is exactly
what belongs to the way it went.
"""

from collections.abc import Sequence
from datetime import date

from tests.cash import released, reversed_by_two
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.claims.test_life_cycles import BODIES, People

MOVES = (
    # steps before, action, by whom, to, what is told
    ((), "preview", ("finance_maker",), "previewed", []),
    (("preview",), "preview", ("finance_maker",), "previewed", []),
    (("preview",), "confirm", ("finance_maker",), "confirmed", ["settlement.confirmed.v1"]),
    (("preview", "confirm"), "preview", ("finance_maker",), "previewed", []),
    (("preview", "confirm"), "sign", ("finance_checker",), "signed", []),
    (
        ("preview", "confirm"),
        "send_back",
        ("finance_checker",),
        "previewed",
        ["settlement.sent-back.v1"],
    ),
    (("preview", "confirm", "sign"), "preview", ("finance_maker",), "previewed", []),
    (
        ("preview", "confirm", "sign"),
        "send_back",
        ("finance_checker",),
        "previewed",
        ["settlement.sent-back.v1"],
    ),
)
STANDS_AFTER = {
    "preview": "previewed",
    "confirm": "confirmed",
    "sign": "signed",
    "send_back": "previewed",
    "post": "posted",
}
DOES = {"preview": "finance_maker", "confirm": "finance_maker", "sign": "finance_checker"}
SIGNED = ("preview", "confirm", "sign")
QUIET = ("settlement.confirmed.v1", "settlement.posted.v1", "settlement.matched.v1")
"""What a month tells that leaves nothing: posted, it is matched at once."""


async def month_after(people: People, month: str, steps: Sequence[str]) -> str:
    """A month after some steps of its settlement; its path."""
    path = f"/pools/dongli/settlements/{month}"
    for step in steps:
        who = people.with_role(DOES[step])
        await people.moves(path, step, who, role=DOES[step], to=STANDS_AFTER[step])
        people.told[month] += ["settlement.confirmed.v1"] if step == "confirm" else []
    return path


async def test_a_month_moves_as_its_people_move_it_and_in_no_other_way(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await pool.it_is("2026-12-05")
        await pool.settles("2026-01")
        people.told["2026-01"] = list(QUIET)
        # Months without any fact of their own: none waits for the one before it.
        months = (f"2026-{number:02d}" for number in range(2, 13))

        for before, action, roles, target, told in MOVES:
            for role in roles:
                month = next(months)
                path = await month_after(people, month, before)
                await people.is_for_nobody_but(roles, path, action)
                await people.moves(path, action, people.with_role(role), role=role, to=target)
                people.told[month] += told

        await people.are_told("month", "settlement.")


async def a_bank_recovers(pool: Claims, on: str) -> None:
    """Of a paid claim 1,000.00 come in with the bank, which owes the pool its share of it."""
    if not pool.loans:
        await pool.covers("a", amount="10000000.00")
        await pool.hears(pool.position("a", "2026-01", "10000000.00", reported_on=date(2026, 2, 3)))
        await pool.goes_bad("a", "2026-02", "9000000.00", overdue_days=100)
        await pool.it_is(on)
        pool.claim = await pool.approves("a", "9000000.00", overdue_days=104)
        await pool.pays(pool.claim)
    if str(pool.today()) < on:
        await pool.it_is(on)
    await pool.recovers(pool.claim, f"{1000 + len(on)}.0{on[6]}", on=on)


async def receipt_of(pool: Claims, month: str) -> dict[str, str]:
    """Two persons book that the bank has paid what the month left it to pay."""
    items = (await pool.maker.get("/pools/dongli/open-items")).json()["items"]
    (item,) = [one for one in items if one["reference"].startswith(f"settlement:dongli:{month}:")]
    return await released(
        pool.maker, pool.checker, "dongli", "receipt", item["open"], str(pool.today()),
        item=item["reference"],
    )  # fmt: skip


async def stands(people: People, path: str) -> tuple[str, str, str]:
    """Where a month stands, by which action, in whose role."""
    month = (await people.pool.auditor.get(path)).json()
    last = month["history"][-1]
    return month["state"], last["action"], last["role"]


async def test_a_posted_month_is_matched_by_money_and_closed_by_a_person(running):
    async with claims_of(running) as pool:
        people = People(pool)
        for month, on, role in (
            ("2026-03", "2026-03-04", "finance_maker"),
            ("2026-04", "2026-04-06", "finance_checker"),
        ):
            await a_bank_recovers(pool, on)
            await pool.it_is({"2026-03": "2026-04-06", "2026-04": "2026-05-06"}[month])
            if month == "2026-03":
                await pool.settles("2026-01")
                await pool.settles("2026-02")
                people.told |= {before: list(QUIET) for before in ("2026-01", "2026-02")}
            path = await month_after(people, month, SIGNED)
            both = ("finance_maker", "finance_checker")

            await people.is_for_nobody_but(both, path, "post")
            await people.moves(path, "post", people.with_role(role), role=role, to="posted")
            receipt = await receipt_of(pool, month)
            assert await stands(people, path) == ("matched", "match", "system")
            back = await reversed_by_two(pool.maker, pool.checker, receipt, reason="退票")
            assert await stands(people, path) == ("posted", "unmatch", "system")
            await reversed_by_two(pool.maker, pool.checker, back, reason="重复退票")
            assert await stands(people, path) == ("matched", "match", "system")
            await people.is_for_nobody_but(("finance_checker",), path, "close")
            checker = people.with_role("finance_checker")
            await people.moves(path, "close", checker, role="finance_checker", to="closed")
            people.told[month] += [
                "settlement.posted.v1",
                "settlement.matched.v1",
                "settlement.unmatched.v1",
                "settlement.matched.v1",
                "settlement.closed.v1",
            ]

            (again,) = [
                one
                for one in (await pool.maker.get("/pools/dongli/cash-entries")).json()["items"]
                if one["reverses_number"] == back["number"]
            ]
            await reversed_by_two(pool.maker, pool.checker, again, reason="确系退票")
            assert await stands(people, path) == ("posted", "unmatch", "system")
            await receipt_of(pool, month)
            assert await stands(people, path) == ("matched", "match", "system")
            people.told[month] += ["settlement.unmatched.v1", "settlement.matched.v1"]

        await people.are_told("month", "settlement.")


async def test_a_step_that_is_done_changes_nothing_and_one_out_of_turn_is_refused(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await pool.it_is("2026-02-05")
        path = "/pools/dongli/settlements/2026-01"
        maker = people.with_role("finance_maker")
        checker = people.with_role("finance_checker")

        for step, done, out_of_turn in (
            ("preview", (), ("sign", "post")),
            ("confirm", ("confirm",), ("post",)),
            ("sign", ("confirm", "sign"), ()),
            ("post", ("preview", "confirm", "sign", "post"), ("send_back",)),
        ):
            await (checker if step == "sign" else maker).post(f"{path}/{step}", json={})
            before = await people.seen(path)
            # It leaves nothing to pay or to collect: posted, it is matched at once.
            assert before[0] == ("matched" if step == "post" else STANDS_AFTER[step])
            for again in done:
                assert (await maker.post(f"{path}/{again}", json={})).status_code == 200
            for early in out_of_turn:
                answer = await checker.post(f"{path}/{early}", json=BODIES.get(early, {}))
                assert code_of(answer) == (409, "not-possible-now"), (step, early)
            assert await people.seen(path) == before


async def test_who_confirmed_a_month_does_not_sign_it_and_may_preview_or_post_it(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await pool.it_is("2026-02-05")
        path = "/pools/dongli/settlements/2026-01"
        both = people.with_role("finance_maker", "finance_checker", subject="li")
        checker = people.with_role("finance_checker")

        for last, role in (("preview", "finance_maker"), ("post", "")):
            for step in ("preview", "confirm"):
                await people.moves(path, step, both, role="finance_maker", to=STANDS_AFTER[step])
            before = await people.seen(path)
            answer = await both.post(f"{path}/sign", json={})
            assert code_of(answer) == (409, "second-person-required")
            assert await people.seen(path) == before
            # A confirmed month that its confirmer previews anew is not confirmed any more.
            await people.moves(path, "preview", both, role="finance_maker", to="previewed")
            await people.moves(path, "confirm", both, role="finance_maker", to="confirmed")
            await people.moves(path, "sign", checker, role="finance_checker", to="signed")
            if last == "preview":
                await people.moves(path, last, both, role=role, to="previewed")
        posted = (await both.post(f"{path}/post", json={})).json()
        last = posted["history"][-2]
        assert (last["action"], last["target"], last["role"]) == (
            "post", "posted", "finance_checker",
        )  # fmt: skip
