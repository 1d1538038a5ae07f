"""The calendar on the screen: a year at a glance, changed by two persons, what is assumed is told."""

import pytest

from services.console.setup.calendar_lines import days_typed
from services.console.upstream.client import Problem
from tests.console.house import ICBC, House

NOTICE = "国务院办公厅关于2027年部分节假日安排的通知"


async def test_a_manager_proposes_and_an_approver_approves_a_change_on_the_screen(house: House):
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens("/calendar?year=2027")
        assert "2027 年工作日历" in page.text and "推定" in page.text
        wrong = await manager.sends(
            page, "/calendar/changes", days="2026-03-09 休息\n3月10日不上班", reason="停工"
        )
        assert wrong.status == 422 and "第 2 行读不懂" in wrong.text
        past = await manager.sends(
            wrong, "/calendar/changes", days="２０２６年２月２日 休息\n2026-03-09至2026-03-10 休息"
        )
        assert past.status == 422 and "第 1 行：2026-02-02 已过" in past.text
        page = await manager.sends(past, "/calendar/changes", days="2026-03-09至2026-03-10 休息")
        assert page.path == "/calendar/changes/1"
        assert "/calendar/changes/1/approve" not in page.actions
    async with house.logged_in("approver-zhao") as approver:
        assert "/calendar/changes/1" in (await approver.opens("/to-do")).links
        page = await approver.opens("/calendar/changes/1")
        assert "2026-03-10" in page.text and "停工" in page.text

        page = await approver.sends(page, "/calendar/changes/1/approve")

        assert "已生效" in page.text
        year = await approver.opens("/calendar")
        assert "停工" in year.html and "已知至 2026-12-31" in year.text
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/calendar")
        assert "2026 年工作日历" in page.text and "/calendar/changes/1" not in page.links


async def test_a_deadline_in_a_year_that_is_not_published_is_marked_until_it_is(house: House):
    await house.moves_clocks("2026-12-29T09:00:00+08:00")
    case = (await house.has_case(ICBC))["id"]
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(f"/cases/{case}")
        assert "/calendar?year=2027" in page.links and "推定" in page.text
        assert "/calendar?year=2027" in (await reviewer.opens("/to-do")).links


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("2027-02-14 上班", ["2027-02-14"]),
        ("2027年2月6日至2027年2月8日 休", ["2027-02-06", "2027-02-07", "2027-02-08"]),
        ("2027/2/6 — 2027/2/7 放假", ["2027-02-06", "2027-02-07"]),
        ("2027-02-06 to 2027-02-06 free", ["2027-02-06"]),
        ("2027-02-08至2027-02-06 休息", None),
        ("2027-02-30 休息", None),
        ("2027-02-06至2029-02-06 休息", None),
        ("2027-02-06 有空", None),
    ],
)
def test_days_are_read_as_people_write_them_and_what_is_none_is_named(line, days):
    if days is None:
        with pytest.raises(Problem) as refused:
            days_typed(f"\n{line}\n", unreadable="第 {line} 行")
        assert refused.value.errors == [{"pointer": "/days", "message": "第 2 行"}]
    else:
        assert [one["day"] for one in days_typed(line, unreadable="").days] == days
