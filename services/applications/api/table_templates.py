"""Workbooks to fill in for files of many rows that belong to no programme."""

import asyncio
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from services.applications.api.list_answers import ListReader
from services.applications.api.rights import Reader
from services.applications.api.sent_tables import WORKBOOK, table_to_fill_in, workbook_answer
from services.applications.domain import census, extract_rows, list_rows

router = APIRouter(tags=["bulk files"])

_RIGHT: Final = ("发明专利", "ZL 2015 1 0958772.0", "", "一种投放广告的方法", "", "", "有效")
_RIGHT_NOTES: Final = (
    "每行一项权利；种类、号码必填，商标须填类别。",
    "请把号码列设为文本格式；写法任意，按登记机关的形式比对。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。",
)
_EXTRACT: Final = {
    "number": "ZL 2015 1 0958772.0", "name": "一种投放广告的方法", "legal_status": "有效",
    "fees_paid_to": "2026-12-18", "pledge_no": "Y2026120000123", "pledged_on": "2026-03-02",
    "pledgee": "某银行某分行", "preserved_by": "无", "as_of": "2026-03-02",
}  # fmt: skip
_EXTRACT_NOTES: Final = (
    "每行一项权利；登记机关导出的表格可直接导入，不必改用本模板，批注中为可识别的表头。",
    "请把号码列设为文本格式；未写权利种类的，按登记机关和号码判断；商标须填类别。",
    "空白表示未载明；写“无”表示登记簿上没有（质押、许可、保全）。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。",
)


_LISTED: Final = (
    "津海机床有限公司", "91120110MA06ABCDX2", "张三", "2026-02-11", "", "天津市东丽区人民法院",
    "（2026）津0110执12号", "有履行能力而拒不履行",
)  # fmt: skip
_LIST_NOTES: Final = (
    "每行一条记录；列入日期必填，企业名称与信用代码至少填一项。",
    "有信用代码的按代码比对；只有名称的须由人确认是否为同一企业。",
    "填移出日期的，终止该条记录；完整名单未再列出的记录自名单日期起终止。",
    "至少保留三列表头；日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。",
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


@router.get("/templates/lists.xlsx", response_class=Response, responses=WORKBOOK)
async def read_template_of_lists(caller: ListReader) -> Response:
    """The workbook of a list of dishonest or abnormal firms, for `POST /bulk-files?kind=lists`."""
    content = await asyncio.to_thread(
        table_to_fill_in, "名单", list_rows.COLUMNS, _LISTED, _LIST_NOTES
    )
    return workbook_answer(content, "listed-firms")
