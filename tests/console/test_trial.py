"""The trial split beside the decision, and what becomes of it when something has moved."""

from tests.cash import pay_claim
from tests.console.house import House, did


async def reviewed(house: House):
    claim = await house.has_claim(amount="1000000.00")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    await did(maker.post(f"/claims/{claim['id']}/review", json={"opinion": "触发条件成立"}))
    await house.takes_steps(f"/claims/{claim['id']}")
    return claim, f"/claims/{claim['id']}", maker


async def test_whoever_decides_sees_the_trial_and_both_figures_where_it_has_moved(house: House):
    _, path, _ = await reviewed(house)

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(path)
        for words in (
            "试算：按现在的情况如何分担",
            "方案比例",
            "用后剩余",
            "先申请者占用",
            "资金池余额",
            "→",
        ):
            assert words in page.text, words
        seen = page.form(f"{path}/approve")["trial"]
        await house.moves_cash("fee", "12345.67", "2026-05-10")

        page = await checker.sends(page, f"{path}/approve", opinion="同意补偿")

        assert page.status == 409
        for words in ("试算已变化", "您看到的", "已变化"):
            assert words in page.text, words
        fields = page.form(f"{path}/approve")
        assert fields["trial"] != seen
        assert fields["opinion"] == "同意补偿"
        page = await checker.sends(page, f"{path}/approve")
        assert "已批准" in page.text and "试算的变化" in page.text


async def test_a_part_is_tried_on_the_page_and_approved_for_a_reason(house: House):
    _, path, _ = await reviewed(house)

    async with house.logged_in("finance-qian") as checker:
        whole = await checker.opens(path)
        assert "reason" not in whole.form(f"{path}/approve")
        page = await checker.opens(f"{path}?principal=500,000.00")
        assert "部分批准 500,000.00" in page.text
        assert page.form(f"{path}/approve")["covered_principal"] == "500000.00"

        beyond = await checker.opens(f"{path}?principal=1000000.01")
        assert beyond.status == 422 and "不得超过" in beyond.text
        page = await checker.sends(
            page, f"{path}/approve", opinion="同意部分", reason="其余用途不符"
        )

        assert "其余用途不符" in page.text and "部分批准" in page.text


async def test_a_trial_is_read_in_english_too(house: House):
    _, path, _ = await reviewed(house)

    async with house.logged_in("finance-qian") as checker:
        checker.client.cookies.set("zhidai_language", "en")
        page = await checker.opens(path)

    for words in ("Trial split", "Scheme ratio", "Held by earlier claims", "Left after"):
        assert words in page.text, words


async def test_a_paid_claim_may_be_written_off_and_is_nobodys_work_today(house: House):
    _, path, maker = await reviewed(house)
    async with house.logged_in("finance-qian") as checker:
        assert path in (await checker.opens("/")).links
        await checker.sends(await checker.opens(path), f"{path}/approve", opinion="同意补偿")
        second = house.person("risk_pool", "finance-qian", "finance_checker")
        claim = {"id": path.rpartition("/")[2]}
        await pay_claim(maker, second, claim, voucher="DL-ZF-2026-0017")

        rows = (await checker.opens("/")).html.partition('aria-labelledby="waits"')[2]
        assert path not in rows.partition("</table>")[0]
        page = await checker.opens(path)
        assert "DL-ZF-2026-0017" in page.text
        page = await checker.sends(page, f"{path}/write_off", reason="无财产可供执行")
        assert "已核销，追偿继续" in page.text
