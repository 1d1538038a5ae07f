"""Words for loans that go bad: who does what to a case, and what a walk over its moves asks."""

from datetime import date
from typing import Any

from uuid6 import uuid7

from shared.contracts.rights import LoanPledgesStandV1, StandingPledge
from tests.papers import document
from tests.risk_pool.claims.driver import Claims
from tests.risk_pool.claims.test_claims import code_of

BANK = ("bank_operator", "bank_checker")
ROLES = (
    *BANK, "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor",
    "admin",
)  # fmt: skip
REPORT = document("report")


def somebody(pool: Claims, role: str, subject: str = "") -> Any:
    """A person with one role; a bank's people are ICBC's."""
    institution = "ICBC" if role in BANK else "*"
    return pool.service.as_(subject or role, role, institution=institution)


def pledge(number: str, *, kind: str = "invention", **more: Any) -> StandingPledge:
    """A pledge of a right, as it stands in its register since January."""
    said = {"pledge_id": uuid7(), "right_name": "一种合金", "owner_name": "企业a",
            "registry": "国家知识产权局", "registration_number": f"Y-{number}",
            "registered_on": date(2026, 1, 12)}  # fmt: skip
    return StandingPledge(right_kind=kind, right_number=number, **said | more)


async def pledged(pool: Claims, name: str, *pledges: StandingPledge) -> None:
    """The pool hears how the pledges of a loan stand."""
    await pool.hears(LoanPledgesStandV1(**vars(pool.case(name)), pledges=pledges))


async def asks(person: Any, path: str, body: Any, status: int = 200) -> Any:
    """The answer to a request that is taken."""
    answer = await person.post(path, json=body)
    assert answer.status_code == status, (path, answer.text)
    return answer.json()


async def reads(pool: Claims, path: str) -> Any:
    """What the bureau sees."""
    answer = await pool.auditor.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told_of(pool: Claims, case: str) -> list[str]:
    """What was told of a case, by its path, oldest first."""
    await pool.service.settled()
    reader, asked, told = pool.service.as_("shen", "auditor"), {"limit": 1000}, []
    answer = (await reader.get("/events", params=asked)).json()
    assert len(answer["items"]) < 1000, "a walk tells less"
    own = case.rpartition("/")[2]
    for one in answer["items"]:
        said = one["data"]
        ids = {said.get(name) for name in ("warning_id", "disposal_id", "collection_id")}
        told += [one["type"]] if own in ids else []
    return told


async def walks(
    pool: Claims,
    case: str,
    action: str,
    body: Any,
    *,
    by: str,
    roles: tuple[str, ...],
    to: str,
    told: Any,
) -> None:
    """A case's move: by whom it names it leads where it should and tells what it should, nothing
    else. Where `by` is the first of `roles`, everybody else is refused before, and nothing happens.
    """
    before = await reads(pool, case)
    if by == roles[0]:
        for other in set(ROLES) - set(roles):
            answer = await somebody(pool, other).post(f"{case}/{action}", json=body)
            said = "forbidden" if other == "admin" else "role-missing"
            assert code_of(answer) == (403, said), (action, other, answer.text)
            if other != "admin":
                assert answer.json()["required"] == sorted(roles), (action, other)
        assert (await reads(pool, case))["version"] == before["version"]
    heard = await told_of(pool, case)

    done = await asks(somebody(pool, by), f"{case}/{action}", body)

    last = done["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        before["state"], action, to, by,
    )  # fmt: skip
    assert done["state"] == to
    assert await told_of(pool, case) == [*heard, *told]


async def is_over(pool: Claims, case: str, bodies: dict[str, Any], *, but: tuple[str, ...]) -> None:
    """Every action that the table has no row for is refused where the case stands now."""
    for action, body in bodies.items():
        if action not in but:
            for role in ("bank_operator", "finance_maker", "finance_checker", "pool_manager"):
                answer = await somebody(pool, role).post(f"{case}/{action}", json=body)
                assert code_of(answer) == (409, "not-possible-now"), (action, role, answer.text)
