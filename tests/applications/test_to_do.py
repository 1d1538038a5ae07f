"""What waits for whom until when: by the moves of the cases, told before, at and after the day."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.applications.handlers.duties import DUTIES
from services.applications.handlers.to_do import CASES, WAITS, watch_what_waits
from shared.waits.scheduled import look
from tests.applications.office import CCB, ICBC, Office, nothing_found
from tests.waits import stand_as_their_cases_do


async def to_do(person: Any, **wanted: Any) -> list[dict[str, Any]]:
    answer = await person.get("/to-do", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def cases(person: Any, **wanted: Any) -> list[tuple[str, str, str | None]]:
    return [(one["number"], one["what_zh"], one["due_on"]) for one in await to_do(person, **wanted)]


async def looks(office: Office, *, on: str = "") -> list[Any]:
    """The scheduler looks, on a day; what it tells of deadlines."""
    if on:
        await office.moves_clock(datetime.fromisoformat(f"{on}T01:00:00").replace(tzinfo=UTC))
    await watch_what_waits(office.service.context)
    return [
        (one.type.removeprefix("case-deadline."), one)
        for one in await office.said("case-deadline.approaching.v1", "case-deadline.passed.v1")
    ]


async def stands_as_the_cases_do(office: Office) -> int:
    return await stand_as_their_cases_do(office.service.context.database, CASES)


async def test_a_case_waits_for_one_after_the_other_and_leaves_every_list_when_it_is_done(
    office: Office,
):
    case = await office.submits()
    number, bank = case["number"], office.bank()
    wang, zhao = office.reviewer("wang"), office.reviewer("zhao")
    taking = (number, "审查人员领取", "2026-03-09")
    assert await cases(wang) == await cases(zhao) == [taking]
    assert await cases(bank) == await cases(office.approver()) == []
    # Whoever has it in hand has it alone; its day is the same.
    await office.post(wang, case, "take")
    assert await cases(wang) == [(number, "审查人员提出意见", "2026-03-09")]
    assert await cases(zhao) == []
    (seen,) = await to_do(zhao, whose="role")
    assert (seen["person_name"], seen["lamp"], seen["working_days_left"]) == ("wang", "green", 5)
    # Who stands in for somebody has what they have in hand, on the days of the absence.
    away = {
        "delegate": "zhao",
        "from_day": "2026-03-02",
        "to_day": "2026-03-03",
        "reason": "年休假",
    }
    for person in (wang, zhao):
        await person.get("/queue")  # So that they are known.
    entered = await wang.post("/absences", json=away)
    assert entered.status_code == 201, entered.text
    assert [one[0] for one in await cases(zhao)] == [number]
    await office.post(wang, case, "recommend", {"opinion": "建议批准"})
    assert await cases(wang) == [] == await cases(zhao)
    body = {"opinion": "同意入库", "lists_checked": nothing_found(office.now.date())}
    (waits,) = await to_do(office.approver())
    assert (waits["what_zh"], waits["page"]) == ("另一人审批", f"/cases/{case['id']}")
    await office.post(office.approver(), case, "approve", body)
    assert await cases(office.approver()) == []
    await office.hears(office.reserved(case))
    assert await cases(bank) == [(number, "银行办理质押登记", "2026-05-01")]
    assert await cases(office.bank(CCB)) == []
    # A bank asks for all and still hears nothing of whom in the bureau a case waits for.
    other = await office.submits()
    assert [one["number"] for one in await to_do(bank, whose="all")] == [number]
    assert other["number"] in [one["number"] for one in await to_do(wang, whose="all")]
    figures = (await bank.get("/to-do/figures")).json()
    assert (figures["open"], figures["overdue"], figures["near"]) == (1, 0, 0)
    assert [one["noun_zh"] for one in figures["kinds"]] == ["申请"]
    assert await stands_as_the_cases_do(office) == 2

    told = await office.said("case-deadline.set.v1", "case-deadline.met.v1")
    assert [(one.type.split(".")[1], one.what_zh, str(one.due_on), one.bank_code) for one in told
            if one.number == number] == [
        ("set", "审查人员领取", "2026-03-09", ""),
        ("met", "审查人员提出意见", "2026-03-09", ""),
        ("set", "另一人审批", "2026-03-09", ""),
        ("met", "另一人审批", "2026-03-09", ""),
        ("set", "银行办理质押登记", "2026-05-01", ICBC),
    ]  # fmt: skip


async def test_who_is_late_is_told_before_and_after_and_those_above_later_each_once(
    office: Office,
):
    case = await office.submits(expect="accepted")
    await office.said()
    # A term of five working days is reminded of on its last day but one, not when it begins.
    assert await looks(office) == []
    (near,) = await looks(office, on="2026-03-06")
    assert (near[0], near[1].level, near[1].working_days, near[1].to_roles) == (
        "approaching.v1", 2, 1, ("reviewer",),
    )  # fmt: skip
    assert await looks(office, on="2026-03-09") == []
    (over,) = await looks(office, on="2026-03-10")
    assert (over[0], over[1].working_days, over[1].to_roles) == ("passed.v1", 1, ("reviewer",))
    assert await looks(office) == [] == await looks(office, on="2026-03-13")
    # Who has it in hand is told by name; those above them a week and two weeks later.
    await office.post(office.reviewer("wang"), case, "take")
    (week,) = await looks(office, on="2026-03-17")
    assert (week[1].people, week[1].to_roles) == (("wang",), ("pool_manager",))
    # A clock that goes back tells nothing again, one that leaps tells the last alone.
    await look(
        office.service.context.database, CASES, DUTIES, now=office.now - timedelta(days=15),
        working_days=office.service.context.working_days,
    )  # fmt: skip
    assert await looks(office) == []
    (leap,) = await looks(office, on="2026-06-01")
    assert (leap[1].level, leap[1].to_roles) == (5, ("pool_manager", "leader"))
    assert await looks(office, on="2026-07-01") == []
    # What is done is told to have been late, and reminds nobody.
    await office.post(office.reviewer("wang"), case, "recommend", {"opinion": "建议批准"})
    (met,) = await office.said("case-deadline.met.v1")
    assert (met.outcome, met.is_late, str(met.ended_on)) == ("met", True, "2026-07-01")
    assert await looks(office) == []


async def test_a_bank_is_told_of_its_own_days_alone(office: Office):
    await office.lends(matures_on="2026-09-01")
    wang, bank = office.reviewer(), office.bank()
    case = await office.submits()
    path = f"/applications/{case['id']}/letters"
    letter = await wang.post(path, json={"text": "请说明还款来源", "due_on": "2026-03-20"})
    assert letter.status_code == 201, letter.text
    assert [one[1:] for one in await cases(bank)] == [("银行答复来函", "2026-03-20")]
    (told,) = [one for _, one in await looks(office, on="2026-03-20") if one.case_kind == "letter"]
    assert (told.bank_code, told.case_kind, told.to_roles) == (ICBC, "letter", ())
    answer = f"{path}/{letter.json()['id']}/answer"
    assert (await bank.post(answer, json={"text": "以应收账款偿还"})).status_code == 201
    assert await cases(bank) == []
    await looks(office, on="2026-08-03")
    # Thirty days before a loan matures its bank has to see to it; the bureau reads the same list.
    (near,) = [
        one for _, one in await looks(office, on="2026-08-27") if one.case_kind == "maturity"
    ]
    assert (near.level, near.bank_code) == (1, ICBC)
    (mine,) = await to_do(bank, kind="maturity")
    assert (mine["due_on"], mine["lamp"], mine["rule"]) == ("2026-09-01", "green", "贷款到期日")
    assert await to_do(office.bank(CCB)) == []
    assert [one["bank_code"] for one in await to_do(wang, whose="all", kind="maturity")] == [ICBC]


async def test_what_waited_before_there_was_a_list_is_entered_once_and_not_twice(office: Office):
    await office.submits()
    await office.reserves(await office.submits())
    database = office.service.context.database
    async with database.begin("*") as conn:
        await conn.execute("delete from waits")
        await conn.execute("insert into waits_to_fill values (now())")
    await watch_what_waits(office.service.context)
    assert await stands_as_the_cases_do(office) == 2
    await watch_what_waits(office.service.context)
    assert await stands_as_the_cases_do(office) == 2
    assert set(WAITS) >= {"application", "letter", "maturity"}


async def test_two_schedulers_at_once_and_one_that_dies_tell_everything_once(
    office: Office, monkeypatch
):
    numbers = {(await office.submits())["number"] for _ in range(6)}
    await office.said()
    context = office.service.context

    async def looked() -> None:
        await look(
            context.database, CASES, DUTIES, now=office.now, working_days=context.working_days
        )

    await office.moves_clock(datetime(2026, 3, 10, 1, tzinfo=UTC))
    async with context.database.begin("*") as conn:  # What the jobs of the new day have told.
        await conn.execute("update waits set told = 0")
    await office.said()
    # One dies after it has marked what it tells and before anybody hears of it.
    with monkeypatch.context() as broken:
        broken.setattr("shared.waits.reminded.outbox", None)
        with pytest.raises(AttributeError):
            await looked()
    await asyncio.gather(looked(), looked(), looked())
    await looked()
    told = [one.number for one in await office.said("case-deadline.passed.v1")]
    assert sorted(told) == sorted(numbers)
