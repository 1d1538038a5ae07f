"""What waits until a day, as the services that own the cases have told it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shared.messaging.inbox import Received

TOLD_BY = ("case-deadline.", "pool-deadline.")
_OVER = ".met.v1"
_KEPT = (
    "source", "case_kind", "case_id", "step", "bank_code", "pool_code", "roles", "person", "due_on", "number", "noun_zh",
    "noun_en", "what_zh", "what_en", "page",
)  # fmt: skip
_KEY = ("source", "case_kind", "case_id", "step")

_KEEP = f"""
    insert into open_deadlines ({", ".join(_KEPT)})
    select source, case_kind, case_id, step, bank_code, pool_code,
           array(select jsonb_array_elements_text(roles)), person, due_on, number, noun_zh, noun_en,
           what_zh, what_en, page
    from jsonb_to_recordset($1) as told (
        source text, case_kind text, case_id uuid, step text, bank_code text, pool_code text,
        roles jsonb, person text, due_on date, number text, noun_zh text, noun_en text,
        what_zh text, what_en text, page text)
    on conflict ({", ".join(_KEY)}) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _KEPT if name not in _KEY)}
"""

_DROP = """
    delete from open_deadlines d
    using unnest($1::text[], $2::text[], $3::uuid[], $4::text[])
        as over (source, case_kind, case_id, step)
    where (d.source, d.case_kind, d.case_id, d.step)
        = (over.source, over.case_kind, over.case_id, over.step)
"""


async def remember(conn: asyncpg.Connection, received: Sequence[Received]) -> None:
    """Deadlines as they are set, moved and met, in the order told; other events are passed over."""
    last: dict[tuple[str, str, UUID, str], dict[str, Any] | None] = {}
    for one in received:
        if one.envelope.type.startswith(TOLD_BY):
            told = {"source": one.envelope.type.partition(".")[0], **one.event.model_dump()}
            key = tuple(told[name] for name in _KEY)
            # Taken out and put in again, so that the last word counts.
            last[key] = None if one.envelope.type.endswith(_OVER) else told
    if over := [key for key, told in last.items() if told is None]:
        await conn.execute(_DROP, *map(list, zip(*over, strict=True)))
    if kept := [_row(told) for told in last.values() if told is not None]:
        await conn.execute(_KEEP, kept)


def _row(told: dict[str, Any]) -> dict[str, Any]:
    row = {name: told[name] for name in _KEPT}
    return row | {
        "case_id": str(row["case_id"]),
        "roles": list(row["roles"]),
        "due_on": row["due_on"].isoformat(),
    }
