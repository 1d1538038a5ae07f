"""The columns of a table of banks, as an installation is set up with one."""

import re
from typing import Final

from shared.sheets.cells import narrow
from shared.sheets.columns import Column, named

COLUMNS: Final = (
    Column("code", "代码"),
    Column("name", "名称"),
    Column("uscc", "统一社会信用代码"),
)
_KNOWN: Final = dict(named(*COLUMNS))
EXAMPLE: Final = ("ICBC", "中国工商银行天津分行", "91120000103069430R")


def bank_column(heading: str) -> Column | None:
    """The column that a heading names, by its name in the API or its words; None for none."""
    words = re.sub(r"\s|[（(].*", "", narrow(heading))
    return _KNOWN.get(heading.strip()) or _KNOWN.get(words)
