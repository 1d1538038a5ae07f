"""A row of a list of dishonest or abnormal firms: its cells become an entry, or every fault.

What the row does to the register depends on what stands there already: an entry is begun or ended,
never changed. One that was ended by credit repair stays ended, however long its source goes on
naming it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from services.applications.domain.listed_firms import CREDIT_REPAIR
from services.applications.domain.table_cells import Fault, day_in, must_be_whole, said_in
from shared import canonical
from shared.identifiers import InvalidIdentifier, uscc

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("企业名称", "名称", "主体名称", "被执行人", "单位名称"),
    "uscc": ("统一社会信用代码", "信用代码", "组织机构代码"),
    "legal_representative": ("法定代表人", "法定代表人或负责人", "负责人"),
    "listed_on": ("列入日期", "认定日期", "发布日期", "公布日期", "立案日期"),
    "removed_on": ("移出日期", "退出日期", "删除日期"),
    "authority": ("列入机关", "认定机关", "作出决定机关", "执行法院"),
    "reference": ("文号", "决定书文号", "案号", "执行依据文号"),
    "reason": ("列入原因", "列入事由", "失信行为", "备注"),
}
"""Field → its headings; the first one stands in the template, the field's own name does as well."""
_DAYS: Final = frozenset({"listed_on", "removed_on"})

Does = Literal["begins", "ends", "nothing"]


class Key(NamedTuple):
    """What makes two rows of a list name the same entry."""

    firm: str
    """The credit code, else the canonical name."""
    listed_on: date

    @property
    def reference(self) -> str:
        """What a file of the list may say once."""
        return f"{self.firm} {self.listed_on}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row says: who stands on the list, since when, and perhaps until when."""

    name: str
    uscc: str | None
    legal_representative: str
    listed_on: date
    removed_on: date | None
    authority: str
    reference: str
    reason: str

    @property
    def name_canonical(self) -> str:
        """By which the firm is found, however its name is written."""
        return canonical.name(self.name)

    @property
    def key(self) -> Key:
        """Of the entry."""
        return Key(self.uscc or self.name_canonical, self.listed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the newest entry of a key stands in the register."""

    ended_on: date | None = None
    why_ended: str | None = None


def read_cells(cells: Mapping[str, Any], *, list_date: date) -> Entry | tuple[Fault, ...]:
    """The entry that cells are, by the names of their fields, or everything that is wrong with it."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            values[name] = _value(name, cell)
        except InvalidIdentifier as wrong:
            faults.append(Fault(name, wrong.code, wrong.zh, wrong.en))
    told = {one.field for one in faults}
    if not (values.get("name") or values.get("uscc")) and not told & {"name", "uscc"}:
        faults.append(Fault("name", "required", "企业名称和信用代码至少填一项",
                            "Give the firm's name, or its credit code."))  # fmt: skip
    listed_on, removed_on = values.get("listed_on"), values.get("removed_on")
    if listed_on is None and "listed_on" not in told:
        faults.append(Fault("listed_on", "required", "不能为空", "This is needed."))
    for name, day in (("listed_on", listed_on), ("removed_on", removed_on)):
        if day is not None and day > list_date:
            faults.append(Fault(name, "after-the-list", f"晚于名单日期 {list_date}",
                                f"Later than the list, which is of {list_date}."))  # fmt: skip
    if listed_on and removed_on and removed_on < listed_on:
        faults.append(Fault("removed_on", "ends-before-it-begins", "移出日期早于列入日期",
                            "It ends before it begins."))  # fmt: skip
    if faults or listed_on is None:
        return tuple(faults)
    return Entry(
        uscc=values.get("uscc"),
        listed_on=listed_on,
        removed_on=removed_on,
        **{name: values.get(name) or "" for name in _WORDS},
    )


_WORDS: Final = ("name", "legal_representative", "authority", "reference", "reason")


def _value(name: str, cell: Any) -> Any:
    text = said_in(cell)
    if text is None:
        return None
    if name in _DAYS:
        return day_in(cell, text)
    if name == "uscc":
        must_be_whole(text)
        return uscc(text).normalised
    if name == "name" and not canonical.name(text):
        raise InvalidIdentifier("no-name", "不是名称", "Not a name.")
    return text


def done_by(entry: Entry, standing: Standing | None, *, list_date: date) -> Does:
    """What a row does to the register; `standing` is None where it has no entry of the key."""
    if standing is None:
        return "begins"
    if standing.ended_on is None:
        return "ends" if entry.removed_on is not None else "nothing"
    if standing.why_ended == CREDIT_REPAIR or entry.removed_on is not None:
        return "nothing"
    return "begins" if list_date > standing.ended_on else "nothing"
