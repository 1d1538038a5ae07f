"""Lists as the bureau brings them in."""

import csv
import io
from typing import Any

from tests.applications.bulk import finished
from tests.applications.office import FIRM, OTHER_FIRM, Office, right

HEAD = ["企业名称", "统一社会信用代码", "法定代表人", "列入日期", "移出日期", "列入机关", "文号"]
NAMESAKE = "津海机床有限公司"
"""The firm of OTHER_FIRM's cases; a list may name it without a code."""


def named(
    name: str = "珠海格力电器股份有限公司",
    uscc: str = FIRM,
    listed_on: str = "2026-02-11",
    removed_on: str = "",
) -> list[str]:
    """A row of a list."""
    return [name, uscc, "张三", listed_on, removed_on, "东丽区人民法院", "（2026）津0110执12号"]


def as_csv(*rows: list[Any], encoding: str = "utf-8-sig") -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(encoding)


async def brings(
    office: Office, *rows: list[Any], by: Any = None, status: int = 202, content: bytes = b"",
    **query: Any,
) -> Any:  # fmt: skip
    """A list comes in and is gone through; what it came to, or why it is refused."""
    by = by or office.reviewer()
    asked = {
        "kind": "lists",
        "list": "judgment_defaulter",
        "day": str(office.now.date()),
        "source": "中国执行信息公开网",
        "name": "失信.csv",
    }
    answer = await by.post(
        "/bulk-files", content=content or as_csv(HEAD, *rows), params=asked | query
    )
    assert answer.status_code == status, answer.text
    if status != 202:
        return answer.json()
    file = await finished(office, answer.json(), by=by)
    return file if query.get("only_check") else await came_to(file, by)


async def came_to(file: Any, by: Any) -> Any:
    """A list with what its rows came to."""
    answer = await by.get(f"/list-imports/{file['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def entries(office: Office, **query: Any) -> list[dict[str, Any]]:
    """The entries of the register, as the bureau reads them."""
    answer = await office.reviewer().get("/listed-firms", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def of_namesake() -> dict[str, Any]:
    """What makes a case one of the firm that has a namesake on the list."""
    firm = {
        "uscc": OTHER_FIRM, "name": "津海机床有限公司", "registered_on": "2015-06-01",
        "is_sme": True, "region_code": "120110",
    }  # fmt: skip
    owned = right(owner_uscc=OTHER_FIRM, owner_name=NAMESAKE)
    return {"borrower": firm, "collateral": [owned]}
