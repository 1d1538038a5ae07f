"""Files of many claims come, and are gone through batch by batch; whoever is killed, another goes on.

A batch is one transaction: its claims, what became of its rows, and how far the file has been gone
through. A claim locks its papers and then its pool, so a batch locks the papers of all its rows and
then their pools, in one order. The file's row is locked meanwhile, so no two processes have the same
file.
"""

import io
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim_file import MOST_ROWS, Purpose
from services.risk_pool.handlers.claim_rows import ClaimSaid, Read, RowsInHand, take_rows
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.stored_papers import wait_for
from services.risk_pool.tables import claim_files
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.papers import PaperNamed
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import is_transient
from shared.sheets.claim_columns import claim_column
from shared.sheets.file_rows import FileOfRows, Form, RowRead, form_of
from shared.sheets.refusal import SheetUnreadable

log = logging.getLogger(__name__)

AT_ONCE: Final = 50
"""Rows of one transaction, which holds their pools: others wait for them no longer than for a few
claims."""


def rows_in(content: bytes) -> tuple[Form, tuple[str, ...], list[RowRead]]:
    """The form of a file, its headings and its rows. Raises SheetUnreadable."""
    if not content.strip():
        raise SheetUnreadable("文件是空的。", "The file is empty.")
    file = io.BytesIO(content)
    form = form_of(file)
    source = FileOfRows(file, form, claim_column)
    rows: list[RowRead] = []
    for row in source.rows():
        if len(rows) == MOST_ROWS:
            raise SheetUnreadable(
                f"超过 {MOST_ROWS} 行，请拆分。", f"More than {MOST_ROWS} rows; split it."
            )
        rows.append(row)
    return form, source.words, rows


async def keep_file(
    conn: asyncpg.Connection, read: tuple[Form, tuple[str, ...], list[RowRead]], *,
    purpose: Purpose, filename: str, sha256: bytes, size: int, by: Identity, now: datetime,
) -> asyncpg.Record:  # fmt: skip
    """Keep a file with its rows; they are looked at from now on."""
    form, headings, rows = read
    return await claim_files.add(
        conn, uuid7(), rows, purpose=purpose, form=form, filename=filename, sha256=sha256,
        size=size, headings=headings, by=by, now=now,
    )  # fmt: skip


class ClaimFileWork:
    """Goes through the files that have come. One for each process; many may work side by side."""

    def __init__(
        self,
        database: Database,
        working_days: WorkingDays,
        now: Callable[[], datetime],
        read: Read,
        *,
        paper_wait_seconds: float,
    ) -> None:
        self._database = database
        self._working_days = working_days
        self._now = now
        self._read = read
        self._paper_wait_seconds = paper_wait_seconds
        self._one_by_one: set[UUID] = set()
        """Files in a batch of which we have failed."""

    async def one_batch(self) -> bool:
        """Go on with one file by one batch; False where there is nothing to go on with."""
        async with self._database.looking(EVERYWHERE) as conn:
            waiting = await claim_files.to_work_on(conn)
        for one in waiting:
            if await self._go_on(one["id"], one["bank_code"]):
                return True
        return False

    async def _go_on(self, file_id: UUID, bank_code: str) -> bool:
        limit = 1 if file_id in self._one_by_one else AT_ONCE
        try:
            await self._wait_for_papers(file_id, bank_code, limit)
            async with self._database.begin(bank_code) as conn:
                return await self._next(conn, file_id, bank_code, limit)
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("the file of claims %s cannot be gone on with", file_id)
            if limit > 1:
                # The rows before the one that we fail at are good.
                self._one_by_one.add(file_id)
                return True
            async with self._database.begin(bank_code) as conn:
                refusal = {
                    "code": "internal-error",
                    "zh": "系统内部错误，其余各行未处理；已收的行有效，可原样重新上传",
                    "en": "An error of ours: the other rows were not looked at. What was taken is "
                    "taken; send the same file again.",
                }
                await claim_files.gave_up(
                    conn, file_id, bank_code=bank_code, refusal=refusal, now=self._now()
                )
            self._one_by_one.discard(file_id)
            return True

    async def _wait_for_papers(self, file_id: UUID, bank_code: str, limit: int) -> None:
        """Before the transaction, which locks nothing while it waits."""
        async with self._database.looking(bank_code) as conn:
            rows = await claim_files.next_rows(conn, file_id, bank_code=bank_code, limit=limit)
        named: list[PaperNamed] = []
        for row in rows:
            if row["said"].get("documents"):
                claim = self._read(_but_its_loan(row["said"]), "to_save")
                named += claim.named if isinstance(claim, ClaimSaid) else ()
        if named:
            await wait_for(
                self._database, named, bank_code=bank_code, seconds=self._paper_wait_seconds
            )

    async def _next(
        self, conn: asyncpg.Connection, file_id: UUID, bank_code: str, limit: int
    ) -> bool:
        file = await claim_files.taken_up(conn, file_id, bank_code=bank_code)
        if file is None:
            return False
        rows = await claim_files.next_rows(conn, file_id, bank_code=bank_code, limit=limit)
        assert rows, "a file whose rows are all looked at is finished"
        now = self._now()
        roles = frozenset({"bank_operator"})
        by = Identity(file["sent_by"], file["sent_name"], roles, bank_code)
        in_hand = RowsInHand(
            conn=conn,
            rows=[claim_files.row_read(row) for row in rows],
            purpose=file["purpose"],
            bank_code=bank_code,
            context=StepContext(by=by, now=now, working_days=self._working_days),
        )
        verdicts = await take_rows(in_hand, read=self._read)
        await claim_files.went_on(conn, file_id, verdicts, now=now)
        return True


def _but_its_loan(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in ("loan_number", "loan_id")}
