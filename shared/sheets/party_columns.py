"""The columns of a table of parties and banks' lines, as a pool is set up with one."""

import re
from typing import Final

from shared.schemes.vocabulary import PARTIES
from shared.sheets.cells import narrow
from shared.sheets.columns import Column, named

ROLES: Final = {name: words.zh for name, words in PARTIES.items() if name != "pool"}
COLUMNS: Final = (
    Column("code", "代码"),
    Column("role", "角色", kind="choice", choices=ROLES),
    Column("name", "名称"),
    Column("line.amount", "额度", "元", kind="money", required=False),
    Column("line.valid_from", "额度自", kind="day", required=False),
    Column("line.valid_to", "额度至", kind="day", required=False),
    Column("line.pool_share", "存放该行的资金", "元", kind="money", required=False),
    Column("line.note", "备注", required=False),
)
_KNOWN: Final = dict(named(*COLUMNS))
EXAMPLE: Final = ("ICBC", "银行", "中国工商银行东丽支行", "50000000.00", "2026-01-01", "", "", "")


def party_column(heading: str) -> Column | None:
    """The column that a heading names, by its name in the API or its words; None for none."""
    words = re.sub(r"\s|[（(].*", "", narrow(heading))
    return _KNOWN.get(heading.strip()) or _KNOWN.get(words)
