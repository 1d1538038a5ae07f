"""Payment files on the console: from the payee's account to the bank's rejection."""

from typing import Any

from tests.console.house import House, did
from tests.console.test_account import has_account
from tests.risk_pool.payments.driver import report_of

AT = "/pools/dongli/payments"
PAYEE = {
    "purpose": "payment",
    "holder": "中国工商银行股份有限公司天津分行",
    "account_number": "0302 0114 0900 0999 999",
    "bank_name": "中国工商银行天津分行",
    "cnaps": "102110000007",
    "valid_from": "2026-01-01",
}


async def approved(house: House) -> Any:
    """A claim that the pool is to pay."""
    claim = await house.has_claim()
    await house.has_recovery(claim)
    auditor = house.person("risk_pool", "auditor-zhou", "auditor")
    return await did(auditor.get(f"/claims/{claim['id']}"))


async def test_a_file_is_prepared_released_downloaded_and_a_rejected_order_says_what_to_do(
    house: House,
):
    claim = await approved(house)
    await has_account(house)
    item = f"claim:{claim['number']}"
    async with house.logged_in("finance-sun") as maker:
        assert AT in (await maker.opens("/pools/dongli")).links
        page = await maker.opens(AT)
        bare = await maker.sends(page, AT, item=item)
        assert bare.status == 422 and "没有该日有效的收款账户" in bare.text
        wrong = await maker.sends(
            page, f"{AT}/payee", party_code=claim["bank_code"], **PAYEE | {"cnaps": "1"}
        )
        assert wrong.status == 422
        page = await maker.sends(wrong, f"{AT}/payee", **PAYEE)
        assert "等待另一人复核" in page.text and "0302011409000999999" in page.text
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(AT)
        confirm = next(one for one in page.actions if one.endswith("/confirm"))
        assert "收款账户已复核" in (await checker.sends(page, confirm)).text
    async with house.logged_in("finance-sun") as maker:
        page = await maker.sends(await maker.opens(AT), AT, item=item)
        assert "已制单，等待另一人放行" in page.text
        path = next(one for one in page.actions if one.endswith("/withdraw"))
        path = path.removesuffix("/withdraw")
        assert f"{path}/pain.001" not in page.links
        twice = await maker.sends(await maker.opens(AT), AT, item=item)
        assert twice.status == 422 and "已在付款文件" in twice.text
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        for words in ("万", "元整", "工商银行", "102110000007", claim["number"]):
            assert words in page.text, words
        page = await checker.sends(page, f"{path}/release")
        assert "已放行，可以下载付款文件" in page.text
        file = await checker.client.get(f"{path}/pain.001")
        assert file.status_code == 200 and b"pain.001.001.09" in file.content
    maker_of = house.person("risk_pool", "finance-sun", "finance_maker")
    made = await did(maker_of.get(f"/payment-files/{path.rpartition('/')[2]}"))
    named = made["payment_orders"][0]["end_to_end"]
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(AT)
        unknown = report_of(made, ("DL-K-1999-0001", "RJCT"))
        refused = await maker.sends_file(page, f"{AT}/status", unknown, "r.xml")
        assert refused.status == 422 and "文件中没有该付款指令" in refused.text
        rejected = report_of(made, (named, "RJCT", "AC04", "账户已销户"))
        page = await maker.sends_file(page, f"{AT}/status", rejected, "r.xml")
        assert "银行拒绝" in page.text and "收款账户有误或不可用" in page.text
        english = await maker.opens(f"{AT}?lang=en")
        assert english.status == 200
