"""What a cell says, by the kind of its column: an amount, a day, yes or no, one of a list.

What is wrong is said with its cure: a long number that a spreadsheet has turned to 1.23E+17 has lost
its last digits and cannot be mended here.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from shared.money import LARGEST_FEN
from shared.sheets.cells import Cell, day_of, fen_of, narrow, plain

Kind = Literal[
    "text",
    "number",
    "money",
    "day",
    "flag",
    "percent",
    "bp",
    "count",
    "choice",
    "ratio",
    "as_is",
]
"""`number` is one that is known by its digits, such as a credit code, and is never counted with;
`bp` a rate in basis points or in percent; `ratio` percent or a fraction, as text; `as_is` the cell
itself, for whoever has to know whether it was a figure."""

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


def read_value(
    kind: Kind, cell: Cell, *, in_wan: bool = False, choices: Mapping[str, str] | None = None
) -> Any:
    """The value of a cell; None where it says nothing. `choices` are names with their words in
    Chinese. Raises CellWrong."""
    text = narrow(cell)
    if isinstance(cell, str) and text.startswith("#") and text.rstrip("!?/").isascii():
        raise CellWrong("formula-error", f"公式出错：{text[:20]}", f"a formula failed: {cell}")
    if not text:
        return None
    if kind == "money":
        return _money(cell, in_wan=in_wan)
    if kind == "choice":
        return _choice(choices or {}, cell)
    return _READS[kind](cell)


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


def _number(cell: Cell) -> str:
    """By its digits, kept as they are written. Raises CellWrong where a spreadsheet has lost some."""
    text = plain(cell)
    if _SCIENTIFIC.fullmatch(narrow(cell)) or (
        isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT_UP_TO
    ):
        raise CellWrong(
            "number-lost-digits",
            f"{text[:24]}：长号码已被表格软件转成科学记数，末几位已丢失；"
            "请先把整列设为“文本”格式，再从原始材料重新填写",
            f"{text[:24]}: the spreadsheet has turned a long number into a power of ten and lost "
            "its last digits; make the column text and enter the number again",
        )
    return _text(cell)


def _rate(cell: Cell) -> int:
    """Basis points: "385", or percent: "3.85%", also where the cell's format shows it so."""
    text = narrow(cell)
    if text.endswith("%") or (isinstance(cell, float) and 0 < cell < 1):
        return _percent(cell)
    if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) is None:
        raise CellWrong(
            "rate-malformed", f"须为基点（如 385）或百分比（如 3.85%）：{text[:20]}",
            f"basis points such as 385, or percent such as 3.85%, not {text[:20]}",
        )  # fmt: skip
    return int(text)


def _ratio(cell: Cell) -> str:
    """As text; a number with a percent format arrives as a part of one."""
    if isinstance(cell, float) and 0 < cell < 1:
        return f"{(Decimal(repr(cell)) * 100).normalize():f}%"
    return narrow(cell)


def _choice(choices: Mapping[str, str], cell: Cell) -> str:
    text = narrow(cell).strip()
    for name, words in choices.items():
        if text.lower() == name or text == narrow(words):
            return name
    known = "、".join(choices.values())
    raise CellWrong(
        "choice-unknown", f"“{text[:20]}”不在选项中：{known}",
        f"{text[:20]!r} is none of: {', '.join(choices)}",
    )  # fmt: skip


_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{1,3}", re.ASCII | re.IGNORECASE)
_EXACT_UP_TO: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number."""

_READS: Final[Mapping[Kind, Callable[[Cell], Any]]] = {
    "text": _text, "number": _number, "day": _day, "flag": _flag, "percent": _percent,
    "bp": _rate, "count": _count, "ratio": _ratio, "as_is": lambda cell: cell,
}  # fmt: skip
