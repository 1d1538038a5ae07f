"""Tables to fill in, downloaded from the page of a pool."""

import io

from openpyxl import load_workbook

from tests.console.house import House


async def test_a_bank_reads_what_a_mode_asks_for_and_takes_its_tables_home(house: House):
    await house.opens_pool_of("ah_tech")
    async with house.logged_in("icbc-operator") as clerk:
        pool = await clerk.opens("/pools/ah_tech")
        assert "/pools/ah_tech/templates" in pool.links
        page = await clerk.opens("/pools/ah_tech/templates")
        assert "信用贷款" in page.text and "是/否" in page.text and "申请补偿时" in page.text
        table = "/pools/ah_tech/templates/direct/claim"
        assert {f"{table}.xlsx", f"{table}.csv"} <= set(page.links)
        file = await clerk.client.get(f"{table}.xlsx")
        names = [cell.value for cell in load_workbook(io.BytesIO(file.content))["填报"][2]]
        assert "attributes.is_unsecured" in names
        text = (await clerk.client.get(f"{table}.csv")).content.decode("utf-8-sig")
        assert "attributes.is_unsecured" in text
        assert (
            await clerk.client.get("/pools/ah_tech/templates/nowhere/claim.csv")
        ).status_code in (
            404,
            409,
        )
        assert (await clerk.opens("/pools/nowhere/templates")).status == 404
