"""Every figure of the console is one click from its transfers, its rule with the article, its people."""

from tests.console.house import House


async def test_a_share_on_the_claims_page_opens_to_rule_article_transfers_and_people(house: House):
    claim = await house.has_claim(amount="1000000.00")
    path = f"/claims/{claim['id']}"
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(path)
        await maker.sends(page, f"{path}/review", opinion="触发条件成立")
    await house.takes_steps(path)
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        page = await checker.sends(page, f"{path}/approve", opinion="同意补偿")

        opened = await checker.opens(f"/explain/claim/{claim['number']}/shares/pool")

        assert f"/explain/claim/{claim['number']}/shares/pool" in page.links
        assert f"/explain/claim/{claim['number']}/base" in page.links
        for words in (
            "资金池承担", "50,000.00", "本数字", "管理办法", "天津滨海新区 〔2022〕9号 新增风险分担模式",
            "单笔融资的本金损失，资金池承担 40%，银行承担 60%", "以上为要旨，不是原文", "查看原文",
            "补偿批准", "经手人", "批准",
        ):  # fmt: skip
            assert words in opened.text, words
        assert "S53" not in opened.text and "B.4" not in opened.text
        transfer = next(link for link in opened.links if link.startswith("/explain/transfer/"))
        assert "业务事实" in (await checker.opens(transfer)).text

    async with house.logged_in("icbc-operator") as bank:
        own = await bank.opens(f"/explain/claim/{claim['number']}/shares/bank")
        assert "涉及其他机构的数字不予显示" in own.text
        shown = await bank.opens(path)
        assert shown.status == 200 and "起作用" in shown.text
    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(f"/explain/claim/{claim['number']}/shares/bank")).status == 404


async def test_the_figures_of_the_pools_page_and_of_the_balances_open(house: House):
    async with house.logged_in("auditor-zhou") as auditor:
        for where in ("/pools/dongli", "/pools/dongli/balances"):
            page = await auditor.opens(where)
            figures = [link for link in page.links if link.startswith("/explain/")]
            assert figures
            for link in figures:
                assert (await auditor.opens(link)).status == 200, link
        limit = await auditor.opens("/explain/limit/dongli/maximum_leverage")
        for words in (
            "放大倍数 10 倍",
            "海口",
            "各地做法调查（放大倍数）",
            "仅知出处，条文内容未录入",
        ):
            assert words in limit.text, words
        nothing = await auditor.opens("/explain/pool/dongli/happiness")
        assert nothing.status == 404 and "没有该数字" in nothing.text


async def test_a_partys_statement_is_a_page_on_which_every_figure_opens(house: House):
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens("/pools/dongli/settlements")
        page = await maker.sends(page, "/pools/dongli/settlements", month="2026-01")
        where = "/pools/dongli/settlements/2026-01/parties"
        files = "/pools/dongli/settlements/2026-01/statements"
        assert f"{where}/dongli" in page.links

        own = await maker.opens(f"{where}/dongli")

        assert "18,000,000.00" in own.text and f"{files}/dongli.pdf" in own.links
        figures = [link for link in own.links if link.startswith("/explain/statement")]
        assert figures
        for link in figures:
            assert (await maker.opens(link)).status == 200, link
    async with house.logged_in("ccb-operator") as bank:
        assert (await bank.opens(f"{where}/dongli")).status == 404
        assert (await bank.opens(f"{where}/CCB")).status == 200
