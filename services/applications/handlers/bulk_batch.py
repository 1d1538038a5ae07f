"""One batch of a file's rows: what it works with, and how what is wrong with a row is told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import asyncpg

from services.applications.domain.positions import Remark
from services.applications.tables.bulk_rows import BulkFileRow
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres.database import Database
from shared.refusals import FieldFault
from shared.schemes.decide.findings import Finding
from shared.sheets.file_rows import RowRead
from shared.sheets.headings import Find
from shared.sheets.verdicts import RowFault, RowVerdict, place_of


class TakenMeanwhile(RuntimeError):
    """Somebody took a right, or a row, after it was looked at: the batch is to be judged again."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The transaction of a batch, the file, and who sent it."""

    conn: asyncpg.Connection
    database: Database
    file: BulkFileRow
    working_days: WorkingDays
    now: datetime

    @property
    def caller(self) -> Identity:
        """Who sent the file; the role was asked for when it came."""
        roles = frozenset({"bank_operator"})
        return Identity(self.file.sent_by, self.file.sent_name, roles, self.file.bank_code)

    @property
    def today(self) -> date:
        """The business day of the batch."""
        return business_date(self.now)


Take = Callable[[Batch, Sequence[RowRead]], Awaitable[list[RowVerdict]]]
"""Takes the rows that nothing is wrong with, and says of every row what became of it."""
Finish = Callable[[Batch], Awaitable[None]]
"""What the end of a file does, in the transaction of its last batch; the file counts all its rows."""


_AT_A_STRETCH: Final = 16
"""Rows that are judged before others get their turn."""


async def give_way(n: int) -> None:
    """Let others have their turn before the nth row, now and then."""
    if n % _AT_A_STRETCH == 0:
        await asyncio.sleep(0)


def finding_of(row: RowRead, finding: Finding | Remark) -> RowFault:
    """What the checks or the report have found, with the heading under which it stands."""
    return RowFault(
        field=finding.field,
        column=row.heading_of(place_of(finding.field)),
        code=finding.code,
        zh=finding.zh,
        en=finding.en,
        source=finding.source,
    )


def misplaced(row: RowRead, find: Find) -> tuple[FieldFault, ...]:
    """What a line of NDJSON says beside the columns of a table, or not as a text or a number."""
    faults = []
    for name, value in row.said.items():
        column = find(name)
        if column is None or column.name != name:
            faults.append(
                FieldFault((name,), "extra-field", "没有这个栏目", "There is no such field.")
            )
        elif isinstance(value, list | dict | bool):
            faults.append(FieldFault((name,), "not-a-text", "须为文字或数字", "a text or a number"))
        elif isinstance(value, str) and "\0" in value:
            faults.append(
                FieldFault((name,), "control-character", "含有看不见的控制字符，请删去后重填",
                           "NUL characters are not allowed")
            )  # fmt: skip
    return tuple(faults)
