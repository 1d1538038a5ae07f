"""An auditor's desk: samples that can be drawn again, the trail of a loan, ledgers verified."""

import re

from tests.console.house import House, Visitor
from tests.console.page import Page

DRAW = "/audit/samples"


def drawn(page: Page) -> list[str]:
    """The numbers that were drawn, in their order."""
    rows = page.html.split('id="drawn"')[1].split("</tbody>")[0]
    return re.findall(r">(DL-2026-\d+)</a></th>", rows)


async def draws(auditor: Visitor, **asked: str) -> Page:
    """Fill in the form anew, and draw."""
    return await auditor.sends(await auditor.opens("/audit"), DRAW, **asked)


async def test_a_sample_is_drawn_again_by_its_seed_until_what_is_drawn_from_changes(house: House):
    amounts = {}
    for number in range(4):
        loan = await house.has_loan(amount=f"{number + 1}00000.00")
        amounts[loan["number"]] = number
    asked = {"kind": "case", "risk": "random", "size": "2", "seed": "spring-2026",
             "first": "2026-01-01", "last": "2026-03-31", "reason": "一季度审计"}  # fmt: skip
    async with house.logged_in("auditor-zhou") as auditor:
        desk = await auditor.opens("/audit")
        assert "尚未抽样" in desk.text
        one = await draws(auditor, **asked)
        assert len(drawn(one)) == 2 and "spring-2026" in one.text and "样本已抽取" in one.text
        other = await draws(auditor, **asked)
        assert drawn(other) == drawn(one), "the same seed draws the same"
        seeds = {
            tuple(drawn(await draws(auditor, **asked | {"seed": seed})))
            for seed in ("a", "b", "c", "d", "e", "f")
        }
        assert len(seeds) > 1, "another seed draws others"

        largest = await draws(auditor, **asked | {"risk": "amount", "kind": "loan"})
        assert [amounts[one] for one in drawn(largest)] == [3, 2]
        again = await auditor.opens(f"{one.path}?again=yes")
        assert "重新抽取的结果与当时一致" in again.text and "总体未变" in again.text
        await house.has_loan("CCB", amount="900000.00")
        changed = await auditor.opens(f"{one.path}?again=yes")
        assert "总体已变：当时 4 项，现在 5 项" in changed.text

        refused = await draws(auditor, **asked | {"size": "0", "last": "2025-01-01"})
        assert refused.status == 422 and "spring-2026" in refused.html
        file = await auditor.client.get(f"{one.path}/export.csv")
        assert all(number in file.text for number in drawn(one)) and "决定人" in file.text
    async with house.logged_in("reviewer-lin") as reviewer:
        assert (await reviewer.opens("/audit")).status == 403
        assert (await reviewer.opens(one.path)).status == 403


async def test_the_trail_of_a_loan_says_who_did_what_with_which_papers_and_money_and_who_saw_it(
    house: House,
):
    claim = await house.has_claim()
    await house.has_recovery(claim)
    loan = claim["loan_id"]
    async with house.logged_in("reviewer-lin") as reviewer:
        await reviewer.opens(f"/cases/{loan}")
        assert (await reviewer.opens(f"/audit/trail/{loan}")).status == 403
    async with house.logged_in("auditor-zhou") as auditor:
        await auditor.opens(f"/claims/{claim['id']}")
        await house.looks_are_written()
        none = await auditor.opens("/audit/trail?number=DL-2026-999999")
        told = [one["class"] for _, one in none.tags if one.get("role") == "status"]
        assert "message warn" in told and "message ok" not in told, (
            "nothing was done: it does not stand in green"
        )
        assert any(one.get("value") == "DL-2026-999999" for _, one in none.tags), "typed, and kept"
        page = await auditor.opens(f"/audit/trail?number={claim['loan_number']}")
        assert page.path == f"/audit/trail/{loan}"
        parts = {name: page.html.split(f'id="{name}"')[1].split("</section>")[0]
                 for name in ("moves", "papers", "money", "looks")}  # fmt: skip
        moves = [parts["moves"].find(words) for words in
                 ("材料齐全，建议入库", "同意入库", "触发条件成立", "同意补偿")]  # fmt: skip
        assert -1 not in moves and moves == sorted(moves), "in the order of time"
        assert "reviewer-lin" in parts["moves"] and claim["number"] in parts["moves"]
        assert len(set(re.findall(r"\b[0-9a-f]{64}\b", parts["papers"]))) > 5
        hashes = re.findall(r"\b[0-9a-f]{64}\b", parts["money"])
        assert len(hashes) == len(set(hashes)) >= 3, "each transfer with its place in the chain"
        assert "1,000,000.00" in parts["money"] and "方案版本" in parts["money"]
        assert "reviewer-lin" in parts["looks"]
        pdf = await auditor.client.get(f"/audit/trail/{loan}/pdf")
        assert pdf.content.startswith(b"%PDF") and len(pdf.content) > 20_000
        verified = await auditor.opens("/audit/ledgers/dongli")
        assert "验证通过" in verified.text and hashes[-1] in verified.html + page.html
        assert (await auditor.opens("/audit/ledgers/nowhere")).status == 404
