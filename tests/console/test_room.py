"""Who waits for room in a pool, and suspending by hand, on the screen."""

from tests.agreements import agreed
from tests.console.house import LOOKED_AT, House, did


async def test_two_persons_suspend_a_bank_on_the_screen(house: House):
    path = "/pools/dongli/breakers"
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens(path)
        wrong = await manager.sends(
            page, "/pools/dongli/breaker-orders", bank_code="ICBC", order="suspend", reason=""
        )
        assert wrong.status == 422
        page = await manager.sends(wrong, "/pools/dongli/breaker-orders", reason="风控系统停用")
        assert "已提出，等待另一人决定" in page.text
        assert not [one for one in page.actions if one.endswith("/confirm")]

    async with house.logged_in("approver-zhao") as approver:
        page = await approver.opens(path)
        (confirm,) = [one for one in page.actions if one.endswith("/confirm")]
        page = await approver.sends(page, confirm)
        assert "已执行" in page.text and "人工暂停" in page.text and "风控系统停用" in page.text

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(path)
        assert "风控系统停用" in page.text
        assert page.actions == [one for one in page.actions if "breaker-orders" not in one]


async def test_a_case_that_finds_no_room_shows_its_place_and_what_holds_it_up(house: House):
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    await agreed(maker, checker, "dongli", "ICBC", line="1000.00", valid_from="2026-01-01")
    case = await house.has_case(amount="1000000.00")
    await approved(house, case)
    await house.sees("risk_pool", f"/coverages/{case['id']}", state="waiting")
    await house.reaches(case, "capacity_declined")

    async with house.logged_in("approver-zhao") as approver:
        page = await approver.opens(f"/cases/{case['id']}")
        assert "位次" in page.text and "排队等候" in page.text
        page = await approver.opens("/pools/dongli/waiting-line")
        assert case["number"] in page.text and "合作银行额度" in page.text
    async with house.logged_in("icbc-operator") as bank:
        assert case["number"] in (await bank.opens("/pools/dongli/waiting-line")).text


async def approved(house: House, case: dict) -> None:
    """Two persons let the case in."""
    path = f"/applications/{case['id']}"
    first = house.person("applications", "reviewer-lin", "reviewer")
    second = house.person("applications", "approver-zhao", "approver")
    for asking in (
        first.post(f"{path}/take", json={}),
        first.post(f"{path}/recommend", json={"opinion": "材料齐全，建议入库"}),
        second.post(f"{path}/approve", json={"opinion": "同意入库", "lists_checked": LOOKED_AT}),
    ):
        await did(asking)
