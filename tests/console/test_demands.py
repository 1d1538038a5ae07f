"""The pages of demands, parks, surveys and the alliance, from posting to matching."""

from tests.applications.office import FIRM
from tests.console.house import House

WRONG = "统一社会信用代码,企业名称,融资需求金额,期限,用途,联系人,联系电话\n914403001922038217,x,1,1,研究开发,a,12345\n"


async def test_a_demand_is_posted_answered_and_matched_on_its_page(house: House):
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/parks")
        said = await reviewer.sends(
            page, "/parks", code="WQ", name="武清科技园", area="120114", valid_from="2020-01-01"
        )
        assert "园区已登记" in said.text and "武清科技园" in said.text
        page = await reviewer.opens("/demands")
        form = {
            "uscc": FIRM, "firm_name": "珠海格力电器股份有限公司", "park_code": "WQ", "industry": "C",
            "amount": "3,000,000.00", "purpose": "r_and_d", "contact_name": "陈经理",
            "contact_phone": "022-12345678", "to_all_banks": "true",
        }  # fmt: skip
        rights = {"right_kind": ["trademark_right", "invention"], "right_name": ["格力", "一种方法"],
                  "right_number": ["12345678", "201510958772.0"]}  # fmt: skip
        wrong = await reviewer.sends(
            page, "/demands", **form, **rights, right_nice_class=["", ""], term_months="十二"
        )
        assert wrong.status == 422 and "商标须填类别" in wrong.text
        posted = await reviewer.sends(
            page, "/demands", **form, **rights, right_nice_class=["11", ""], term_months="12",
            answer_by="2099-12-31",
        )  # fmt: skip
        assert "需求已发布" in posted.text and "未答复" in posted.text
        assert "12345678 格力" in posted.text and "201510958772.0 一种方法" in posted.text
        path = next(one for one in posted.actions if one.endswith("/offers")).removesuffix(
            "/offers"
        )
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        assert "陈经理 022-12345678" in page.text
        done = await clerk.sends(
            page, f"{path}/answer", takes_up="true", quote_amount="2,500,000.00",
            quote_rate_bp="385", quote_months="12",
        )  # fmt: skip
        assert "承接" in done.text and "3.85%" in done.text
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens(path)
        matched = await reviewer.sends(page, f"{path}/match", bank_code="ICBC")
        assert "已对接" in matched.text and "确定对接" in matched.text
        funnel = await reviewer.opens("/demands/funnel?by=park")
        assert "WQ 1 3,000,000.00 1 1 1 1 0 0 0.00" in funnel.text
        page = await reviewer.opens("/parks")
        await reviewer.sends(
            page, "/parks", code="WQ", name="武清高新园", area="120114", valid_from="2020-01-01"
        )
        history = await reviewer.opens("/parks/WQ")
        assert "武清高新园 现名" in history.text and "武清科技园" in history.text
        assert "2026 1 3,000,000.00 0 0 0 0.00 0.00" in history.text, history.text
        assert path in history.html
        page = await reviewer.opens("/surveys")
        brought = await reviewer.sends_file(page, "/surveys/demands", WRONG.encode(), "调查.csv")
        assert "未记入 1" in brought.text and "统一社会信用代码：" in brought.text
        assert (await reviewer.client.get("/surveys/templates/parks")).content[:2] == b"PK"
        assert "还没有成员" in (await reviewer.opens("/pools/dongli/alliance")).text
