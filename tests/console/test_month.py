"""The page of a month: the way, what it lacks and who is reminded, last month, what if, sent back, closed."""

from datetime import date

from tests.console.house import House, did
from tests.publishing import proposal
from tests.risk_pool.programmes.test_versions import HALF

MAY = "/pools/dongli/settlements/2026-05"


async def settled_until_april(house: House) -> None:
    """A claim was approved and money recovered in May; the months before are posted."""
    claim = await house.has_claim(amount="1000000.00")
    recovery = await house.has_recovery(claim)
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    where = f"/recoveries/{recovery['id']}"
    seen = (await did(checker.get(where)))["trial"]
    await did(checker.post(f"{where}/confirm", json={"trial": seen["id"]}))
    await house.moves_clocks("2026-06-03T09:00:00+08:00")
    for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
        for person, step in ((maker, "preview"), (maker, "confirm"), (checker, "sign"),
                             (maker, "post")):  # fmt: skip
            await did(person.post(f"/pools/dongli/settlements/{month}/{step}", json={}))


async def test_a_month_goes_its_way_on_its_page(house: House):
    await settled_until_april(house)
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    half = proposal("dongli", HALF, in_force_from=date(2026, 7, 1))
    await did(manager.post("/programmes/dongli/versions", json=half))

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli/settlements")
        page = await maker.sends(page, "/pools/dongli/settlements", month="2026-05")
        for words in ("完整性", "对账单", "结清", "与上月比较", "如按另一版方案"):
            assert words in page.text, words
        page = await maker.sends(page, f"{MAY}/confirm")
        assert f"{MAY}/send_back" not in page.actions

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(MAY)
        empty = await checker.sends(page, f"{MAY}/send_back", reason="")
        assert empty.status == 422
        page = await checker.sends(page, f"{MAY}/send_back", reason="工行少报一笔回款")
        assert "工行少报一笔回款" in page.text and "已退回：" in page.text
        other = await checker.opens(f"{MAY}?version=2")
        assert "40.00% → 50.00%" in other.text
        none = await checker.opens(f"{MAY}?version=9")
        assert "没有第 9 版" in none.text

    async with house.logged_in("finance-sun") as maker:
        assert MAY in (await maker.opens("/")).links
        page = await maker.opens(MAY)
        page = await maker.sends(page, f"{MAY}/confirm")
        assert "已退回：" not in page.text
    async with house.logged_in("finance-qian") as checker:
        page = await checker.sends(await checker.opens(MAY), f"{MAY}/sign")
        page = await checker.sends(page, f"{MAY}/post")
        assert "尚不能结清" in page.text and "应收 5,000.00 元尚未结清" in page.text
        assert f"{MAY}/close" not in page.actions
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(MAY)
        page = await maker.sends(page, f"{MAY}/remind")
        assert "已提醒：中国工商银行天津分行。" in page.text
        assert "2026-06-03 由" in page.text
        again = await maker.sends(page, f"{MAY}/remind")
        assert again.status == 409 and "今天已就同一事项提醒过" in again.text
    reference = "settlement:dongli:2026-05:ICBC-TJ"
    items = await did(
        house.person("risk_pool", "auditor-zhou", "auditor").get("/pools/dongli/open-items")
    )
    (owed,) = [one for one in items["items"] if one["reference"].startswith("settlement:")]
    await house.moves_cash("receipt", owed["open"], "2026-06-03", item=owed["reference"])
    assert owed["reference"].startswith(reference[:26])
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(MAY)
        assert "可以结清" in page.text
        page = await checker.sends(page, f"{MAY}/close")
        assert "已结清" in page.text and "无待办事项" in page.text
    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(MAY)
        assert "与上月比较" in page.text and "如按另一版方案" not in page.text
