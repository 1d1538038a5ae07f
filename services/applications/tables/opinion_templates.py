"""Words for opinions that managers keep: added, changed, removed from the choice."""

from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from shared.auth.identity import Identity


async def add_template(
    conn: asyncpg.Connection, *, pool_code: str, step: str, title: str, text: str, by: Identity,
    now: datetime,
) -> UUID:  # fmt: skip
    """Keep new words."""
    template_id = uuid7()
    await conn.execute(
        "insert into opinion_templates (id, pool_code, step, title, text, changed_by,"
        " changed_name, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        template_id, pool_code, step, title, text, by.subject, by.name, now,
    )  # fmt: skip
    return template_id


async def change_template(
    conn: asyncpg.Connection, template_id: UUID, *, title: str, text: str, by: Identity,
    now: datetime,
) -> bool:  # fmt: skip
    """Other words in their place; opinions that were given keep theirs. False where there are
    none."""
    done = await conn.execute(
        "update opinion_templates set title = $2, text = $3, changed_by = $4, changed_name = $5,"
        " changed_at = $6 where id = $1 and removed_at is null",
        template_id, title, text, by.subject, by.name, now,
    )  # fmt: skip
    return bool(done == "UPDATE 1")


async def remove_template(
    conn: asyncpg.Connection, template_id: UUID, *, by: Identity, now: datetime
) -> bool:
    """They are offered no more. False where there are none."""
    done = await conn.execute(
        "update opinion_templates set removed_at = $2, changed_by = $3, changed_name = $4"
        " where id = $1 and removed_at is null",
        template_id,
        now,
        by.subject,
        by.name,
    )
    return bool(done == "UPDATE 1")


async def template_named(conn: asyncpg.Connection, template_id: UUID) -> asyncpg.Record | None:
    """One, also a removed one."""
    return await conn.fetchrow("select * from opinion_templates where id = $1", template_id)
