"""Every move of a notice and of an objection: who may make it, and where it leads."""

from pathlib import Path

import pytest

from services import risk_pool
from services.risk_pool.domain.objection import LIFE_CYCLE as OBJECTIONS
from services.risk_pool.domain.objection import OUTSIDER
from services.risk_pool.domain.public_notice import LIFE_CYCLE as NOTICES
from shared.life_cycle import Actor, RoleMissing
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.notices.driver import AFTER, FIRST, noticed

ROLES = (
    "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "leader", "auditor",
)  # fmt: skip
BODIES = {
    "withdraw": {"reason": "名单有误"}, "approve": {}, "end": {}, "decide": {},
    "propose": {"verdict": "not_upheld", "answer": "经核查，异议不成立。"}, "send_back": {"reason": "重拟"},
}  # fmt: skip
NOTICE_MOVES = {
    "prepared": {"approve": {"approver", "finance_checker"},
                 "withdraw": {"reviewer", "finance_maker", "approver", "finance_checker"}},
    "approved": {"withdraw": {"reviewer", "finance_maker", "approver", "finance_checker"}},
    "published": {"withdraw": {"approver", "finance_checker"}, "end": {"reviewer", "finance_maker"}},
    "ended": {}, "withdrawn": {}, "corrected": {},
}  # fmt: skip
OBJECTION_MOVES = {
    "filed": {"propose": {"reviewer", "finance_maker"}},
    "proposed": {"send_back": {"approver", "finance_checker"},
                 "decide": {"approver", "finance_checker"}},
    "decided": {}, "lapsed": {},
}  # fmt: skip


def test_both_tables_are_drawn_in_the_manual():
    readme = (Path(risk_pool.__file__).parent / "README.md").read_text(encoding="utf-8")

    assert NOTICES.diagram() in readme
    assert OBJECTIONS.diagram() in readme


async def stands(pool, case, state):
    kind = "objections" if "-V-" in case["number"] else "public-notices"
    now = (await pool.auditor.get(f"/{kind}/{case['id']}")).json()
    assert now["state"] == state, (now["state"], state)
    return now


async def others_are_refused(pool, case, moves, actions):
    """Whoever is not named for a move in this state is refused: 409 where there is none, else 403."""
    for action in actions:
        for role in ROLES:
            if role in moves.get(action, ()):
                continue
            answer = await pool.moves(case, action, role, **BODIES[action])
            expected = 403 if action in moves else 409
            assert answer.status_code == expected, (action, role, answer.text)


def test_an_objection_is_filed_from_outside_and_by_nobody_of_the_house():
    insider = Actor("x", "x", frozenset(ROLES))

    assert OBJECTIONS.require(None, "file", OUTSIDER).target == "filed"
    with pytest.raises(RoleMissing):
        OBJECTIONS.require(None, "file", insider)


async def test_every_move_of_a_notice_is_made_by_those_it_names_alone(running):
    async with noticed(running) as pool:
        one, _ = pool.claim
        actions = ("approve", "withdraw", "end")
        for role in set(ROLES) - {"reviewer", "finance_maker"}:
            await pool.prepares(one, by=pool.person(role), status=403)
        # As far as each of these may withdraw it, from every state in which it can be.
        for state, moves in NOTICE_MOVES.items():
            if state in ("ended", "corrected"):
                continue
            for role in sorted(moves.get("withdraw", {"approver"})):
                notice = await at(pool, one, state)
                if role == sorted(moves.get("withdraw", {"approver"}))[0]:
                    await others_are_refused(pool, notice, moves, actions)
                    await stands(pool, notice, state)
                if state != "withdrawn":
                    done = await pool.moves(notice, "withdraw", role, **BODIES["withdraw"])
                    assert done.json()["state"] == "withdrawn", done.text
        for by, approves in (("reviewer", "finance_checker"), ("finance_maker", "approver")):
            notice = await pool.prepares(one, by=pool.person(by))
            both = pool.service.as_(f"p-{by}", approves)
            mine = await both.post(f"/public-notices/{notice['id']}/approve", json={})
            assert code_of(mine) == (409, "second-person-required")
            shown = await pool.moves(notice, "approve", approves)
            assert shown.json()["state"] == "published"
            if by == "reviewer":
                fresh = await pool.publishes(one, corrects=notice["id"])
                await others_are_refused(pool, await stands(pool, notice, "corrected"), {}, actions)
                await pool.moves(fresh, "withdraw", "finance_checker", reason="x")
        await pool.it_is(AFTER)
        ended = await pool.moves(notice, "end", "finance_maker")
        assert ended.json()["state"] == "ended"
        await others_are_refused(pool, notice, {}, actions)
        assert set(NOTICES.states) == set(NOTICE_MOVES)


async def at(pool, claim, state):
    """A notice in that state, of which the claim is the only case."""
    ahead = {"opens_on": "2026-04-01"} if state == "approved" else {}
    notice = await pool.prepares(claim, **ahead)
    if state in ("approved", "published"):
        await pool.moves(notice, "approve", "approver")
    if state == "withdrawn":
        await pool.moves(notice, "withdraw", "reviewer", reason="x")
    return await stands(pool, notice, state)


async def test_every_move_of_an_objection_is_made_by_those_it_names_alone(running):
    async with noticed(running) as pool:
        one, _ = pool.claim
        notice = await pool.publishes(one)
        actions = ("propose", "send_back", "decide")
        for first, second in (("reviewer", "approver"), ("finance_maker", "finance_checker")):
            receipt = (await pool.objects(notice)).json()
            said = await pool.objection(receipt)
            if first == "reviewer":
                await others_are_refused(pool, said, OBJECTION_MOVES["filed"], actions)
            for action, role, state in (
                ("propose", first, "proposed"), ("send_back", second, "filed"),
                ("propose", first, "proposed"), ("decide", second, "decided"),
            ):  # fmt: skip
                if action == "decide" and first == "reviewer":
                    await others_are_refused(pool, said, OBJECTION_MOVES["proposed"], actions)
                done = await pool.moves(said, action, role, **BODIES[action])
                assert done.json()["state"] == state, done.text
            assert done.json()["history"][-1]["role"] == second
        await others_are_refused(pool, said, {}, actions)
        left = [(await pool.objects(notice)).json() for _ in range(2)]
        await pool.moves(await pool.objection(left[0]), "propose", "reviewer", **BODIES["propose"])
        # A correction goes over no objection that is open; with the notice both are closed.
        made = await pool.prepares(one, corrects=notice["id"])
        twice = await pool.prepares(one, corrects=notice["id"], status=422)
        assert twice["errors"][0]["code"] == "corrected-already"
        assert code_of(await pool.moves(made, "approve", "approver")) == (409, "objections-open")
        await pool.moves(notice, "withdraw", "approver", reason="x")
        for receipt in left:
            lapsed = await stands(pool, await pool.objection(receipt), "lapsed")
            await others_are_refused(pool, lapsed, {}, actions)
        assert set(OBJECTIONS.states) == set(OBJECTION_MOVES)
        assert notice["opens_on"] == FIRST
