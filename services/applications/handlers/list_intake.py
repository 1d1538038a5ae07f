"""A list of dishonest or abnormal firms comes: of which day, from whom, and whether it is all of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.handlers.extract_intake import InOne
from services.applications.handlers.register import refer, use_paper
from services.applications.tables import listed_firms
from services.applications.tables.bulk_rows import BulkFileRow
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.refusals import FieldFault, FieldsWrong, Refused

_NEEDED: Final = ("list", "day", "source")


class OlderThanTheRegister(Refused):
    """A whole list ends what it does not name; an older one than what is held would do so wrongly."""

    code = "older-than-the-register"


async def as_a_list(
    conn: asyncpg.Connection,
    in_one: InOne,
    *,
    given: Mapping[str, str],
    only_check: bool,
    by: Identity,
    now: datetime,
) -> BulkFileRow:
    """Keep the file, and which list it is. Raises FieldsWrong, OlderThanTheRegister."""
    document_id = UUID(given["document"]) if "document" in given else None
    faults = [
        FieldFault((name,), "required", "不能为空", "This is needed.")
        for name in _NEEDED
        if name not in given
    ]
    faults += await refer(conn, document_id, by=by)
    if "day" in given and date.fromisoformat(given["day"]) > business_date(now):
        faults.append(FieldFault(("day",), "in-future", "日期晚于今日", "The day lies ahead."))
    if faults:
        raise FieldsWrong(faults)
    await must_not_be_older(conn, given)
    file = await in_one(conn)
    if not only_check:
        await listed_firms.keep_import(
            conn, file.id, bank_code=by.institution, list_name=given["list"],
            list_date=date.fromisoformat(given["day"]), source=given["source"],
            document_id=document_id, whole="whole" in given,
        )  # fmt: skip
        await use_paper(conn, document_id, place=f"list:{file.id}", by=by, now=now)
    return file


async def must_not_be_older(conn: asyncpg.Connection, given: Mapping[str, str]) -> None:
    """Raises OlderThanTheRegister for a whole list of before the newest one."""
    newest = await listed_firms.newest_edition(conn, given["list"])
    if "whole" in given and newest is not None and date.fromisoformat(given["day"]) < newest:
        raise OlderThanTheRegister(
            f"登记册已有 {newest} 的完整名单，不能再导入更早的完整名单",
            f"The register holds the whole list of {newest}; an older one is not brought in whole.",
            newest=str(newest),
        )
