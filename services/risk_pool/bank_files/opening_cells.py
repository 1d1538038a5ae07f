"""What a cell of the workbook of an opening says, by the kind of its column. Raises CellWrong."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from services.risk_pool.bank_files.cells import Cell, day_of, fen_of, narrow, plain
from services.risk_pool.domain.opening_sheets import Column, Kind
from shared.money import LARGEST_FEN

_YES: Final = frozenset({"是", "y", "yes", "true", "1", "√"})
_NO: Final = frozenset({"否", "n", "no", "false", "0", "×"})
_PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)
_LONGEST: Final = 400
_FEN_OF_WAN: Final = 1_000_000


class CellWrong(Exception):
    """A cell does not say what its column asks for."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


def read_cell(column: Column, cell: Cell, *, in_wan: bool) -> Any:
    """The value of a cell; None where it says nothing."""
    if isinstance(cell, str) and narrow(cell).startswith("#"):
        raise CellWrong(
            "formula-error", f"公式出错：{narrow(cell)[:20]}", f"a formula failed: {cell}"
        )
    if not narrow(cell):
        return None
    if column.kind == "money":
        return _money(cell, in_wan=in_wan)
    if column.kind == "choice":
        return _choice(column, cell)
    return _READS[column.kind](cell)


def _money(cell: Cell, *, in_wan: bool) -> int:
    text = narrow(cell).replace(",", "").replace(" ", "")
    if "万" in text or "亿" in text:
        raise CellWrong(
            "amount-in-wan",
            "金额须以元填写；整列以万元计的，请在表头写明“（万元）”，单元格只填数字",
            "write amounts in yuan; for a column in 万元 say so in its heading, with numbers below",
        )
    if not in_wan:
        try:
            fen = fen_of(cell)
        except ValueError:
            raise _not_an_amount(text) from None
        if fen is None:
            return 0
    else:
        number = text if isinstance(cell, str) else repr(cell)
        if _NUMBER.fullmatch(number) is None:
            raise _not_an_amount(text)
        exact = Decimal(number) * _FEN_OF_WAN
        if exact != int(exact) or exact > LARGEST_FEN:
            raise _not_an_amount(text)
        fen = int(exact)
    if fen < 0:
        raise CellWrong(
            "amount-negative", f"金额不能为负：{text[:30]}", f"the amount is below nought: {text}"
        )
    return fen


def _not_an_amount(text: str) -> CellWrong:
    return CellWrong(
        "amount-malformed",
        f"不是金额（元，至多两位小数）：{text[:30]}",
        f"not an amount in yuan with at most two decimals: {text[:30]}",
    )


def _day(cell: Cell) -> str:
    try:
        return day_of(cell).isoformat()
    except ValueError:
        text = narrow(cell)[:30]
        raise CellWrong(
            "day-malformed", f"不是日期（如 2026-03-02）：{text}", f"not a day: {text}"
        ) from None


def _text(cell: Cell) -> str:
    text = plain(cell)
    if len(text) > _LONGEST:
        raise CellWrong("too-long", f"超过 {_LONGEST} 字", f"above {_LONGEST} characters")
    return text


def _flag(cell: Cell) -> bool:
    text = narrow(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellWrong("flag-malformed", f"须为是或否：{text[:20]}", f"yes or no, not {text[:20]}")


def _percent(cell: Cell) -> int:
    """Basis points. A number with a percent format arrives as a part of one."""
    text = narrow(cell)
    match = _PERCENT.fullmatch(text)
    number = Decimal(repr(cell)) if isinstance(cell, int | float) else None
    if match is not None:
        exact = Decimal(match[1]) * 100
    elif number is not None and 0 <= number <= 1:
        exact = number * 10_000
    else:
        raise CellWrong(
            "percent-malformed", f"须为百分比，如 4.35%：{text[:20]}",
            f"a percentage such as 4.35%, not {text[:20]}",
        )  # fmt: skip
    if exact != int(exact) or exact > 10_000:
        raise CellWrong(
            "percent-malformed", f"须为 0 至 100%，至多两位小数：{text[:20]}",
            f"0 to 100% with at most two decimals, not {text[:20]}",
        )  # fmt: skip
    return int(exact)


def _count(cell: Cell) -> int:
    text = narrow(cell)
    if re.fullmatch(r"[0-9]{1,6}", text, re.ASCII) is None:
        raise CellWrong(
            "count-malformed", f"须为整数：{text[:20]}", f"a whole number, not {text[:20]}"
        )
    return int(text)


def _choice(column: Column, cell: Cell) -> str:
    text = narrow(cell).strip()
    choices: Mapping[str, Any] = column.choices or {}
    for name, words in choices.items():
        if text.lower() == name or text == words.zh:
            return name
    known = "、".join(words.zh for words in choices.values())
    raise CellWrong(
        "choice-unknown", f"“{text[:20]}”不在选项中：{known}",
        f"{text[:20]!r} is none of: {', '.join(choices)}",
    )  # fmt: skip


_READS: Final[Mapping[Kind, Callable[[Cell], Any]]] = {
    "text": _text, "party": _text, "bank": _text, "day": _day, "flag": _flag,
    "percent": _percent, "count": _count,
}  # fmt: skip
