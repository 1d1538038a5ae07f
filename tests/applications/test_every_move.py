"""Every move of a case, made for real: where it leads, whose it is, what stops it, what is told.

The rows below are written by hand, beside the table of the life cycle and not from it. Each is
walked over the API or by an event of the pool, so that a row of the table that is altered (its
target, its roles, a guard, what it tells) is noticed by what the service does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest

from services.applications.domain.paid_out import PAPERS
from services.applications.handlers.draw_ends import end_draws
from services.applications.main import SERVICE
from shared.auth.issuer import Issuer
from shared.contracts.openings import (
    CoverageTakenOverV1,
    OpeningLoanDroppedV1,
    OpeningLoanProposedV1,
)
from shared.contracts.pool_cases import ClaimPaidV1
from shared.contracts.risk_pool import (
    CoverageActivatedV1,
    CoverageDeclinedV1,
    CoverageReleasedV1,
)
from shared.months import Month
from tests.applications.filing import ENTRY, paid_out
from tests.applications.levels import SIGNED, with_levels
from tests.applications.office import (
    ICBC,
    Office,
    nothing_found,
    patent,
    position,
    right,
    submission,
)
from tests.notifications.samples import events as samples
from tests.papers import document, stores
from tests.services import together

BANK, CHECKER = "bank_operator", "bank_checker"
REVIEWER, APPROVER, MACHINE = "reviewer", "approver", "system"
MANAGER, LEADER = "pool_manager", "leader"
OTHERS = ("finance_maker", "finance_checker", "pool_manager", "leader", "auditor", "admin")
AMOUNT = "100000.00"

WITHDRAWN, RETURNED = ["application.withdrawn.v1"], ["application.returned.v1"]
REJECTED, EXPIRED = ["application.rejected.v1"], ["application.expired.v1"]
REPORTED = ["loan.position-reported.v1"]


class Expected(NamedTuple):
    """What a move does."""

    source: str
    action: str
    role: str
    target: str
    told: list[str]
    guard: str = ""
    """The code of the refusal of someone who has the role and may not all the same."""


MOVES = [
    Expected("returned_for_correction", "resubmit", BANK, "accepted",
             ["application.submitted.v1", "application.accepted.v1"]),
    Expected("returned_for_correction", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("accepted", "take", REVIEWER, "under_review", []),
    Expected("accepted", "assign", MANAGER, "under_review", ["application.assigned.v1"]),
    Expected("accepted", "amend", BANK, "accepted",
             ["application.amended.v1", "application.accepted.v1"]),
    Expected("accepted", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("under_review", "take", REVIEWER, "under_review", [], "taken-by-another"),
    Expected("under_review", "assign", MANAGER, "under_review", ["application.assigned.v1"]),
    Expected("under_review", "put_back", MANAGER, "accepted", []),
    Expected("under_review", "recommend", REVIEWER, "recommended", [], "taken-by-another"),
    Expected("under_review", "return", REVIEWER, "returned_for_correction", RETURNED,
             "taken-by-another"),
    Expected("under_review", "reject", REVIEWER, "rejected", REJECTED, "taken-by-another"),
    Expected("under_review", "release", REVIEWER, "accepted", [], "taken-by-another"),
    Expected("under_review", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("recommended", "approve", APPROVER, "approved", ["application.approved.v1"],
             "second-person-required"),
    Expected("recommended", "pass_on", APPROVER, "to_countersign",
             ["application.to-countersign.v1"], "second-person-required"),
    Expected("recommended", "return", APPROVER, "returned_for_correction", RETURNED,
             "second-person-required"),
    Expected("recommended", "reject", APPROVER, "rejected", REJECTED, "second-person-required"),
    Expected("recommended", "withdraw_opinion", REVIEWER, "under_review", [], "opinion-of-another"),
    Expected("recommended", "put_back", MANAGER, "accepted", []),
    Expected("recommended", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("to_countersign", "countersign", LEADER, "approved", ["application.approved.v1"],
             "second-person-required"),
    Expected("to_countersign", "refuse_signature", LEADER, "under_review",
             ["application.signature-refused.v1"], "second-person-required"),
    Expected("to_countersign", "put_back", MANAGER, "accepted", []),
    Expected("to_countersign", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("approved", "reserve", MACHINE, "capacity_reserved", []),
    Expected("approved", "enter", MACHINE, "disbursed", []),
    Expected("approved", "decline", MACHINE, "capacity_declined", []),
    Expected("approved", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("capacity_declined", "reject", APPROVER, "rejected", REJECTED),
    Expected("capacity_declined", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("capacity_declined", "reserve", MACHINE, "capacity_reserved", []),
    Expected("capacity_declined", "expire", MACHINE, "expired", EXPIRED),
    Expected("capacity_reserved", "register_pledge", BANK, "pledge_registered",
             ["pledge.registered.v1"]),
    Expected("capacity_reserved", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("capacity_reserved", "expire", MACHINE, "expired", EXPIRED),
    Expected("pledge_registered", "disburse", BANK, "disbursed", ["loan.disbursed.v1"]),
    Expected("pledge_registered", "withdraw", BANK, "withdrawn", WITHDRAWN),
    Expected("pledge_registered", "expire", MACHINE, "expired", EXPIRED),
    Expected("disbursed", "repay", MACHINE, "repaid", [*REPORTED, "loan.repaid.v1"]),
    Expected("disbursed", "fall_overdue", MACHINE, "overdue", [*REPORTED, "loan.overdue.v1"]),
    Expected("disbursed", "pay_claim", MACHINE, "claimed", []),
    Expected("disbursed", "undo_disbursement", CHECKER, "pledge_registered",
             ["loan.disbursement-undone.v1"], "second-person-required"),
    Expected("disbursed", "undo_filing", CHECKER, "withdrawn",
             ["loan.disbursement-undone.v1"], "second-person-required"),
    Expected("disbursed", "draw", BANK, "disbursed", ["loan.drawn.v1"]),
    Expected("disbursed", "undo_draw", CHECKER, "disbursed", ["loan.draw-undone.v1"],
             "second-person-required"),
    Expected("disbursed", "end_draws", MACHINE, "disbursed", ["loan.draws-ended.v1"]),
    Expected("overdue", "end_draws", MACHINE, "overdue", ["loan.draws-ended.v1"]),
    Expected("overdue", "cure", MACHINE, "disbursed", REPORTED),
    Expected("overdue", "repay", MACHINE, "repaid", [*REPORTED, "loan.repaid.v1"]),
    Expected("overdue", "pay_claim", MACHINE, "claimed", []),
    Expected("repaid", "reopen", MACHINE, "disbursed", ["loan.reopened.v1", *REPORTED]),
    Expected("repaid", "close", BANK, "closed", []),
    Expected("claimed", "close", APPROVER, "closed", []),
    Expected("announced", "take_over", MACHINE, "disbursed", []),
    Expected("announced", "drop", MACHINE, "withdrawn", []),
]  # fmt: skip
ALSO = {("undo_disbursement", REVIEWER), ("undo_filing", REVIEWER), ("undo_draw", REVIEWER)}
"""A second role that may make a move."""
LARGE = SIGNED
"""What two persons may not approve alone: who approves it passes it on."""
BY_MANAGER = ("assign", "put_back")
"""Moves that a manager makes of several cases at once."""
IN_PARTS = ("draw", "undo_draw", "end_draws")
"""Moves of a loan that is paid out in parts."""
FIRST, SECOND = "60000.00", "40000.00"
BY_PEOPLE = [move for move in MOVES if move.role != MACHINE]
WAY = {
    "under_review": ("accepted", "take"),
    "recommended": ("under_review", "recommend"),
    "to_countersign": ("recommended", "pass_on"),
    "approved": ("recommended", "approve"),
    "capacity_reserved": ("approved", "reserve"),
    "capacity_declined": ("approved", "decline"),
    "pledge_registered": ("capacity_reserved", "register_pledge"),
    "disbursed": ("pledge_registered", "disburse"),
    "overdue": ("disbursed", "fall_overdue"),
    "repaid": ("disbursed", "repay"),
    "claimed": ("overdue", "pay_claim"),
    "closed": ("repaid", "close"),
    "withdrawn": ("accepted", "withdraw"),
    "rejected": ("under_review", "reject"),
    "expired": ("capacity_reserved", "expire"),
}
"""How a fresh case is brought to a state, from the one before."""


def named(move: Expected) -> str:
    return f"{move.source}-{move.action}"


@pytest.fixture(scope="module")
async def office(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Office]:
    """One for the whole walk."""
    async with together(
        [SERVICE], databases_of_module, issuer, shared_folder, due_interval_seconds=3600
    ) as (service,):
        office = Office(service)
        await office.opens()
        await with_levels(office)
        yield office


def body_of(office: Office, action: str, case: Any) -> tuple[str, Any]:
    """The last part of a step's path, and what it is sent."""
    today = office.now.date()
    entry = {"collateral_no": 1, "registration_no": "Y1", "registry": "CNIPA",
             "registered_on": str(today)}  # fmt: skip
    bodies = {
        "resubmit": submission(amount=AMOUNT, collateral=[valued_now(office)]),
        "amend": submission(amount=AMOUNT, collateral=[valued_now(office)]),
        "recommend": {"opinion": "建议批准"},
        "approve": {"opinion": "同意", "lists_checked": nothing_found(today)},
        "pass_on": {"opinion": "同意", "lists_checked": nothing_found(today)},
        "countersign": {"opinion": "同意", "lists_checked": nothing_found(today)},
        "refuse_signature": {"reason": "还款来源须再核实"},
        "return": {"reasons": ["请补充材料"]},
        "reject": {"reason": "不符合条件"},
        "withdraw_opinion": {"reason": "漏看一份材料"},
        "withdraw": {"reason": "企业不再需要"},
        "close": {"reason": "已办结"},
        "register_pledge": {"registrations": [entry]},
        "disburse": {
            "loan_no": case["number"], "amount": AMOUNT, "disbursed_on": str(today),
            "matures_on": str(today.replace(year=today.year + 1)),
            "lists_checked": nothing_found(today),
        },
        "draw": {"amount": SECOND, "drawn_on": str(today), "reference": f"PZ-{case['number']}",
                 "lists_checked": nothing_found(today)},
    }  # fmt: skip
    paths = {
        "register_pledge": "pledge-registration", "disburse": "disbursement",
        "undo_disbursement": "undo-disbursement", "undo_filing": "undo-disbursement", "withdraw_opinion": "withdraw-opinion",
        "pass_on": "approve", "refuse_signature": "refuse-signature",
    }  # fmt: skip
    return paths.get(action, action), bodies.get(action)


async def readied(office: Office, action: str, case: Any) -> None:
    """A disbursement or a draw is undone only once its bank has asked for it; what wang has taken
    is taken over only while wang is away."""
    if action == "take" and (await office.state(case)) == "under_review":
        await away(office)
    if action == "undo_draw":
        asked = {"reason": "受托支付退汇"}
        await office.bank().post(f"/loans/{case['id']}/draws/2/undo/request", json=asked)
    if action in ("undo_disbursement", "undo_filing") and (await office.state(case)) == "disbursed":
        path = "undo-disbursement/request"
        await office.post(office.bank(), case, path, {"reason": "误报，款项未出账"})


async def away(office: Office) -> None:
    """Wang is away today, and qin stands in; said once a day."""
    manager = right_person(office, MANAGER)
    for name in ("wang", "qin"):
        await office.reviewer(name).get("/queue")
    day = str(office.now.date())
    body = {"subject": "wang", "delegate": "qin", "from_day": day, "to_day": day, "reason": "出差"}
    answer = await manager.post("/absences", json=body)
    assert answer.status_code == 201 or answer.json()["errors"][0]["code"] == "absence-meets"


async def asks(office: Office, person: Any, action: str, case: Any) -> Any:
    if action in BY_MANAGER:
        return await asks_of_many(office, person, action, case)
    path, body = body_of(office, action, case)
    if action in IN_PARTS:
        at = {"draw": "draws", "undo_draw": "draws/2/undo"}[action]
        return await person.post(f"/loans/{case['id']}/{at}", json=body)
    return await person.post(f"/applications/{case['id']}/{path}", json=body)


async def asks_of_many(office: Office, person: Any, action: str, case: Any) -> Any:
    """What a manager does to several cases at once, here to one: answered as that one would be."""
    body = {"cases": [case["id"]], "reason": "经办人调离"}
    path = {"assign": "reassign", "put_back": "put-back"}[action]
    if action == "assign":
        # Whoever has been at the queue once is known.
        await office.reviewer("sun").get("/queue")
        body["person"] = "sun"
    answer = await person.post(f"/applications/{path}", json=body)
    if answer.status_code != 200:
        return answer
    (verdict,) = answer.json()["verdicts"]
    return httpx.Response(200 if verdict["moved"] else 409, json=verdict)


def valued_now(office: Office) -> dict[str, Any]:
    """A right with a valuation of the day: a walk over every move takes years."""
    plain = right()
    return plain | {"valuation": plain["valuation"] | {"valued_on": str(office.now.date())}}


def told_of(case: Any, **more: Any) -> dict[str, Any]:
    return {"pool_code": "dongli", "loan_id": case["id"], "number": case["number"],
            "bank_code": ICBC, **more}  # fmt: skip


async def by_machine(office: Office, action: str, case: Any) -> None:
    """The event or the report that moves a case."""
    reports = {
        "repay": {"principal": "0.00"},
        "fall_overdue": {"principal": AMOUNT, "overdue_days": 10},
        "cure": {"principal": AMOUNT},
        "reopen": {"principal": AMOUNT, "confirmed": ["reopens-repaid"]},
    }
    events: dict[str, Callable[[], Any]] = {
        "reserve": lambda: office.reserved(case),
        "enter": lambda: CoverageActivatedV1(
            **told_of(case, amount_fen=1, activated_on=office.now.date())
        ),
        "decline": lambda: CoverageDeclinedV1(**told_of(case, amount_fen=1, limits=())),
        "expire": lambda: CoverageReleasedV1(**told_of(case, amount_fen=1, reason="expired")),
        "pay_claim": lambda: ClaimPaidV1(
            **told_of(case, claim_id=uuid4(), claim_number="DL-C-1", paid_fen=1),
            paid_on=date(2026, 3, 2),
        ),
    }
    if action in ("take_over", "drop"):
        await office.hears(of_opening(office, action, case))
    elif action == "end_draws":
        # The last day for draws is a month on; Dongli's ten working days for filing follow.
        await office.moves_clock(days=60)
        context = office.service.context
        await end_draws(context.database, context.working_days, context.clock.now)
    elif action in events:
        await office.hears(events[action]())
    else:
        await office.reports(
            str(Month.of(office.now.date())), position(case["number"], **reports[action])
        )


def of_opening(office: Office, action: str, case: Any) -> Any:
    """What the pool's service says of a loan that it was to be taken over with."""
    told = told_of(case, opening_id=uuid4(), loan_no=f"JK-{case['id']}")
    if action == "drop":
        return OpeningLoanDroppedV1(**told, reason="余额须再核对")
    return CoverageTakenOverV1(**told, amount_fen=1, taken_over_on=office.now.date())


async def announced(office: Office) -> Any:
    """A loan of a county's own book, with which its pool is to be taken over."""
    loan_id = uuid4()
    (sample,) = (one for one in samples() if isinstance(one, OpeningLoanProposedV1))
    number = patent(2020)
    free = sample.rights[0].model_copy(update={"number": number, "number_as_given": number})
    told = {"loan_id": loan_id, "bank_code": ICBC, "loan_no": f"JK-{loan_id}", "rights": (free,)}
    await office.hears(sample.model_copy(update=told))
    return {"id": str(loan_id), "number": ""}


async def test_a_loan_of_a_county_s_book_waits_until_its_pool_is_taken_over(office: Office):
    await office.said()
    case = await announced(office)

    shown = await office.case(case)
    (told,) = await office.said()
    assert (shown["state"], shown["version"]) == ("announced", 1)
    assert [(one["action"], one["role"]) for one in shown["history"]] == [("announce", "system")]
    assert (told.type, told.accepted, told.number) == (
        "loan.take-over-answered.v1", True, shown["number"],
    )  # fmt: skip


def checker(office: Office, subject: str = "zhou") -> Any:
    return office._person(subject, CHECKER, institution=ICBC)


def right_person(office: Office, role: str) -> Any:
    """Wang reviews and li decides, so that no guard speaks against them."""
    people: dict[str, Callable[[], Any]] = {
        BANK: office.bank, REVIEWER: lambda: office.reviewer("wang"),
        APPROVER: lambda: office.approver("li"), CHECKER: lambda: checker(office),
        MANAGER: lambda: office.staff("wu", MANAGER), LEADER: lambda: office.staff("gao", LEADER),
    }  # fmt: skip
    return people[role]()


async def moves(office: Office, action: str, role: str, case: Any) -> None:
    if role == MACHINE:
        await by_machine(office, action, case)
        return
    await readied(office, action, case)
    takes_over = action == "take" and (await office.state(case)) == "under_review"
    person = office.reviewer("qin") if takes_over else right_person(office, role)
    answer = await asks(office, person, action, case)
    assert answer.status_code == 200, answer.text


async def brought_to(office: Office, state: str, *, amount: str = AMOUNT) -> Any:
    """A fresh case that stands there, begun early in a month, which is reported at its end."""
    if state == "announced":
        return await announced(office)
    if state in ("returned_for_correction", "accepted"):
        if office.now.day > 10:
            first = Month.of(office.now.date()).after.first
            await office.moves_clock(datetime.combine(first, time(1), UTC))
        mended = {"amount": amount, "collateral": [valued_now(office)]}
        missing = {"documents": []} if state == "returned_for_correction" else {}
        return await office.submits(expect=state, **mended, **missing)
    source, action = WAY[state]
    (move,) = (one for one in MOVES if (one.source, one.action) == (source, action))
    case = await brought_to(office, source, amount=LARGE if action == "pass_on" else amount)
    await moves(office, action, move.role, case)
    assert await office.state(case) == state
    return case


async def approved_as_filed(office: Office) -> Any:
    """A fresh case whose loan was paid out yesterday."""
    await stores(office.bank(), *PAPERS)
    case = await brought_to(office, "accepted")
    lent_on = office.now.date() - timedelta(days=1)
    days = dict.fromkeys(("signed_on", "disbursed_on", "as_of"), str(lent_on))
    paid = paid_out(**days, loan_no=case["number"], outstanding_principal=AMOUNT,
                    matures_on=str(lent_on + timedelta(days=300)))  # fmt: skip
    entry = ENTRY | {"registered_on": str(lent_on)}
    body = submission(
        amount=AMOUNT, paid_out=paid, collateral=[valued_now(office) | {"registration": entry}],
    )  # fmt: skip
    body["documents"] += [document(kind) for kind in PAPERS]
    amended = await office.bank().post(f"/applications/{case['id']}/amend", json=body)
    assert amended.json()["state"] == "accepted", amended.text
    await office.post(office.reviewer("wang"), case, "take")
    seen = {"signed_on": str(lent_on), "disbursed_on": str(lent_on), "amount": AMOUNT}
    await office.post(
        office.reviewer("wang"), case, "recommend", {"opinion": "同意", "paid_out_seen": seen}
    )
    _, body = body_of(office, "approve", case)
    await office.post(office.approver("li"), case, "approve", body)
    return case


async def brought_before(office: Office, move: Expected) -> Any:
    """A fresh case that stands where a move begins; for one of draws, paid out in part; of a loan
    that enters as filed, approved as such."""
    if move.action in ("enter", "undo_filing"):
        filed = await approved_as_filed(office)
        if move.action == "undo_filing":
            await by_machine(office, "enter", filed)
        return filed
    if move.action not in IN_PARTS:
        amount = LARGE if move.action == "pass_on" else AMOUNT
        return await brought_to(office, move.source, amount=amount)
    case = await brought_to(office, "pledge_registered")
    _, body = body_of(office, "disburse", case)
    until = office.now.date() + timedelta(days=30)
    await office.post(
        office.bank(), case, "disbursement", body | {"amount": FIRST, "draws_until": str(until)}
    )
    if move.action == "undo_draw":
        assert (await asks(office, office.bank(), "draw", case)).status_code == 200
    if move.source == "overdue":
        late = position(case["number"], principal=FIRST, overdue_days=10)
        await office.reports(str(Month.of(office.now.date())), late)
    assert await office.state(case) == move.source
    return case


@pytest.mark.parametrize("move", MOVES, ids=named)
async def test_a_move_leads_where_it_leads_is_remembered_and_told(office: Office, move: Expected):
    case = await brought_before(office, move)
    before = await office.case(case)
    await office.said()

    await moves(office, move.action, move.role, case)

    shown = await office.case(case)
    assert shown["state"] == move.target
    remembered = shown["history"][len(before["history"])]
    assert (remembered["action"], remembered["role"], remembered["source"]) == (
        move.action,
        move.role,
        move.source,
    )
    assert shown["version"] == len(shown["history"])
    # Other cases may run out when the clock goes on.
    told = [event for event in await office.said() if event.key == case["id"]]
    assert [event.type for event in told] == move.told


@pytest.mark.parametrize("move", BY_PEOPLE, ids=named)
async def test_a_move_is_refused_to_every_other_role_and_nothing_changes(
    office: Office, move: Expected
):
    case = await brought_before(office, move)
    await readied(office, move.action, case)
    before = await office.case(case)
    await office.said()
    # The same person in another role: so it is the role that is refused.
    subject = "wang" if move.role == REVIEWER else "li"
    people: list[Callable[[], Awaitable[Any]]] = [
        lambda role=role: asks(office, office.staff(subject, role), move.action, case)  # type: ignore[misc]
        for role in (REVIEWER, APPROVER, *OTHERS)
        if role != move.role and (move.action, role) not in ALSO
    ]
    if move.role != BANK:
        people.append(lambda: asks(office, office.bank(), move.action, case))

    for ask in people:
        answer = await ask()
        assert answer.status_code == 403, answer.text

    assert await office.case(case) == before
    assert await office.said() == []


@pytest.mark.parametrize("move", [move for move in MOVES if move.guard], ids=named)
async def test_a_guard_refuses_who_has_the_role_and_nothing_changes(office: Office, move: Expected):
    case = await brought_before(office, move)
    await readied(office, move.action, case)
    before = await office.case(case)
    await office.said()
    # Wang has taken and recommended it: another reviewer, and wang as an approver, are stopped.
    people: dict[str, Callable[[], Any]] = {
        REVIEWER: lambda: office.reviewer("zhao"), APPROVER: lambda: office.approver("wang"),
        CHECKER: lambda: checker(office, f"clerk-{ICBC}"),
        LEADER: lambda: office.staff("li", LEADER),
    }  # fmt: skip
    person = people[move.role]()

    answer = await asks(office, person, move.action, case)

    assert (answer.status_code, answer.json()["code"]) == (409, move.guard)
    assert await office.case(case) == before
    assert await office.said() == []


@pytest.mark.parametrize(
    ("source", "action"),
    [
        ("accepted", "take"),
        *(("under_review", action) for action in ("take", "recommend", "return", "reject")),
        *(("recommended", action) for action in ("approve", "pass_on", "return", "reject")),
        *(("to_countersign", action) for action in ("countersign", "refuse_signature")),
        ("capacity_declined", "reject"),
    ],
)
async def test_who_has_a_conflict_of_interest_keeps_out_of_every_decision(
    office: Office, source: str, action: str
):
    (move,) = (one for one in MOVES if (one.source, one.action) == (source, action))
    case = await brought_before(office, move)
    await away(office)
    # Qin stands in for wang, who has taken it; so only the conflict speaks against qin.
    person = office.reviewer("qin") if move.role == REVIEWER else right_person(office, move.role)
    asked = "approve" if action == "pass_on" else action
    assert asked in (await office.case(case, by=person))["pending_actions"]
    declared = await person.post("/conflicts", json={"case": case["id"], "reason": "配偶任职"})
    assert declared.status_code == 201, declared.text
    before = await office.case(case)

    answer = await asks(office, person, action, case)

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict-of-interest")
    assert await office.case(case) == before
    assert asked not in (await office.case(case, by=person))["pending_actions"]


@pytest.mark.parametrize("action", ["countersign", "refuse_signature"])
async def test_of_those_who_may_be_asked_for_a_signature_only_the_level_s_role_gives_it(
    office: Office, action: str
):
    case = await brought_to(office, "to_countersign")
    said = {
        role: (await asks(office, office.staff("sun", role), action, case)).json()["code"]
        for role in (APPROVER, MANAGER, REVIEWER, "finance_checker")
    }

    assert said == {
        APPROVER: "signature-of-another-role", MANAGER: "signature-of-another-role",
        REVIEWER: "forbidden", "finance_checker": "forbidden",
    }  # fmt: skip
    # Wang has recommended it.
    again = await asks(office, office.staff("wang", LEADER), action, case)
    assert again.json()["code"] == "second-person-required"


@pytest.mark.parametrize("state", sorted({move.source for move in MOVES} | WAY.keys()))
async def test_a_person_is_offered_exactly_what_they_may_do(office: Office, state: str):
    case = await brought_to(office, state)

    for role in (BANK, REVIEWER, APPROVER, MANAGER, LEADER):
        shown = await office.case(case, by=right_person(office, role))
        offered = {
            move.action
            for move in MOVES
            # Undoing is offered to nobody before the bank has asked for it, and a draw to nobody
            # where the loan was paid out at once; wang does not take over from wang.
            if (move.source, move.role) == (state, role)
            and move.action not in ("undo_disbursement", "undo_filing", *IN_PARTS)
            and (move.source, move.action) != ("under_review", "take")
            # What an approval of a large amount comes to, by the same button.
            and move.action != "pass_on"
        }
        assert set(shown["pending_actions"]) == offered, role


async def test_a_disbursement_is_undone_only_when_its_bank_has_asked_by_a_reviewer_too(
    office: Office,
):
    case = await brought_to(office, "disbursed")
    await undone_as_asked(office, case, "undo_disbursement", "pledge_registered")


async def test_a_filing_is_undone_only_when_its_bank_has_asked_by_a_reviewer_too(office: Office):
    (move,) = (one for one in MOVES if one.action == "undo_filing")
    await undone_as_asked(office, await brought_before(office, move), "undo_filing", "withdrawn")


async def undone_as_asked(office: Office, case: Any, action: str, target: str) -> None:
    """Not before the bank has asked, and then by a reviewer; the loan is none any more."""
    path = f"/applications/{case['id']}/undo-disbursement"

    unasked = await office.reviewer().post(path)
    assert (unasked.status_code, unasked.json()["code"]) == (409, "undo-not-asked")
    await office.post(office.bank(), case, "undo-disbursement/request", {"reason": "误报"})
    offered = await office.case(case, by=office.reviewer())
    undoing = {"undo_disbursement", "undo_filing"} & set(offered["pending_actions"])
    assert undoing == {action}
    of_no_part = await office.case(case, by=office.approver())
    assert action not in of_no_part["pending_actions"]

    undone = await office.reviewer().post(path)
    assert (undone.status_code, undone.json()["state"]) == (200, target)
    assert (await office.bank().get(f"/loans/{case['id']}")).status_code == 404


async def test_a_draw_is_undone_only_when_its_bank_has_asked_by_a_reviewer_too(office: Office):
    (move,) = (one for one in MOVES if one.action == "undo_draw")
    case = await brought_before(office, move)
    path = f"/loans/{case['id']}/draws/2/undo"

    unasked = await office.reviewer().post(path)
    assert (unasked.status_code, unasked.json()["code"]) == (409, "undo-not-asked")
    await readied(office, "undo_draw", case)
    offered = await office.case(case, by=office.reviewer())
    assert "undo_draw" in offered["pending_actions"]
    assert "undo_disbursement" not in offered["pending_actions"]

    undone = await office.reviewer().post(path)
    assert (undone.status_code, undone.json()["state"]) == (200, "disbursed")


async def test_a_filed_loan_is_not_withdrawn_while_the_pool_takes_it_in_and_enters_once(
    office: Office,
):
    case = await approved_as_filed(office)

    answer = await asks(office, office.bank(), "withdraw", case)
    assert (answer.status_code, answer.json()["code"]) == (409, "filed-loan-with-the-pool")
    assert "withdraw" not in (await office.case(case))["pending_actions"]
    await by_machine(office, "enter", case)
    entered = await office.case(case)
    await by_machine(office, "enter", case)

    assert await office.case(case) == entered
    assert (entered["state"], entered["loan"]["loan_no"]) == ("disbursed", case["number"])
    # One that was approved first is covered when its bank pays out, and is no filed one.
    usual = await brought_to(office, "disbursed")
    before = await office.case(usual)
    await by_machine(office, "enter", usual)
    assert await office.case(usual) == before


async def test_nothing_is_drawn_of_a_loan_that_was_paid_out_at_once(office: Office):
    case = await brought_to(office, "disbursed")

    answer = await asks(office, office.bank(), "draw", case)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-draw")
    assert await office.state(case) == "disbursed"


async def test_a_loan_with_a_reported_position_is_not_undone(office: Office):
    case = await brought_to(office, "disbursed")
    month = str(Month.of(office.now.date()))
    await office.reports(month, position(case["number"], principal=AMOUNT))
    await office.post(office.bank(), case, "undo-disbursement/request", {"reason": "误报"})

    answer = await office.reviewer().post(f"/applications/{case['id']}/undo-disbursement")

    assert (answer.status_code, answer.json()["code"]) == (409, "positions-reported")
    assert await office.state(case) == "disbursed"


@pytest.mark.parametrize("state", ["withdrawn", "rejected", "expired", "closed"])
async def test_nothing_leads_out_of_a_final_state(office: Office, state: str):
    case = await brought_to(office, state)
    before = await office.case(case)

    for move in {one.action: one for one in BY_PEOPLE}.values():
        answer = await asks(office, right_person(office, move.role), move.action, case)
        code = "loan-not-drawable" if move.action == "draw" else "not-possible-now"
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    for action in ("reserve", "decline", "expire", "pay_claim"):
        await by_machine(office, action, case)

    assert await office.case(case) == before


@pytest.mark.parametrize(
    ("documents", "action", "target", "told"),
    [
        ({}, "accept", "accepted", "application.accepted.v1"),
        ({"documents": []}, "return", "returned_for_correction", "application.returned.v1"),
    ],
    ids=["complete", "incomplete"],
)
async def test_a_submission_begins_a_case_and_the_machine_decides_at_once(
    office: Office, documents: dict[str, Any], action: str, target: str, told: str
):
    await office.said()

    case = await office.submits(
        expect=target, amount=AMOUNT, collateral=[valued_now(office)], **documents
    )

    shown = await office.case(case)
    assert [(m["action"], m["role"], m["source"], m["target"]) for m in shown["history"]] == [
        ("submit", BANK, None, "submitted"),
        (action, MACHINE, "submitted", target),
    ]
    assert (shown["state"], shown["version"]) == (target, 2)
    assert [event.type for event in await office.said()] == ["application.submitted.v1", told]


async def test_a_mended_case_that_is_still_incomplete_comes_back_again(office: Office):
    case = await brought_to(office, "returned_for_correction")
    await office.said()

    answer = await office.bank().post(
        f"/applications/{case['id']}/resubmit",
        json=submission(amount=AMOUNT, documents=[], collateral=[valued_now(office)]),
    )

    assert answer.json()["state"] == "returned_for_correction"
    history = (await office.case(case))["history"]
    assert [(m["action"], m["target"]) for m in history[2:]] == [
        ("resubmit", "submitted"),
        ("return", "returned_for_correction"),
    ]
    assert [event.type for event in await office.said()] == ["application.submitted.v1", *RETURNED]


async def test_nobody_but_a_bank_begins_a_case(office: Office):
    await office.said()

    for role in (REVIEWER, APPROVER, *OTHERS):
        answer = await office.staff("li", role).post("/applications", json=submission())
        assert answer.status_code == 403, role

    assert await office.said() == []


async def test_nothing_is_paid_out_while_a_condition_of_the_approval_is_open(office: Office):
    case = await brought_to(office, "under_review")
    body = {"opinion": "建议批准", "conditions": ["投保贷款保证保险"]}
    await office.post(right_person(office, REVIEWER), case, "recommend", body)
    for action, role in (("approve", APPROVER), ("reserve", MACHINE), ("register_pledge", BANK)):
        await moves(office, action, role, case)

    answer = await asks(office, office.bank(), "disburse", case)

    assert (answer.status_code, answer.json()["code"]) == (409, "conditions-open")
    assert await office.state(case) == "pledge_registered"
