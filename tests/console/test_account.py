"""The dedicated account on the console: a messy statement is imported, worked off and reconciled."""

from tests.console.house import House, did
from tests.risk_pool.account.files import ACCOUNT, bank_csv, entry

AT = "/pools/dongli/account"
WORK = f"{AT}/work"
PARTY = "东丽区财政局"

MARCH = [
    entry("2026-03-02", "-1000.00", name="某会计师事务所", reference="0301", purpose="审计费"),
    entry("2026-03-03", "1000.00", name="某会计师事务所", reference="0302", purpose="退汇"),
    entry("2026-03-04", "-1000.00", name="某会计师事务所", reference="0303", purpose="审计费重付"),
    entry("2026-03-05", "300000.01", name=PARTY, reference="0304", purpose="出资"),
    entry("2026-03-06", "300000.01", name=PARTY, reference="0305", purpose="出资"),
    entry("2026-03-09", "4321.00", name="某某贸易公司", reference="0306", purpose="货款"),
]
OPENING_FEN = 18_000_000_00
BY_HAND = {"difference": "", "note": ""}
"""The fields of a match by hand, which stand elsewhere on the page than its form."""


async def books_of_march(house: House) -> None:
    """A fee, a contribution, and one that the account does not show yet."""
    await house.moves_clocks("2026-04-01T09:00:00+08:00")
    await house.moves_cash("fee", "1000.00", "2026-03-02", note="审计费")
    for amount, day in (("300000.00", "2026-03-05"), ("60000.00", "2026-03-30")):
        await house.moves_cash("contribution", amount, day, party_code="DL-FIN")


async def test_an_account_is_entered_by_one_person_and_put_in_use_by_another(house: House):
    async with house.logged_in("finance-sun") as maker:
        pool = await maker.opens("/pools/dongli")
        assert AT in pool.links
        page = await maker.opens(AT)
        assert "还没有登记专户" in page.text
        refused = await maker.sends(
            page, AT, account_number="12-3", bank_name="", holder="区财政局"
        )
        assert refused.status == 422
        assert refused.form(AT)["holder"] == "区财政局"
        page = await maker.sends(refused, AT, account_number="0302 0114 09", bank_name="某银行")
        assert "等待另一人复核" in page.text and "0302011409" in page.text
        assert f"{AT}/import" not in page.actions

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(AT)
        confirm = next(action for action in page.actions if action.endswith("/confirm"))
        page = await checker.sends(page, confirm)
        assert "专户已启用" in page.text and "使用中" in page.text


async def has_account(house: House) -> None:
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    body = {"account_number": ACCOUNT, "bank_name": "某银行", "holder": "区财政局"}
    entered = await did(maker.post("/pools/dongli/accounts", json=body))
    await did(checker.post(f"/pool-accounts/{entered['id']}/confirm"))


async def test_a_wrong_file_shows_its_rows_and_a_right_one_what_became_of_each(house: House):
    await has_account(house)
    await house.moves_clocks("2026-04-01T09:00:00+08:00")
    content = bank_csv(MARCH, opening_fen=OPENING_FEN)
    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(AT)
        nothing = await maker.sends(page, f"{AT}/import", file="")
        assert nothing.status == 422 and "没有选择文件" in nothing.text
        wrong = await maker.sends_file(
            nothing, f"{AT}/import", content.replace(b"2026-03-09", b"2026-03-39"), "三月.csv"
        )
        assert wrong.status == 422
        assert "整份文件未导入" in wrong.text and "日期无法识别：2026-03-39" in wrong.text

        done = await maker.sends_file(wrong, f"{AT}/import", content, "三月.csv")
        assert "已导入 6 笔，此前已有 0 笔" in done.text
        assert done.text.count("已导入") >= 6 and "非流水行：合计" in done.text

        page = await maker.opens(AT)
        assert "三月.csv" in page.text
        again = await maker.sends_file(page, f"{AT}/import", content, "三月.csv")
        assert "该文件此前已导入" in again.text
        statement = next(link for link in page.links if "/statements/" in link)
        shown = await maker.opens(statement)
        assert "某某贸易公司" in shown.text and "4,321.00" in shown.text


async def test_a_messy_month_is_worked_off_to_zero_on_the_console(house: House):
    await has_account(house)
    await books_of_march(house)
    async with house.logged_in("finance-sun") as maker, house.logged_in("finance-qian") as checker:
        page = await maker.opens(AT)
        done = await maker.sends_file(
            page, f"{AT}/import", bank_csv(MARCH, opening_fen=OPENING_FEN), "三月.csv",
            covers_until="2026-03-31",
        )  # fmt: skip
        assert "系统自动勾对 1 组" in done.text

        # The fee is booked without whom it went to: a person says which debit it is.
        page = await maker.opens(WORK)
        for words in ("疑似退汇", "疑似重复", "多于账簿记录", "来款未明", "出款未明"):
            assert words in page.text, words
        returns = [action for action in page.actions if action.endswith("/return")]
        page = await maker.sends(page, returns[0], reason="账号有误")
        assert "已标记为退汇" in page.text
        lines, movements = page.boxes("line"), page.boxes("movement")
        page = await maker.sends(page, WORK, **BY_HAND, line=[lines[0]], movement=[movements[0]])
        assert "已勾对" in page.text

        # A fen more: refused until the difference is named, which the page has filled in.
        lines, movements = page.boxes("line"), page.boxes("movement")
        ticked = {"line": [lines[0]], "movement": [movements[0]]}
        refused = await maker.sends(page, WORK, **BY_HAND | ticked)
        assert refused.status == 409 and "相差 0.01 元" in refused.text
        assert 'name="difference" inputmode="decimal" value="0.01"' in refused.html
        page = await maker.sends(refused, WORK, **BY_HAND | ticked | {"difference": "0.01"})
        assert "部分勾对后的余额" in page.text

        # The fen, the double and the unknown credit go into suspense, by two persons.
        suspends = [action for action in page.actions if action.endswith("/suspend")]
        assert len(suspends) == 3
        for action in suspends:
            page = await maker.sends(page, action, note="待查")
            assert "已登记暂收，等待另一人放行" in page.text
        page = await checker.opens(f"{AT}/suspense")
        while releases := [action for action in page.actions if action.endswith("/release")]:
            page = await checker.sends(page, releases[0])
            assert "已放行入账" in page.text
        page = await maker.opens(WORK)
        assert "没有待处理的账户流水" in page.text

        # One is missing: the reconciliation names it, to the fen.
        page = await maker.opens(f"{AT}/reconciliation?on=2026-03-31")
        assert "60,000.00" in page.text and "账簿与账户一致" not in page.text

        await house.moves_clocks("2026-04-10T09:00:00+08:00")
        page = await maker.opens(f"{AT}/suspense")
        back = next(action for action in page.actions if action.endswith("/pay-back"))
        page = await maker.sends(page, back, amount="4321.00", note="退回来款人")
        assert "等待另一人放行" in page.text
        page = await checker.opens(f"{AT}/suspense")
        release = next(action for action in page.actions if action.endswith("/release"))
        await checker.sends(page, release)
        april = [
            entry("2026-04-01", "60000.00", name=PARTY, reference="0401", purpose="出资"),
            entry("2026-04-10", "-4321.00", name="某某贸易公司", reference="0402", purpose="退款"),
        ]
        page = await maker.opens(AT)
        opening_fen = OPENING_FEN + sum(one.amount_fen for one in MARCH)
        done = await maker.sends_file(
            page, f"{AT}/import", bank_csv(april, opening_fen=opening_fen), "四月.csv"
        )
        assert "系统自动勾对 1 组" in done.text
        page = await maker.opens(WORK)
        (line,), (movement,) = page.boxes("line"), page.boxes("movement")
        page = await maker.sends(page, WORK, **BY_HAND, line=line, movement=movement)
        page = await maker.opens(f"{AT}/reconciliation?on=2026-04-10")
        assert "账簿与账户一致，没有未达账项" in page.text

        # What was matched is seen with who did it, and can be undone.
        page = await maker.opens(f"{AT}/matches")
        undo = next(action for action in page.actions if action.endswith("/undo"))
        page = await maker.sends(page, undo, reason="认错了")
        assert "勾对已撤销" in page.text or "已撤销勾对" in page.text
        assert "已撤销" in (await maker.opens(f"{AT}/matches")).text


async def test_the_month_leads_to_its_reconciliation_and_others_see_no_way_to_the_account(
    house: House,
):
    await house.moves_clocks("2026-04-03T09:00:00+08:00")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    await did(maker.post("/pools/dongli/settlements/2026-03/preview", json={}))
    async with house.logged_in("finance-sun") as finance:
        page = await finance.opens("/pools/dongli/settlements/2026-03")
        assert f"{AT}/reconciliation?on=2026-03-31" in page.links
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/pools/dongli/settlements/2026-03")
        assert not any("/account" in link for link in page.links)
        for path in (AT, WORK, f"{AT}/suspense", f"{AT}/matches", f"{AT}/reconciliation"):
            assert (await clerk.opens(path)).status == 403, path


async def test_what_a_line_shows_is_entered_from_it_and_an_entry_is_confirmed_by_the_account(
    house: House,
):
    await has_account(house)
    await house.moves_clocks("2026-04-01T09:00:00+08:00")
    form = "/pools/dongli/cash/new"
    async with house.logged_in("finance-sun") as maker, house.logged_in("finance-qian") as checker:
        page = await maker.opens(form)
        paid_in = {"kind": "contribution", "amount": "300000.00", "value_date": "2026-03-05"}
        await maker.sends(page, form, **paid_in, party_code="DL-FIN", bank_reference="0304")
        page = await maker.opens(WORK)
        assert "已登记，尚未放行" in page.text and "300,000.00" in page.text

        # The checker brings the statement: it confirms what the maker has entered.
        march = [
            entry("2026-03-05", "300000.00", name=PARTY, reference="0304", purpose="出资"),
            entry("2026-03-21", "18750.31", name="某银行", reference="0321", purpose="付款"),
        ]
        page = await checker.opens(AT)
        done = await checker.sends_file(
            page, f"{AT}/import", bank_csv(march, opening_fen=OPENING_FEN), "三月.csv"
        )
        assert "系统自动勾对 2 组" in done.text
        page = await maker.opens("/pools/dongli/cash")
        page = await maker.opens(next(link for link in page.links if link.startswith("/cash/")))
        assert "专户流水确认" in page.text and "专户对账单" in page.text
        assert f"{AT}/matches?line=" in page.html

        # What nobody expected is entered from its line, as the line has it, and released.
        page = await maker.opens(WORK)
        link = next(link for link in page.links if link.startswith(f"{form}?line_id="))
        page = await maker.opens(link)
        assert "按专户流水登记" in page.text
        filled = page.form(form)
        assert (filled["amount"], filled["value_date"], filled["bank_reference"]) == (
            "18750.31", "2026-03-21", "0321",
        )  # fmt: skip
        wrong = await maker.sends(page, form, kind="fee")
        assert wrong.status == 422 and "该笔流水为来款" in wrong.text
        entered = await maker.sends(wrong, form, kind="interest")
        assert "待放行" in entered.text
        page = await maker.opens(WORK)
        assert "已登记 18,750.31，待放行" in page.text
        page = await checker.opens(entered.path)
        release = next(action for action in page.actions if action.endswith("/release"))
        await checker.sends(page, release)
        page = await maker.opens(WORK)
        assert "没有待处理的账户流水" in page.text
        page = await maker.opens(f"{AT}/reconciliation?on=2026-03-31")
        assert "18,318,750.31" in page.text and "加：账簿已记、账户未见" in page.text
