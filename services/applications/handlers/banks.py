"""Banks are registered and changed."""

from datetime import datetime

import asyncpg

from services.applications.tables import banks
from shared.refusals import NotFound, Refused


class BankExists(Refused):
    """A bank has that code or that credit code."""

    code = "bank-exists"


async def add_bank(
    conn: asyncpg.Connection, *, code: str, name: str, uscc: str, now: datetime
) -> asyncpg.Record:
    """Register a bank. Raises BankExists."""
    row = await banks.add(conn, code=code, name=name, uscc=uscc, now=now)
    if row is None:
        raise BankExists("该银行已登记", "The bank is registered already.", bank=code)
    return row


async def locked_bank(conn: asyncpg.Connection, code: str) -> asyncpg.Record:
    """A bank's row, locked. Raises NotFound."""
    row = await banks.locked(conn, code)
    if row is None:
        raise NotFound("没有这家银行", "There is no such bank.")
    return row


async def change_bank(
    conn: asyncpg.Connection, code: str, *, name: str | None, uscc: str | None
) -> asyncpg.Record:
    """Change a locked bank's name or credit code. Raises BankExists."""
    row = await banks.change(conn, code, name=name, uscc=uscc)
    if row is None:
        raise BankExists("另一家银行已使用该统一社会信用代码", "Another bank has that credit code.")
    return row
