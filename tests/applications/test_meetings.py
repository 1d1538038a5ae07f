"""A joint meeting: called on cases, voted by its members, concluded by two persons; what it opens."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from services.applications.domain.meeting import Outcome, counted
from services.applications.main import SERVICE
from shared.auth.issuer import Issuer
from tests.applications.levels import MET, approves, leader, with_levels
from tests.applications.office import Office, right, submission
from tests.applications.test_approvals import code, faults
from tests.papers import stores
from tests.services import together

MEMBERS = {"gao": "leader", "li": "approver", "sun": "reviewer", "wu": "pool_manager"}


@pytest.fixture(scope="module")
async def office(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Office]:
    """One for all of these."""
    async with together(
        [SERVICE], databases_of_module, issuer, shared_folder, due_interval_seconds=3600
    ) as (service,):
        office = Office(service)
        await office.opens()
        await with_levels(office)
        # Whoever has been at the queue once is known.
        for subject, role in (*MEMBERS.items(), ("ding", "pool_manager"), ("he", "reviewer")):
            assert (await office.staff(subject, role).get("/queue")).status_code == 200
        yield office


def member(office: Office, subject: str) -> Any:
    return office.staff(subject, MEMBERS.get(subject, "reviewer"))


def manager(office: Office, subject: str = "wu") -> Any:
    return office.staff(subject, "pool_manager")


def called(office: Office, *cases: Any, **changes: Any) -> dict[str, Any]:
    """A meeting of today: gao presides, he writes, three vote beside gao."""
    seats = [{"subject": "gao", "part": "chair"}, {"subject": "he", "part": "secretary"}]
    seats += [{"subject": one} for one in ("li", "sun", "wu")]
    return {
        "pool_code": "dongli", "held_on": str(office.now.date()), "place": "三楼会议室",
        "quorum": 3, "members": seats, "cases": [case["id"] for case in cases], **changes,
    }  # fmt: skip


async def convened(office: Office, *cases: Any, **changes: Any) -> str:
    answer = await manager(office).post("/meetings", json=called(office, *cases, **changes))
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "convened"
    return str(answer.json()["id"])


async def votes(office: Office, meeting: str, subject: str, case: Any, vote: str) -> Any:
    body = {"case": case["id"], "vote": vote, "reason": "订单可核"}
    return await member(office, subject).post(f"/meetings/{meeting}/votes", json=body)


async def minuted(office: Office, meeting: str) -> None:
    """The minutes are stored and referred to."""
    (paper,) = await stores(manager(office), f"纪要 {meeting}")
    body = {"text": "详见纪要", "document": paper["id"]}
    answer = await manager(office).post(f"/meetings/{meeting}/minutes", json=body)
    assert answer.status_code == 200, answer.text


async def concluded(office: Office, meeting: str) -> Any:
    """Wu proposes, gao confirms."""
    await minuted(office, meeting)
    assert (await manager(office).post(f"/meetings/{meeting}/propose")).status_code == 200
    answer = await leader(office).post(f"/meetings/{meeting}/conclude")
    assert answer.json()["state"] == "concluded", answer.text
    return (await leader(office).get(f"/meetings/{meeting}")).json()


async def to_decide(office: Office, amount: str = MET) -> Any:
    case = await office.submits(amount=amount)
    await office.recommends(case)
    return case


async def test_a_case_that_needs_a_meeting_is_approved_only_once_a_concluded_one_has_carried_it(
    office: Office,
):
    case = await to_decide(office)
    assert code(await approves(office, case)) == (409, "meeting-needed")
    await office.said()

    meeting = await convened(office, case)
    (told,) = await office.said()
    assert (told.type, told.cases, told.institution) == (
        "meeting.convened.v1", (case["number"],), "",
    )  # fmt: skip
    for subject, vote in (("gao", "for"), ("li", "against"), ("sun", "for")):
        assert (await votes(office, meeting, subject, case, vote)).status_code == 200
    assert code(await votes(office, meeting, "sun", case, "against")) == (409, "already-voted")
    assert code(await votes(office, meeting, "he", case, "for")) == (403, "not-a-member")
    assert code(await manager(office).post(f"/meetings/{meeting}/propose")) == (
        409, "minutes-missing",
    )  # fmt: skip
    await minuted(office, meeting)
    assert (await manager(office).post(f"/meetings/{meeting}/propose")).status_code == 200
    assert code(await votes(office, meeting, "wu", case, "for")) == (409, "meeting-over")
    own = await manager(office).post(f"/meetings/{meeting}/conclude")
    assert code(own) == (409, "second-person-required")
    assert code(await approves(office, case)) == (409, "meeting-needed")
    await office.said()
    assert (await leader(office).post(f"/meetings/{meeting}/conclude")).status_code == 200

    (told,) = await office.said()
    (resolved,) = told.resolved
    assert (resolved.outcome, resolved.in_favour, resolved.against) == ("carried", 2, 1)
    # The level asks for the leader's signature as well.
    assert (await approves(office, case)).json()["state"] == "to_countersign"
    levels = (await leader(office).get(f"/applications/{case['id']}/approval-levels")).json()
    assert levels["meeting_has_approved"] and levels["meetings"][0]["outcome"] == "carried"
    sheet = await leader(office).get(f"/applications/{case['id']}/approval-sheet")
    printed = "".join(page.get_textpage().get_text_range() for page in PdfDocument(sheet.content))
    assert "表决：gao、li、sun" in printed


async def test_who_has_a_conflict_of_interest_does_not_vote_and_a_vote_given_before_does_not_count(
    office: Office,
):
    case = await to_decide(office)
    meeting = await convened(office, case)
    for subject in ("gao", "li", "sun"):
        assert (await votes(office, meeting, subject, case, "for")).status_code == 200
    for subject in ("wu", "sun"):
        declared = {"case": case["id"], "reason": "配偶任职"}
        assert (await member(office, subject).post("/conflicts", json=declared)).status_code == 201

    assert code(await votes(office, meeting, "wu", case, "for")) == (409, "conflict-of-interest")
    (on_agenda,) = (await concluded(office, meeting))["agenda"]

    assert on_agenda["outcome"] == "no_quorum"
    assert on_agenda["keep_out"] == ["sun", "wu"]
    assert [(one["subject"], one["counts"]) for one in on_agenda["votes"]] == [
        ("gao", True), ("li", True), ("sun", False),
    ]  # fmt: skip
    assert code(await approves(office, case)) == (409, "meeting-needed")
    # Another meeting may speak about it.
    await convened(office, case)


async def test_what_a_meeting_has_carried_is_one_revision_of_a_case(office: Office):
    pledged = right()
    case = await office.submits(amount=MET, collateral=[pledged])
    await office.recommends(case)
    meeting = await convened(office, case)
    for subject in ("gao", "li", "sun"):
        await votes(office, meeting, subject, case, "for")
    await concluded(office, meeting)
    await office.post(office.approver(), case, "return", {"reasons": ["请补充材料"]})
    mended = submission(amount="950000.00", collateral=[pledged])
    await office.post(office.bank(), case, "resubmit", mended)
    await office.recommends(case)

    assert code(await approves(office, case)) == (409, "meeting-needed")


async def test_everything_that_speaks_against_a_meeting_is_said_at_once(office: Office):
    case = await to_decide(office)
    fresh = await office.submits(amount=MET)
    unknown = "01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01"
    await convened(office, case)
    body = called(office, case, fresh) | {
        "held_on": "2026-01-05", "quorum": 9, "pool_code": "nowhere",
        "members": [{"subject": "li"}, {"subject": "li"}, {"subject": "nobody"}],
    }  # fmt: skip
    body["cases"].append(unknown)

    found = faults(await manager(office).post("/meetings", json=body))
    assert found == [
        "in-past", "over-members", "one-chair", "twice", "pool-unknown", "person-unknown",
        "case-unknown", "case-unknown", "case-unknown",
    ]  # fmt: skip
    of_pool = called(office, case, fresh)
    assert faults(await manager(office).post("/meetings", json=of_pool)) == [
        "case-on-another-agenda", "case-not-in-review",
    ]  # fmt: skip


async def test_nobody_votes_before_the_day_and_a_meeting_that_is_called_off_frees_its_cases(
    office: Office,
):
    case = await to_decide(office)
    meeting = await convened(office, case, held_on=str(office.now.date() + timedelta(days=7)))

    assert code(await votes(office, meeting, "gao", case, "for")) == (409, "meeting-not-held-yet")
    assert code(await manager(office).post(f"/meetings/{meeting}/propose")) == (
        409, "meeting-not-held-yet",
    )  # fmt: skip
    await office.said()
    path = f"/meetings/{meeting}/call-off"
    assert (await leader(office).post(path, json={"reason": "x"})).status_code == 403
    off = await manager(office).post(path, json={"reason": "人员不足"})
    assert off.json()["state"] == "called_off"
    (told,) = await office.said()
    assert (told.type, told.reason) == ("meeting.called-off.v1", "人员不足")
    again = await convened(office, case)
    listed = (await office.staff("gu", "auditor").get("/meetings", params={"limit": 1})).json()
    assert [one["id"] for one in listed["items"]] == [again]
    rest = {"cursor": listed["next_cursor"], "limit": 1}
    older = (await office.staff("gu", "auditor").get("/meetings", params=rest)).json()["items"]
    assert [one["id"] for one in older] == [meeting]


async def test_a_called_meeting_is_changed_by_who_has_called_it_until_somebody_has_voted(
    office: Office,
):
    first, second, third = [await to_decide(office) for _ in range(3)]
    meeting = await convened(office, first, second)
    path = f"/meetings/{meeting}/change"
    tomorrow = str(office.now.date() + timedelta(days=1))
    seats = [{"subject": "li", "part": "chair"}, {"subject": "sun"}, {"subject": "wu"}]
    body = called(office, second, third, held_on=tomorrow, members=seats) | {"reason": "改期"}
    del body["pool_code"]
    await office.said()

    wrong = body | {"held_on": "2026-01-05", "members": [{"subject": "nobody"}], "quorum": 2}
    assert faults(await manager(office).post(path, json=wrong)) == [
        "in-past", "over-members", "one-chair", "person-unknown",
    ]  # fmt: skip
    assert code(await manager(office, "ding").post(path, json=body)) == (403, "not-the-convener")
    assert (await leader(office).post(path, json=body)).status_code == 403
    same = called(office, first, second) | {"reason": "x"}
    del same["pool_code"]
    assert code(await manager(office).post(path, json=same)) == (409, "nothing-changed")
    done = await manager(office).post(path, json=body)

    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "convened", 2)
    (told,) = await office.said()
    numbers = "、".join(one["number"] for one in (second, third))
    changed = [(one.field, one.before, one.after) for one in told.changed]
    assert (told.type, str(told.held_on), told.reason) == ("meeting.changed.v1", tomorrow, "改期")
    assert changed == [
        ("held_on", str(office.now.date()), tomorrow), ("chair", "gao", "li"),
        ("secretary", "he", ""), ("members", "gao、he、li、sun、wu", "li、sun、wu"),
        ("cases", f"{first['number']}、{second['number']}", numbers),
    ]  # fmt: skip
    # Who is called no more hears of it, too.
    assert set(told.told) == {"gao", "he", "li", "sun", "wu"}
    shown = (await manager(office).get(f"/meetings/{meeting}")).json()
    assert "、".join(one["number"] for one in shown["agenda"]) == numbers
    assert (shown["place"], shown["held_on"]) == ("三楼会议室", tomorrow)
    assert [(one["action"], one["reason"]) for one in shown["history"]] == [
        ("convene", ""), ("change", "改期"),
    ]  # fmt: skip
    assert shown["history"][1]["changed"][1] == {"field": "chair", "before": "gao", "after": "li"}
    assert "change" in shown["pending_actions"]
    # What is off the agenda may go on another.
    other = await convened(office, first)
    assert (await votes(office, other, "gao", first, "for")).status_code == 200
    begun = called(office, first, held_on=tomorrow) | {"reason": "改期"}
    del begun["pool_code"]
    assert code(await manager(office).post(f"/meetings/{other}/change", json=begun)) == (
        409, "meeting-begun",
    )  # fmt: skip
    assert (
        "change" not in (await manager(office).get(f"/meetings/{other}")).json()["pending_actions"]
    )


async def test_a_conclusion_that_does_not_stand_is_sent_back_and_votes_are_open_again(
    office: Office,
):
    case = await to_decide(office)
    meeting = await convened(office, case)
    await minuted(office, meeting)
    assert (await manager(office).post(f"/meetings/{meeting}/propose")).status_code == 200
    path = f"/meetings/{meeting}/send-back"
    assert code(await manager(office).post(path, json={"reason": "x"})) == (
        409, "second-person-required",
    )  # fmt: skip

    answer = await manager(office, "ding").post(path, json={"reason": "纪要有误"})

    assert answer.json()["state"] == "convened"
    assert (await votes(office, meeting, "gao", case, "abstain")).status_code == 200
    # The same manager may propose again, and then another one confirms.
    assert (await concluded(office, meeting))["agenda"][0]["outcome"] == "no_quorum"


@pytest.mark.parametrize("step", ["change", "propose", "conclude", "send-back", "call-off"])
async def test_a_step_of_a_meeting_is_refused_to_every_other_role_and_in_every_other_state(
    office: Office, step: str
):
    case = await to_decide(office)
    meeting = await convened(office, case)
    body: Any = {"reason": "x"} if step in ("send-back", "call-off") else None
    if step == "change":
        body = called(office, case, place="二楼") | {"reason": "x"}
        del body["pool_code"]
    second = step in ("conclude", "send-back")
    others = ["reviewer", "auditor", "finance_maker", "admin"]
    for role in others if second else [*others, "approver", "leader"]:
        refused = await office.staff("x", role).post(f"/meetings/{meeting}/{step}", json=body)
        assert refused.status_code == 403, role
    assert (await office.bank().post(f"/meetings/{meeting}/{step}", json=body)).status_code == 403
    assert (await office.bank().get(f"/meetings/{meeting}")).status_code == 403
    if second:
        early = await manager(office, "ding").post(f"/meetings/{meeting}/{step}", json=body)
        assert code(early) == (409, "not-possible-now")
    await concluded(office, meeting)

    late = await manager(office).post(f"/meetings/{meeting}/{step}", json=body)

    assert late.status_code == 409, late.text
    assert (await leader(office).get(f"/meetings/{meeting}")).json()["state"] == "concluded"


async def test_only_a_manager_calls_one_and_those_who_confirm_hear_of_it_each_in_his_role(
    office: Office,
):
    case = await to_decide(office)
    for role in ("reviewer", "approver", "leader", "finance_maker", "auditor"):
        refused = await office.staff("x", role).post("/meetings", json=called(office, case))
        assert refused.status_code == 403, role
    meeting = await convened(office, case)
    await minuted(office, meeting)
    confirming = (office.staff("li", "approver"), leader(office), manager(office, "ding"))
    for person in confirming:
        await office.said()
        assert (await manager(office).post(f"/meetings/{meeting}/propose")).status_code == 200
        assert [one.type for one in await office.said()] == ["meeting.to-confirm.v1"]
        back = await person.post(f"/meetings/{meeting}/send-back", json={"reason": "纪要有误"})
        assert (back.status_code, back.json()["state"]) == (200, "convened")
    assert (await manager(office).post(f"/meetings/{meeting}/propose")).status_code == 200

    done = await confirming[0].post(f"/meetings/{meeting}/conclude")

    assert (done.status_code, done.json()["state"]) == (200, "concluded")


@pytest.mark.parametrize(
    ("votes", "outcome"),
    [
        (["for", "for", "against"], Outcome.CARRIED),
        (["for", "against", "abstain"], Outcome.NOT_CARRIED),
        (["for", "abstain", "abstain"], Outcome.CARRIED),
        (["for", "for"], Outcome.NO_QUORUM),
    ],
)
def test_more_for_than_against_carries_of_a_quorum_that_abstentions_belong_to(
    votes: list[str], outcome: Outcome
):
    assert counted(votes, quorum=3).outcome == outcome
