"""Agreements: who takes which step, to where it leads, and what it tells."""

from typing import Any

import pytest

from tests.risk_pool.account.driver import account_of
from tests.risk_pool.agreements.driver import BANK, TREASURY, Agreements
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def test_finance_or_the_manager_enters_an_agreement_and_nobody_else(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        for role in EVERYBODY:
            answer = await people.tries(by=somebody(pool, role), **TREASURY)
            if role in ("finance_maker", "pool_manager"):
                assert answer.status_code == 201, answer.text
                entered = answer.json()
                assert last_move(entered) == (None, "enter", "entered", role)
                assert entered["waiting_for"]["roles"] == ["finance_checker"]
                assert entered["edition"] is None
            else:
                assert code_of(answer) == (403, "forbidden"), role

        assert await people.owed() == [], "nothing is expected of what one person has entered"


@pytest.mark.parametrize(("step", "target"), [("release", "in_force"), ("refuse", "refused")])
async def test_another_person_puts_an_agreement_in_force_or_does_not(running, step, target):
    async with account_of(running) as pool:
        people = Agreements(pool)
        agreement = await people.enters(**BANK)
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await people.takes(agreement, step, by=somebody(pool, role))
                assert code_of(answer) == lacks_role(role), role
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        answer = await people.takes(agreement, step, by=both)
        assert code_of(answer) == (409, "second-person-required")

        answer = await people.takes(agreement, step)

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("entered", step, target, "finance_checker")
        for again in ("release", "refuse"):
            answer = await people.takes(agreement, again)
            assert code_of(answer) == (409, "not-possible-now")
        told = [one for one in await pool.said() if one["type"] == "agreement.in_force.v1"]
        if step == "refuse":
            assert told == []
            return
        (one,) = told
        assert {name: one[name] for name in ("party_code", "bank_code", "edition", "line")} == {
            "party_code": "ICBC", "bank_code": "ICBC", "edition": 1, "line": "30000000.00",
        }  # fmt: skip


async def test_a_later_version_replaces_the_one_in_force_by_itself(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        first = await people.agrees(**BANK)
        later = await people.agrees(
            **BANK | {"valid_from": "2026-07-01", "line": "40000000.00", "reference": "补充协议"}
        )

        replaced = await people.shown(first)
        assert last_move(replaced) == ("in_force", "replace", "replaced", "system")
        assert (replaced["valid_to"], replaced["replaced_by"]) == ("2026-06-30", later["number"])
        assert (first["edition"], later["edition"]) == (1, 2)
        for step in ("release", "refuse"):
            answer = await people.takes(replaced, step)
            assert code_of(answer) == (409, "not-possible-now"), "what was replaced stays so"
