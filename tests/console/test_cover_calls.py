"""Calls for cover on screen: asked for on a case's page, answered, judged, cured, concluded."""

from tests.console.house import House, did
from tests.papers import document

ICBC = "ICBC-TJ"


async def test_cover_is_asked_for_answered_judged_and_cured_on_screen(house: House):
    loan = await house.has_loan()
    reviewer = house.person("applications", "reviewer-lin", "reviewer")
    (of,) = (await reviewer.get(f"/applications/{loan['id']}")).json()["collateral"]
    found = (await reviewer.get("/rights", params={"q": of["number"]})).json()["items"]
    right = f"/register/rights/{found[0]['id']}"
    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.opens(f"/cases/{loan['id']}")
        ask = f"/case-cover/{loan['id']}"
        none = await lin.sends(page, ask, cover_by="2026-03-16", reason="价值下降")
        assert none.status == 409 and "担保足额" in none.text
        await did(reviewer.post(
            f"/rights/{found[0]['id']}/valuations",
            json={"amount": "3000000.00", "method": "market", "appraiser": "乙评估",
                  "valued_on": "2026-03-01"},
        ))  # fmt: skip
        page = await lin.sends(none, ask, cover_by="2026-03-16", reason="价值下降")
        assert "250,000.00" in page.text and "乙评估" in page.text and "25.00%" in page.text
        at = page.path

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(at)
        assert [one for one in page.actions if one.startswith(at)] == [f"{at}/measures"]
        said = {"measure": "other_collateral", "taken_on": "2026-03-02", "note": "追加房产抵押"}
        wrong = await clerk.sends(page, f"{at}/measures", **said)
        assert wrong.status == 422 and "须附证明材料" in wrong.text and "该措施须填写" in wrong.text
        sha256 = document("ip_certificates")["sha256"]
        page = await clerk.sends(
            wrong, f"{at}/measures", **said, amount="300,000.00", sha256=sha256
        )
        assert "待认定" in page.text and "银行已答复" in page.text

    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.opens(at)
        judge = next(one for one in page.actions if one.endswith("/judge"))
        page = await lin.sends(
            page, judge, accepted="yes", counted="260000.00", opinion="已办理抵押登记"
        )
        assert "已补足" in page.text and "260,000.00" in page.text
        release = next(one for one in page.actions if one.endswith("/release"))
        page = await lin.sends(page, release, on="2026-03-02", reason="抵押已解除")
        assert "第 2 次不足" in page.text
        page = await lin.sends(page, f"{at}/propose", outcome="escalated", reason="拒不补足")
        assert "已拟处理意见" in page.text
    async with house.logged_in("approver-zhao") as zhao:
        page = await zhao.opens(at)
        page = await zhao.sends(page, f"{at}/conclude", opinion="同意移交")
        assert "已作出处理决定" in page.text
        for where in ("/register/cover-calls", f"/cases/{loan['id']}", right,
                      "/register/firms/91440400192548256N"):  # fmt: skip
            shown = await zhao.opens(where)
            assert at in shown.html, where
    # The call is concluded and the loan still short: asked for again from the firm's page.
    async with house.logged_in("icbc-operator") as clerk:
        firm = "/register/firms/91440400192548256N"
        page = await clerk.opens(firm)
        assert "1 笔不足，缺口合计 250,000.00 元，其中已通知 0.00 元" in page.text
        wrong = await clerk.sends(page, f"{firm}/cover", cover_by="", reason="")
        assert wrong.status == 422 and f"{firm}/cover" in wrong.actions
        page = await clerk.sends(page, f"{firm}/cover", cover_by="2026-03-16", reason="仍不足")
        assert "其中已通知 250,000.00 元" in page.text and f"{firm}/cover" not in page.actions
