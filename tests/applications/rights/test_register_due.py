"""By when a register is to enter a pledge, its longer term, its end; and that only its entry ends that."""

from datetime import date
from typing import Any

import pytest

from services.applications.domain.register_due import entered_by, register_due
from services.applications.handlers.register_duties import count_what_is_due
from services.applications.tables import register_duties
from shared.calendar import WorkingDays
from shared.postgres.database import EVERYWHERE
from tests.applications.office import CCB, FIRM, OTHER_FIRM, Office, position, right
from tests.applications.rights.test_pledges import PATENT, TERM, does, pledge_of
from tests.applications.test_loan_changes import does as changes
from tests.applications.test_loan_changes import wish


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("invention", date(2026, 3, 9)),
        ("trademark_right", date(2026, 3, 4)),
        ("software_copyright", date(2026, 3, 12)),
        ("geographical_indication", date(2026, 3, 16)),
    ],
)
def test_the_term_is_that_of_the_register_from_the_day_there_was_something_to_enter(
    kind: str, due: date
):
    calendar = WorkingDays()
    assert entered_by(kind, date(2026, 3, 2), calendar) == due
    row = {"duty": "register", "kind": kind, "since": date(2026, 3, 2), "due_on": due,
           "is_fixed": False}  # fmt: skip
    lamps = [
        register_due(row, today=day, working_days=calendar).lamp
        for day in (date(2026, 2, 26), due, calendar.add(due, 1))
    ]
    assert lamps == ["green", "yellow", "red"]


async def listed(who: Any, **query: Any) -> list[tuple[str, str, str, str]]:
    answer = await who.get("/register-due-days", params=query)
    assert answer.status_code == 200, answer.text
    names = ("duty", "case_number", "due_on", "lamp")
    return [tuple(one[name] for name in names) for one in answer.json()["items"]]


async def of_case(who: Any, case: Any) -> list[Any]:
    answer = await who.get(f"/applications/{case['id']}/register-due")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_reserved_case_waits_for_its_pledge_until_the_reservation_ends(office: Office):
    case = await office.submits(collateral=[right(PATENT, **TERM)])
    await office.reserves(case)
    until = (await office.case(case))["reserved_until"]

    (one,) = await of_case(office.bank(), case)
    assert (one["duty"], one["due_on"], one["since"], one["is_assumed"]) == (
        "register", until, "2026-03-02", False,
    )  # fmt: skip
    await office.registers(case)
    assert await of_case(office.bank(), case) == []


async def test_a_loan_that_is_out_without_an_entry_has_one_due_from_its_disbursement(
    office: Office,
):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    assert await listed(office.bank()) == []
    async with office.service.context.database.begin(EVERYWHERE) as conn:
        # As of a loan whose pledge nobody has entered here.
        await conn.execute("delete from pledge_registrations")
        await register_duties.count_anew(conn)
    await count_what_is_due(office.service.context)

    assert (
        await listed(office.bank())
        == await listed(office.reviewer())
        == [("register", case["number"], "2026-03-09", "green")]
    )
    (one,) = await of_case(office.bank(), case)
    assert (one["since"], one["is_assumed"]) == ("2026-03-02", True)
    await office.moves_clock(days=8)
    assert [lamp for *_, lamp in await listed(office.bank(), late=True)] == ["red"]


async def test_an_extension_and_a_paid_debt_are_entered_by_the_registers_term_late_ones_first(
    office: Office,
):
    longer = await office.lends(matures_on="2026-09-02", collateral=[right(PATENT, **TERM)])
    paid = await office.lends(loan_no="JJ-2")
    assert await listed(office.reviewer()) == []
    change = (await office.bank().post(f"/loans/{longer['id']}/changes", json=wish())).json()
    await changes(office, office.reviewer(), change, "recommend")
    await changes(office, office.approver(), change, "approve")
    assert await listed(office.bank()) == [("extend", longer["number"], "2026-03-09", "green")]
    await office.reports(
        "2026-03", position(loan_no="JJ-1"), position(loan_no="JJ-2", outstanding_principal="0.00")
    )

    both = [
        ("extend", longer["number"], "2026-03-09", "red"),
        ("cancel", paid["number"], "2026-04-08", "green"),
    ]
    assert await listed(office.bank()) == await listed(office.reviewer()) == both
    assert await listed(office.bank(CCB)) == await listed(office.reviewer(), bank=CCB) == []
    assert await listed(office.reviewer(), late=True) == both[:1]
    assert await listed(office.bank(), duty="cancel") == both[1:]
    first = await office.bank().get("/register-due-days", params={"limit": 1})
    cursor = first.json()["next_cursor"]
    assert await listed(office.bank(), limit=1, cursor=cursor) == both[1:]
    assert (
        await office.bank(CCB).get(f"/applications/{paid['id']}/register-due")
    ).status_code == 404

    (one,) = await of_case(office.bank(), longer)
    assert (one["source"], one["term_zh"], one["is_assumed"]) == (
        "国家知识产权局公告第461号（2021）", "5 个工作日（网上 2 个）", True,
    )  # fmt: skip
    pledge = await pledge_of(office, longer)
    await does(office.bank(), pledge, "extend", on="2026-03-31", term_until="2027-02-01")
    assert len(await of_case(office.bank(), longer)) == 1, "the loan runs longer than the entry"
    await does(office.bank(), pledge, "extend", on="2026-03-31", term_until="2027-03-02")
    await does(office.bank(), await pledge_of(office, paid), "cancel", on="2026-03-31")
    assert await listed(office.reviewer()) == []


async def test_a_pledgors_new_name_is_entered_by_the_registers_term_from_the_first_word_of_it(
    office: Office,
):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    await office.moves_clock(days=1)
    said = {"kind": "invention", "number": PATENT, "source": "extract", "owner_uscc": FIRM}

    async def says(name: str, as_of: str, **other: str) -> None:
        body = said | {"owner_name": name, "as_of": as_of} | other
        answer = await office.reviewer().post("/rights", json=body)
        assert answer.status_code == 201, answer.text

    await says("珠海格力电器股份有限公司、某研究院", "2026-03-03")
    await says("某受让公司", "2026-03-03", owner_uscc=OTHER_FIRM)
    assert await listed(office.bank()) == [], "a joint owner and a transfer are no new name"
    await says("珠海格力集团股份有限公司", "2026-03-02")
    assert await listed(office.bank()) == [], "the entry is of that day"
    await office.moves_clock(days=1)
    await says("珠海格力集团股份有限公司", "2026-03-03")
    await says("珠海格力集团（股份）有限公司", "2026-03-04")
    await says("珠海格力集团股份有限公司", "2026-03-04")
    renamed = [("change", case["number"], "2026-03-10", "green")]
    assert await listed(office.bank()) == await listed(office.reviewer(), duty="change") == renamed
    assert await listed(office.bank(CCB)) == []
    (one,) = await of_case(office.bank(), case)
    assert (one["since"], one["name_before"], one["name_after"], one["is_assumed"]) == (
        "2026-03-03", "珠海格力电器股份有限公司", "珠海格力集团股份有限公司", True,
    )  # fmt: skip

    change = {"item": "出质人名称", "before": one["name_before"], "after": one["name_after"]}
    await does(office.bank(), await pledge_of(office, case), "change", on="2026-03-02", **change)
    assert await listed(office.bank()) == renamed, "what was entered before is another change"
    await does(office.bank(), await pledge_of(office, case), "change", on="2026-03-04", **change)
    assert await listed(office.bank()) == []
