"""The ledger in the archive: a copy by the month of booking, with each pool's chain worked out again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from services.risk_pool.domain.chain import GENESIS, hash_after, moment, text_of
from shared.archive.files import Broken, Kept, Shelf
from shared.archive.kinds import Kind

LEDGER: Final = Kind(
    table="transfers",
    rows="""
        select row_number() over (order by pool_code, seq) as key,
               json_build_object('key', row_number() over (order by pool_code, seq),
                                 'row', row_to_json(t))::text as line
        from transfers t where booked_at >= $1 and booked_at < $2 order by pool_code, seq
    """,
    oldest="select min(booked_at) from transfers",
    live_days=0,
)
"""Nothing booked ever leaves the database."""

_HEADS = """
    select distinct on (pool_code) pool_code, seq, encode(hash, 'hex') as hash
    from transfers where booked_at < $1 order by pool_code, seq desc
"""


async def heads_at(conn: asyncpg.Connection, ends: datetime) -> dict[str, Any]:
    """How far each pool's chain had come: pool → number and hash of its last transfer."""
    rows = await conn.fetch(_HEADS, ends)
    return {row["pool_code"]: [row["seq"], row["hash"]] for row in rows}


def check_chains(shelf: Shelf, kept: Kept, before: Mapping[str, Any]) -> None:
    """Work the chain of each pool out again over a month's lines, from the heads of the month before, and
    hold it against the month's own. Raises Broken."""
    at = {pool: (seq, bytes.fromhex(head)) for pool, (seq, head) in before.items()}
    for line in shelf.lines(kept.month):
        row = orjson.loads(line)["row"]
        seq, previous = at.get(row["pool_code"], (0, GENESIS))
        found = hash_after(previous, _text(row))
        if row["seq"] != seq + 1 or found.hex() != row["hash"].removeprefix("\\x"):
            raise Broken(
                f"{shelf.lines_of(kept.month)}: transfer {row['seq']} of {row['pool_code']} does not "
                "follow from the one before it"
            )
        at[row["pool_code"]] = (seq + 1, found)
    if {pool: [seq, head.hex()] for pool, (seq, head) in at.items()} != dict(kept.heads):
        raise Broken(f"{shelf.lines_of(kept.month)} does not end where its pools stood")


def _text(row: Mapping[str, Any]) -> str:
    return text_of(
        row["pool_code"],
        row["seq"],
        reference=row["reference"],
        debit=row["debit"],
        credit=row["credit"],
        amount_fen=row["amount_fen"],
        business_date=row["business_date"],
        kind=row["kind"],
        explanation_id=str(UUID(row["explanation_id"])) if row["explanation_id"] else "",
        loan_id=str(UUID(row["loan_id"])) if row["loan_id"] else "",
        booked_at=moment(datetime.fromisoformat(row["booked_at"])),
    )
