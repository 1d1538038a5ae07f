"""A row of a census of rights (普查): its cells become what is said of a right, or every fault.

Cells come as spreadsheets hold them: full-width characters, blanks around, days in several forms,
numbers that a spreadsheet has shortened. What such a number was cannot be known any more, so it is
refused with the cure.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.applications.domain.right_facts import LegalStatus, Said
from services.applications.domain.submission import RightKey
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
MOST_ROWS: Final = 20_000
LONGEST: Final = 200
_HIGHEST_HEADING: Final = 10

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
    "in_force": ("有效", "有权", "授权", "专利权维持", "维持", "注册", "已注册"),
    "fee_overdue": ("欠费（宽限期）", "欠费", "等年费滞纳金", "宽限期"),
    "lapsed": ("终止（未缴费）", "终止", "失效", "未缴年费", "未缴年费专利权终止"),
    "expired": ("届满", "期满", "期限届满"),
    "abandoned": ("放弃", "主动放弃"),
    "invalidated": ("宣告无效", "无效", "全部无效"),
    "revoked": ("撤销",),
    "cancelled": ("注销",),
}
_KIND_OF: Final = {word: kind for kind, words in _KINDS.items() for word in (kind, *words)}
_STATUS_OF: Final = {
    unicodedata.normalize("NFKC", word): status
    for status, words in _STATUSES.items()
    for word in (status, *words)
}
_DAYS: Final = frozenset(
    {"filed_on", "granted_on", "fees_paid_to", "renewed_on", "expires_on", "as_of"}
)
_DAY: Final = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?",
    re.ASCII,
)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 91_000
"""1954 to 2149 as spreadsheets count days, from 1899-12-30."""
_SHORTENED: Final = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_PATENT_DIGITS: Final = re.compile(r"\d{12}", re.ASCII)
_BLANKS: Final = re.compile(r"[\s\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of one row."""

    field: str
    code: str
    zh: str
    en: str


class NoHeading(ValueError):
    """No row of the first ones names a kind and a number."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the table's columns are named, and which is which."""

    row: int
    at: Mapping[str, int]


def find_heading(rows: Sequence[Sequence[Any]]) -> Heading:
    """The first row that names a number's column. Titles may stand above it. Raises NoHeading."""
    field_of = {_plain(word): name for name, words in COLUMNS.items() for word in (name, *words)}
    for place, row in enumerate(rows[:_HIGHEST_HEADING]):
        at: dict[str, int] = {}
        for column, cell in enumerate(row):
            name = field_of.get(_plain(_text(cell)).rstrip("*"))
            if name is not None:
                at.setdefault(name, column)
        if {"kind", "number"} <= at.keys():
            return Heading(place, at)
    raise NoHeading


def read_row(
    row: Sequence[Any], heading: Heading, *, reference: str, today: date
) -> Said | tuple[Fault, ...]:
    """What a row says of a right, or everything that is wrong with it."""
    cells = {
        name: row[column] if column < len(row) else None for name, column in heading.at.items()
    }
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


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", _BLANKS.sub(" ", str(cell))).strip().removeprefix("'")


def _plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def _value(name: str, cell: Any) -> Any:
    text = _text(cell)
    if text in ("", "-", "--", "—", "/", "无"):
        return None
    if len(text) > LONGEST:
        raise InvalidIdentifier(
            "too-long", f"超过 {LONGEST} 个字", f"Longer than {LONGEST} characters."
        )
    if name in _DAYS:
        return _day(cell, text)
    if name == "kind":
        return _word(_KIND_OF, text, "kind-unknown", "权利种类无法识别", "No kind of right.")
    if name == "legal_status":
        return _word(_STATUS_OF, text, "status-unknown", "法律状态无法识别", "No legal status.")
    if name == "owner_uscc":
        _must_be_whole(text)
        return uscc(text).normalised
    if name == "nice_class":
        digits = re.fullmatch(r"第?0*(\d{1,2})类?", text)
        if digits is None:
            raise InvalidIdentifier("nice-class", "商标类别须为 1 至 45", "A class is 1 to 45.")
        return int(digits[1])
    return text


def _word(words: Mapping[str, str], text: str, code: str, zh: str, en: str) -> str:
    found = words.get(_BLANKS.sub("", text))
    if found is None:
        raise InvalidIdentifier(code, f"{zh}：{text[:40]}", en)
    return found


def _day(cell: Any, text: str) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        if text.isdigit() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
            return date(1899, 12, 30) + timedelta(days=int(text))
        if match := _DAY.fullmatch(text):
            year, month, day = (int(part) for part in match.groups() if part is not None)
            if 1900 <= year <= 2199:
                return date(year, month, day)
    except ValueError:
        pass
    raise InvalidIdentifier("not-a-day", f"日期无法识别：{text[:40]}", "Not a day.")


def _must_be_whole(text: str) -> None:
    """Raises InvalidIdentifier for a number that a spreadsheet has cut."""
    if _SHORTENED.fullmatch(text):
        raise InvalidIdentifier(
            "number-shortened",
            "长号码被表格改成了科学计数，原号码已丢失：请把该列设为文本格式后重新录入",
            "The spreadsheet has turned the number into an exponent, and digits are lost: format "
            "the column as text and enter it again.",
        )


def _number(kind: str, cell: Any, text: str) -> str:
    _must_be_whole(text)
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
