"""A bank's clerk sends many rows in the console, looks on, and takes home what is to be mended."""

import asyncio
import csv
import io

from tests.applications.bulk import as_csv, filled, under
from tests.console.house import House

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
