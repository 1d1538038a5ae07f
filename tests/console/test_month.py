"""The page of a month: the way, what it lacks and who is reminded, last month, what if, sent back, closed."""

from datetime import date

from tests.console.house import House, did
from tests.console.page import ticked
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


async def test_months_go_on_from_their_list_and_what_they_leave_is_summed_and_owed(house: House):
    await settled_until_april(house)
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    await did(maker.post("/pools/dongli/settlements/2026-05/preview", json={}))
    at, check, act = (
        "/settlements",
        "/lists/settlements/several/check",
        "/lists/settlements/several",
    )

    async with house.logged_in("finance-sun") as person:
        page = await person.opens(f"{at}?month_from=2026-04&sort=-month")
        assert "共 2 笔" in page.text and "各方应付资金池 5,000.00 元" in page.text
        month = await person.opens("/pools/dongli/settlements/2026-05")
        assert "应付资金池（未结清）" in month.text and "0.00 → 办理后 5,000.00" in month.text
        checked = await person.sends(page, check, do="confirm", rows=ticked(page))
        assert "可办理 1 行" in checked.text, "April is posted"
        assert "各方应付资金池 5,000.00 元" in checked.text
        # It is previewed anew meanwhile: what was seen is confirmed no more.
        await did(maker.post("/pools/dongli/settlements/2026-05/preview", json={}))
        stale = await person.sends(checked, act, do="confirm", rows=ticked(checked))
        assert "已办理 0 行，未办理 1 行" in stale.text and "已被他人修改" in stale.text
        page = await person.opens(at)
        checked = await person.sends(page, check, do="confirm", rows=ticked(page))
        done = await person.sends(checked, act, do="confirm", rows=ticked(checked))
        assert "已办理 1 行，未办理 0 行" in done.text and "待签批" in done.text
        none = await person.sends(page, check, do="confirm", rows=[])
        assert "没有选择" in none.text
    async with house.logged_in("finance-qian") as person:
        for step in ("sign", "post"):
            page = await person.opens(at)
            checked = await person.sends(page, check, do=step, rows=ticked(page))
            done = await person.sends(checked, act, do=step, rows=ticked(checked))
            assert "已办理 1 行，未办理 0 行" in done.text, (step, done.text)
        owed = await person.opens("/open-items?direction=receivable&overdue=false")
        assert "应结金额 5,000.00 元" in owed.text and "2026年5月 月结" in owed.text
        late = await person.opens("/open-items?overdue=true")
        assert "2026年5月 月结" not in late.text and "逾期" in late.text
        await person.opens(at)
        month = await person.opens("/pools/dongli/settlements/2026-05")
        assert "/lists/settlements/next?after=dongli/settlements/2026-05" in month.links

    finance = house.person("risk_pool", "finance-qian", "finance_checker")
    of_pool = (await did(finance.get("/pools/dongli/open-items")))["items"]
    of_all = (await did(finance.get("/open-items")))["items"]
    assert [{**one, "pool_code": "dongli"} for one in of_pool] == of_all and of_all
    for who, sum_ in (("icbc-operator", "5,000.00"), ("ccb-operator", "0.00")):
        async with house.logged_in(who) as clerk:
            page = await clerk.opens(f"{at}?month_from=2026-05")
            assert f"各方应付资金池 {sum_} 元" in page.text, (who, page.text)
            assert (await clerk.opens("/open-items")).status == 403
    (item,) = [one for one in of_all if one["reference"].startswith("settlement:dongli:2026-05")]
    await house.moves_cash("receipt", item["open"], "2026-06-03", item=item["reference"])
    left = (await did(finance.get("/open-items")))["items"]
    assert item["reference"] not in {one["reference"] for one in left}
