"""A bank's clerk sends many rows in the console, looks on, and takes home what is to be mended."""

import asyncio
import csv
import io

from tests.applications.bulk import as_csv, filled, under
from tests.console.house import House
from tests.papers import sends

HEAD = [*filled(), "reference"]


async def read(clerk, where: str):
    """The page of a file once it has been gone through; until then it looks again by itself."""
    async with asyncio.timeout(30):
        while True:
            page = await clerk.opens(where)
            if "http-equiv" not in page.html:
                return page
            await asyncio.sleep(0.1)


async def test_a_clerk_sends_a_file_mends_what_comes_back_and_sends_it_again(house: House):
    table = [HEAD, *under(HEAD, filled(reference="XD-7"), filled(tenor_months="24"))]
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/bulk")
        assert "/bulk" in page.links and "/pools/dongli/templates" in page.links
        looked = await clerk.sends_file(page, "/bulk", as_csv(table), "三月.csv", do="check")
        page = await read(clerk, looked.path)
        assert "预审" in page.text and "期限" in page.text and "tenor-too-long" in page.text

        page = await clerk.opens("/bulk")
        sent = await clerk.sends_file(page, "/bulk", as_csv(table), "三月.csv", do="send")
        page = await read(clerk, sent.path)
        assert "处理完毕" in page.text and "tenor-too-long" in page.text
        taken = await clerk.opens(f"{sent.path}?outcome=taken")
        (case,) = [link for link in taken.links if link.startswith("/cases/")]
        assert "XD-7" in taken.text and (await clerk.opens(case)).status == 200
        home = f"{sent.path}/wrong-rows"
        assert home in page.links
        back = (await clerk.client.get(home)).content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(back)))
        rows[1][rows[0].index("tenor_months")] = "12"

        again = await clerk.sends_file(
            await clerk.opens("/bulk"), "/bulk", as_csv(rows), "三月-改.csv", do="send"
        )
        page = await read(clerk, again.path)
        assert "没有待补正的行" in page.text
        assert (await clerk.opens("/bulk")).text.count("三月") == 3
        assert (await clerk.client.get("/bulk/positions.xlsx")).status_code == 200
        refused = await clerk.sends_file(await clerk.opens("/bulk"), "/bulk", b"", "", do="send")
        assert refused.status == 422 and "请选择文件" in refused.text

    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(sent.path)).status == 404
        assert "三月" not in (await other.opens("/bulk")).text


async def test_a_clerk_saves_claims_as_drafts_by_a_table_and_files_them_by_it(house: House):
    loan = await house.has_bad_loan()
    kinds = ("claim_form", "claim_report", "recovery_plan", "diligence_statement",
             "business_licence", "statement_of_claim", "court_acceptance_notice")  # fmt: skip
    papers = await sends(house.clerk_of_papers("ICBC"), *kinds)
    good = {
        "loan_number": loan["number"],
        "outstanding_principal": "1,000,000.00",
        "facts.overdue_days": "30",
        "facts.risk_class": "次级",
        **{f"documents.{one['kind']}": one["document"] for one in papers},
    }
    head = list(good)
    table = as_csv([head, *under(head, good, good | {"loan_number": "DL-2026-999999"})])
    async with house.logged_in("icbc-operator") as clerk:
        wrong = await clerk.sends_file(
            await clerk.opens("/bulk"), "/bulk", table, "代偿.csv", do="save", kind="positions"
        )
        assert wrong.status == 422 and "只有补偿申请可整批存为草稿" in wrong.text
        saved = await clerk.sends_file(
            await clerk.opens("/bulk"), "/bulk", table, "代偿.csv", do="save", kind="claims"
        )
        page = await read(clerk, saved.path)
        assert "loan-unknown" in page.text and saved.path.startswith("/bulk/claims/")
        taken = await clerk.opens(f"{saved.path}?outcome=taken")
        (draft,) = [one for one in taken.links if one.startswith("/claims/")]
        assert "草稿" in (await clerk.opens(draft)).text

        filed = await clerk.sends_file(
            await clerk.opens("/bulk"), "/bulk", table, "代偿.csv", do="send", kind="claims"
        )
        page = await read(clerk, filed.path)
        home = f"{filed.path}/wrong-rows"
        assert "处理完毕" in page.text and home in page.links
        assert "DL-2026-999999" in (await clerk.client.get(home)).text
        assert (await clerk.opens(draft)).text.count("DL-C-2026-0001") > 0
        assert filed.path in (await clerk.opens("/bulk")).links
        assert {saved.path, filed.path} <= set((await clerk.opens("/bulk/claims")).links)
    async with house.logged_in("ccb-operator") as other:
        assert (await other.opens(filed.path)).status == 404


async def test_a_reviewer_brings_a_census_in_from_the_register(house: House):
    table = "权利种类,号码,法律状态\n发明专利,ZL201811564288.X,有效\n发明专利,202310123456.7,有效\n"
    async with house.logged_in("reviewer-lin") as reviewer:
        assert "/bulk" in (await reviewer.opens("/register/rights")).links
        page = await reviewer.opens("/bulk")
        done = await reviewer.sends_file(
            page, "/bulk", table.encode("gb18030"), "普查.csv", kind="rights", do="send"
        )
        page = await read(reviewer, done.path)
        assert "patent-check-digit" in page.text
        assert (await reviewer.client.get("/bulk/rights.xlsx")).content[:2] == b"PK"
    async with house.logged_in("icbc-operator") as clerk:
        assert "201811564288.X" in (await clerk.opens("/register/rights?q=2018-1156-4288-X")).text
