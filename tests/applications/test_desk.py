"""The bureau's desk: nobody is stuck, time runs on, and the queue shows what is to be done."""

from typing import Any

from tests.applications.office import Office, nothing_found, submission

MANAGER = "pool_manager"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def manager(office: Office) -> Any:
    return office.staff("wu", MANAGER)


async def here(office: Office, *names: str) -> None:
    """They have been at the queue once, so that a manager can choose them."""
    for name in names:
        await office.reviewer(name).get("/queue")


async def away(office: Office, *, by: Any, days: tuple[str, str], **more: Any) -> Any:
    body = {"delegate": "zhao", "from_day": days[0], "to_day": days[1], "reason": "年休假"}
    return await by.post("/absences", json=body | more)


async def queue(person: Any, **wanted: Any) -> list[str]:
    answer = await person.get("/queue", params=wanted)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["items"]]


async def several(by: Any, path: str, *cases: Any, **more: Any) -> list[Any]:
    body = {"cases": [case["id"] for case in cases], **more}
    answer = await by.post(f"/applications/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return [(one["moved"], one["state"] or one["code"]) for one in answer.json()["verdicts"]]


async def test_a_manager_gives_many_cases_to_another_and_hears_which_could_not_be_given(
    office: Office,
):
    await here(office, "wang", "zhao")
    taken, free, decided = [await office.submits() for _ in range(3)]
    await office.post(office.reviewer("wang"), taken, "take")
    await office.approves(decided)
    asked = {"person": "zhao", "reason": "王某调离"}
    await office.said()

    moved = await several(manager(office), "reassign", taken, free, decided, **asked)

    assert moved == [(True, "under_review"), (True, "under_review"), (False, "not-possible-now")]
    told = await office.said("application.assigned.v1")
    assert {(str(one.loan_id), one.assigned_to, one.institution) for one in told} == {
        (taken["id"], "zhao", ""), (free["id"], "zhao", ""),
    }  # fmt: skip
    # The bank sees that it is under review, and hears nothing of who does it or why.
    seen = (await office.case(taken, by=office.bank()))["history"][-1]
    assert (seen["action"], seen["reason"], seen["detail"]) == ("assign", "", {})
    feed = await office.bank().get("/events", params={"limit": 100})
    assert "application.assigned.v1" not in feed.text
    shown = await office.case(taken)
    assert (shown["assigned_to"], shown["history"][-1]["reason"]) == ("zhao", "王某调离")
    again = await several(manager(office), "reassign", taken, **asked)
    assert again == [(False, "already-theirs")]
    opinion = {"opinion": "建议批准"}
    lost = await office.reviewer("wang").post(
        f"/applications/{taken['id']}/recommend", json=opinion
    )
    assert code(lost) == (409, "taken-by-another")
    await office.post(office.reviewer("zhao"), taken, "recommend", opinion)


async def test_cases_are_given_only_to_reviewers_who_are_known_and_here(office: Office):
    await here(office, "wang", "zhao")
    await office.approver("li").get("/queue")
    case = await office.submits()
    body = {"cases": [case["id"]], "reason": "x"}

    for person, wrong in (("nobody", "person-unknown"), ("li", "person-not-reviewer")):
        answer = await manager(office).post(
            "/applications/reassign", json=body | {"person": person}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == wrong
    today = str(office.now.date())
    await away(office, by=office.reviewer("wang"), days=(today, today))
    answer = await manager(office).post("/applications/reassign", json=body | {"person": "wang"})
    assert code(answer) == (409, "person-away")
    listed = (await manager(office).get("/staff")).json()["items"]
    assert {one["subject"]: one["roles"] for one in listed}["wang"] == ["reviewer"]
    assert (await office.bank().get("/staff")).status_code == 403


async def test_who_stands_in_acts_on_what_the_absent_person_took_until_the_last_day(
    office: Office,
):
    await here(office, "wang", "zhao", "qin")
    case, other = [await office.submits() for _ in range(2)]
    for one in (case, other):
        await office.post(office.reviewer("wang"), one, "take")
    zhao = office.reviewer("zhao")
    opinion = {"opinion": "建议批准"}
    path = f"/applications/{case['id']}"
    # From tomorrow on, for two days.
    entered = await away(office, by=office.reviewer("wang"), days=("2026-03-03", "2026-03-04"))
    assert entered.status_code == 201, entered.text

    assert code(await zhao.post(f"{path}/recommend", json=opinion)) == (409, "taken-by-another")
    await office.moves_clock(days=1)
    assert await queue(zhao) == [case["id"], other["id"]]
    assert "recommend" in (await office.case(case, by=zhao))["pending_actions"]
    stranger = await office.reviewer("qin").post(f"{path}/take")
    assert code(stranger) == (409, "taken-by-another")
    await office.post(zhao, case, "recommend", opinion)
    await office.moves_clock(days=2)
    assert await queue(zhao) == []
    late = await zhao.post(f"/applications/{other['id']}/recommend", json=opinion)
    assert code(late) == (409, "taken-by-another")


async def test_an_absence_is_entered_by_the_person_or_a_manager_and_ends_early(office: Office):
    await here(office, "wang", "zhao", "qin")
    days = ("2026-03-02", "2026-03-06")
    foreign = await away(office, by=office.reviewer("qin"), days=days, subject="wang")
    assert code(foreign) == (403, "not-yours")
    entered = await away(office, by=manager(office), days=days, subject="wang")
    assert entered.status_code == 201, entered.text
    (told,) = await office.said("absence.changed.v1")
    assert (told.what, told.person, told.delegate_name, str(told.to_day), told.institution) == (
        "entered", "wang", "zhao", "2026-03-06", "",
    )  # fmt: skip

    for more, wrong in (
        ({"subject": "wang"}, "absence-meets"),
        ({"subject": "qin", "delegate": "wang"}, "delegate-away"),
        ({"subject": "qin", "delegate": "qin"}, "delegate-self"),
        ({"subject": "qin", "delegate": "nobody"}, "person-unknown"),
    ):
        answer = await away(office, by=manager(office), days=days, **more)
        assert wrong in [one["code"] for one in answer.json()["errors"]], answer.text
    backwards = await away(
        office, by=manager(office), days=("2026-03-06", "2026-03-05"), subject="qin"
    )
    assert backwards.json()["errors"][0]["code"] == "before-from-day"
    over = await away(office, by=manager(office), days=("2026-02-02", "2026-02-05"), subject="qin")
    assert over.json()["errors"][0]["code"] == "over"

    case = await office.submits()
    await office.post(office.reviewer("wang"), case, "take")
    assert await queue(office.reviewer("zhao")) == [case["id"]]
    ended = await office.reviewer("wang").post(f"/absences/{entered.json()['id']}/end")
    assert ended.json()["ended_on"] == "2026-03-02"
    (told,) = await office.said("absence.changed.v1")
    # Back on the first of these days: it did not come to it.
    assert (told.what, str(told.from_day), str(told.to_day)) == (
        "ended", "2026-03-02", "2026-03-01",
    )  # fmt: skip
    assert await queue(office.reviewer("zhao")) == []
    assert (await manager(office).get("/absences")).json()["items"] == []
    twice = await manager(office).post(f"/absences/{entered.json()['id']}/end")
    assert code(twice) == (409, "already-over")


async def test_a_conflict_puts_back_what_was_taken_and_voids_an_opinion_that_was_given(
    office: Office,
):
    await here(office, "wang", "zhao")
    taken, recommended, own = [await office.submits() for _ in range(3)]
    await office.post(office.reviewer("wang"), taken, "take")
    await office.recommends(recommended)
    firm = submission()["borrower"]["uscc"]
    said = {"subject": "wang", "borrower_uscc": firm, "reason": "配偶在该企业任职"}
    foreign = await office.reviewer("zhao").post("/conflicts", json=said)
    assert code(foreign) == (403, "not-yours")

    declared = await manager(office).post("/conflicts", json=said)

    assert declared.status_code == 201, declared.text
    for case in (taken, recommended):
        shown = await office.case(case)
        assert (shown["state"], shown["assigned_to"], shown["recommended_by"]) == (
            "accepted", None, None,
        )  # fmt: skip
        assert shown["history"][-1]["action"] == "put_back"
    assert await queue(office.reviewer("wang")) == []
    refused = await office.reviewer("wang").post(f"/applications/{own['id']}/take")
    assert code(refused) == (409, "conflict-of-interest")
    body = {"person": "wang", "reason": "x"}
    assert await several(manager(office), "reassign", own, **body) == [
        (False, "conflict-of-interest")
    ]
    known = await manager(office).post("/conflicts", json=said)
    assert code(known) == (409, "conflict-known")
    lifted = await manager(office).post(
        f"/conflicts/{declared.json()['id']}/lift", json={"reason": "已离职"}
    )
    assert lifted.json()["lifted_name"] is not None
    await office.post(office.reviewer("wang"), own, "take")


async def test_who_gave_an_opinion_and_declares_a_conflict_takes_it_back_and_lets_go(
    office: Office,
):
    case = await office.submits()
    await office.recommends(case)

    declared = await office.reviewer().post(
        "/conflicts", json={"case": case["id"], "reason": "发现与出质人有亲属关系"}
    )

    assert declared.status_code == 201, declared.text
    history = (await office.case(case))["history"]
    assert [one["action"] for one in history[-2:]] == ["withdraw_opinion", "release"]
    assert await office.state(case) == "accepted"
    both = await office.reviewer().post("/conflicts", json={"reason": "x"})
    assert both.json()["errors"][0]["code"] == "case-or-firm"


async def test_the_time_of_the_first_review_runs_on_whoever_has_it_until_the_bank_has_mended(
    office: Office,
):
    await here(office, "wang", "zhao")
    case = await office.submits()
    due = case["due_on"]
    assert due == "2026-03-09"

    async def after(days: int, person: Any, step: str, body: Any = None) -> str:
        if days:
            await office.moves_clock(days=days)
        await office.post(person, case, step, body)
        return (await office.case(case))["due_on"]

    wang, opinion = office.reviewer("wang"), {"opinion": "建议批准"}
    assert await after(1, wang, "take") == due
    assert await after(1, wang, "release") == due
    await office.moves_clock(days=1)
    await several(manager(office), "reassign", case, person="zhao", reason="轮岗")
    assert (await office.case(case))["due_on"] == due
    zhao = office.reviewer("zhao")
    # Another step has a time of its own; whoever takes an opinion back is in the first one again.
    assert await after(1, zhao, "recommend", opinion) == "2026-03-13"
    assert await after(0, zhao, "withdraw-opinion", {"reason": "漏看一份材料"}) == due
    await several(manager(office), "put-back", case, reason="调整")
    assert (await office.case(case))["due_on"] == due
    await office.post(wang, case, "take")
    await office.post(wang, case, "return", {"reasons": ["请补充材料"]})
    await office.moves_clock(days=3)
    mended = await office.bank().post(f"/applications/{case['id']}/resubmit", json=submission())
    assert mended.json()["state"] == "accepted", mended.text
    assert mended.json()["due_on"] == "2026-03-16"


async def test_the_most_urgent_stand_first_and_the_queue_is_filtered_by_person_lamp_and_pool(
    office: Office,
):
    await here(office, "wang", "zhao")
    old = await office.submits()
    await office.moves_clock(days=3)
    taken, urgent, soon = [await office.submits() for _ in range(3)]
    await office.post(office.reviewer("wang"), taken, "take")
    why = {"reason": "原贷款本月到期"}
    for case, priority in ((urgent, 2), (soon, 1)):
        await office.post(manager(office), case, "priority", {"priority": priority} | why)
    refused = await office.reviewer().post(
        f"/applications/{old['id']}/priority", json={"priority": 2} | why
    )
    assert refused.status_code == 403

    all_of_it = [urgent["id"], soon["id"], old["id"], taken["id"]]
    assert await queue(manager(office)) == all_of_it
    assert await queue(office.reviewer("zhao")) == all_of_it[:3]
    page = await manager(office).get("/queue", params={"limit": 2})
    rest = await queue(manager(office), cursor=page.json()["next_cursor"])
    assert rest == all_of_it[2:]
    assert await queue(office.reviewer("wang"), who="me") == [taken["id"]]
    assert await queue(manager(office), who="wang") == [taken["id"]]
    assert await queue(manager(office), who="nobody") == all_of_it[:3]
    assert await queue(manager(office), lamp="yellow") == [old["id"]]
    assert await queue(manager(office), lamp="red") == []
    assert await queue(manager(office), priority=2) == [urgent["id"]]
    assert await queue(manager(office), pool="youxian") == []
    await office.moves_clock(days=5)
    assert await queue(manager(office), lamp="red") == [old["id"]]
    said = (await manager(office).get(f"/applications/{urgent['id']}/priorities")).json()["items"]
    assert [(one["priority"], one["reason"]) for one in said] == [(2, "原贷款本月到期")]
    await office.approves(urgent)
    late = await manager(office).post(
        f"/applications/{urgent['id']}/priority", json={"priority": 0} | why
    )
    assert code(late) == (409, "not-waiting")


async def test_several_are_taken_at_once_and_each_says_what_became_of_it(office: Office):
    await here(office, "wang", "zhao")
    first, second, gone = [await office.submits() for _ in range(3)]
    await office.post(office.reviewer("zhao"), gone, "take")

    moved = await several(office.reviewer("wang"), "take", second, gone, first, {"id":
        "01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01"})  # fmt: skip

    assert moved == [
        (True, "under_review"), (False, "taken-by-another"), (True, "under_review"),
        (False, "not-found"),
    ]  # fmt: skip
    for path in ("take", "reassign", "put-back"):
        assert (await office.bank().post(f"/applications/{path}", json={})).status_code == 403


async def test_who_of_the_bureau_looked_at_a_case_is_written_down_for_managers_and_auditors(
    office: Office,
):
    case = await office.submits()
    for person in (office.reviewer("wang"), office.reviewer("wang"), office.bank()):
        await office.case(case, by=person)
    await office.moves_clock(days=1)
    await office.case(case, by=office.reviewer("wang"))

    path = f"/applications/{case['id']}/looks"
    looks = (await office.staff("zhou", "auditor").get(path)).json()["items"]

    assert [(one["subject"], one["at"][:10]) for one in looks] == [
        ("wang", "2026-03-03"), ("wang", "2026-03-02"),
    ]  # fmt: skip
    assert (await manager(office).get(path)).status_code == 200
    for person in (office.reviewer(), office.bank()):
        assert (await person.get(path)).status_code == 403


async def test_an_opinion_is_taken_back_only_by_who_gave_it_and_before_the_decision(
    office: Office,
):
    case = await office.submits()
    await office.recommends(case)
    path = f"/applications/{case['id']}/withdraw-opinion"
    why = {"reason": "漏看一份材料"}

    foreign = await office.reviewer("zhao").post(path, json=why)
    assert code(foreign) == (409, "opinion-of-another")
    await office.post(office.reviewer(), case, "withdraw-opinion", why)
    shown = await office.case(case)
    assert (shown["state"], shown["recommended_by"]) == ("under_review", None)
    await office.post(office.reviewer(), case, "recommend", {"opinion": "补看后建议批准"})
    body = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    await office.post(office.approver(), case, "approve", body)
    late = await office.reviewer().post(path, json=why)
    assert code(late) == (409, "not-possible-now")


async def test_a_manager_keeps_the_templates_of_opinions_by_pool_and_step(office: Office):
    body = {"step": "recommend", "title": "材料齐全", "text": "材料齐全，建议批准。"}
    offered = {}
    for pool in (None, "dongli", "youxian"):
        answer = await manager(office).post("/opinion-templates", json=body | {"pool_code": pool})
        assert answer.status_code == 201, answer.text
        offered[pool] = answer.json()["id"]
    foreign = await office.reviewer().post("/opinion-templates", json=body)
    assert foreign.status_code == 403
    path = f"/opinion-templates/{offered['dongli']}"

    words = {"title": "齐全", "text": "权属清晰，建议批准。"}
    assert (await manager(office).post(f"{path}/change", json=words)).status_code == 200
    listed = await office.reviewer().get("/opinion-templates", params={"pool": "dongli"})
    assert [(one["pool_code"], one["text"]) for one in listed.json()["items"]] == [
        ("", "材料齐全，建议批准。"), ("dongli", "权属清晰，建议批准。"),
    ]  # fmt: skip
    assert (await manager(office).post(f"{path}/remove")).status_code == 200
    gone = await manager(office).post(f"{path}/change", json=words)
    assert code(gone) == (404, "not-found")
    assert len((await office.reviewer().get("/opinion-templates")).json()["items"]) == 2
