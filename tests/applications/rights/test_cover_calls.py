"""Calls for cover: what is short is asked for, and only figures cure it."""

from pathlib import Path
from typing import Any

import pytest

from services.applications.domain.cover_call import LIFE_CYCLE
from services.applications.handlers.cover_watch import watch_cover
from shared.contracts.cover_calls import CoverCallChangedV1
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.applications.office import CCB, FIRM, ICBC, Office, position, right
from tests.applications.rights.test_valuations import PATENT, TERM, right_of, short, values
from tests.papers import document

OTHER = "201510958772.0"
BUREAU = {"reviewer", "pool_manager"}
CONCLUDES = {"approver", "pool_manager"}
EVERYBODY = sorted(BANK_ROLES | BUREAU_ROLES)
PAPER = {"sha256": document("ip_certificates")["sha256"]}
ASKED = {"cover_by": "2026-03-16", "reason": "重新评估后价值不足"}
MEASURE: dict[str, Any] = {
    "measure": "other_collateral", "taken_on": "2026-03-02", "note": "追加房产抵押",
    "amount": "300000.00", "papers": [PAPER],
}  # fmt: skip
RIGHT: dict[str, Any] = {
    "measure": "right_pledged", "taken_on": "2026-03-02", "note": "追加质押专利",
    "right": {"kind": "invention", "number": OTHER, "name": "一种装置"},
    "registration_no": "Y2026980001234", "papers": [PAPER],
}  # fmt: skip
REASON = {"reason": "资料不全"}
MOVES: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("asked", "measures"): ("measures_taken", {"bank_operator"}),
    ("measures_taken", "measures"): ("measures_taken", {"bank_operator"}),
    ("measures_taken", "judge"): ("measures_taken", BUREAU),
    ("asked", "release"): ("asked", BUREAU),
    ("measures_taken", "release"): ("measures_taken", BUREAU),
    ("cured", "release"): ("cured", BUREAU),
    ("asked", "propose"): ("proposed", BUREAU),
    ("measures_taken", "propose"): ("proposed", BUREAU),
    ("proposed", "send-back"): ("asked", CONCLUDES),
    ("proposed", "conclude"): ("concluded", CONCLUDES),
}
"""State, step → where it leads and who may. Said here once more, and not read from the table."""
STEPS = ("measures", "judge", "release", "propose", "send-back", "conclude")
TELLS = {"measures": "answered", "judge": "refused", "release": "released", "propose": "proposed",
         "send-back": "sent_back", "conclude": "concluded"}  # fmt: skip


def person(office: Office, role: str) -> Any:
    return office._person(f"a-{role}", role, institution=ICBC if role in BANK_ROLES else "*")


async def asks(who: Any, case: Any, *, status: int = 201, **changes: Any) -> Any:
    answer = await who.post(f"/applications/{case['id']}/cover-calls", json=ASKED | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def does(who: Any, call: Any, step: str, body: Any, status: int = 200) -> Any:
    answer = await who.post(f"/cover-calls/{call['id']}/{step}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def judges(office: Office, call: Any, counted: str | None, *, status: int = 200) -> Any:
    """The reviewer accepts the last measure, other collateral with what it counts for."""
    one = call["measures"][-1]
    body = {"accepted": True, "opinion": "材料齐备", "counted": counted}
    return await does(office.reviewer(), call, f"measures/{one['id']}/judge", body, status)


async def looks(office: Office) -> None:
    await watch_cover(office.service.context.database, office.service.context.clock.now)


async def shown(office: Office, call: Any, who: Any = None) -> Any:
    return (await (who or office.reviewer()).get(f"/cover-calls/{call['id']}")).json()


async def a_short_loan(office: Office, loan_no: str = "JJ-1", **more: Any) -> Any:
    """A loan of 1,000,000.00 on a right that carries 750,000.00."""
    case = await office.lends(loan_no=loan_no, collateral=[right(PATENT, **TERM)], **more)
    await values(office.reviewer(), await right_of(office))
    return case


async def said(office: Office) -> list[tuple[str, int]]:
    told = await office.said(CoverCallChangedV1.type)
    return [(one.what, one.shortfall_fen) for one in told]


async def test_what_is_short_is_asked_for_to_the_fen_and_only_figures_cure_it(office: Office):
    covered = await office.lends(collateral=[right(PATENT, **TERM)])
    early = await asks(office.reviewer(), covered, status=422, cover_by="2026-03-02")
    assert early["errors"][0]["code"] == "too-early"
    assert (await asks(office.bank(), covered, status=409))["code"] == "nothing-short"
    waits = await office.submits()
    assert (await asks(office.bank(), waits, status=409))["code"] == "loan-not-out"
    await values(office.reviewer(), await right_of(office))
    await asks(office.bank(CCB), covered, status=404)
    await office.said()

    call = await asks(office.reviewer(), covered)
    assert [call[name] for name in ("state", "shortfall", "due_on") if name in call] == [
        "asked", "250000.00",
    ]  # fmt: skip
    (of,) = call["asked_of"]["rights"]
    assert (of["value"], of["pledge_rate_bp"], of["carried"], of["appraiser"]) == (
        "3000000.00", 2500, "750000.00", "乙评估",
    )  # fmt: skip
    assert (await asks(office.bank(), covered, status=409))["code"] == "cover-call-exists"
    await does(office.bank(CCB), call, "measures", MEASURE, 404)

    call = await does(office.bank(), call, "measures", MEASURE)
    assert (call["state"], call["now"]["shortfall"]) == ("measures_taken", "250000.00"), (
        "said is nothing"
    )
    more = await judges(office, call, "300000.01", status=422)
    assert more["errors"][0]["code"] == "more-than-stated"
    assert (await judges(office, call, None, status=422))["errors"][0]["pointer"] == "#/counted"
    call = await judges(office, call, "249999.99")
    assert (call["state"], call["now"]["shortfall"]) == ("measures_taken", "0.01")
    assert (await judges(office, call, "1.00", status=409))["code"] == "measure-not-to-judge"
    call = await does(office.bank(), call, "measures", MEASURE | {"amount": "0.01"})
    call = await judges(office, call, "0.01")
    assert (call["state"], call["cured_on"], call["now"]["other"]) == (
        "cured", "2026-03-02", "250000.00",
    )  # fmt: skip
    assert await short(office.reviewer()) == []
    assert await said(office) == [
        ("asked", 25000000), ("answered", 25000000), ("accepted", 25000000), ("answered", 1),
        ("accepted", 1), ("cured", 0),
    ]  # fmt: skip

    await office.moves_clock(days=3)
    gone = {"on": "2026-03-05", "reason": "抵押物已出售"}
    last = call["measures"][-1]["id"]
    call = await does(office.reviewer(), call, f"measures/{last}/release", gone)
    assert (call["state"], call["times"], call["cover_by"], call["now"]["shortfall"]) == (
        "asked", 2, "2026-03-19", "0.01",
    ), "a cure that falls away opens it again, with as many days"  # fmt: skip
    assert await said(office) == [("released", 0), ("fell_short", 1)]
    twice = await does(office.reviewer(), call, f"measures/{last}/release", gone, 409)
    assert twice["code"] == "measure-not-to-judge"
    await values(office.bank(), await right_of(office), amount="3000000.04", valued_on="2026-03-05")
    renewed = MEASURE | {"measure": "new_valuation", "amount": None, "note": "重新评估"}
    call = await does(office.bank(), call, "measures", renewed)
    assert call["state"] == "cured", "by the new value, not by what was said of it"
    assert [one["action"] for one in call["history"]][-5:] == [
        "cure", "release", "fall_short", "answer", "cure",
    ]  # fmt: skip
    assert [one["shortfall"] for one in call["history"]][-5:] == [
        "0.00", None, "0.01", None, "0.00",
    ]  # fmt: skip
    timeline = (await office.bank().get(f"/applications/{covered['id']}/timeline")).json()["items"]
    assert [one["what"] for one in timeline if one["kind"] == "cover_call"] == [
        one["action"] for one in call["history"]
    ]


async def test_a_right_pledged_additionally_is_held_and_carries_its_value_times_rate(
    office: Office,
):
    case = await a_short_loan(office)
    call = await asks(office.bank(), case)
    unknown = await does(office.bank(), call, "measures", RIGHT, 422)
    assert unknown["errors"][0]["code"] == "right-unknown"
    fact = {"kind": "invention", "number": OTHER, "source": "entry", "as_of": "2026-03-02",
            "legal_status": "in_force"}  # fmt: skip
    assert (await office.bank().post("/rights", json=fact)).status_code == 201
    call = await does(office.bank(), call, "measures", RIGHT)
    again = await does(office.bank(), call, "measures", RIGHT, 422)
    assert again["errors"][0]["code"] == "right-already-pledged"

    call = await judges(office, call, None)
    assert (call["state"], call["now"]["shortfall"]) == ("measures_taken", "250000.00"), (
        "without a value"
    )
    await values(office.bank(), await right_of(office, OTHER), amount="1000000.00")
    await looks(office)
    call = await shown(office, call)
    assert (call["state"], call["now"]["carried"]) == ("cured", "1000000.00")
    assert [one["number"] for one in call["now"]["rights"]] == [PATENT, OTHER]

    theirs = right(OTHER, filed_on="2015-12-18", expires_on="2035-12-17")
    # It is held as the case's own rights are.
    await office.submits(bank=CCB, collateral=[theirs], expect="returned_for_correction")
    last = call["measures"][-1]["id"]
    gone = {"on": "2026-03-02", "reason": "质押已注销"}
    await does(office.reviewer(), call, f"measures/{last}/release", gone)
    await office.submits(bank=CCB, collateral=[theirs])


async def test_a_measure_says_what_belongs_to_it_and_names_stored_papers(office: Office):
    call = await asks(office.bank(), await a_short_loan(office))

    async def faults(**changes: Any) -> set[tuple[str, str]]:
        answer = await does(office.bank(), call, "measures", MEASURE | changes, 422)
        return {(one["pointer"], one["code"]) for one in answer["errors"]}

    assert await faults(amount=None, taken_on="2026-03-03", papers=[{"sha256": "0" * 64}]) == {
        ("#/amount", "required"), ("#/taken_on", "in-future"),
        ("#/papers/0/sha256", "document-not-stored"),
    }  # fmt: skip
    assert await faults(measure="new_valuation", papers=[], right=RIGHT["right"]) == {
        ("#/amount", "not-of-this-measure"), ("#/right", "not-of-this-measure"),
        ("#/papers", "required"), ("#/right", "right-unknown"),
    }  # fmt: skip
    assert await faults(measure="right_pledged", amount=None) == {
        ("#/right", "required"), ("#/registration_no", "required"),
    }  # fmt: skip


async def brought_to(office: Office, state: str, case: Any) -> Any:
    """A call for cover of the short loan in a state, with a measure accepted and one to judge."""
    call = await asks(office.reviewer("someone"), case, cover_by="2026-12-31")
    if state == "proposed_at_once":
        return await proposes(office, call)
    call = await does(office.bank(), call, "measures", MEASURE | {"amount": "249000.00"})
    call = await judges(office, call, "249000.00")
    if state == "cured":
        call = await does(office.bank(), call, "measures", MEASURE)
        call = await judges(office, call, "300000.00")
        assert call["state"] == "cured"
        return call
    call = await does(office.bank(), call, "measures", MEASURE)
    if state in ("proposed", "asked", "concluded"):
        call = await proposes(office, call)
    if state == "asked":
        call = await does(office.approver(), call, "send-back", REASON)
    if state == "concluded":
        call = await does(office.approver(), call, "conclude", {"opinion": "同意"})
    assert call["state"] == state
    return call


async def proposes(office: Office, call: Any) -> Any:
    body = {"outcome": "escalated", "reason": "逾期未补足"}
    return await does(office.reviewer("proposer"), call, "propose", body)


def step_of(call: Any, step: str, state: str) -> tuple[str, dict[str, Any]]:
    """The path and the body by which a step is taken on a call as `brought_to` leaves it."""
    first, last = call["measures"][0]["id"], call["measures"][-1]["id"]
    return {
        "measures": ("measures", MEASURE),
        "judge": (f"measures/{last}/judge", {"accepted": False, "opinion": "权属不清"}),
        "release": (f"measures/{first}/release", {"on": "2026-03-02", "reason": "已解除"}),
        "propose": ("propose", {"outcome": "called_in", "reason": "拒不补足"}),
        "send-back": ("send-back", REASON),
        "conclude": ("conclude", {"opinion": "同意"}),
    }[step]


@pytest.mark.parametrize("state", ["asked", "measures_taken", "proposed", "cured", "concluded"])
async def test_every_step_is_open_to_its_people_and_to_nobody_else(office: Office, state: str):
    case = await a_short_loan(office)
    call = await brought_to(office, state, case)
    for step in STEPS:
        _, people = MOVES.get((state, step), ("", set()))
        for role in sorted({*EVERYBODY} - people):
            refused = await person(office, role).post(
                "/cover-calls/{}/{}".format(call["id"], step_of(call, step, state)[0]),
                json=step_of(call, step, state)[1],
            )
            code = refused.json()["code"]
            assert code in ("forbidden", "role-missing", "not-possible-now"), (step, role, code)
    assert (await shown(office, call))["version"] == call["version"]

    steps = [
        (step, role) for step in STEPS for role in sorted(MOVES.get((state, step), ("", ()))[1])
    ]
    for number, (step, role) in enumerate(steps, start=2):
        other = await office.lends(loan_no=f"JJ-{number}", amount="1000000.00")
        (of,) = (await office.reviewer().get(f"/applications/{other['id']}")).json()["collateral"]
        await values(office.reviewer(), await right_of(office, of["number"]))
        mine = await brought_to(office, state, other)
        who = person(office, role)
        actions = (await shown(office, mine, who))["pending_actions"]
        assert {"measures": "answer", "send-back": "send_back"}.get(step, step) in actions
        await office.said()
        path, body = step_of(mine, step, state)
        done = await does(who, mine, path, body)
        assert done["state"] == MOVES[state, step][0], (step, role)
        assert (await said(office))[0][0] == TELLS[step]


async def test_cover_is_asked_for_by_bank_and_bureau_and_concluded_by_another(office: Office):
    case = await a_short_loan(office)
    asked = {"bank_operator", *BUREAU}
    for role in sorted({*EVERYBODY} - asked):
        await asks(person(office, role), case, status=403)
    for role in sorted(asked):
        call = await asks(person(office, role), case)
        both = office._person("a-both", "pool_manager", institution="*")
        body = {"outcome": "left_open", "reason": "余额很小"}
        call = await does(both, call, "propose", body)
        same = await does(both, call, "conclude", {"opinion": "同意"}, 409)
        assert same["code"] == "second-person-required"
        call = await does(office.approver(), call, "conclude", {"opinion": "同意"})
        assert (call["outcome"], call["concluded_name"] is not None) == ("left_open", True)


@pytest.mark.parametrize("state", ["asked", "measures_taken", "proposed"])
async def test_the_figures_cure_a_call_in_any_state_and_end_it_with_its_loan(
    office: Office, state: str
):
    case = await a_short_loan(office)
    call = await brought_to(office, state, case)
    await office.said()
    await office.reports("2026-03", position(principal="999000.00"))
    await looks(office)
    await looks(office)
    call = await shown(office, call)
    assert (call["state"], call["now"]["shortfall"], call["outcome"]) == ("cured", "0.00", None)
    assert await said(office) == [("cured", 0)]
    last = call["measures"][0]["id"]
    gone = {"on": "2026-03-31", "reason": "已解除"}
    call = await does(office.reviewer(), call, f"measures/{last}/release", gone)
    assert (call["state"], call["shortfall"]) == ("asked", "249000.00")
    if state == "proposed":
        await proposes(office, call)
    if state == "measures_taken":
        await does(office.bank(), call, "measures", MEASURE)
    await office.said()
    await office.reports("2026-04", position(principal="0.00"))
    await looks(office)
    call = await shown(office, call)
    assert (call["state"], call["now"], call["pending_actions"]) == ("ended", None, [])
    assert await said(office) == [("ended", 0)]


async def test_a_cured_call_ends_with_its_loan(office: Office):
    call = await brought_to(office, "cured", await a_short_loan(office))
    await office.said()
    await office.reports("2026-03", position(principal="0.00"))
    await looks(office)
    assert (await shown(office, call))["state"] == "ended"
    assert await said(office) == [("ended", 0)]


async def test_a_day_that_has_passed_is_told_once_and_listed(office: Office):
    call = await asks(office.reviewer(), await a_short_loan(office))
    await looks(office)
    await office.moves_clock(days=14)
    await office.said()
    await looks(office)
    assert await said(office) == [], "the day itself is not over"
    await office.moves_clock(days=1)
    await looks(office)
    await looks(office)
    assert await said(office) == [("overdue", 25_000_000)]

    async def listed(who: Any, **query: Any) -> list[str]:
        items = (await who.get("/cover-calls", params=query)).json()["items"]
        return [one["id"] for one in items]

    reviewer, bank = office.reviewer(), office.bank()
    for query in ({}, {"overdue": "true"}, {"state": "asked"}, {"case_id": call["case_id"]},
                  {"firm": call["borrower_uscc"]}, {"bank": ICBC},
                  {"right_id": await right_of(office)}):  # fmt: skip
        assert await listed(reviewer, **query) == await listed(bank, **query) == [call["id"]], query
        assert await listed(office.bank(CCB), **query) == []
    assert await listed(reviewer, state="cured") == await listed(reviewer, bank=CCB) == []
    assert (await office.bank(CCB).get(f"/cover-calls/{call['id']}")).status_code == 404


def test_the_diagram_in_the_readme_is_the_table():
    readme = Path(__file__).parents[3] / "services" / "applications" / "README.md"
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in readme.read_text(encoding="utf-8")


async def test_a_firm_is_asked_for_all_its_short_loans_in_one_step_and_told_the_sum(office: Office):
    first = await a_short_loan(office)
    second = await office.lends(loan_no="JJ-2", amount="2000000.00")
    theirs = await office.lends(loan_no="CCB-1", bank=CCB)
    covered = await office.lends(loan_no="JJ-3")
    uscc = FIRM
    for case, amount in ((second, "3000000.00"), (theirs, "3000000.00")):
        (of,) = (await office.reviewer().get(f"/applications/{case['id']}")).json()["collateral"]
        await values(office.reviewer(), await right_of(office, of["number"]), amount=amount)
    at, ask = f"/firms/{uscc}/cover", f"/firms/{uscc}/cover-calls"

    async def seen(who: Any) -> tuple[int, str, int, str, list[str]]:
        said = (await who.get(at)).json()
        return (said["loans_short"], said["shortfall"], said["asked_loans"], said["asked"],
                said["pending_actions"])  # fmt: skip

    # 1,000,000.00 and 2,000,000.00 on 750,000.00 each; what the third loan has over helps neither.
    assert await seen(office.bank()) == (2, "1500000.00", 0, "0.00", ["ask"])
    assert (await seen(office.reviewer()))[:2] == (3, "1750000.00")
    assert (await seen(person(office, "auditor")))[-1] == []
    early = await office.bank().post(ask, json=ASKED | {"cover_by": "2026-03-02"})
    assert early.json()["errors"][0]["code"] == "too-early"
    nobody = await office.bank().post("/firms/91110000000000000X/cover-calls", json=ASKED)
    assert nobody.status_code == 404

    one = await asks(office.bank(), first)
    await office.said()
    answer = await office.bank().post(ask, json=ASKED)
    assert answer.status_code == 201, answer.text
    told = await office.said(CoverCallChangedV1.type)
    assert [
        (one.number, one.shortfall_fen, one.firm_calls, one.firm_shortfall_fen) for one in told
    ] == [(second["number"], 125_000_000, 2, 150_000_000)], (
        "the loan with a call is not asked for again; the other bank's is not this clerk's"
    )
    assert await seen(office.bank()) == (2, "1500000.00", 2, "1500000.00", [])
    call = await shown(office, one)
    assert (call["firm_calls"], call["firm_shortfall"]) == (2, "1500000.00")
    loans = {row["case_number"]: row for row in (await office.bank().get(at)).json()["loans"]}
    assert loans[covered["number"]]["call_id"] is None
    assert loans[first["number"]]["call_id"] == one["id"]
    again = await office.bank().post(ask, json=ASKED)
    assert (again.status_code, again.json()["code"]) == (409, "cover-call-exists")
    # The bureau asks for what is left: the other bank's, which hears of its own sum alone.
    assert (await office.reviewer().post(ask, json=ASKED)).status_code == 201
    (told_ccb,) = await office.said(CoverCallChangedV1.type)
    assert (told_ccb.bank_code, told_ccb.firm_calls, told_ccb.firm_shortfall_fen) == (
        CCB, 1, 25_000_000,
    )  # fmt: skip
