"""Every move of claims and recoveries, as people make them over HTTP.

For each row: nobody but those it names may make the move, and whoever tries changes nothing; each
of those does, the case stands where it should, its history says who, and what is told is exactly
what belongs to the way it went. Whatever has no row here is refused.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.money import parse_fen
from tests.cash import confirmed, pay_claim, release, reversed_by_two
from tests.papers import document
from tests.risk_pool.claims.driver import DOCUMENTS, Claims, claims_of
from tests.risk_pool.claims.test_adjustments import reversed_by
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role

BANK = ("bank_operator", "bank_checker")
BUREAU = (
    "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor", "admin",
)  # fmt: skip
ROLES = (*BANK, *BUREAU)

CONTENT = {
    "outstanding_principal": "900000.00",
    "facts": {"overdue_days": 95, "risk_class": "substandard"},
    "documents": DOCUMENTS,
}
BODIES: dict[str, dict[str, Any]] = {
    "save_draft": {},
    "submit": CONTENT,
    "resubmit": CONTENT,
    "review": {"opinion": "好"},
    "return": {"gaps": [{"code": "in-time", "text": "缺页"}, {"text": "印章不清"}]},
    "withdraw": {"reason": "已还款"},
    "record_step": {"step": "expert_review", "outcome": "favourable", "opinion": "属实"},
    "approve": {"opinion": "好", "trial": "none that was shown"},
    "refuse": {"reason": "不"},
    "appeal": {"reason": "有新证据"},
    "reopen": {"reason": "成立"},
    "uphold": {"reason": "不成立"},
    "enter_payment": {},
    "release": {"opinion": "好"},
    "write_off": {"reason": "执行终结"},
    "send_back": {"reason": "工行少报一笔"},
    "return_loss": {"reason": "缺少批复"},
    "report_loss": {
        "written_off_on": "2026-03-20",
        "reason": "执行终结",
        "documents": [document("report")],
    },
}


def body_of(path: str, action: str) -> dict[str, Any]:
    """What is sent for an action of a case, where it matters only who sends it."""
    if action == "confirm" and path.startswith("/recoveries"):
        return {"trial": "none that was shown"}
    if path.startswith("/recoveries") and action in ("return", "resubmit"):
        again = {"received_on": "2026-03-20", "route": "sale", "from_pledged_ip": True,
                 "gross": "7.77", "reference": path[-8:]}  # fmt: skip
        return again if action == "resubmit" else {"reason": "流水不符"}
    return BODIES.get(action, {})


PATHS = {"record_step": "steps", "save_draft": "draft"}
"""The last part of an action's path, where that is not its name."""


@dataclass
class People:
    """Somebody for each role, and what each case is expected to have told."""

    pool: Claims
    told: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    filed: int = 0
    payments: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None

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
                body = body_of(path, action)
                where = f"{path}/{PATHS.get(action, action)}"
                answer = await self.with_role(role).post(where, json=body)
                assert answer.status_code == 403, (path, action, role, answer.text)
                if answer.json()["code"] == "role-missing":
                    assert answer.json()["required"] == sorted(roles), (path, action, role)
        assert await self.seen(path) == before, (path, action)

    async def moves(self, path: str, action: str, by: Any, *, role: str, to: str) -> Any:
        """Somebody makes the move: the case stands where it should, and its history says who."""
        before = await self.seen(path)
        where = f"{path}/{PATHS.get(action, action)}"
        body = body_of(path, action)
        for day in body.keys() & {"received_on", "written_off_on"}:
            body = body | {day: str(self.pool.today())}
        if action == "approve":
            body = body | {"trial": (await by.get(f"{path}/trial")).json()["id"]}
        if action == "confirm" and path.startswith("/recoveries"):
            body = {"trial": (await by.get(path)).json()["trial"]["id"]}
        if action == "enter_payment":
            answer = await confirmed(by, where, body)
        else:
            answer = await by.post(where, json=body)
        assert answer.status_code == 200, (path, action, role, answer.text)
        case = (await self.pool.auditor.get(path)).json()
        assert case["state"] == to, (path, action, role)
        last = case["history"][-1]
        source = None if before[0] == "nothing" else before[0]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            source, action, to, role,
        )  # fmt: skip
        return case

    async def listen(self) -> None:
        """Read on in what was told."""
        await self.pool.service.settled()
        auditor = self.pool.service.as_("shen", "auditor")
        while True:
            asked = {"limit": 1000} | ({"cursor": self.cursor} if self.cursor else {})
            page = (await auditor.get("/events", params=asked)).json()
            self.heard += page["items"]
            self.cursor = page["next_cursor"]
            if len(page["items"]) < 1000:
                return

    async def are_told(self, key: str, *families: str, of: str = "") -> None:
        """Every case, or the one named, has told exactly what it should, in this order."""
        await self.listen()
        told: dict[str, list[str]] = defaultdict(list)
        for one in self.heard:
            if one["type"].startswith(families):
                told[one["data"][key]].append(one["type"])
        if of:
            assert told[of] == self.told[of]
        else:
            assert dict(told) == {case: types for case, types in self.told.items() if types}

    async def claim_is_told(self, path: str) -> None:
        """A claim has told exactly what it should."""
        await self.are_told("claim_id", "claim.", of=path.rpartition("/")[2])


FIRST = ("finance_maker", "reviewer")
JUDGES = ("finance_checker", "pool_manager")
CLAIM_MOVES = (
    # from, action, by whom, to, what is told
    # First, while the caps leave the pool something to pay.
    ("approved", "enter_payment", ("finance_maker",), "approved", ""),
    ("submitted", "review", FIRST, "reviewed", "claim.reviewed.v1"),
    ("submitted", "return", FIRST, "returned", "claim.returned.v1"),
    ("submitted", "refuse", (*FIRST, "finance_checker"), "refused", "claim.refused.v1"),
    ("submitted", "withdraw", ("bank_operator",), "withdrawn", "claim.withdrawn.v1"),
    ("returned", "resubmit", ("bank_operator",), "submitted", "claim.submitted.v1"),
    ("returned", "withdraw", ("bank_operator",), "withdrawn", "claim.withdrawn.v1"),
    ("reviewed", "return", (*FIRST, "finance_checker"), "returned", "claim.returned.v1"),
    ("reviewed", "withdraw", ("bank_operator",), "withdrawn", "claim.withdrawn.v1"),
    ("reviewed", "refuse", ("finance_checker",), "refused", "claim.refused.v1"),
    ("stepped", "approve", ("finance_checker",), "approved", "claim.approved.v1"),
    ("refused", "appeal", ("bank_operator",), "appealed", "claim.appealed.v1"),
    ("appealed", "reopen", JUDGES, "submitted", "claim.reopened.v1"),
    ("appealed", "uphold", JUDGES, "refused_finally", "claim.upheld.v1"),
    ("appealed", "return", (*FIRST, *JUDGES), "returned", "claim.returned.v1"),
    ("held", "release", ("finance_checker",), "approved", "claim.released.v1"),
    ("paid", "write_off", ("finance_checker",), "written_off", "claim.written-off.v1"),
)
"""`stepped` is reviewed with every step of the scheme taken."""
ACTIONS = (*(action for _, action, *_ in CLAIM_MOVES), "submit", "save_draft", "record_step")
WAY_TO = {
    "submitted": (),
    "reviewed": (("review", "finance_maker", "reviewed", "claim.reviewed.v1"),),
    "returned": (("return", "finance_maker", "returned", "claim.returned.v1"),),
    "refused": (("refuse", "finance_maker", "refused", "claim.refused.v1"),),
    "withdrawn": (("withdraw", "bank_operator", "withdrawn", "claim.withdrawn.v1"),),
}
WAY_TO["stepped"] = (*WAY_TO["reviewed"], ("steps", "", "reviewed", "claim.step-recorded.v1"))
WAY_TO["approved"] = (
    *WAY_TO["stepped"],
    ("approve", "finance_checker", "approved", "claim.approved.v1"),
)
WAY_TO["held"] = (*WAY_TO["approved"], ("hold", "system", "held", "claim.held.v1"))
WAY_TO["paid"] = (*WAY_TO["approved"], ("pay", "system", "paid", "claim.paid.v1"))
WAY_TO["appealed"] = (
    *WAY_TO["refused"],
    ("appeal", "bank_operator", "appealed", "claim.appealed.v1"),
)
WAY_TO["refused_finally"] = (
    *WAY_TO["appealed"],
    ("uphold", "finance_checker", "refused_finally", "claim.upheld.v1"),
)
WAY_TO["written_off"] = (
    *WAY_TO["paid"],
    ("write_off", "finance_checker", "written_off", "claim.written-off.v1"),
)
STATES = {"stepped": "reviewed"}
LOANS = 70


async def bad_loans(pool: Claims, count: int = LOANS, **more: Any) -> None:
    """Loans that may be claimed for, one after the other."""
    names = [f"l{number}" for number in range(count)]
    await pool.hears(*(pool.approval(name, **more) for name in names))
    await pool.hears(*(pool.disbursement(name) for name in names))
    for month in ("2026-01", "2026-02") if more else ("2026-02",):
        await pool.hears(
            *(
                pool.position(name, month, "900000.00", risk_class="substandard", overdue_days=92)
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
        if action == "steps":
            case = (await people.pool.auditor.get(path)).json()
            while case["next_step"]:
                case = await people.pool.takes_a_step(case)
                people.told[claim["id"]].append(told)
            continue
        if action == "hold":
            await is_held(people, path, f"l{people.filed - 1}")
        elif action == "pay":
            await is_paid(people, path)
        else:
            by = people.with_role(role, subject=f"{role}-before")
            await people.moves(path, action, by, role=role, to=to)
        people.told[claim["id"]].append(told)
    return path


async def is_paid(people: People, path: str, action: str = "pay", to: str = "paid") -> None:
    """One person enters the payment and another releases it; the system moves the claim."""
    for role in ROLES:
        for nobodys in (action, "unpay"):
            answer = await people.with_role(role).post(f"{path}/{nobodys}", json={})
            assert answer.status_code in (404, 405), (nobodys, role)
    claim = {"id": path.rpartition("/")[2]}
    voucher = f"V-{people.filed}"
    case = await pay_claim(
        people.with_role("finance_maker"), people.with_role("finance_checker"), claim,
        voucher=voucher,
    )  # fmt: skip
    last = case["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        "approved", action, to, "system",
    )  # fmt: skip


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


@pytest.fixture(scope="module")
async def people(running_of_module: Any) -> AsyncIterator[People]:
    """One pool for the whole walk; each test begins with a loan of its own."""
    async with claims_of(running_of_module) as pool:
        await bad_loans(pool)
        yield People(pool)


async def test_a_claim_is_begun_by_its_bank_alone(people: People):
    pool = people.pool
    before = (await pool.auditor.get("/claims", params={"limit": 200})).json()["items"]
    body = pool.claim_of(f"l{people.filed}", "900000.00", overdue_days=95)
    people.filed += 1
    for role in ROLES:
        if role != "bank_operator":
            answer = await people.with_role(role).post("/claims", json=body)
            assert answer.status_code == 403, role
    assert (await pool.auditor.get("/claims", params={"limit": 200})).json()["items"] == before

    path = await claim_at(people, "submitted")

    claim = (await pool.auditor.get(path)).json()
    (begun,) = claim["history"]
    assert (claim["state"], claim["version"]) == ("submitted", 1)
    assert (begun["source"], begun["action"], begun["target"], begun["role"]) == (
        None, "submit", "submitted", "bank_operator",
    )  # fmt: skip
    await people.claim_is_told(path)


@pytest.mark.parametrize(
    ("source", "action", "roles", "target", "told"),
    CLAIM_MOVES,
    ids=[f"{source}-{action}" for source, action, *_ in CLAIM_MOVES],
)
async def test_a_claim_moves_as_its_people_move_it(
    people: People, source: str, action: str, roles: Sequence[str], target: str, told: str
):
    for role in roles:
        path = await claim_at(people, source)
        if role == roles[0]:
            await people.is_for_nobody_but(roles, path, action)
        await people.moves(path, action, people.with_role(role), role=role, to=target)
        people.told[path.rpartition("/")[2]] += [told] if told else []
        await people.claim_is_told(path)


async def test_an_approved_claim_is_held_by_what_its_bank_reports_and_by_nobody(people: People):
    path = await claim_at(people, "held")

    assert (await people.seen(path))[0] == "held"
    await people.claim_is_told(path)


# An approved claim is held from the proposal on.
@pytest.mark.parametrize("state", ["held", "paid", "written_off"])
async def test_a_claim_is_reversed_by_a_decided_adjustment_and_by_nobody(
    people: People, state: str
):
    path = await claim_at(people, state)
    for role in ROLES:
        answer = await people.with_role(role).post(f"{path}/reverse", json={})
        assert answer.status_code in (404, 405), role

    done = await reversed_by(people.pool, {"id": path.rpartition("/")[2]})

    case = (await people.pool.auditor.get(path)).json()
    last = case["history"][-1]
    assert (case["state"], last["source"], last["action"], last["role"]) == (
        "reversed", state, "reverse", "system",
    )  # fmt: skip
    assert last["reason"].startswith(done["number"])
    await people.claim_is_told(path)
    await nothing_else_is_possible(people, path, "reversed")


@pytest.mark.parametrize("state", WAY_TO)
async def test_a_claim_moves_in_no_other_way(people: People, state: str):
    await nothing_else_is_possible(people, await claim_at(people, state), state)


ESCROW_MOVES = (
    ("approved", "enter_payment", ("finance_maker",), "approved", ""),
    ("escrowed", "report_loss", ("bank_operator",), "loss_reported", "claim.loss-reported.v1"),
    ("loss_reported", "report_loss", ("bank_operator",), "loss_reported", "claim.loss-reported.v1"),
    (
        "loss_reported",
        "return_loss",
        ("finance_checker", "finance_maker"),
        "escrowed",
        "claim.loss-returned.v1",
    ),
)
WAY_OF_ESCROW = {
    "escrowed": (("set_aside", "system", "escrowed", "claim.escrowed.v1"),),
    "loss_reported": (
        ("set_aside", "system", "escrowed", "claim.escrowed.v1"),
        ("report_loss", "bank_operator", "loss_reported", "claim.loss-reported.v1"),
    ),
}


async def test_a_claim_in_escrow_moves_as_its_people_move_it_and_in_no_other_way(running):
    async with claims_of(running, code="sh_escrow") as pool:
        people = People(pool)
        await bad_loans(pool, 8, mode="escrow")

        async def at(state: str) -> str:
            path = await claim_at(people, "approved")
            for action, role, to, told in WAY_OF_ESCROW.get(state, ()):
                if action == "set_aside":
                    await is_paid(people, path, "set_aside", "escrowed")
                else:
                    await people.moves(path, action, people.with_role(role), role=role, to=to)
                people.told[path.rpartition("/")[2]].append(told)
            return path

        for source, action, roles, target, told in ESCROW_MOVES:
            for role in roles:
                path = await at(source)
                await people.is_for_nobody_but(roles, path, action)
                await people.moves(path, action, people.with_role(role), role=role, to=target)
                people.told[path.rpartition("/")[2]] += [told] if told else []

        possible = {(source, action) for source, action, *_ in ESCROW_MOVES}
        anybody = people.with_role(*BUREAU, subject="anybody")
        for state in WAY_OF_ESCROW:
            path = await at(state)
            for action in ("approve", "enter_payment", "write_off", "release", "withdraw"):
                assert (state, action) not in possible
                answer = await anybody.post(f"{path}/{action}", json=BODIES[action])
                assert code_of(answer) == (409, "not-possible-now"), (state, action)
            assert (await people.seen(path))[0] == state

        # A transfer into escrow that two persons reverse is to be made again.
        back = await at("escrowed")
        (entry,) = (await pool.maker.get(back)).json()["payments"]
        await reversed_by_two(pool.maker, pool.checker, entry, reason="账号错误，银行退回")
        last = (await pool.auditor.get(back)).json()["history"][-1]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            "escrowed", "unpay", "approved", "system",
        )  # fmt: skip
        people.told[back.rpartition("/")[2]].append("claim.payment-reversed.v1")

        # The settlement is nobody's own move: two persons decide an adjustment, and the case moves.
        for role in ROLES:
            answer = await people.with_role(role).post(f"{path}/settle", json={})
            assert answer.status_code in (404, 405), role
        claim = {"id": path.rpartition("/")[2]}
        await reversed_by(pool, claim, kind="escrow_settlement")
        case = (await pool.auditor.get(path)).json()
        last = case["history"][-1]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            "loss_reported", "settle", "settled", "system",
        )  # fmt: skip
        people.told[claim["id"]].append("claim.settled.v1")
        clerk = people.with_role("bank_operator")
        answer = await clerk.post(f"{path}/report_loss", json=BODIES["report_loss"])
        assert code_of(answer) == (409, "not-possible-now")
        await people.are_told("claim_id", "claim.")


async def nothing_else_is_possible(people: People, path: str, state: str) -> None:
    """Whatever has no row here is refused, whoever asks for it."""
    anybody = people.with_role(*BUREAU, subject="anybody")
    possible = {(source, action) for source, action, *_ in CLAIM_MOVES}
    possible |= {("stepped", action) for source, action in possible if source == "reviewed"}
    possible |= {("reviewed", "record_step"), ("stepped", "record_step"), ("reviewed", "approve")}
    for action in dict.fromkeys(ACTIONS):
        if (state, action) not in possible:
            by = people.with_role("bank_operator") if action in FOR_BANKS else anybody
            where = f"{path}/{PATHS.get(action, action)}"
            answer = await by.post(where, json=BODIES[action])
            assert code_of(answer) == (409, "not-possible-now"), (state, action)
    assert (await people.seen(path))[0] == STATES.get(state, state)


FOR_BANKS = ("submit", "save_draft", "resubmit")
"""Routes that ask for the bank's role before they look at the case."""


async def test_each_step_is_recorded_by_its_own_people_and_by_nobody_else(people: People):
    pool = people.pool
    path = await claim_at(people, "reviewed")
    case = (await pool.auditor.get(path)).json()
    walked = []

    while case["next_step"]:
        step = case["next_step"]
        roles = ROLES_OF_STEPS[step]
        answers = {
            role: await people.with_role(role).post(
                f"{path}/steps", json=BODIES["record_step"] | {"step": step}
            )
            for role in ROLES
            if role not in roles
        }
        assert {role: code_of(answer) for role, answer in answers.items()} == {
            role: lacks_role(role) for role in answers
        }
        offered = {
            role: "record_step"
            in (await people.with_role(role).get(path)).json()["pending_actions"]
            for role in ROLES
            if role != "admin"
        }
        assert {role for role, is_offered in offered.items() if is_offered} == set(roles)
        assert case["waiting_for"]["roles"] == sorted(roles)
        assert await people.seen(path) == ("reviewed", case["version"], len(case["history"]))

        # Any one of the step's people will do; the first of them in one claim, the last below.
        case = await pool.takes_a_step(case)
        assert case["history"][-1]["action"] == "record_step"
        assert case["history"][-1]["role"] == sorted(roles)[0]
        assert case["state"] == "reviewed"
        walked.append(step)

    assert walked == list(ROLES_OF_STEPS)
    checker = people.with_role("finance_checker")
    assert case["waiting_for"]["roles"] == ["finance_checker"]
    answer = await people.with_role(*BUREAU, subject="anybody").post(
        f"{path}/steps", json=BODIES["record_step"]
    )
    assert code_of(answer) == (409, "not-possible-now")
    # Who has part in no step is told so even where there is none left to take.
    for role in set(ROLES).difference(*ROLES_OF_STEPS.values()):
        answer = await people.with_role(role).post(f"{path}/steps", json=BODIES["record_step"])
        assert code_of(answer) == lacks_role(role), role
    await people.moves(path, "approve", checker, role="finance_checker", to="approved")

    path = await claim_at(people, "reviewed")
    case = (await pool.auditor.get(path)).json()
    while case["next_step"]:
        answer = await checker.post(f"{path}/approve", json=BODIES["approve"])
        assert code_of(answer) == (409, "steps-missing")
        case = await pool.takes_a_step(case, role=-1)
        assert case["history"][-1]["role"] == ROLES_OF_STEPS[walked.pop(0)][-1]


ROLES_OF_STEPS = {
    "expert_review": ("finance_maker", "reviewer"),
    "bureau_opinion": ("approver", "reviewer"),
    "joint_meeting": ("approver", "pool_manager"),
    "public_notice": ("finance_maker", "reviewer"),
}


async def test_a_draft_is_moved_by_its_bank_alone_and_tells_nobody(people: People):
    pool = people.pool
    clerk = people.with_role("bank_operator")

    async def draft() -> str:
        body = {"loan_id": str(pool.loans[f"l{people.filed}"])}
        people.filed += 1
        for role in ROLES:
            if role != "bank_operator":
                answer = await people.with_role(role).post("/claims/drafts", json=body)
                assert answer.status_code == 403, role
        answer = await clerk.post("/claims/drafts", json=body)
        assert (answer.status_code, answer.json()["state"]) == (201, "draft"), answer.text
        assert answer.json()["history"][0]["action"] == "save_draft"
        return f"/claims/{answer.json()['id']}"

    for action, target, told in (
        ("save_draft", "draft", []),
        ("submit", "submitted", ["claim.submitted.v1"]),
        ("withdraw", "withdrawn", []),
    ):
        path = await draft()
        where = f"{path}/{PATHS.get(action, action)}"
        for role in ROLES:
            if role != "bank_operator":
                answer = await people.with_role(role).post(where, json=BODIES[action])
                assert answer.status_code in (403, 404), (action, role)
        before = (await clerk.get(path)).json()
        assert (before["state"], before["version"]) == ("draft", 1)
        answer = await clerk.post(where, json=BODIES[action])
        assert (answer.status_code, answer.json()["state"]) == (200, target), answer.text
        last = answer.json()["history"][-1]
        assert (last["source"], last["action"], last["role"]) == (
            "draft", action, "bank_operator",
        )  # fmt: skip
        people.told[before["id"]] += told
        await people.claim_is_told(path)
    path = await draft()
    for action in dict.fromkeys(ACTIONS):
        if action not in ("save_draft", "submit", "withdraw"):
            answer = await clerk.post(f"{path}/{PATHS.get(action, action)}", json=BODIES[action])
            assert code_of(answer) == (409, "not-possible-now"), action


async def test_a_claim_that_is_refused_is_appealed_once_and_ruled_on_by_another_person(
    people: People,
):
    path = await claim_at(people, "submitted")
    both = people.with_role("finance_maker", "finance_checker", subject="li")
    clerk, other = people.with_role("bank_operator"), people.with_role("pool_manager")
    await people.moves(path, "refuse", both, role="finance_checker", to="refused")
    await people.moves(path, "appeal", clerk, role="bank_operator", to="appealed")
    before = await people.seen(path)

    for action in ("reopen", "uphold", "return"):
        answer = await both.post(f"{path}/{action}", json=BODIES[action])
        assert code_of(answer) == (409, "second-person-required"), action

    assert await people.seen(path) == before
    await people.moves(path, "reopen", other, role="pool_manager", to="submitted")
    await people.moves(path, "refuse", both, role="finance_checker", to="refused")
    answer = await clerk.post(f"{path}/appeal", json=BODIES["appeal"])
    assert code_of(answer) == (409, "appealed-before")


async def test_who_reviewed_a_claim_decides_it_in_neither_way_and_may_pay_it(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool, 1)
        both = people.with_role("finance_maker", "finance_checker", subject="li")
        path = await claim_at(people, "submitted")
        await people.moves(path, "review", both, role="finance_maker", to="reviewed")
        case = (await pool.auditor.get(path)).json()
        while case["next_step"]:
            case = await pool.takes_a_step(case)
        before = await people.seen(path)

        for action in ("approve", "refuse"):
            answer = await both.post(f"{path}/{action}", json=BODIES[action])
            assert code_of(answer) == (409, "second-person-required"), action

        assert await people.seen(path) == before
        checker = people.with_role("finance_checker")
        await people.moves(path, "approve", checker, role="finance_checker", to="approved")
        await people.moves(path, "enter_payment", both, role="finance_maker", to="approved")
        (entry,) = (await both.get(path)).json()["payments"]
        own = await both.post(f"/cash-entries/{entry['id']}/release", json={})
        assert code_of(own) == (409, "second-person-required")
        await release(checker, entry)
        assert (await people.seen(path))[0] == "paid"


async def test_a_payment_that_two_persons_reverse_is_owed_again_and_paid_anew(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool, 1)
        path = await claim_at(people, "paid")
        (entry,) = (await pool.maker.get(path)).json()["payments"]
        owed = (await pool.balances()).get("payable:ICBC", "0.00")

        back = await reversed_by_two(pool.maker, pool.checker, entry, reason="账号错误，银行退回")

        case = (await pool.maker.get(path)).json()
        last = case["history"][-1]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            "paid", "unpay", "approved", "system",
        )  # fmt: skip
        assert (case["paid"], case["paid_on"], case["voucher"]) == ("0.00", None, "")
        assert case["waiting_for"]["due_on"] == str(pool.today())
        due = parse_fen((await pool.balances())["payable:ICBC"]) - parse_fen(owed)
        assert due == parse_fen(case["pool_pays"])
        people.told[case["id"]].append("claim.payment-reversed.v1")
        await people.claim_is_told(path)
        reversal = "claim.payment-reversed.v1"
        (told,) = [one["data"] for one in people.heard if one["type"] == reversal]
        assert (told["paid"], told["reason"]) == (case["pool_pays"], "账号错误，银行退回")
        # Taking the reversal back is the payment again, with its own day and number.
        again = await reversed_by_two(pool.maker, pool.checker, back, reason="未退回")
        case = (await pool.maker.get(path)).json()
        assert (case["state"], case["paid"]) == ("paid", case["pool_pays"])
        assert (await pool.balances()).get("payable:ICBC", "0.00") == owed
        assert again["reference"] == f"reversal:{again['number']}"
        people.told[case["id"]].append("claim.paid.v1")
        await people.claim_is_told(path)


RETURNED = (("return", "finance_checker", "returned"),)
RECOVERY_MOVES: tuple[Any, ...] = (
    # the way there, action, by whom, to, what is told
    ((), "confirm", "finance_checker", "confirmed", ["recovery.booked.v1"]),
    ((), "refuse", "finance_checker", "refused", []),
    ((), "return", "finance_checker", "returned", []),
    ((), "withdraw", "bank_operator", "withdrawn", []),
    (RETURNED, "resubmit", "bank_operator", "reported", []),
    (RETURNED, "withdraw", "bank_operator", "withdrawn", []),
)
AFTERWARDS = {
    *(("reported", action) for action in ("confirm", "refuse", "return", "withdraw")),
    *(("returned", action) for action in ("resubmit", "withdraw")),
}


async def recovery_of(people: People, claim: str) -> str:
    """A reported recovery; its path."""
    people.payments += 1
    gross = f"{1000 + people.payments}.00"
    report = await people.pool.recovers(
        {"id": claim.rpartition("/")[2]}, gross, on=str(people.pool.today()), confirmed=False
    )
    return f"/recoveries/{report['id']}"


async def test_a_recovery_is_confirmed_or_sent_back_by_another_and_in_no_other_way(running):
    async with claims_of(running) as pool:
        people = People(pool)
        await bad_loans(pool, 10)
        claim = await claim_at(people, "approved")
        people.told.clear()

        body = {"received_on": str(pool.today()), "route": "sale", "from_pledged_ip": True,
                "gross": "1.00"}  # fmt: skip
        for role in ROLES:
            if role != "bank_operator":
                answer = await people.with_role(role).post(f"{claim}/recoveries", json=body)
                assert answer.status_code == 403, role
        assert (await pool.auditor.get("/recoveries")).json()["items"] == []

        for way, action, role, target, told in RECOVERY_MOVES:
            path = await recovery_of(people, claim)
            assert await people.seen(path) == ("reported", 1, 1)
            for before, who, stands in way:
                await people.moves(path, before, people.with_role(who), role=who, to=stands)
            await people.is_for_nobody_but((role,), path, action)
            person = people.with_role(role)
            case = await people.moves(path, action, person, role=role, to=target)
            people.told[case["id"]] += told
            assert case["history"][0]["action"] == "report"
            both = people.with_role("finance_checker"), people.with_role("bank_operator")
            for other in ("confirm", "refuse", "return", "resubmit", "withdraw"):
                if (target, other) not in AFTERWARDS:
                    who = both[other in ("resubmit", "withdraw")]
                    answer = await who.post(f"{path}/{other}", json=body_of(path, other))
                    assert code_of(answer) == (409, "not-possible-now"), (target, other)

        # Whoever reported it does not confirm it; sending it back takes nobody else.
        path = await recovery_of(people, claim)
        reporter = people.with_role("finance_checker", subject="ICBC-clerk")
        answer = await reporter.post(f"{path}/confirm", json=body_of(path, "confirm"))
        assert code_of(answer) == (409, "second-person-required")
        assert await people.seen(path) == ("reported", 1, 1)
        await people.moves(path, "refuse", reporter, role="finance_checker", to="refused")
        await people.are_told("recovery_id", "recovery.")
