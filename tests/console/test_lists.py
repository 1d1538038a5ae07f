"""Lists as people work with them: ordered, narrowed, summed, taken as files, and gone on from."""

import csv
import io
from urllib.parse import urlencode
from uuid import uuid4

from openpyxl import load_workbook

from services.console.cases.following import beside
from services.console.cases.known_lists import LISTS
from services.console.http.addresses import key_at
from shared.money import format_fen, parse_fen
from tests.console.house import House

AMOUNTS = ("1200000.00", "800000.05", "3000000.00")
NAMED = "=SUM(1)科技有限公司"


async def test_a_list_is_ordered_narrowed_summed_and_its_file_is_what_is_filtered(house: House):
    made = [
        await house.has_case("CCB" if n == 2 else "ICBC", amount=amount)
        for n, amount in enumerate(AMOUNTS)
    ]
    async with house.logged_in("reviewer-lin") as person:
        whole = await person.opens("/cases?sort=-amount")
        assert "共 3 笔" in whole.text and "5,000,000.05" in whole.text
        assert "（500.00 万元）" in whole.text
        shown = [whole.text.index(made[n]["number"]) for n in (2, 0, 1)]
        assert shown == sorted(shown)
        assert ("th", {"scope": "col", "class": "number", "aria-sort": "descending"}) in whole.tags

        some = await person.opens("/cases?bank=ICBC&amount_from=900000&sort=amount")
        assert made[0]["number"] in some.text and "共 1 笔" in some.text
        assert made[1]["number"] not in some.text
        assert "/cases?amount_from=900000&sort=amount" in some.links, "a chip takes its filter away"

        file = await person.client.get(
            "/lists/cases/export.csv?bank=ICBC&sort=amount", headers={"accept-language": "zh-CN"}
        )
        rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert rows[0][:2] == ["申请编号", "借款企业"]
        assert [row[0] for row in rows[1:]] == [made[1]["number"], made[0]["number"]]
        added = sum(parse_fen(row[5]) for row in rows[1:])
        narrowed = await person.opens("/cases?bank=ICBC")
        assert f"{added // 100:,}.{added % 100:02d}" in narrowed.text, format_fen(added)

        book = await person.client.get("/lists/cases/export.xlsx?bank=ICBC&sort=amount")
        sheet = load_workbook(io.BytesIO(book.content)).active
        assert sheet is not None
        assert "银行 中国工商银行天津分行；排序 金额（从小到大）" in str(sheet["A2"].value)
        assert "导出人" in str(sheet["A3"].value)
        assert (sheet["F5"].value, sheet["F5"].number_format[:8]) == (800000.05, "#,##0.00")

        waits = await person.client.get("/lists/queue/export.csv?bank=ICBC&sort=amount")
        lines = list(csv.reader(io.StringIO(waits.text.removeprefix("\ufeff"))))
        assert [row[0] for row in lines[1:]] == [made[1]["number"], made[0]["number"]]

        wrong = await person.opens("/cases?amount_from=viel")
        assert wrong.status == 422 and "请填写金额，最多两位小数" in wrong.text


async def test_a_way_back_keeps_the_filter_and_the_next_case_is_of_the_filtered_list(house: House):
    first, other, third = [await house.has_case(bank) for bank in ("ICBC", "CCB", "ICBC")]
    async with house.logged_in("reviewer-lin") as person:
        await person.opens("/cases?bank=ICBC&sort=number")
        case = await person.opens(f"/cases/{first['id']}")
        assert "/cases?bank=ICBC&sort=number" in case.links
        following = await person.opens(f"/lists/cases/next?after={first['id']}")
        assert third["number"] in following.text and other["number"] not in following.text
        end = await person.opens(f"/lists/cases/next?after={third['id']}")
        assert "没有下一件" in end.text


async def test_pages_lead_forwards_and_back(house: House):
    for _ in range(2):
        await house.has_case()
    number = house.person("applications", "reviewer-lin", "reviewer")
    page = (await number.get("/applications", params={"limit": 1, "sort": "number"})).json()
    after = (
        await number.get(
            "/applications", params={"limit": 1, "sort": "number", "cursor": page["next_cursor"]}
        )
    ).json()
    assert (page["previous_cursor"], after["next_cursor"]) == (None, None)
    back = (
        await number.get(
            "/applications",
            params={"limit": 1, "sort": "number", "before": after["previous_cursor"]},
        )
    ).json()
    assert [one["id"] for one in back["items"]] == [one["id"] for one in page["items"]]
    assert (back["previous_cursor"], back["next_cursor"]) == (None, page["next_cursor"])


async def test_a_firms_name_in_a_file_runs_nothing_and_a_bank_finds_its_own_alone(house: House):
    borrower = {"uscc": "91440400192548256N", "name": NAMED, "registered_on": "2015-06-01",
                "is_sme": True, "region_code": "120110"}  # fmt: skip
    mine = await house.has_case(borrower=borrower)
    await house.has_case("CCB")
    async with house.logged_in("icbc-operator") as clerk:
        file = await clerk.client.get("/lists/cases/export.csv")
        rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert [(row[0], row[1]) for row in rows[1:]] == [(mine["number"], f"'{NAMED}")]
        book = await clerk.client.get("/lists/cases/export.xlsx")
        sheet = load_workbook(io.BytesIO(book.content)).active
        assert sheet is not None and (sheet["B5"].value, sheet["B5"].data_type) == (NAMED, "s")
        refused = await clerk.client.get("/lists/cases/export.csv?person=lin")
        assert refused.status_code == 403


OF_FINANCE = ("/payment-files", "/open-items")
OF_KEEPERS = ("/inbox/deliveries",)
SAID = {
    "counted": "filed", "first": "2026-01-01", "last": "2026-12-31",
    "measure": "covered", "period": "2026-03", "by": "bank",
}  # fmt: skip
"""What says which list it is, where the address has to."""


def test_a_list_knows_the_pages_that_its_rows_lead_to():
    one = {"id": str(uuid4()), "loan_id": str(uuid4()), "case_id": str(uuid4()),
           "pool_code": "binhai", "month": "2026-03"}  # fmt: skip
    for listing in LISTS.values():
        if listing.leads_to:
            assert key_at(listing.leads_to, listing.leads_to.format_map(one)), listing.path


def test_behind_a_case_of_several_rows_comes_another_one():
    due = LISTS["/register/due"]
    rows = [{"case_id": name} for name in ("a", "b", "b", "c")]
    after, before = beside(rows, due, "/cases/b")
    assert (after, before) == ({"case_id": "c"}, {"case_id": "a"})


async def test_every_list_opens_in_every_order_as_a_file_and_finds_by_number_name_and_right(
    house: House,
):
    claim = await house.has_claim()
    who = dict.fromkeys(OF_FINANCE, "finance-qian") | dict.fromkeys(OF_KEEPERS, "admin")
    people = {who.get(path, "reviewer-lin") for path in LISTS}
    for one in sorted(people):
        async with house.logged_in(one) as person:
            for listing in LISTS.values():
                if who.get(listing.path, "reviewer-lin") != one:
                    continue
                at = listing.in_pool("dongli").path
                said = {name: SAID[name] for name in listing.fixed if name in SAID}
                page = await person.opens(f"{at}?{urlencode(said | {'view': 'all'})}")
                assert page.status == 200, (at, page.text)
                assert "导出 XLSX" in page.text, at
                orders = [column.sort for column in listing.columns if column.sort]
                for sort in (*orders, *(f"-{each}" for each in orders)):
                    ordered = await person.opens(f"{at}?{urlencode(said | {'sort': sort})}")
                    assert ordered.status == 200, (at, sort, ordered.text)
                file = await person.client.get(f"/lists{at}/export.csv?{urlencode(said)}")
                assert file.status_code == 200, (at, file.text)
    async with house.logged_in("reviewer-lin") as person:
        case = await person.opens(f"/cases/{claim['loan_id']}")
        assert case.status == 200
        for words, kind in (
            (claim["loan_number"].lower(), "/cases/"),
            (claim["number"], "/claims/"),
            ("　珠海 格力　", "/register/firms/"),
        ):
            found = await person.opens(f"/find?q={words}")
            assert found.status == 200, found.text
            assert any(link.startswith(kind) for link in found.links), (words, found.text)
