"""A bank disputes a line on the screen, finance proposes, another person decides."""

import io
from typing import Any

from openpyxl import load_workbook

from tests.console.house import House, did
from tests.papers import sends

MAY = "/pools/dongli/settlements/2026-05"
LINES = f"{MAY}/parties/ICBC/disputes"


async def may_is_posted(house: House, claim: dict[str, Any] | None = None) -> None:
    """A recovery of the claim leaves ICBC to pay 5,000.00 for May."""
    claim = claim or await house.has_claim()
    recovery = await house.has_recovery(claim)
    checker = house.person("risk_pool", "finance-qian", "finance_checker")
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    where = f"/recoveries/{recovery['id']}"
    seen = (await did(checker.get(where)))["trial"]
    await did(checker.post(f"{where}/confirm", json={"trial": seen["id"]}))
    await house.moves_clocks("2026-06-03T09:00:00+08:00")
    for month in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"):
        for person, step in ((maker, "preview"), (maker, "confirm"), (checker, "sign"),
                             (maker, "post")):  # fmt: skip
            await did(person.post(f"/pools/dongli/settlements/{month}/{step}", json={}))


async def test_a_line_is_disputed_proposed_and_decided_on_the_screen(house: House):
    await may_is_posted(house)

    async with house.logged_in("icbc-operator") as bank:
        page = await bank.opens(f"{MAY}/parties/ICBC")
        assert LINES in page.links
        page = await bank.opens(LINES)
        for words in ("构成净额的各行", "追偿款返还", "5,000.00", "2026-06-17"):
            assert words in page.text, words
        chosen = next(link for link in page.links if "?line=" in link).replace("#file", "")
        form = await bank.opens(chosen)
        wrong = await bank.sends(form, chosen, right="5000.01", reason="评估费已扣")
        assert wrong.status == 422 and "不能超过此行的 5,000.00 元" in wrong.text
        (paper,) = await sends(house.clerk_of_papers("ICBC"), "evidence")
        page = await bank.sends(
            wrong, chosen, right="4,000.00", reason="评估费已扣",
            paper_filename="evidence.pdf", paper_reference=paper["document"],
        )  # fmt: skip
        for words in ("已提出争议", "DL-Y-2026-0001", "1,000.00", "evidence.pdf", "待审查"):
            assert words in page.text, words
        dispute = page.path
        assert f"{dispute}/papers/{paper['document']}" in page.links
        viewer = await bank.opens(f"{dispute}/papers/{paper['document']}")
        assert "DL-Y-2026-0001" in viewer.text and "查看记录" in viewer.text
        own = await bank.opens("/pools/dongli")
        assert "有争议 1,000.00 元" in own.text and "4,000.00" in own.text
        assert f"{dispute}/propose" not in page.actions

    async with house.logged_in("finance-sun") as maker:
        cash = await maker.opens("/pools/dongli/cash")
        assert "有争议 1,000.00 元" in cash.text
        assert any("amount=4000.00" in link for link in cash.links)
        listed = await maker.opens("/pools/dongli/disputes")
        assert dispute in listed.links
        page = await maker.opens(dispute)
        wrong = await maker.sends(
            page, f"{dispute}/propose", verdict="uphold_in_part", amount="1000", reason="属实"
        )
        assert wrong.status == 422 and "部分成立的金额" in wrong.text
        page = await maker.sends(
            wrong, f"{dispute}/propose", verdict="uphold_in_part", amount="600.00", reason="属实"
        )
        assert "试算" in page.text and "等待另一人决定" in page.text

    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens(dispute)
        for words in ("冲减该月往来", "600.00", "恢复应结", "400.00", "4,400.00"):
            assert words in page.text, words
        page = await checker.sends(page, f"{dispute}/decide", opinion="同意")
        assert "已决定" in page.text and "决定结果" in page.text
        statement = await checker.opens(f"{MAY}/parties/ICBC")
        assert "已冲减" in statement.text and "600.00" in statement.text

        month = await checker.opens(MAY)
        assert f"{MAY}/restated" in month.links
        page = await checker.opens(f"{MAY}/restated")
        # Each figure as it was reported and with what was found since, as a bar beside its table.
        assert [given for _, given in page.tags if given.get("class") == "change-bar"]
        for words in ("原报与重述对照", "争议成立 DL-Y-2026-0001", "-600.00", "4,400.00"):
            assert words in page.text, words
        assert any(link.startswith("/explain/transfer/dongli/") for link in page.links)
        book = await checker.client.get(f"{MAY}/restated.xlsx")
        assert load_workbook(io.BytesIO(book.content)).sheetnames[0] == "原报与重述"

    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(dispute)).status == 404
        assert (await other.opens(LINES)).status == 404
