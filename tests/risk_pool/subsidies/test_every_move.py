"""Every move of a subsidy over HTTP: who may make it, where it leads, what is told."""

from typing import Any

from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.subsidies.driver import Treasury, treasury_of

BANK = ("bank_operator", "bank_checker")
ROLES = (
    *BANK, "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor",
    "admin",
)  # fmt: skip
MOVES = (
    # the way there, action, by whom, to, what is told
    ((), "review", ("finance_maker", "reviewer"), "reviewed", "subsidy.reviewed.v1"),
    ((), "refuse", ("finance_maker", "reviewer", "finance_checker"), "refused",
     "subsidy.refused.v1"),
    ((), "withdraw", ("bank_operator",), "withdrawn", ""),
    (("review",), "approve", ("finance_checker",), "approved", "subsidy.approved.v1"),
    (("review",), "refuse", ("finance_checker",), "refused", "subsidy.refused.v1"),
    (("review",), "withdraw", ("bank_operator",), "withdrawn", ""),
)  # fmt: skip
ACTIONS = ("review", "approve", "refuse", "withdraw")
ENDS = (("withdraw",), ("refuse",), ("review", "approve"))
FIRST = {"review": "finance_maker", "refuse": "finance_maker", "withdraw": "bank_operator",
         "approve": "finance_checker"}  # fmt: skip


def somebody(pool: Treasury, role: str) -> Any:
    return pool.service.as_(role, role, institution="ICBC" if role in BANK else "*")


async def takes(pool: Treasury, subsidy: Any, action: str, by: Any) -> Any:
    body = {"opinion": "好"} if action in ("review", "approve") else {"reason": "不"}
    if action == "approve":
        trial = (await pool.shown(subsidy))["trial"]
        body["trial"] = trial["trial"] if trial else "0" * 16
    return await by.post(f"/subsidies/{subsidy['id']}/{action}", json=body)


async def at(pool: Treasury, name: str, way: tuple[str, ...]) -> Any:
    """A subsidy of a fresh loan that has gone this way."""
    await pool.lent(name, "100000.00")
    subsidy = await pool.files_subsidy(name, "pledge", "2026-01-12", "2026-07-01")
    for action in way:
        done = await takes(pool, subsidy, action, somebody(pool, FIRST[action]))
        assert done.status_code == 200, done.text
    return subsidy


async def told_of(pool: Treasury, subsidy: Any) -> list[str]:
    said = [one for one in await pool.said() if one.get("subsidy_id") == subsidy["id"]]
    return [one["type"] for one in said]


async def test_every_move_is_made_by_those_it_names_alone_and_tells_what_it_should(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        await pool.it_is("2026-07-02")
        serial = 0
        for way, action, roles, target, tells in MOVES:
            for role in roles:
                serial += 1
                subsidy = await at(pool, f"l{serial}", way)
                before = await pool.shown(subsidy)
                for other in ROLES:
                    if other not in roles:
                        refused = await takes(pool, subsidy, action, somebody(pool, other))
                        assert refused.status_code == 403, (action, other, refused.text)
                assert (await pool.shown(subsidy))["version"] == before["version"]

                done = await takes(pool, subsidy, action, somebody(pool, role))

                assert done.status_code == 200, (action, role, done.text)
                after = await pool.shown(subsidy)
                last = after["history"][-1]
                assert (after["state"], last["action"], last["role"]) == (target, action, role)
                told = ["subsidy.filed.v1", *(f"subsidy.{one}ed.v1" for one in way), tells]
                assert await told_of(pool, subsidy) == [one for one in told if one]


async def test_what_is_over_is_moved_by_nobody_and_only_a_clerk_files(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        await pool.it_is("2026-07-02")
        for serial, way in enumerate(ENDS):
            subsidy = await at(pool, f"e{serial}", way)
            for action in ACTIONS:
                answer = await takes(pool, subsidy, action, somebody(pool, FIRST[action]))
                assert code_of(answer) == (409, "not-possible-now"), (way, action)
        fresh = await at(pool, "f", ())
        early = await takes(pool, fresh, "approve", somebody(pool, "finance_checker"))
        assert code_of(early) == (409, "not-possible-now")
        for role in ROLES:
            if role != "bank_operator":
                body = pool.body("f", "premium", "2026-01-12", "2026-07-01", fee="1.00")
                answer = await somebody(pool, role).post(f"/pools/{pool.code}/subsidies", json=body)
                assert answer.status_code == 403, (role, answer.text)


async def test_whoever_reviewed_neither_approves_nor_refuses(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        await pool.it_is("2026-07-02")
        subsidy = await at(pool, "a", ())
        both = pool.service.as_("both", "finance_maker", "finance_checker")
        await takes(pool, subsidy, "review", both)
        for action in ("approve", "refuse"):
            answer = await takes(pool, subsidy, action, both)
            assert code_of(answer) == (409, "second-person-required")
