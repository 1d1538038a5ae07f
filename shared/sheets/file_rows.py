"""A file of many rows, read one after the other, whatever form it has; memory stays flat.

Every row comes with what it says, as a request would say it, and with what could not be read of it.
"""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice, pairwise
from typing import IO, Any, Final, Literal

import orjson

from shared.money import format_fen
from shared.ratios import percent
from shared.refusals import FieldFault
from shared.sheets.cells import Cell, narrow, plain
from shared.sheets.columns import Column, Path
from shared.sheets.csv_rows import LONGEST_LINE, csv_rows, encoding_of
from shared.sheets.headings import HIGHEST, Find, Headings, find_headings
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.values import CellWrong, read_value
from shared.sheets.xlsx_rows import sheets_of

Form = Literal["ndjson", "csv", "xlsx"]

LARGEST_UNPACKED: Final = 400 * 1024**2
"""Bytes of a workbook, unpacked; it is read row by row."""
WIDEST: Final = 1_500
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_LISTS: Final = ("collateral", "rights", "other_collateral")
"""Fields that are lists, each item with columns of its own."""
_CODES: Final = frozenset(
    {
        "pool_code", "mode", "borrower.uscc", "borrower.region_code", "month", "loan_id",
        "loan_number", "uscc", "park_code", "contact_phone", "code", "area",
    }
)  # fmt: skip
"""Narrow digits and letters by their nature; what else a bank writes is kept as it is written."""
_TOTALS: Final = ("合计", "总计", "小计", "例:", "示例")
OURS: Final = "_reasons"
"""A member that rows to mend have; passed over when they are sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRead:
    """One row of a file."""

    line: int
    """Where it stands in the file, from 1 on."""
    said: Mapping[str, Any]
    """What it says, with the names of the API."""
    faults: tuple[FieldFault, ...] = ()
    """Cells that cannot be read."""
    headings: Mapping[Path, str] = field(default_factory=dict)
    """Place in what it says → the heading of its column."""
    cells: Sequence[str] = ()
    """As it was sent: the cells in order, or the one line."""

    def heading_of(self, place: Path) -> str:
        """The heading of the column that a place came from; "" where no one column did."""
        return next(
            (
                self.headings[place[:n]]
                for n in range(len(place), 0, -1)
                if place[:n] in self.headings
            ),
            "",
        )


def form_of(file: IO[bytes]) -> Form:
    """What a file is, by its content. Raises SheetUnreadable."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith(_OLD_EXCEL):
        raise SheetUnreadable(
            "这是旧版 XLS 或加密文件，请另存为 XLSX 或 CSV。",
            "An old XLS, or a file with a password; save it as XLSX or CSV.",
        )
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    return "ndjson" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "csv"


class FileOfRows:
    """A file that is read. `find` knows its columns; `words` are its headings, of NDJSON none."""

    def __init__(self, file: IO[bytes], form: Form, find: Find) -> None:
        self._file = file
        self._find = find
        self.form = form
        self.words: tuple[str, ...] = ()

    def rows(self) -> Generator[RowRead, None, None]:
        """Every row, in order. Raises SheetUnreadable."""
        if self.form == "ndjson":
            return _json_rows(self._file)
        if self.form == "csv":
            return self._table(csv_rows(self._file))
        return self._workbook()

    def _workbook(self) -> Generator[RowRead, None, None]:
        """The first sheet that has headings; others explain."""
        refusal: SheetUnreadable | None = None
        for _, rows in sheets_of(self._file, widest=WIDEST, largest=LARGEST_UNPACKED):
            try:
                yield from self._table(rows)
            except _NoHeadings as none:
                refusal = refusal or none.refusal
                continue
            return
        if refusal:
            raise refusal

    def _table(self, rows: Iterator[Sequence[Cell]]) -> Generator[RowRead, None, None]:
        first = list(islice(rows, HIGHEST + 1))
        try:
            headings = find_headings(first, self._find)
        except SheetUnreadable as refusal:
            if self.form == "xlsx":
                raise _NoHeadings(refusal) from refusal
            raise
        self.words = headings.words
        names = {column.name for column, _ in headings.at.values()}
        all_rows = chain(first[headings.rows :], rows)
        for line, cells in enumerate(all_rows, start=headings.rows + 1):
            texts = [narrow(cell) for cell in cells]
            if not any(texts) or _says_nothing(texts, names, headings):
                continue
            yield _row(line, cells, headings)


class _NoHeadings(Exception):
    def __init__(self, refusal: SheetUnreadable) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def _says_nothing(texts: Sequence[str], names: set[str], headings: Headings) -> bool:
    """Totals, examples, and what the template has below its headings: names, and units."""
    if next(filter(None, texts)).startswith(_TOTALS):
        return True
    if sum(text in names for text in texts) > 1:
        return True
    units = sum(
        place in headings.at and text != "" and text == narrow(headings.at[place][0].unit)
        for place, text in enumerate(texts)
    )
    return units > 1 and 2 * units > sum(text != "" for text in texts)


def _row(line: int, cells: Sequence[Cell], headings: Headings) -> RowRead:
    said: dict[str, Any] = {}
    faults: list[FieldFault] = []
    places: dict[Path, str] = {}
    items: dict[Path, list[str | int]] = {}
    for place, (column, in_wan) in headings.at.items():
        path = _packed(column.path, cells, headings, items)
        if path is None:
            continue
        cell = cells[place] if place < len(cells) else None
        try:
            value = read_value(column.kind, cell, in_wan=in_wan, choices=column.choices)
        except CellWrong as wrong:
            faults.append(FieldFault(path, wrong.code, wrong.zh, wrong.en))
            places[path] = headings.words[place]
            continue
        if path[0] == "documents":
            _add_papers(said, faults, places, str(path[1]), value, headings.words[place])
            continue
        places[path] = headings.words[place]
        if value is not None:
            _put(
                said, path, format_fen(value) if column.kind == "money" else _as_sent(column, value)
            )
    return RowRead(
        line=line, said=said, faults=tuple(faults), headings=places, cells=_as_given(cells, headings)
    )  # fmt: skip


def _packed(
    path: Path, cells: Sequence[Cell], headings: Headings, known: dict[Path, list[str | int]]
) -> Path | None:
    """The path with the items of its lists counted without those of which the row says nothing; None
    where it is of such a one."""
    if path[0] not in _LISTS:
        return path
    packed = list(path)
    for at, part in enumerate(path):
        if not isinstance(part, int):
            continue
        if path[:at] not in known:
            known[path[:at]] = _items_said(path[:at], cells, headings)
        if part not in known[path[:at]]:
            return None
        packed[at] = known[path[:at]].index(part)
    return tuple(packed)


def _items_said(begins: Path, cells: Sequence[Cell], headings: Headings) -> list[str | int]:
    """The numbers of the items of a list of which a row says anything, in order."""
    return sorted(
        {
            column.path[len(begins)]
            for place, (column, _) in headings.at.items()
            if column.path[: len(begins)] == begins and place < len(cells) and narrow(cells[place])
        },
        key=int,
    )


def _as_sent(column: Column, value: Any) -> Any:
    if column.name == "confirmed":
        return [one for one in re.split(r"[,;、\s]+", narrow(value)) if one]
    is_code = column.name in _CODES or column.path[0] == "parties"
    return narrow(value) if is_code else value


def _put(said: dict[str, Any], path: Path, value: Any) -> None:
    here: Any = said
    for part, after in pairwise(path):
        below: Any = [] if isinstance(after, int) else {}
        if isinstance(here, list):
            assert isinstance(part, int)
            if part == len(here):
                here.append(below)
            here = here[part]
        else:
            here = here.setdefault(part, below)
    here[path[-1]] = value


def _add_papers(
    said: dict[str, Any], faults: list[FieldFault], places: dict[Path, str], kind: str,
    value: str | None, heading: str,
) -> None:  # fmt: skip
    """A cell names one stored paper or several, by ids or by hashes."""
    papers = said.setdefault("documents", [])
    for word in re.split(r"[,;，；、\s]+", narrow(value or "")):
        if not word:
            continue
        place: Path = ("documents", len(papers))
        places[place] = heading
        if _UUID.fullmatch(word):
            papers.append({"kind": kind, "document": word.lower()})
        elif _HEX.fullmatch(word.lower()):
            papers.append({"kind": kind, "sha256": word.lower()})
        else:
            places["documents", kind] = heading
            faults.append(
                FieldFault(
                    ("documents", kind), "paper-not-named",
                    f"须为已上传材料的编号或校验值：{word[:40]}",
                    f"the id or the SHA-256 of a stored paper, not {word[:40]}",
                )
            )  # fmt: skip


def _as_given(cells: Sequence[Cell], headings: Headings) -> list[str]:
    """The cells as text that is read as they are, also where a format has shown them otherwise."""
    given = []
    for place in range(len(headings.words)):
        cell = cells[place] if place < len(cells) else None
        if isinstance(cell, float) and 0 < cell < 1 and place in headings.at:
            is_rate = headings.at[place][0].kind in ("bp", "percent", "ratio")
            cell = percent(Fraction(repr(cell))) if is_rate else cell
        given.append(plain(cell)[:4000])
    return given


def _json_rows(file: IO[bytes]) -> Generator[RowRead, None, None]:
    length, encoding = encoding_of(file)
    file.seek(length)
    line = 0
    while bits := file.readline(LONGEST_LINE + 1):
        line += 1
        if len(bits) > LONGEST_LINE:
            raise SheetUnreadable(f"第 {line} 行过长", f"Line {line} is too long.")
        text = bits.decode(encoding).strip()
        if text:
            yield _json_row(line, text)


def _json_row(line: int, text: str) -> RowRead:
    try:
        said = orjson.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        wrong = FieldFault((), "not-json", "本行不是一个 JSON 对象", "The line is no JSON object.")
        return RowRead(line=line, said={}, faults=(wrong,), cells=(text,))
    said.pop(OURS, None)
    return RowRead(line=line, said=said, cells=(text,))
