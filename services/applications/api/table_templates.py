"""Workbooks to fill in for files of many rows that belong to no programme."""

import asyncio
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from services.applications.api.rights import Reader
from services.applications.api.sent_tables import WORKBOOK, table_to_fill_in, workbook_answer
from services.applications.domain import census, extract_rows

router = APIRouter(tags=["bulk files"])

_RIGHT: Final = ("发明专利", "ZL 2015 1 0958772.0", "", "一种投放广告的方法", "", "", "有效")
_RIGHT_NOTES: Final = (
    "每行一项权利；种类、号码必填，商标须填类别。",
    "号码列须为文本格式；写法任意，按登记机关的形式比对。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。",
)
_EXTRACT: Final = {
    "number": "ZL 2015 1 0958772.0", "name": "一种投放广告的方法", "legal_status": "有效",
    "fees_paid_to": "2026-12-18", "pledge_no": "Y2026120000123", "pledged_on": "2026-03-02",
    "pledgee": "某银行某分行", "preserved_by": "无", "as_of": "2026-03-02",
}  # fmt: skip
_EXTRACT_NOTES: Final = (
    "每行一项权利；登记机关导出的表格可直接导入，不必改用本模板，批注中为可识别的表头。",
    "号码列须为文本格式；未写权利种类的，按登记机关和号码判断；商标须填类别。",
    "空白表示未载明；写“无”表示登记簿上没有（质押、许可、保全）。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。",
)


@router.get("/templates/rights.xlsx", response_class=Response, responses=WORKBOOK)
async def read_template_of_rights(caller: Reader) -> Response:
    """The workbook of a census of rights, with an example and a sheet that explains the columns, for
    `POST /bulk-files?kind=rights`."""
    content = await asyncio.to_thread(
        table_to_fill_in, "权利", census.COLUMNS, _RIGHT, _RIGHT_NOTES
    )
    return workbook_answer(content, "right-census")


@router.get("/templates/extracts.xlsx", response_class=Response, responses=WORKBOOK)
async def read_template_of_extracts(caller: Reader) -> Response:
    """The columns of a register's extract, each with the headings that are read for it, for
    `POST /bulk-files?kind=extracts`. The registers' own tables can be sent as they are."""
    columns = extract_rows.COLUMNS
    sample = [_EXTRACT.get(name, "") for name in columns]
    content = await asyncio.to_thread(
        table_to_fill_in, "登记簿副本", columns, sample, _EXTRACT_NOTES
    )
    return workbook_answer(content, "register-extract")
