"""Disputes: who takes which step, and to where it leads."""

from pathlib import Path
from typing import Any

import pytest

from services.risk_pool.domain.dispute import LIFE_CYCLE
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.disputes.driver import Disputes, disputes_of
from tests.services import lacks_role

FINANCE = ("finance_maker", "finance_checker")
BODIES: dict[str, dict[str, Any]] = {
    "propose": {"verdict": "uphold", "reason": "属实"},
    "send_back": {"reason": "再核"},
    "decide": {"trial": "none that was shown", "opinion": "同意"},
    "withdraw": {"reason": "核对无误"},
}
MOVES = (
    # from, action, by whom, to, what is told
    ("filed", "propose", "finance_maker", "proposed", ()),
    ("proposed", "send_back", "finance_checker", "filed", ()),
    ("proposed", "decide", "finance_checker", "decided", ("dispute.decided.v1",)),
    ("filed", "withdraw", "bank_operator", "withdrawn", ("dispute.withdrawn.v1",)),
    ("proposed", "withdraw", "bank_operator", "withdrawn", ("dispute.withdrawn.v1",)),
    ("filed", "withdraw", "finance_maker", "withdrawn", ("dispute.withdrawn.v1",)),
    ("proposed", "withdraw", "finance_maker", "withdrawn", ("dispute.withdrawn.v1",)),
)
MAY = {
    "propose": {"finance_maker"},
    "send_back": {"finance_checker"},
    "decide": {"finance_checker"},
    "withdraw": {"bank_operator", "finance_maker"},
}
README = Path(__file__).parents[3] / "services/risk_pool/README.md"


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def takes(pool: Disputes, dispute: Any, action: str, by: Any) -> Any:
    body = BODIES[action]
    if action == "decide":
        trial = (await pool.dispute(dispute))["trial"]
        body = body | ({"trial": trial["id"]} if trial else {})
    return await by.post(f"/disputes/{dispute['id']}/{action}", json=body)


async def stands(pool: Disputes, state: str, *, filed_by: str = "bank_operator") -> Any:
    """A dispute in a state, filed by the bank or by finance for it."""
    by_bank = filed_by == "bank_operator"
    dispute = await pool.disputes(
        by=somebody(pool, filed_by, "filer"), **({} if by_bank else {"letter": "函 17 号"})
    )
    if state != "filed":
        assert (await takes(pool, dispute, "propose", pool.maker)).status_code == 200
    if state in ("decided", "withdrawn"):
        by = {"decided": pool.checker, "withdrawn": somebody(pool, filed_by)}[state]
        action = {"decided": "decide", "withdrawn": "withdraw"}[state]
        assert (await takes(pool, dispute, action, by)).status_code == 200
    return await pool.dispute(dispute)


async def test_the_banks_operator_or_finance_files_and_nobody_else(running):
    async with disputes_of(running) as pool:
        line = await pool.line()
        for role in EVERYBODY:
            if role not in ("bank_operator", "finance_maker"):
                answer = await pool.tries_dispute(
                    by=somebody(pool, role), line=line, letter="函 17 号"
                )
                assert code_of(answer) == (403, "forbidden"), role
        for role in ("bank_operator", "finance_maker"):
            filed = await pool.disputes(by=somebody(pool, role), line=line, letter="函 17 号")
            assert filed["state"] == "filed"
            assert last_move(filed) == (None, "file", "filed", role)
            taken_back = await takes(pool, filed, "withdraw", somebody(pool, role))
            assert taken_back.json()["state"] == "withdrawn"
        assert len(await pool.said("dispute.filed.v1")) == 2


@pytest.mark.parametrize(("source", "action", "role", "target", "told"), MOVES)
async def test_a_dispute_is_moved_on_by_those_it_names_alone(
    running, source, action, role, target, told
):
    async with disputes_of(running) as pool:
        filed_by = role if action == "withdraw" else "bank_operator"
        dispute = await stands(pool, source, filed_by=filed_by)
        for other in EVERYBODY:
            if other not in MAY[action]:
                answer = await takes(pool, dispute, action, somebody(pool, other))
                assert code_of(answer) == lacks_role(other), other
        if action == "decide":
            for subject in ("gao", "filer"):
                same = pool.service.as_(subject, *FINANCE)
                answer = await takes(pool, dispute, action, same)
                assert code_of(answer) == (409, "second-person-required"), subject
        if action == "withdraw":
            other = {"bank_operator": "finance_maker", "finance_maker": "bank_operator"}[role]
            answer = await takes(pool, dispute, action, somebody(pool, other))
            assert code_of(answer) == (403, "filed-by-the-other-side")
        before = [one["type"] for one in await pool.said()]

        done = await takes(pool, dispute, action, somebody(pool, role))

        assert done.status_code == 200, done.text
        shown = await pool.dispute(dispute)
        assert (done.json()["state"], shown["state"]) == (target, target)
        assert last_move(shown) == (source, action, target, role)
        assert [one["type"] for one in await pool.said()][len(before) :] == list(told)


@pytest.mark.parametrize("state", list(LIFE_CYCLE.states))
async def test_whatever_has_no_row_is_refused(running, state):
    async with disputes_of(running) as pool:
        dispute = await stands(pool, state)
        listed = {move.action for move in LIFE_CYCLE.moves if move.source == state}
        refused = 0
        for action in set(BODIES) - listed:
            for role in ("bank_operator", *FINANCE):
                answer = await takes(pool, dispute, action, somebody(pool, role))
                assert code_of(answer) == (409, "not-possible-now"), (action, role)
                refused += 1
        assert refused >= 3
        assert (await pool.dispute(dispute))["version"] == dispute["version"]


def test_the_manual_draws_a_dispute_as_it_is():
    manual = README.read_text(encoding="utf-8")

    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in manual
