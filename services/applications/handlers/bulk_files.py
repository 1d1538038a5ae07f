"""Files of many rows are gone through batch by batch; whoever is killed, another goes on.

A batch is one transaction: its rows, what became of them, and how far the file has been read. The
file's row is locked meanwhile, so no two processes have the same batch; progress that stands in the
same transaction as its effect cannot be ahead of it or behind.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import IO, Final, cast
from uuid import UUID

from services.applications.bank_files.columns import FINDS
from services.applications.domain.bulk import AT_ONCE, BulkKind
from services.applications.handlers.bulk_batch import Batch, Finish, Take, TakenMeanwhile
from services.applications.storage.objects import PaperStore
from services.applications.tables import bulk_files
from services.applications.tables.bulk_rows import BulkFileRow
from shared.calendar import WorkingDays
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import is_transient
from shared.refusals import Refused
from shared.sheets.file_rows import FileOfRows, Form, RowRead
from shared.sheets.refusal import SheetUnreadable

log = logging.getLogger(__name__)

TRIES: Final = 5
"""How often a batch is judged again of which somebody took a right in the same moment."""


def key_of(file_id: UUID) -> str:
    """Where the content of a file lies."""
    return f"bulk/{file_id}"


@dataclass(kw_only=True)
class _Open:
    """A file that is being read: after how many rows the reader stands, and those it has in hand."""

    content: IO[bytes]
    source: FileOfRows
    rows: Generator[RowRead, None, None]
    at: int = 0
    in_hand: Sequence[RowRead] | None = None
    refusal: SheetUnreadable | None = None
    """Why it cannot be read behind the rows in hand."""

    def take_in_hand(self) -> None:
        """Read the next rows. Raises SheetUnreadable where there is none before what is wrong."""
        if self.refusal is not None:
            raise self.refusal
        rows: list[RowRead] = []
        try:
            for row in islice(self.rows, AT_ONCE):
                rows.append(row)
        except SheetUnreadable as refusal:
            if not rows:
                raise
            self.refusal = refusal
        self.in_hand = rows


class BulkWork:
    """Goes through the files that have come. One for each process; many may work side by side."""

    def __init__(
        self,
        database: Database,
        store: PaperStore,
        working_days: WorkingDays,
        now: Callable[[], datetime],
        take: Mapping[BulkKind, Take],
        finish: Mapping[BulkKind, Finish],
    ) -> None:
        self._database = database
        self._store = store
        self._working_days = working_days
        self._now = now
        self._take = take
        self._finish = finish
        self._open: dict[UUID, _Open] = {}

    async def one_batch(self) -> bool:
        """Go on with one file by one batch; False where there is nothing to go on with."""
        async with self._database.looking(EVERYWHERE) as conn:
            waiting = await bulk_files.to_work_on(conn)
        for one in waiting:
            if await self._go_on(one["id"], one["bank_code"]):
                return True
        return False

    def close(self) -> None:
        """Let go of what is open."""
        for file_id in list(self._open):
            self._shut(file_id)

    async def _go_on(self, file_id: UUID, bank_code: str) -> bool:
        for _ in range(TRIES):
            try:
                return await self._batch(file_id, bank_code)
            except TakenMeanwhile:
                continue
            except Refused as refusal:
                await self._give_up(file_id, bank_code, refusal.code, refusal.zh, refusal.en)
                return True
            except Exception as error:
                self._shut(file_id)
                if is_transient(error):
                    raise
                log.exception("the bulk file %s cannot be gone on with", file_id)
                await self._give_up(
                    file_id, bank_code, "internal-error",
                    "系统内部错误，其余各行未处理；已收的行有效，可原样重新上传",
                    "An error of ours: the other rows were not looked at. What was taken is taken; "
                    "send the same file again.",
                )  # fmt: skip
                return True
        return False

    async def _batch(self, file_id: UUID, bank_code: str) -> bool:
        async with self._database.begin(bank_code) as conn:
            file = await bulk_files.taken_up(conn, file_id)
            if file is None:
                self._shut(file_id)
                return False
            opened = await self._at_its_place(file)
            rows = opened.in_hand
            assert rows is not None
            now = self._now()
            batch = Batch(
                conn=conn, database=self._database, file=file, working_days=self._working_days,
                now=now,
            )  # fmt: skip
            kind = cast(BulkKind, file.kind)
            verdicts = await self._take[kind](batch, rows) if rows else []
            is_end = len(rows) < AT_ONCE and opened.refusal is None
            file = await bulk_files.went_on(
                conn, file, verdicts, headings=opened.source.words, is_end=is_end, now=now
            )
            if is_end and kind in self._finish:
                await self._finish[kind](replace(batch, file=file))
        opened.at, opened.in_hand = opened.at + len(rows), None
        if is_end:
            self._shut(file_id)
        return True

    async def _at_its_place(self, file: BulkFileRow) -> _Open:
        """The file with its next rows in hand. Raises SheetUnreadable."""
        opened = self._open.get(file.id)
        if opened is None or opened.at != file.rows_read:
            # Begun by another process, or by one that is no more.
            self._shut(file.id)
            opened = self._open[file.id] = await self._opened(file)
            skipped = await asyncio.to_thread(_skip, opened.rows, file.rows_read)
            assert skipped == file.rows_read, "the content of a file does not change"
            opened.at = file.rows_read
        if opened.in_hand is None:
            await asyncio.to_thread(opened.take_in_hand)
        return opened

    async def _opened(self, file: BulkFileRow) -> _Open:
        content: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 # kept open between batches
        async for bits in await self._store.read(key_of(file.id), 0, file.size):
            await asyncio.to_thread(content.write, bits)
        source = FileOfRows(content, cast(Form, file.form), FINDS[cast(BulkKind, file.kind)])
        return _Open(content=content, source=source, rows=source.rows())

    async def _give_up(self, file_id: UUID, bank_code: str, code: str, zh: str, en: str) -> None:
        self._shut(file_id)
        async with self._database.begin(bank_code) as conn:
            refusal = {"code": code, "zh": zh, "en": en}
            await bulk_files.gave_up(conn, file_id, refusal, now=self._now())

    def _shut(self, file_id: UUID) -> None:
        opened = self._open.pop(file_id, None)
        if opened is not None:
            opened.rows.close()
            opened.content.close()


def _skip(rows: Iterator[RowRead], count: int) -> int:
    return sum(1 for _ in islice(rows, count))
