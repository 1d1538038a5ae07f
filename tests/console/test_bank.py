"""A bank's people in the console: their own cases, claims and statements, nobody else's."""

from tests.console.house import LOOKED_AT, House


async def test_a_bank_sees_its_own_and_nothing_of_another(house: House):
    own = await house.has_case("ICBC")
    foreign = await house.has_case("CCB")

    async with house.logged_in("icbc-operator") as bank:
        listed = await bank.opens("/cases")
        assert own["number"] in listed.text and foreign["number"] not in listed.text
        assert (await bank.opens(f"/cases/{own['id']}")).status == 200
        other = await bank.opens(f"/cases/{foreign['id']}")
        assert other.status == 404
        assert "没有这个申请" in other.text and foreign["number"] not in other.text
        pool = await bank.opens("/pools/dongli")
        assert "18,000,000.00" not in pool.text and "中国建设银行" not in pool.text
        for closed in ("/queue", "/pools/dongli/transfers", "/parked"):
            assert (await bank.opens(closed)).status == 403, closed
        assert "/queue" not in pool.links and "/parked" not in pool.links


async def test_a_bank_registers_the_pledge_and_reports_the_disbursement(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    first = house.person("applications", "reviewer-lin", "reviewer")
    second = house.person("applications", "approver-zhao", "approver")
    await first.post(f"/applications/{case['id']}/take", json={})
    await first.post(f"/applications/{case['id']}/recommend", json={"opinion": "可以"})
    await second.post(
        f"/applications/{case['id']}/approve", json={"opinion": "同意", "lists_checked": LOOKED_AT}
    )
    await house.reaches(case, "capacity_reserved")

    async with house.logged_in("icbc-operator") as bank:
        assert case["number"] in (await bank.opens("/")).text
        page = await bank.opens(path)
        wrong = await bank.sends(page, f"{path}/register_pledge", registration_no="")
        assert wrong.status == 422 and "至少 1 个字符" in wrong.text
        page = await bank.sends(wrong, f"{path}/register_pledge", registration_no="Y2026120000001")
        assert "质押登记已记录" in page.text and "Y2026120000001" in page.text
        paid_out = {"loan_no": "ICBC-77", "amount": "1,000,000.00", "disbursed_on": "2026-03-02",
                    "matures_on": "2027-03-02"}  # fmt: skip
        unlooked = await bank.sends(page, f"{path}/disburse", **paid_out)
        assert unlooked.status == 409 and "失信被执行人" in unlooked.text, unlooked.text
        looked = {"list_checked_on": ["2026-03-02"] * 4}
        page = await bank.sends(unlooked, f"{path}/disburse", **paid_out, **looked)
        assert "放款已记录" in page.text
        await house.sees("risk_pool", f"/coverages/{case['id']}", state="active")
        page = await bank.opens(path)
        assert "保障中" in page.text and "ICBC-77" in page.text
