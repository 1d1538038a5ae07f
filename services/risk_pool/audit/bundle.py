"""An export as one file to hand over: the ledger, how to read it, and a `verify.py` that checks it.

The auditor needs Python and nothing else, and trusts nothing that the file says of itself.
"""

import ast
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from services.risk_pool.audit import outside
from services.risk_pool.audit.outside.command import INSIDE

_MODULES = ("amounts", "splits", "book", "cash", "cases", "command")
"""In the order in which each may use those before it."""

_HEAD = '''"""知贷账簿导出的独立核对：只需 Python（3.10 及以上），不连服务，不装任何库。

Verify an export of a pool's ledger with nothing but Python 3.10 or later: no service, no library.

    python3 -I -S verify.py                    同目录的 ledger.ndjson; what lies beside this file
    python3 -I -S verify.py export.zip         整个导出包; a whole export
    python3 -I -S verify.py --on 2026-03-31    另列该日各户余额; and every balance of that day

退出码 exit code: 0 全部相符 everything agrees; 1 有不符 something does not; 2 导出不完整 not a whole export.
"""

from __future__ import annotations
'''

_README = """知贷账簿导出 · An export of a pool's ledger

  ledger.ndjson   每行一条 JSON:账簿首行、各笔转账、决定的说明、收付登记、参与方、贷款、补偿、追偿、各月结算、各日发生额、末行
                  one JSON per line: head, transfers, explanations, cash entries, parties, loans, claims,
                  recoveries, months, days, end
  verify.py       独立核对程序,只需 Python 3.10 及以上 the check, which needs Python only

核对 Check:

  python3 -I -S verify.py
  python3 -I -S verify.py --on 2026-03-31

它重算:校验链、编号、复式记账、凭据唯一、说明的封印、每日发生额、余额、各月发生额与对账单合计、
每件补偿和追偿的分担。它列出各月对账单截至第几笔及当时的校验值,请与已签对账单上所印的核对:一致的,此前的账簿一字未改。

It makes again: the hash chain, numbers, double entry, references, the seal of every explanation, what
moved on every day, balances, every month's movements and sums of statements, the split of every claim
and recovery. For every month it tells the number and the hash that its signed statements have printed
on them: where they agree, nothing before was changed.
"""


def verifier() -> str:
    """The text of `verify.py`: the modules of `outside`, one after the other."""
    folder = Path(outside.__file__).parent
    imports: set[str] = set()
    bodies = []
    for name in _MODULES:
        text = (folder / f"{name}.py").read_text()
        lines: list[str | None] = list(text.splitlines())
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                if not ast.unparse(node).startswith(("from services.", "from __future__")):
                    imports.add(ast.unparse(node))
                lines[node.lineno - 1 : node.end_lineno] = [None] * (
                    (node.end_lineno or node.lineno) - node.lineno + 1
                )
        bodies.append("\n".join(line for line in lines if line is not None).strip())
    ending = 'if __name__ == "__main__":\n    sys.exit(main())\n'
    return "\n\n\n".join((f"{_HEAD}\n" + "\n".join(sorted(imports)), *bodies, ending))


async def write_bundle(path: Path, lines: AsyncIterator[bytes], *, now: datetime) -> None:
    """The zip with all three, its entries dated `now`: the same ledger gives the same bytes."""
    stamp = now.timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (("README.txt", _README), ("verify.py", verifier())):
            packed.writestr(_entry(name, stamp), text)
        with packed.open(_entry(INSIDE, stamp), "w", force_zip64=True) as inside:
            async for line in lines:
                inside.write(line)


def _entry(name: str, stamp: tuple[int, ...]) -> zipfile.ZipInfo:
    year, month, day, hour, minute, second = stamp
    entry = zipfile.ZipInfo(name, (year, month, day, hour, minute, second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
