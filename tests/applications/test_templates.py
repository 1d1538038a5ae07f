"""The workbook to fill in: the columns of the CSV, typed, commented and explained."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from shared.contracts.risk_pool import PoolOpenedV1
from tests.applications.office import Office
from tests.publishing import heard

WHERE = "/pools/gd_zhuhai_tech/modes/direct"


@pytest.fixture
async def zhuhai(office: Office) -> Office:
    """An office that has heard of a pool whose mode asks for a fact as of the claim."""
    code = "gd_zhuhai_tech"
    opened = PoolOpenedV1(
        pool_code=code, name=code, programme=code, opened_on=date(2026, 1, 1)
    )  # fmt: skip
    await office.hears(heard(code), opened)
    return office


async def sheets(office: Office, at: str) -> Any:
    answer = await office.bank().get(f"{WHERE}/template.xlsx", params={"at": at})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'direct-{at}.xlsx"')
    return load_workbook(io.BytesIO(answer.content))


@pytest.mark.parametrize("at", ["approval", "disbursement", "claim"])
async def test_the_workbook_has_the_columns_of_the_csv(zhuhai: Office, at: str):
    book = await sheets(zhuhai, at)
    text = (await zhuhai.bank().get(f"{WHERE}/template.csv", params={"at": at})).content
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))

    filled = [
        [cell.value or "" for cell in row] for row in book["填报"].iter_rows(max_row=len(rows))
    ]
    assert filled == rows
    explained = list(book["说明"].iter_rows(values_only=True))
    assert [row[1] for row in explained[1:]] == rows[1]


async def test_a_heading_says_kind_unit_and_rule_and_cells_are_typed(zhuhai: Office):
    sheet = (await sheets(zhuhai, "claim"))["填报"]
    names = [cell.value for cell in sheet[2]]
    fact = names.index("attributes.unsecured_share")
    comment = sheet[1][fact].comment.text
    assert "百分比" in comment and "依据：" in comment
    money = sheet.column_dimensions[sheet[1][names.index("outstanding_principal")].column_letter]
    assert money.number_format == "#,##0.00"
    judged = {str(one.sqref): one.type for one in sheet.data_validations.dataValidation}
    assert set(judged.values()) == {"decimal", "whole", "list"}


async def test_the_modes_of_a_pool_are_listed_with_their_names(zhuhai: Office):
    modes = (await zhuhai.bank().get("/pools/gd_zhuhai_tech/modes")).json()["items"]
    assert modes[0]["mode"] == "direct" and modes[0]["zh"]
    unknown = await zhuhai.bank().get("/pools/nowhere/modes")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
