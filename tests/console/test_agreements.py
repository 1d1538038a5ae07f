"""Agreements on the console: a version is entered by one person, put in force by another, and paid."""

from tests.agreements import agreed
from tests.console.house import ICBC, House

AGREEMENTS = "/pools/dongli/agreements"


async def test_a_version_is_entered_with_its_plan_and_put_in_force_by_another(house: House):
    async with house.logged_in("finance-sun") as maker:
        pool = await maker.opens("/pools/dongli")
        assert AGREEMENTS in pool.links
        page = await maker.opens(f"{AGREEMENTS}?enter=DL-FIN")
        refused = await maker.sends(
            page, AGREEMENTS, reference="出资协议 2026", valid_from="2026-02-01",
            contribution_day_0="2026-06-30", contribution_amount_0="4,000,000.00",
            contribution_day_1="2026-01-31", contribution_amount_1="1.00",
        )  # fmt: skip
        assert refused.status == 422
        assert "须说明理由" in refused.text and "日期不在协议有效期内" in refused.text
        assert refused.form(AGREEMENTS)["reference"] == "出资协议 2026"
        page = await maker.sends(
            refused, AGREEMENTS, valid_from="2026-04-01", contribution_day_1="2026-12-31"
        )
        assert "已登记，等待另一人复核" in page.text
        assert not any("/release" in action for action in page.actions)

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(AGREEMENTS)
        release = next(action for action in page.actions if action.endswith("/release"))
        page = await checker.sends(page, release)
        assert "协议已复核生效" in page.text and "第 1 版" in page.text
        assert "4,000,001.00" in page.text, "what is still to come"

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli/cash")
        assert "约定出资，待到账" in page.text
        enter = next(link for link in page.links if "kind=contribution" in link)
        page = await maker.opens(enter.replace("&amp;", "&"))
        page = await maker.sends(page, "/pools/dongli/cash/new")
        assert "已登记" in page.text


async def test_a_version_is_refused_with_a_reason(house: House):
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    body = {"party_code": ICBC, "valid_from": "2026-04-01", "reference": "合作协议"}
    answer = await maker.post(AGREEMENTS, json=body)
    assert answer.status_code == 201, answer.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(AGREEMENTS)
        refuse = next(action for action in page.actions if action.endswith("/refuse"))
        assert "请" in (await checker.sends(page, refuse, reason="")).text
        page = await checker.sends(page, refuse, reason="与协议文本不符")
        assert "不予生效" in page.text


async def test_a_floor_is_shown_with_what_is_short_of_it_and_never_below_nought(house: House):
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    terms = {"line": "30000000.00", "minimum_lending": "10000000.00", "valid_from": "2026-01-01"}
    await agreed(maker, checker, "dongli", ICBC, **terms)

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(AGREEMENTS)

    assert "最低放款 10,000,000.00" in page.text and "还差 10,000,000.00" in page.text
    assert "-10,000,000.00" not in page.text


async def test_a_top_up_is_raised_by_one_person_and_called_by_another(house: House):
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    terms = {"contribution_share": "1", "top_up_below": "18000000.00", "valid_from": "2026-01-01"}
    await agreed(maker, checker, "dongli", "DL-FIN", **terms)
    top_ups = "/pools/dongli/top-ups"
    async with house.logged_in("finance-sun") as person:
        page = await person.opens(top_ups)
        assert "未低于补足线" in page.text and top_ups not in page.actions
        await house.moves_cash("fee", "500000.00", "2026-03-01")
        page = await person.opens(top_ups)
        assert "最多可通知补足 500,000.00 元" in page.text
        refused = await person.sends(page, top_ups, pay_by="2026-03-01", reason="低于补足线")
        assert refused.status == 422 and "缴付期限须晚于今日" in refused.text
        page = await person.sends(refused, top_ups, pay_by="2026-04-30")
        assert "已拟定，等待另一人签发" in page.text

    async with house.logged_in("finance-qian") as person:
        page = await person.opens(top_ups)
        for words in (
            "已通知补仓、尚未到账",
            "上限 500,000.00",
            "17,500,000.00 → 办理后 18,000,000.00",
        ):
            assert words in page.text, words
        call = next(action for action in page.actions if action.endswith("/call"))
        page = await person.sends(page, call)
        assert "补仓通知已签发" in page.text
        assert "500,000.00" in (await person.opens("/pools/dongli/agreements")).text


async def test_a_pool_is_run_off_by_two_persons_and_shows_what_is_left(house: House):
    run_off = "/pools/dongli/run-off"
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens(run_off)
        assert "分配试算" in page.text and "18,000,000.00" in page.text
        refused = await manager.sends(page, run_off, from_day="2026-03-01", reason="合作期满")
        assert refused.status == 422 and "不得早于今日" in refused.text
        page = await manager.sends(refused, run_off, from_day="2026-03-31")
        assert "等待另一人确认" in page.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(run_off)
        assert "已预留额度" in page.text, "it stays as it is: the order keeps it"
        confirm = next(action for action in page.actions if action.endswith("/confirm"))
        page = await checker.sends(page, confirm)
        assert "不再新增入库" in page.text
        assert "清算期" in (await checker.opens("/pools/dongli")).text
