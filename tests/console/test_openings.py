"""A pool is taken over on the console: the template, the workbook, its mistakes, two persons."""

import io

from openpyxl import load_workbook

from services.risk_pool.bank_files.opening_book import read_book
from tests.console.house import CCB, ICBC, House, did
from tests.risk_pool.openings.book import book, changed, workbook

AT = "/pools/nankai"


async def without_ledger(house: House) -> None:
    """A second pool, in which nothing is booked."""
    parties = [
        {"code": "DL-FIN", "role": "district", "name": "东丽区财政局"},
        {"code": ICBC, "role": "bank", "name": "中国工商银行天津分行"},
        {"code": CCB, "role": "bank", "name": "中国建设银行天津分行"},
    ]
    pool = {"code": "nankai", "name": "南开资金池", "programme": "dongli"}
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    await did(manager.post("/pools", json=pool | {"opened_on": "2026-03-01", "parties": parties}))
    await house.settled()


async def test_a_workbook_is_sent_mended_proposed_and_taken_over_by_another(house: House):
    await without_ledger(house)
    sheets = book(4, (ICBC, CCB))
    async with house.logged_in("finance-sun") as maker:
        assert f"{AT}/opening" in (await maker.opens(AT)).links
        page = await maker.opens(f"{AT}/opening")
        template = await maker.client.get("/opening-template.xlsx")
        assert load_workbook(io.BytesIO(template.content)).sheetnames[3] == "在保贷款"
        assert read_book(template.content).rows == []
        nothing = await maker.sends_file(page, f"{AT}/opening/import", b"", "期初.xlsx")
        assert nothing.status == 422 and "请选择填好的期初工作簿" in nothing.text
        wrong = changed(sheets, lambda all_of: all_of["loans"][1].update(mode="guarantee"))
        page = await maker.sends_file(page, f"{AT}/opening/import", workbook(wrong), "期初.xlsx")
        for words in ("已导入，1 行需更正", "JK-00001", "合作模式", "尚未核平", "贰仟玖佰叁拾捌万"):
            assert words in page.text, words
        page = await maker.sends_file(
            page, f"{AT}/opening/import", workbook({"loans": [sheets["loans"][1]]}), "更正.xlsx"
        )
        assert "已核平" in page.text
        propose = next(one for one in page.actions if one.endswith("/propose"))
        page = await maker.sends(page, propose)
        assert "待接管" in page.text
    await house.settled()
    at = propose.removesuffix("/propose")
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(at)
        assert "通过 4 笔，冲突 0 笔" in page.text
        assert "0.00 → 办理后 29,386,111.18" in page.text
        page = await checker.sends(page, f"{at}/take_over")
        assert "已接管入账" in page.text and "办理前后" not in page.text
        balances = await checker.opens(f"{AT}/balances")
        assert "29,386,111.18" in balances.text
        transfers = await checker.opens(f"{AT}/transfers")
        assert "期初接管" in transfers.text
    await house.settled()
