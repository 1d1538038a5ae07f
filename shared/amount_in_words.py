"""Amounts in Chinese capital numerals (大写金额), as they stand on vouchers: 壹佰万元整.

Written as 《支付结算办法》 (银发〔1997〕393号), annex 1, arts. 1 to 3, asks: 整 closes what ends with
yuan or jiao, one 零 stands for any row of noughts inside, none for those at the end.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))


def amount_in_words(fen: int) -> str:
    """An amount of fen as a person reads it back: 100000000 → 壹佰万元整, 32504 → 叁佰贰拾伍元零肆分."""
    yuan, cents = divmod(abs(fen), 100)
    jiao, rest = divmod(cents, 10)
    words = f"{_whole(yuan)}元" if yuan else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif rest and yuan:
        words += "零"
    if rest:
        words += f"{_DIGITS[rest]}分"
    elif words:
        words += "整"
    return ("负" if fen < 0 else "") + (words or "零元整")


def _whole(number: int) -> str:
    """A whole number above nought, by groups of 亿 and 万."""
    for unit, name in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if 0 < low < unit // 10 else ""
            return _whole(high) + name + gap + (_whole(low) if low else "")
    return _below_ten_thousand(number)


def _below_ten_thousand(number: int) -> str:
    words, is_gap = "", False
    for place, name in _PLACES:
        digit, number = divmod(number, place)
        if digit:
            words += ("零" if is_gap and words else "") + _DIGITS[digit] + name
        is_gap = digit == 0
    return words
