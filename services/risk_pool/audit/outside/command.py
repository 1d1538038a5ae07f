"""The command: reads an export line by line, says what it found, and ends with 0, 1 or 2."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from services.risk_pool.audit.outside.amounts import FORMAT, Check, NotAnExport, yuan
from services.risk_pool.audit.outside.book import Book, Line
from services.risk_pool.audit.outside.cases import Cases
from services.risk_pool.audit.outside.cash import Cash

INSIDE = "ledger.ndjson"


class Audit:
    """One export, read to its last line, with every check that was made of it."""

    def __init__(self, head: Line) -> None:
        self.book = Book(head)
        self.cash = Cash(self.book)
        self.cases = Cases(self.book)
        self.bytes = Check("bytes", "文件逐字节", "bytes of the file")
        self.complete = Check("complete", "事项齐全", "every case is there")
        self._later: list[Line] = []

    def checks(self) -> list[Check]:
        """Every check, in the order in which it is told."""
        cases = self.cases
        return [self.bytes, self.complete, *self.book.checks(), self.cash.check, cases.claims,
                cases.recoveries, cases.months]  # fmt: skip

    def faults(self) -> int:
        """How many things are not as they should be."""
        return sum(len(check.faults) for check in self.checks())

    def months(self) -> list[tuple[str, int]]:
        """Each posted month, and how far the ledger had come when its statements were made."""
        return [
            (line["month"], line["ledger_seq"]) for line in self._later if line["type"] == "month"
        ]

    def line(self, line: Line) -> None:
        """A line between the first and the last. What it does not know, it only counts as bytes."""
        if line["type"] == "transfer":
            self.book.transfer(line)
        elif line["type"] == "explanation":
            self.book.explanation(line)
        elif line["type"] in ("cash-entry", "day", "claim", "recovery", "month"):
            self._later.append(line)

    def end(self, end: Line, digest: str) -> None:
        """The last line, when everything is known."""
        self.bytes.holds(
            digest == end["sha256"],
            "文件内容与末行所记的摘要不符：有增、删、改",
            "the file is not what its last line has the digest of",
        )
        for line in self._later:
            if line["type"] == "day":
                self.book.day(line)
            elif line["type"] == "cash-entry":
                self.cash.entry(line)
            else:
                getattr(self.cases, line["type"])(line)
        for kind, stated in end["counts"].items():
            read = sum(line["type"] == kind for line in self._later)
            self.complete.holds(
                read == stated,
                f"{kind}：应有 {stated} 件，读到 {read} 件",
                f"{kind}: {stated} are stated, {read} were read",
            )
        if "cash-entry" in end["counts"]:
            self.cash.finish()
        self.book.finish(end, {line["date"] for line in self._later if line["type"] == "day"})


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of an export: of a zip, of a folder, or of the file itself."""
    if path.is_dir():
        path = path / INSIDE
    if not path.is_file():
        raise NotAnExport(f"没有文件 there is no file {path}")
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if INSIDE not in packed.namelist():
                raise NotAnExport(f"压缩包内没有 there is no {INSIDE} in {path}")
            with packed.open(INSIDE) as inside:
                yield from inside
    else:
        with path.open("rb") as plain:
            yield from plain


def audit(path: Path) -> Audit:
    """Every check of an export. Raises NotAnExport."""
    found: Audit | None = None
    ended = False
    digest = hashlib.sha256()
    for number, raw in enumerate(lines_of(path), start=1):
        try:
            line = json.loads(raw)
            if ended:
                raise ValueError("it comes after the last line")
            if found is None:
                if (line["type"], line.get("format")) != ("ledger", FORMAT):
                    raise ValueError(f"the first line begins no {FORMAT}")
                found = Audit(line)
            elif line["type"] == "end":
                found.end(line, digest.hexdigest())
                ended = True
            else:
                found.line(line)
        except NotAnExport:
            raise
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
            raise NotAnExport(f"第 {number} 行读不通 line {number}: {error!r}") from error
        digest.update(raw)
    if found is None or not ended:
        raise NotAnExport("缺末行，导出不完整 the last line is missing: a part of an export")
    return found


def told(found: Audit) -> Iterator[str]:
    """What was found, for people."""
    head = found.book.head
    yield f"{head['name']}（{head['pool']}），{found.book.last} 笔 transfers，{head['exported_at']}"
    for check in found.checks():
        result = "✗ 不符 FAULT" if check.faults else "✓ 相符 ok" if check.looked_at else "— 无 none"
        more = check.only_summed
        left = f"（另 {more} 件只核合计 {more} more only summed）" if more else ""
        yield f"  {result}  {check.zh} {check.en}: {check.looked_at}{left}"
    for check in found.checks():
        for zh, en in check.faults[:5]:
            yield f"  ✗ {check.zh}：{zh}"
            yield f"    {check.en}: {en}"
        if len(check.faults) > 5:
            more = len(check.faults) - 5
            yield f"    另有 {more} 处 and {more} more"
    yield f"链尾校验值 Head of the chain: {found.book.previous.hex()}"
    for month, number in found.months():
        yield f"  {month} 对账单：截至第 {number} 笔 as of transfer {number}: {found.book.hash_at(number)}"
    yield "请与已签对账单所印的笔数和校验值核对，一致的，此前的账簿一字未改。"
    yield "Hold number and hash against those on a signed statement: nothing before has changed."


def main(arguments: list[str] | None = None) -> int:
    """Tells what it found: 0 everything agrees, 1 something does not, 2 not a whole export."""
    asked = argparse.ArgumentParser(
        prog="verify.py", description="核对资金池账簿的导出。Verify an export of a pool's ledger."
    )
    here = Path(sys.argv[0]).parent
    asked.add_argument("export", nargs="?", type=Path, default=here, help=f"*.zip, {INSIDE}")
    asked.add_argument("--on", metavar="YYYY-MM-DD", help="该日各户余额 every balance of that day")
    given = asked.parse_args(arguments)
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
        try:
            found = audit(given.export)
        except NotAnExport as error:
            out.write(f"不是完整的账簿导出。Not a whole export: {error}\n")
            return 2
        out.writelines(f"{text}\n" for text in told(found))
        if given.on:
            out.write(f"{given.on} 各户余额 balances\n")
            for account, two in sorted(found.book.as_of(given.on).items()):
                amount = yuan(found.book.chart.natural(account, two))
                out.write(f"  {account:36} {amount:>20}\n")
    return 1 if found.faults() else 0
