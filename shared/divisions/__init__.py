"""What administrative divisions are called (GB/T 2260): `names.txt` has a code and its name a line.

Two digits are a province, four a city, six a county. Codes that were given out before a county was
merged or renamed are not in it: then the city or the province is named, with the code beside.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_NAMES = Path(__file__).with_name("names.txt")


@cache
def _known() -> Mapping[str, str]:
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    return {code: name for code, _, name in (line.partition(" ") for line in lines)}


def division_name(code: str) -> str:
    """天津市东丽区 for 120110, 四川省绵阳市 for 5107 or 510700; the code itself where nothing is known."""
    known, plain = _known(), _without_zeros(code)
    levels = [plain[:size] for size in (2, 4, 6) if len(plain) >= size]
    named = "".join(known[one] for one in levels if one in known)
    if not named or len(code) not in (2, 4, 6) or not code.isascii() or not code.isdigit():
        return code
    return named if plain in known or (len(plain) == 4 and named) else f"{named}（{code}）"


def _without_zeros(code: str) -> str:
    """510700 → 5107, 510000 → 51: zeros stand for all of it."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
