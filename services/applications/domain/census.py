"""A row of a census of rights (普查): its cells become what is said of a right, or every fault.

Cells come as spreadsheets hold them: full-width characters, blanks around, days in several forms,
numbers that a spreadsheet has shortened. What such a number was cannot be known any more, so it is
refused with the cure.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from services.applications.domain.right_facts import LegalStatus, Said
from services.applications.domain.submission import RightKey
from services.applications.domain.table_cells import (
    Fault,
    day_in,
    must_be_whole,
    said_in,
)
from shared.identifiers import InvalidIdentifier, uscc
from shared.rights import PATENTS, read_right

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": ("权利种类", "种类", "类型", "权利类型"),
    "number": ("号码", "申请号", "专利号", "申请号/专利号", "注册号", "登记号", "权利号"),
    "nice_class": ("商标类别", "类别", "国际分类"),
    "name": ("名称", "发明名称", "专利名称", "商标名称", "作品名称"),
    "owner_name": ("权利人", "专利权人", "申请人", "注册人", "著作权人"),
    "owner_uscc": ("统一社会信用代码", "信用代码"),
    "legal_status": ("法律状态", "状态"),
    "filed_on": ("申请日", "登记日", "开发完成日"),
    "granted_on": ("授权日", "注册日", "授权公告日"),
    "fees_paid_to": ("年费缴至", "年费有效期"),
    "renewed_on": ("续展日",),
    "expires_on": ("届满日", "到期日", "有效期至"),
    "as_of": ("截至日", "数据日期"),
    "note": ("备注",),
}
"""Field → its headings; the first one stands in the template, the field's own name does as well."""

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "invention": ("发明专利", "发明"),
    "utility_model": ("实用新型专利", "实用新型"),
    "design": ("外观设计专利", "外观设计", "外观"),
    "trademark_right": ("商标", "注册商标", "商标权"),
    "software_copyright": ("软件著作权", "软著", "计算机软件著作权"),
    "copyright": ("作品著作权", "著作权", "版权"),
    "geographical_indication": ("地理标志",),
    "ic_layout_design": ("集成电路布图设计", "布图设计"),
    "plant_variety": ("植物新品种",),
    "data_ip": ("数据知识产权",),
    "trade_secret": ("商业秘密",),
}
_STATUSES: Final[Mapping[LegalStatus, tuple[str, ...]]] = {
    "pending": ("审中", "实质审查", "实审", "公开", "待审", "申请中"),
    "in_force": (
        "有效", "有权", "授权", "专利权维持", "维持", "注册", "已注册", "授权有效", "专利权有效",
        "已登记", "登记有效",
    ),
    "fee_overdue": ("欠费（宽限期）", "欠费", "等年费滞纳金", "宽限期"),
    "lapsed": ("终止（未缴费）", "终止", "失效", "未缴年费", "未缴年费专利权终止", "专利权终止"),
    "expired": ("届满", "期满", "期限届满"),
    "abandoned": ("放弃", "主动放弃"),
    "invalidated": ("宣告无效", "无效", "全部无效", "专利权全部无效"),
    "revoked": ("撤销",),
    "cancelled": ("注销", "已注销"),
}  # fmt: skip
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in (kind, *words)}
_STATUS_OF: Final = {
    unicodedata.normalize("NFKC", word): status
    for status, words in _STATUSES.items()
    for word in (status, *words)
}
_DAYS: Final = frozenset(
    {"filed_on", "granted_on", "fees_paid_to", "renewed_on", "expires_on", "as_of"}
)
_PATENT_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)


def read_cells(
    cells: Mapping[str, Any], *, reference: str, today: date
) -> Said | tuple[Fault, ...]:
    """What cells say of a right, by the names of their fields; or everything that is wrong."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            values[name] = _value(name, cell)
        except InvalidIdentifier as wrong:
            faults.append(Fault(name, wrong.code, wrong.zh, wrong.en))
    kind, number = values.get("kind"), values.get("number")
    key = None
    if kind and number:
        try:
            key = RightKey(kind, _number(kind, cells["number"], number), _class(kind, values))
        except InvalidIdentifier as wrong:
            place = "nice_class" if wrong.code == "nice-class" else "number"
            faults.append(Fault(place, wrong.code, wrong.zh, wrong.en))
    for name in ("kind", "number"):
        if not values.get(name) and not any(one.field == name for one in faults):
            faults.append(Fault(name, "required", "不能为空", "This is needed."))
    if faults or key is None:
        return tuple(faults)
    told = {
        name: values.get(name) or None
        for name in COLUMNS
        if name not in ("kind", "number", "nice_class", "as_of", "note")
    }
    return Said(
        key=key,
        number_as_given=str(number),
        source="import",
        reference=reference,
        as_of=values.get("as_of") or today,
        note=values.get("note") or "",
        **told,
    )


def _value(name: str, cell: Any) -> Any:
    text = said_in(cell)
    if text is None:
        return None
    if name in _DAYS:
        return day_in(cell, text)
    if name == "kind":
        return _word(_KIND_OF, text, "kind-unknown", "权利种类无法识别", "No kind of right.")
    if name == "legal_status":
        return _word(_STATUS_OF, text, "status-unknown", "法律状态无法识别", "No legal status.")
    if name == "owner_uscc":
        must_be_whole(text)
        return uscc(text).normalised
    if name == "nice_class":
        digits = re.fullmatch(r"第?0*(\d{1,2})类?", text)
        if digits is None:
            raise InvalidIdentifier("nice-class", "商标类别须为 1 至 45", "A class is 1 to 45.")
        return int(digits[1])
    return text


def _word(words: Mapping[str, str], text: str, code: str, zh: str, en: str) -> str:
    found = words.get("".join(text.split()))
    if found is None:
        raise InvalidIdentifier(code, f"{zh}：{text[:40]}", en)
    return found


def _number(kind: str, cell: Any, text: str) -> str:
    must_be_whole(text)
    if kind in PATENTS and not isinstance(cell, str) and _PATENT_DIGITS.fullmatch(text):
        raise InvalidIdentifier(
            "check-digit-lost",
            "表格把专利号当作数字，丢失了末位校验码：请把该列设为文本格式后重新录入",
            "The spreadsheet took the number for a figure and dropped its check digit: format the "
            "column as text and enter it again.",
        )
    return read_right(kind, text).number


def _class(kind: str, values: Mapping[str, Any]) -> int:
    nice_class = values.get("nice_class")
    if (kind == "trademark_right") != (nice_class is not None):
        raise InvalidIdentifier(
            "nice-class",
            "商标须填类别（1—45），其他权利不填",
            "A trademark needs its Nice class, any other right has none.",
        )
    if nice_class is not None and not 1 <= nice_class <= 45:
        raise InvalidIdentifier("nice-class", "商标类别须为 1 至 45", "A class is 1 to 45.")
    return nice_class or 0
