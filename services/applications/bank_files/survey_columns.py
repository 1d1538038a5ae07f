"""The columns of the tables of a survey: firms' demands for financing, and parks."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from services.applications.bank_files.columns import LOAN, MOST_RIGHTS, right_columns
from shared.schemes.vocabulary import INDUSTRIES
from shared.sheets.columns import Column

SurveyKind = Literal["demands", "parks"]

_PURPOSES: Final = next(one.choices for one in LOAN if one.name == "purpose")
_INDUSTRIES: Final = {letter: f"{letter} {words.zh}" for letter, words in INDUSTRIES.items()}
_DAY: Final = "如 2026-03-02"
_RIGHTS: Final = 3
"""Rights that the template has columns for; more of the same form are read, too."""


def _rights(number: int) -> list[Column]:
    """The columns of a right that could be pledged, as files of applications name them."""
    wanted = ("kind", "number", "nice_class", "name")
    return [
        Column(one.name.replace("collateral", "rights"), one.zh, one.unit, one.kind, one.choices,
               required=False)
        for one in right_columns(number)
        if one.name.split(".", 2)[2] in wanted
    ]  # fmt: skip


_DEMAND: Final = (
    Column("uscc", "统一社会信用代码", "18 位", "number"),
    Column("firm_name", "企业名称"),
    Column("park_code", "园区代码", "园区登记中的代码", "number", required=False),
    Column("industry", "行业门类", "GB/T 4754", "choice", _INDUSTRIES, required=False),
    Column("amount", "融资需求金额", "元", "money"),
    Column("term_months", "期限", "月", "count"),
    Column("purpose", "用途", "选项", "choice", _PURPOSES),
    Column("note", "说明", "", required=False),
    Column("contact_name", "联系人"),
    Column("contact_phone", "联系电话", "", "number"),
    Column("banks", "推送银行", "银行代码，逗号分隔；全部银行写“全部”", required=False),
    Column("answer_by", "答复期限", _DAY, "day", required=False),
)
_PARK: Final = (
    Column("code", "园区代码", "字母、数字、横线", "number"),
    Column("name", "园区名称", "40 字以内"),
    Column("area", "行政区划代码", "6 位", "number"),
    Column("valid_from", "设立日期", _DAY, "day"),
    Column("valid_to", "撤销日期", _DAY, "day", required=False),
)

COLUMNS: Final[Mapping[SurveyKind, Sequence[Column]]] = {
    "demands": (*_DEMAND, *(column for n in range(_RIGHTS) for column in _rights(n))),
    "parks": _PARK,
}
"""By kind of survey, what its template asks for."""


def _finding(columns: Sequence[Column]) -> Callable[[str], Column | None]:
    named = {word: one for one in columns for word in (one.name, re.sub(r"\s", "", one.zh))}
    return lambda heading: named.get(heading) or named.get(heading.lower())


FINDS: Final[Mapping[SurveyKind, Callable[[str], Column | None]]] = {
    "demands": _finding([*_DEMAND, *(one for n in range(MOST_RIGHTS) for one in _rights(n))]),
    "parks": _finding(_PARK),
}
"""By kind of survey, what knows its columns."""
