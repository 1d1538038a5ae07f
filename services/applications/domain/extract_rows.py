"""A row of a register's extract (登记簿副本, 查询结果): its cells become what the register says.

Patent, trademark and copyright registers print tables of their own; each heading below is one that
these tables use (programmes.md D and D.1, identifiers.md). Where no column names the kind of right,
the register and the number do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from services.applications.domain import census
from services.applications.domain.right_facts import FIELDS, Said
from services.applications.domain.table_cells import Fault, day_in, said_in, text_of
from shared import canonical
from shared.identifiers import InvalidIdentifier

Register = Literal["patent", "trademark", "copyright"]

_OF_A_RIGHT: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("商标注册号", "注册证号", "申请（专利）号", "专利申请号", "公告号", "登记编号"),
    "nice_class": ("国际分类号", "类号", "商品类别"),
    "name": ("专利名称", "发明创造名称", "软件名称", "软件全称", "作品全称"),
    "owner_name": (
        "当前权利人",
        "现权利人",
        "专利权人名称",
        "注册人名称",
        "商标权人",
        "著作权人名称",
    ),
    "owner_uscc": ("权利人统一社会信用代码", "注册人统一社会信用代码", "著作权人证件号"),
    "legal_status": ("当前法律状态", "商标状态", "权利状态", "登记状态"),
    "filed_on": ("申请日期", "首次发表日期", "创作完成日期", "登记日期"),
    "granted_on": ("授权公告日期", "注册日期", "注册公告日期"),
    "fees_paid_to": ("年费缴纳截止日", "年费缴纳至", "费用缴至", "缴费有效期至"),
    "renewed_on": ("续展日期", "续展注册日"),
    "expires_on": ("专用权期限至", "专利权届满日", "专用权截止日期", "保护期届满日", "期限届满日"),
    "as_of": ("出具日期", "出具日", "查询日期", "查询日", "登记簿日期"),
}
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "pledge_no": (
        "质押登记号", "质权登记号", "质押登记编号", "质权登记编号", "专利权质押登记号", "登记证编号",
    ),
    "pledged_on": ("质押登记日", "质押登记日期", "质权登记日", "质权登记日期", "质押生效日"),
    "pledge_until": ("质押期限至", "质权登记期限至", "质押截止日", "债务履行期限至"),
    "pledgee": ("质权人", "质权人名称"),
    "licensee": ("被许可人", "被许可方", "被许可人名称", "许可备案"),
    "licensed_on": ("许可备案日", "许可备案日期", "许可生效日", "许可起始日"),
    "licence_kind": ("许可种类", "许可方式", "许可类型"),
    "preserved_by": ("保全法院", "财产保全", "保全机关", "查封法院", "冻结机关"),
    "preserved_on": ("保全日", "保全日期", "保全起始日", "冻结日期"),
}  # fmt: skip
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (*words, *_OF_A_RIGHT.get(name, ())) for name, words in census.COLUMNS.items()},
    **_BESIDE,
}
"""Field → its headings, the name of the field being one as well."""
NONE_WORDS: Final = frozenset({"无", "否", "无记载", "未质押", "未保全", "未查封", "none"})
"""A register that says so says that there is none; an empty cell says nothing."""
_MAY_BE_NONE: Final = ("pledge_no", "licensee", "preserved_by")
_DAYS: Final = frozenset({"pledged_on", "pledge_until", "licensed_on", "preserved_on"})
_KIND_OF_PATENT: Final = {"1": "invention", "8": "invention", "2": "utility_model",
                          "9": "utility_model", "3": "design"}  # fmt: skip
_LONG: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRow:
    """What a register says of one right: its facts, and what else is entered there."""

    said: Said
    pledge_no: str | None = None
    pledged_on: date | None = None
    pledge_until: date | None = None
    pledgee: str | None = None
    licensee: str | None = None
    licensed_on: date | None = None
    is_exclusive: bool = False
    preserved_by: str | None = None
    preserved_on: date | None = None
    there_is_none: frozenset[str] = frozenset()
    """Of `pledge_no`, `licensee`, `preserved_by`: those of which the register says there is none."""

    @property
    def shows_pledge(self) -> bool | None:
        """Whether the register shows a pledge; None where the row says nothing of it."""
        return False if "pledge_no" in self.there_is_none else True if self.pledge_no else None

    @property
    def speaks_of(self) -> tuple[str, ...]:
        """The facts of the right of which the register says something here, and its preservation."""
        facts = [name for name in FIELDS if getattr(self.said, name) is not None]
        preserved = self.preserved_by or "preserved_by" in self.there_is_none
        return (*facts, *(["preservation"] if preserved else []))


def read_extract(
    cells: Mapping[str, Any],
    *,
    register: Register | None,
    day: date | None,
    reference: str,
    document_id: UUID | None,
    today: date,
) -> ExtractRow | tuple[Fault, ...]:
    """What a row says, or everything that is wrong with it. `day`: that of the extract, where the
    row names none; `register`: whose extract it is, where the row names no kind of right."""
    of_right = {name: cell for name, cell in cells.items() if name in census.COLUMNS}
    if not text_of(of_right.get("kind")):
        of_right["kind"] = kind_of(text_of(of_right.get("number")), register)
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    there_is_none = frozenset(
        name for name in _MAY_BE_NONE if text_of(cells.get(name)).lower() in NONE_WORDS
    )
    for name in _BESIDE:
        if name not in cells or name in there_is_none:
            continue
        try:
            text = said_in(cells[name])
            values[name] = day_in(cells[name], text) if text and name in _DAYS else text
        except InvalidIdentifier as wrong:
            faults.append(Fault(name, wrong.code, wrong.zh, wrong.en))
    if day is None and not text_of(of_right.get("as_of")):
        faults.append(
            Fault("as_of", "extract-day-missing", "须写明登记簿副本的出具日期",
                  "The day of the extract is needed: in a column, or with the file.")
        )  # fmt: skip
    said = census.read_cells(of_right, reference=reference, today=day or today)
    faults += _beyond(values, there_is_none, today=today)
    if not isinstance(said, Said):
        return (*said, *faults)
    if faults:
        return tuple(faults)
    licence_kind = values.pop("licence_kind", None)
    return ExtractRow(
        said=replace(said, source="extract", document_id=document_id),
        is_exclusive="独占" in (licence_kind or ""),
        there_is_none=there_is_none,
        **values,
    )


def kind_of(number: str, register: Register | None) -> str | None:
    """The kind of right that a register's number is of, as far as they tell; of a patent the figure
    behind the year does (ZC 0006-2003)."""
    if register == "trademark":
        return "trademark_right"
    plain = canonical.plain(number)
    if register == "copyright":
        return "software_copyright" if re.search(r"\d{4}SR", plain) else "copyright"
    if register is None:
        return None
    digits = re.sub(r"\D", "", plain.split(".")[0])
    place = 4 if len(digits) >= _LONG else 2
    # A number that tells none is read as an invention's, and refused with its own reason.
    return _KIND_OF_PATENT.get(digits[place : place + 1], "invention")


def _beyond(
    values: Mapping[str, Any], there_is_none: frozenset[str], *, today: date
) -> list[Fault]:
    """What a single cell does not show: days ahead, and a pledge that names nothing to know it by."""
    faults = [
        Fault(name, "in-future", "日期晚于今日", "The day lies ahead.")
        for name in ("pledged_on", "licensed_on", "preserved_on")
        if values.get(name) is not None and values[name] > today
    ]
    names_pledge = any(values.get(name) for name in ("pledgee", "pledged_on", "pledge_until"))
    if names_pledge and not values.get("pledge_no"):
        said_none = "pledge_no" in there_is_none
        faults.append(
            Fault("pledge_no", "pledge-contradicted" if said_none else "required",
                  "写有质权人或日期，却无质押登记号",
                  "A pledgee or its day is named, and no registration number.")
        )  # fmt: skip
    return faults
