"""Who reads is told what it pays and what it receives, never what the other side does."""

import io

import openpyxl

from shared.money import parse_fen
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_statements import fetched, settled, words_of

MONTH = "/pools/dongli/settlements/2026-03"


async def test_a_bank_that_owes_the_pool_reads_that_it_pays(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        (row,) = (await pool.bank("ICBC").get(MONTH)).json()["statements"]
        told = (await fetched(pool, "ICBC", "json")).json()["due"]["side"]
        paper = words_of((await fetched(pool, "ICBC", "pdf")).content)
        book = openpyxl.load_workbook(
            io.BytesIO((await fetched(pool, "ICBC", "xlsx")).content), data_only=True
        )
        (item,) = (await pool.bank("ICBC").get("/pools/dongli/open-items")).json()["items"]

    assert row["side"]["zh"] == told["zh"] == item["zh"] == "应付资金池"
    assert (row["side"]["to_pay"], row["side"]["to_receive"]) == ("105555.56", "0.00")
    assert row["side"]["net"] == told["net"] == item["amount"] == "105555.56"
    assert told["net_in_words"] == "壹拾万伍仟伍佰伍拾伍元伍角陆分"
    assert "应付资金池" in paper
    assert "壹拾万伍仟伍佰伍拾伍元伍角陆分" in paper
    summary = {r[0]: r[1:3] for r in book["对账单"].iter_rows(values_only=True) if r[0]}
    assert summary["应付资金池"][0] == 105555.56
    assert summary["应收资金池"][0] == 0
    assert summary["净额 · 应付资金池"] == (105555.56, "壹拾万伍仟伍佰伍拾伍元伍角陆分")


async def test_the_pool_reads_of_the_same_bank_that_it_collects(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        rows = (await pool.auditor.get(MONTH)).json()["statements"]
        own = (await fetched(pool, "dongli", "json")).json()
        paper = words_of((await fetched(pool, "dongli", "pdf")).content)
        items = (await pool.auditor.get("/pools/dongli/open-items")).json()["items"]

    sides = {row["party_code"]: row["side"] for row in rows}
    assert (sides["ICBC"]["zh"], sides["ICBC"]["net"]) == ("应收该方", "105555.56")
    assert (sides["ICBC"]["to_receive"], sides["ICBC"]["to_pay"]) == ("105555.56", "0.00")
    (item,) = [one for one in items if one["reference"] == "settlement:dongli:2026-03:ICBC"]
    (icbc,) = [row for row in rows if row["party_code"] == "ICBC"]
    assert (item["zh"], item["party_name"]) == ("应收该方", icbc["party_name"])
    # Its own row is the sum of the others, on its own side.
    assert sides["dongli"] == own["due"]["side"]
    assert sides["dongli"]["reader"] == "pool_itself"
    assert sides["dongli"]["zh"] == "应收各方"
    assert "应收各方" in paper
    assert [one["side"]["zh"] for one in own["parties"] if one["code"] == "ICBC"] == ["应收该方"]


async def test_a_bank_that_pays_is_told_where_to_by_when_and_how_much_in_words(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        entered = await pool.manager.post(
            "/pools/dongli/accounts",
            json={
                "account_number": "0302011409000123456",
                "bank_name": "中国工商银行天津东丽支行",
                "holder": "天津市东丽区财政局",
            },
        )
        unconfirmed = words_of((await _previewed(pool)).content)
        confirmed = await pool.checker.post(
            f"/pool-accounts/{entered.json()['id']}/confirm", json={}
        )
        assert confirmed.status_code == 200, confirmed.text
        await settled(pool)
        told = (await fetched(pool, "ICBC", "json")).json()
        paper = words_of((await fetched(pool, "ICBC", "pdf")).content)

    assert "0302011409000123456" not in unconfirmed
    assert told["due"]["pay_to"] == [
        {
            "holder": "天津市东丽区财政局",
            "bank_name": "中国工商银行天津东丽支行",
            "account_number": "0302011409000123456",
        }
    ]
    for words in ("天津市东丽区财政局", "0302011409000123456", "2026-04-17", "缴款期限"):
        assert words in paper


async def _previewed(pool):
    await pool.settles("2026-01", "preview")
    return await fetched(pool, "ICBC", "pdf", month="2026-01")


async def test_accounts_are_named_in_words_with_the_party_by_name(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        paper = words_of((await fetched(pool, "dongli", "pdf")).content)
        own = (await fetched(pool, "dongli", "json")).json()
        moved = (await pool.auditor.get(MONTH)).json()["movements"]
        listed = (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
        parties = (await pool.auditor.get("/pools/dongli/parties")).json()["items"]

    names = {one["code"]: one["name"] for one in parties}
    assert names["DL-FIN"] == "区财政局"
    assert "receivable:" not in paper and "contribution:" not in paper
    assert "出资 区财政局" in {one["zh"] for one in own["accounts"]}
    assert "出资 区财政局" in {one["zh"] for one in moved}
    assert "出资 区财政局" in {one[side] for one in listed for side in ("debit_zh", "credit_zh")}


async def test_the_trial_balance_adds_money_and_exposure_apart(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        told = (await pool.auditor.get("/pools/dongli/balances")).json()

    sorts = {one["account"]: one["off_balance"] for one in told["accounts"]}
    assert (sorts["cash"], sorts["covered:ICBC"], sorts["capacity"]) == (False, True, True)
    for sort, is_exposure in (("money", False), ("exposure", True)):
        alike = [one for one in told["accounts"] if one["off_balance"] is is_exposure]
        for side in ("debited", "credited"):
            assert parse_fen(told[sort][side]) == sum(parse_fen(one[side]) for one in alike) > 0
        assert told[sort]["debited"] == told[sort]["credited"]
    assert "debited" not in told


async def test_the_trial_balance_as_a_workbook_has_a_sheet_for_each_with_its_own_totals(running):
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        told = (await pool.auditor.get("/pools/dongli/balances")).json()
        answer = await pool.auditor.get("/pools/dongli/balances.xlsx")
    formulas = openpyxl.load_workbook(io.BytesIO(answer.content))
    values = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)

    assert formulas.sheetnames == ["资金（表内）", "额度（表外）"]
    for sheet, sort in zip(formulas.sheetnames, ("money", "exposure"), strict=True):
        last = formulas[sheet].max_row
        assert formulas[sheet].cell(last, 3).value == f"=SUM(C3:C{last - 1})"
        totals = [values[sheet].cell(last, column).value for column in (3, 4)]
        assert totals == [float(told[sort][side]) for side in ("debited", "credited")]
    words = [row[0] for row in values["资金（表内）"].iter_rows(min_row=3, values_only=True)]
    assert "出资 区财政局" in words
