"""Files of many rows for tests: how they are made, sent, and waited for."""

import asyncio
import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from tests.applications.office import PAPERS, Office, right
from tests.papers import document


def lines(rows: Sequence[Any]) -> bytes:
    """As NDJSON."""
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> bytes:
    """As CSV."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(encoding)


def as_xlsx(
    rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int, str]] = ()
) -> bytes:
    """As a workbook; `merged` are first row, first column, last row, last column, and words."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("填报")
    for n, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell is not None:
                sheet.write(n, place, cell, *([day] if hasattr(cell, "isoformat") else []))
    for where in merged:
        sheet.merge_range(*where)
    book.close()
    return written.getvalue()


def filled(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """What a clerk writes under the template's headings for a case that nothing is wrong with."""
    one = right(number)
    return {
        "pool_code": "dongli",
        "mode": "direct",
        "borrower.uscc": one["owner_uscc"],
        "borrower.name": "珠海格力电器股份有限公司",
        "borrower.registered_on": "2015-06-01",
        "borrower.is_sme": "是",
        "borrower.region_code": "120110",
        "amount": "1,000,000.00",
        "tenor_months": "12",
        "annual_rate_bp": "3.85%",
        "purpose": "研究开发",
        "repayment": "到期一次还本付息",
        "has_other_collateral": "否",
        "is_first_loan": "是",
        "collateral.0.kind": "发明专利",
        "collateral.0.number": one["number"],
        "collateral.0.name": one["name"],
        "collateral.0.owner_uscc": one["owner_uscc"],
        "collateral.0.owner_name": one["owner_name"],
        "collateral.0.filed_on": "2022-05-01",
        "collateral.0.expires_on": "2042-05-01",
        "collateral.0.valuation.amount": "12000000",
        "collateral.0.valuation.method": "收益法",
        "collateral.0.valuation.appraiser": "天津某资产评估有限公司",
        "collateral.0.valuation.valued_on": "2026-01-15",
        **{f"documents.{kind}": document(kind)["sha256"] for kind in PAPERS},
        **changes,
    }


def under(headings: Sequence[str], *rows: Mapping[str, Any]) -> list[list[Any]]:
    """Rows in the order of headings that are names of the API."""
    return [[row.get(name, "") for name in headings] for row in rows]


async def sent(office: Office, content: bytes, *, by: Any = None, **params: Any) -> Any:
    """A file that has come."""
    answer = await (by or office.bank()).post(
        "/bulk-files", content=content, params={"name": "三月.xlsx", **params}
    )
    assert answer.status_code == 202, answer.text
    return answer.json()


async def finished(office: Office, file: Any, *, by: Any = None) -> Any:
    """A file that has been gone through."""
    async with asyncio.timeout(90):
        while True:
            answer = await (by or office.bank()).get(f"/bulk-files/{file['id']}")
            if answer.json()["finished_at"]:
                return answer.json()
            await asyncio.sleep(0.05)


async def gone_through(office: Office, content: bytes, **params: Any) -> Any:
    """Both."""
    return await finished(office, await sent(office, content, **params))


def counted(file: Any) -> dict[str, int]:
    """What became of its rows; nothing where there are none."""
    names = ("read", "taken", "known", "fine", "wrong")
    return {name: file[f"rows_{name}"] for name in names if file[f"rows_{name}"]}


async def rows_of(office: Office, file: Any, **params: Any) -> list[Any]:
    """The rows of a file."""
    answer = await office.bank().get(f"/bulk-files/{file['id']}/rows", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def reasons(office: Office, file: Any) -> dict[int, dict[str, str]]:
    """Line → column or field → code, of the rows that are wrong."""
    return {
        row["line"]: {one["column"] or one["field"]: one["code"] for one in row["faults"]}
        for row in await rows_of(office, file, outcome="wrong", limit=200)
    }


async def mended(office: Office, file: Any) -> bytes:
    """The rows to mend, as they are given back."""
    answer = await office.bank().get(f"/bulk-files/{file['id']}/wrong-rows")
    assert answer.status_code == 200, answer.text
    return answer.content
