"""Every move of claims, recoveries and settlements, as people make them over HTTP.

For each row: nobody but those it names may make the move, and whoever tries changes nothing; each
of those does, the case stands where it should, its history says who, and what is told is exactly
what belongs to the way it went. Whatever has no row here is refused.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import code_of

BANK = ("bank_operator", "bank_checker")
BUREAU = (
    "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor", "admin",
)  # fmt: skip
ROLES = (*BANK, *BUREAU)

BODIES: dict[str, dict[str, Any]] = {
    "review": {"opinion": "好"},
    "approve": {"opinion": "好", "trial": "none that was shown"},
    "refuse": {"reason": "不"},
    "pay": {"paid_on": "2026-03-05"},
    "release": {"opinion": "好"},
    "write_off": {"reason": "执行终结"},
}


@dataclass
class People:
    """Somebody for each role, and what each case is expected to have told."""

    pool: Claims
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    filed: int = 0

    def with_role(self, *roles: str, subject: str = "") -> Any:
        institution = "ICBC" if set(roles) <= set(BANK) else "*"
        return self.pool.service.as_(subject or roles[0], *roles, institution=institution)

    async def seen(self, path: str) -> tuple[Any, ...]:
        """What of a case must not change where a step is refused."""
        answer = await self.pool.auditor.get(path)
        if answer.status_code == 404:
            return ("nothing",)
        case = answer.json()
        return case["state"], case["version"], len(case["history"])

    async def is_for_nobody_but(self, roles: Sequence[str], path: str, action: str) -> None:
        """Everybody else is refused, and nothing has happened."""
        before = await self.seen(path)
        for role in ROLES:
            if role not in roles:
                body = BODIES.get(action, {})
                answer = await self.with_role(role).post(f"{path}/{action}", json=body)
                assert answer.status_code == 403, (path, action, role, answer.text)
                if answer.json()["code"] == "role-missing":
                    assert answer.json()["required"] == sorted(roles), (path, action, role)
        assert await self.seen(path) == before, (path, action)

    async def moves(self, path: str, action: str, by: Any, *, role: str, to: str) -> Any:
        """Somebody makes the move: the case stands where it should, and its history says who."""
        before = await self.seen(path)
        body = BODIES.get(action, {})
        if action == "approve":
            body = body | {"trial": (await by.get(f"{path}/trial")).json()["id"]}
        answer = await by.post(f"{path}/{action}", json=body)
        assert answer.status_code == 200, (path, action, role, answer.text)
        case = (await self.pool.auditor.get(path)).json()
        assert case["state"] == to, (path, action, role)
        last = case["history"][-1]
        source = None if before[0] == "nothing" else before[0]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            source, action, to, role,
        )  # fmt: skip
        return case

    async def are_told(self, key: str, *families: str) -> None:
        """Every case has told exactly what it should, in this order."""
        await self.pool.service.settled()
        admin = self.pool.service.as_("zhou", "admin")
        told: dict[str, list[str]] = defaultdict(list)
        for one in (await admin.get("/events", params={"limit": 1000})).json()["items"]:
            if one["type"].startswith(families):
                told[one["data"][key]].append(one["type"])
        assert dict(told) == {case: types for case, types in self.told.items() if types}


CLAIM_MOVES = (
    # from, action, by whom, to, what is told
    ("submitted", "review", ("finance_maker", "reviewer"), "reviewed", "claim.reviewed.v1"),
    (
        "submitted",
        "refuse",
        ("finance_maker", "reviewer", "finance_checker"),
        "refused",
        "claim.refused.v1",
    ),
    ("reviewed", "approve", ("finance_checker",), "approved", "claim.approved.v1"),
    ("reviewed", "refuse", ("finance_checker",), "refused", "claim.refused.v1"),
    ("approved", "pay", ("finance_maker",), "paid", "claim.paid.v1"),
    ("held", "release", ("finance_checker",), "approved", "claim.released.v1"),
    ("paid", "write_off", ("finance_checker",), "written_off", "claim.written-off.v1"),
)
WAY_TO = {
    "submitted": (),
    "reviewed": (("review", "finance_maker", "reviewed", "claim.reviewed.v1"),),
    "refused": (("refuse", "finance_maker", "refused", "claim.refused.v1"),),
}
WAY_TO["approved"] = (
    *WAY_TO["reviewed"],
    ("approve", "finance_checker", "approved", "claim.approved.v1"),
)
WAY_TO["held"] = (*WAY_TO["approved"], ("hold", "system", "held", "claim.held.v1"))
WAY_TO["paid"] = (*WAY_TO["approved"], ("pay", "finance_maker", "paid", "claim.paid.v1"))
WAY_TO["written_off"] = (
    *WAY_TO["paid"],
    ("write_off", "finance_checker", "written_off", "claim.written-off.v1"),
)
LOANS = 30


async def bad_loans(pool: Claims) -> None:
    """Loans that may be claimed for, one after the other."""
    names = [f"l{number}" for number in range(LOANS)]
    await pool.hears(*(pool.approval(name) for name in names))
    await pool.hears(*(pool.disbursement(name) for name in names))
    await pool.hears(
        *(
            pool.position(name, "2026-02", "900000.00", risk_class="substandard", overdue_days=92)
            for name in names
        )
    )
    await pool.it_is("2026-03-05")


async def claim_at(people: People, state: str) -> str:
    """A fresh claim in a state; its path."""
    claim = await people.pool.files(f"l{people.filed}", "900000.00", overdue_days=95)
    people.filed += 1
    path = f"/claims/{claim['id']}"
    people.told[claim["id"]].append("claim.submitted.v1")
    for action, role, to, told in WAY_TO[state]:
        if action == "hold":
            await is_held(people, path, f"l{people.filed - 1}")
        else:
            await people.moves(path, action, people.with_role(role), role=role, to=to)
        people.told[claim["id"]].append(told)
    return path


async def is_held(people: People, path: str, name: str) -> None:
    """The bank reports less than was approved; the system moves the claim, and nobody else can."""
    for role in ROLES:
        assert (await people.with_role(role).post(f"{path}/hold", json={})).status_code in (
            404,
            405,
        )
    await people.pool.hears(
        people.pool.position(
            name, "2026-02", "899999.99", risk_class="substandard", overdue_days=92
        )
    )
    case = (await people.pool.auditor.get(path)).json()
    last = case["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        "approved", "hold", "held", "system",
    )  # fmt: skip


async def test_a_claim_moves_as_its_people_move_it_and_in_no_other_way(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool)

        for role in ROLES:
            if role != "bank_operator":
                body = pool.claim_of(f"l{people.filed}", "900000.00", overdue_days=95)
                answer = await people.with_role(role).post("/claims", json=body)
                assert answer.status_code == 403, role
        assert (await pool.auditor.get("/claims")).json()["items"] == []
        claim = (await pool.auditor.get(await claim_at(people, "submitted"))).json()
        (begun,) = claim["history"]
        assert (claim["state"], claim["version"]) == ("submitted", 1)
        assert (begun["source"], begun["action"], begun["target"], begun["role"]) == (
            None, "submit", "submitted", "bank_operator",
        )  # fmt: skip

        for source, action, roles, target, told in CLAIM_MOVES:
            for role in roles:
                path = await claim_at(people, source)
                await people.is_for_nobody_but(roles, path, action)
                await people.moves(path, action, people.with_role(role), role=role, to=target)
                people.told[path.rpartition("/")[2]].append(told)

        await _nothing_else_is_possible(people)
        await people.are_told("claim_id", "claim.")


async def _nothing_else_is_possible(people: People) -> None:
    anybody = people.with_role(*BUREAU, subject="anybody")
    possible = {(source, action) for source, action, *_ in CLAIM_MOVES}
    for state in WAY_TO:
        path = await claim_at(people, state)
        for action in ("review", "approve", "refuse", "pay", "release", "write_off"):
            if (state, action) not in possible:
                answer = await anybody.post(f"{path}/{action}", json=BODIES[action])
                assert code_of(answer) == (409, "not-possible-now"), (state, action)
        assert (await people.seen(path))[0] == state


async def test_who_reviewed_a_claim_decides_it_in_neither_way_and_may_pay_it(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool)
        both = people.with_role("finance_maker", "finance_checker", subject="li")
        path = await claim_at(people, "submitted")
        await people.moves(path, "review", both, role="finance_maker", to="reviewed")
        before = await people.seen(path)

        for action in ("approve", "refuse"):
            answer = await both.post(f"{path}/{action}", json=BODIES[action])
            assert code_of(answer) == (409, "second-person-required"), action

        assert await people.seen(path) == before
        checker = people.with_role("finance_checker")
        await people.moves(path, "approve", checker, role="finance_checker", to="approved")
        await people.moves(path, "pay", both, role="finance_maker", to="paid")


async def recovery_of(people: People, claim: str) -> str:
    """A reported recovery; its path."""
    report = await people.pool.recovers(
        {"id": claim.rpartition("/")[2]}, "1000.00", on="2026-03-05", confirmed=False
    )
    return f"/recoveries/{report['id']}"


async def test_a_recovery_is_confirmed_or_sent_back_by_another_and_in_no_other_way(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool)
        claim = await claim_at(people, "approved")
        people.told.clear()

        body = {"received_on": "2026-03-05", "route": "sale", "from_pledged_ip": True,
                "gross": "1.00"}  # fmt: skip
        for role in ROLES:
            if role != "bank_operator":
                answer = await people.with_role(role).post(f"{claim}/recoveries", json=body)
                assert answer.status_code == 403, role
        assert (await pool.auditor.get("/recoveries")).json()["items"] == []

        for action, target, told in (
            ("confirm", "confirmed", ["recovery.booked.v1"]),
            ("refuse", "refused", []),
        ):
            path = await recovery_of(people, claim)
            assert await people.seen(path) == ("reported", 1, 1)
            await people.is_for_nobody_but(("finance_checker",), path, action)
            checker = people.with_role("finance_checker")
            case = await people.moves(path, action, checker, role="finance_checker", to=target)
            people.told[case["id"]] += told
            assert case["history"][0]["action"] == "report"
            for other in ("confirm", "refuse"):
                answer = await checker.post(f"{path}/{other}", json=BODIES.get(other, {}))
                assert code_of(answer) == (409, "not-possible-now"), (target, other)

        # Whoever reported it does not confirm it; sending it back takes nobody else.
        path = await recovery_of(people, claim)
        reporter = people.with_role("finance_checker", subject="ICBC-clerk")
        answer = await reporter.post(f"{path}/confirm", json={})
        assert code_of(answer) == (409, "second-person-required")
        assert await people.seen(path) == ("reported", 1, 1)
        await people.moves(path, "refuse", reporter, role="finance_checker", to="refused")
        await people.are_told("recovery_id", "recovery.")


SETTLEMENT_MOVES = (
    # steps before, action, by whom, to, what is told
    ((), "preview", ("finance_maker",), "previewed", []),
    (("preview",), "preview", ("finance_maker",), "previewed", []),
    (("preview",), "confirm", ("finance_maker",), "confirmed", ["settlement.confirmed.v1"]),
    (("preview", "confirm"), "preview", ("finance_maker",), "previewed", []),
    (("preview", "confirm"), "sign", ("finance_checker",), "signed", []),
    (("preview", "confirm", "sign"), "preview", ("finance_maker",), "previewed", []),
    (
        ("preview", "confirm", "sign"),
        "post",
        ("finance_maker", "finance_checker"),
        "posted",
        ["settlement.posted.v1"],
    ),
)
STANDS_AFTER = {"preview": "previewed", "confirm": "confirmed", "sign": "signed", "post": "posted"}
DOES = {"preview": "finance_maker", "confirm": "finance_maker", "sign": "finance_checker"}


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
        people.told["2026-01"] = ["settlement.confirmed.v1", "settlement.posted.v1"]
        # Months without any fact of their own: none waits for the one before it.
        months = (f"2026-{number:02d}" for number in range(2, 13))

        for before, action, roles, target, told in SETTLEMENT_MOVES:
            for role in roles:
                month = next(months)
                path = await month_after(people, month, before)
                await people.is_for_nobody_but(roles, path, action)
                await people.moves(path, action, people.with_role(role), role=role, to=target)
                people.told[month] += told

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
            ("post", ("preview", "confirm", "sign", "post"), ()),
        ):
            await (checker if step == "sign" else maker).post(f"{path}/{step}", json={})
            before = await people.seen(path)
            assert before[0] == STANDS_AFTER[step]
            for again in done:
                assert (await maker.post(f"{path}/{again}", json={})).status_code == 200
            for early in out_of_turn:
                answer = await checker.post(f"{path}/{early}", json={})
                assert code_of(answer) == (409, "not-possible-now"), (step, early)
            assert await people.seen(path) == before


async def test_who_confirmed_a_month_does_not_sign_it_and_may_preview_or_post_it(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await pool.it_is("2026-02-05")
        path = "/pools/dongli/settlements/2026-01"
        both = people.with_role("finance_maker", "finance_checker", subject="li")
        checker = people.with_role("finance_checker")

        for last, role in (("preview", "finance_maker"), ("post", "finance_checker")):
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
            await people.moves(path, last, both, role=role, to=STANDS_AFTER[last])
