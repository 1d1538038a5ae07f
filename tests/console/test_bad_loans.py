"""A loan that went bad, on the screen: its warning, the disposal of its rights, the collection."""

from tests.console.house import ICBC, House, did
from tests.papers import sends

DAY = "2026-05-18"
"""When the steps of a claim have been taken."""


async def paper(house: House, page, action: str) -> dict[str, str]:
    """The paper that an action's form asks for, stored as the page does it."""
    kind = page.form(action)["paper_kind"]
    (kept,) = await sends(house.clerk_of_papers(ICBC), kind)
    return {"paper_filename": f"{kind}.pdf", "paper_reference": kept["document"]}


async def test_a_warning_gets_measures_and_another_person_concludes(house: House):
    loan = await house.has_bad_loan()

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/cases/{loan['id']}")
        assert f"/coverages/{loan['id']}/warn" in page.links
        page = await clerk.opens(f"/warnings?loan_id={loan['id']}")
        assert "贷款逾期" in page.text and "风险分类下调" in page.text
        path = next(one for one in page.links if one.startswith("/warnings/"))
        page = await clerk.opens(path)
        add, complete = f"{path}/add_measure", f"{path}/complete_measure"
        page = await clerk.sends(page, add, text="上门核查", by_whom="王敏", until="2026-05-09")
        assert page.status == 422 and "不能早于今天" in page.text
        page = await clerk.sends(page, add, until="2026-06-01")
        assert "措施已登记" in page.text and "王敏" in page.text
        wrong = await clerk.sends(page, complete, measure="7", done_on="2026-05-10", note="已核查",
                                  **await paper(house, page, complete))  # fmt: skip
        assert wrong.status == 422 and "没有该措施" in wrong.text
        page = await clerk.sends(wrong, complete, measure="1")
        assert "措施已完成" in page.text
        assert any(one.startswith(f"{path}/papers/") for one in page.links)
        warn = f"/coverages/{loan['id']}/warn"
        page = await clerk.sends(
            await clerk.opens(warn), warn, cause="lawsuit", level="red", text="被供应商起诉"
        )
        assert "已发出预警" in page.text and "涉诉或被执行" in page.text
        assert f"{path}/close" not in page.actions

    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens(path)
        page = await manager.sends(page, f"{path}/close", conclusion="risk_gone", reason="已还清")
        assert "已作出结论" in page.text and "风险已消除" in page.text
        monthly = await manager.opens("/pools/dongli/warnings?year=2026")
        assert "2026年5月" in monthly.text and "风险消除" in monthly.text
        assert "/warnings" in page.links and "/disposals" in page.links


async def test_rights_are_sold_and_their_money_is_reported_and_collected_on_the_screen(
    house: House,
):
    claim = await house.has_claim()
    await house.is_approved(claim)
    loan = claim["loan_id"]

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(f"/disposals?loan_id={loan}")
        new = f"/coverages/{loan}/dispose"
        assert new in page.links
        page = await clerk.opens(new)
        reader = house.person("risk_pool", "auditor-zhou", "auditor")
        (pledge,) = (await did(reader.get(f"/coverages/{loan}/pledges")))["items"]
        assert pledge["registration_no"] in page.text and pledge["name"] in page.text
        mine = f"{pledge['kind']}/{pledge['number']}"
        wrong = await clerk.sends(page, new, reason="逾期未还", right="invention/ZL1")
        assert wrong.status == 422
        page = await clerk.sends(wrong, new, right=mine)
        path = page.path
        assert "DL-D-2026-0001" in page.text, page.text
        assert pledge["number"] in page.text and pledge["registration_no"] in page.text
        for action, said, words in (
            ("appraise", {"value": "1,800,000.00", "appraiser": "某评估公司",
                          "valued_on": "2026-05-01"}, "评估值已登记"),
            ("offer", {"way": "auction", "price": "1500000.00", "venue": "产权交易中心",
                       "until": "2026-06-30"}, "已挂出"),
            ("fail_round", {"failed_on": DAY, "reason": "无人报名"}, "流拍已登记"),
            ("offer", {"way": "auction", "price": "600000.00", "venue": "产权交易中心",
                       "until": "2026-06-30"}, "已挂出"),
            ("add_cost", {"reference": "PZ-9", "kind": "auction", "amount": "5,000.00",
                          "paid_on": "2026-05-10"}, "费用已登记"),
            ("sell", {"buyer": "某新材料公司", "price": "600000.00", "sold_on": DAY},
             "成交已登记"),
        ):  # fmt: skip
            form = f"{path}/{action}"
            page = await clerk.sends(page, form, **said, **await paper(house, page, form))
            assert words in page.text, (action, page.text)
        told = await clerk.opens("/explain/disposal/DL-D-2026-0001/left")
        assert "600,000.00" in told.text and told.path in page.links
        report = f"/claims/{claim['id']}?disposal={path[-36:]}"
        assert any(one.startswith(report) for one in page.links)

        page = await clerk.opens(report)
        recover = f"/claims/{claim['id']}/recover"
        form = page.form(recover)
        assert (form["gross"], form["route"], form["disposal_id"], form["received_on"]) == (
            "600000.00", "auction", path[-36:], DAY,
        )  # fmt: skip
        assert form["cost_reference"][0] == "PZ-9"
        page = await clerk.sends(page, recover)
        assert "600,000.00" in page.text, page.text
        page = await clerk.opens(path)
        assert any(one.startswith("/recoveries/") for one in page.links)

        here = f"/claims/{claim['id']}/collection"
        page = await clerk.opens(here)
        page = await clerk.sends(page, f"{here}/begin", collector="资产保全部", plan="先函后诉")
        assert "已开始追偿" in page.text
        page = await clerk.sends(page, f"{here}/record", kind="suit", taken_on="2026-05-10",
                                 note="已立案", reference="(2026)津0116民初1号")  # fmt: skip
        assert "提起诉讼" in page.text
        agree = f"{here}/agree"
        wrong = await clerk.sends(page, agree, agreed_on=DAY, instalments="2026-05-01 1",
                                  **await paper(house, page, agree))  # fmt: skip
        assert wrong.status == 422
        page = await clerk.sends(wrong, agree, instalments="2026-06-01 50,000.00\n2026-07-01 1.00")
        assert "50,000.00" in page.text and "未到期" in page.text
        page = await clerk.sends(
            page, f"{here}/propose", conclusion="written_off", reason="终结执行"
        )
        assert "已拟结论" in page.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(here)
        page = await checker.sends(page, f"{here}/conclude", opinion="同意")
        assert "追偿已结束" in page.text and "转核销" in page.text
