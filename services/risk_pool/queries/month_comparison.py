"""The figures of a month and of the one before, as their settlements have kept them."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.month_comparison import OF_LOANS, Figures
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.statements import loans_of_parties
from shared.sides import Reader, net_seen_by, reader_of, seen_by


async def figures(
    conn: asyncpg.Connection, settlement: asyncpg.Record | None, *, is_pools: bool
) -> Figures:
    """Party → its figures, as far as the institution may see them; nothing of a month that was never
    previewed. `is_pools`: whether the reader is of the pool, and not a party."""
    if settlement is None:
        return {}
    rows = await known.statements(conn, settlement["id"])
    loans = await loans_of_parties(conn, settlement, [row["party_code"] for row in rows])
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        party = row["party_code"]
        own = party == settlement["pool_code"]
        found[party] = _seen(row, reader_of(is_pools, row_is_pools=own))
        found[party] |= {kind: loans[party].get(kind, 0) for kind in OF_LOANS}
    return found


def _seen(row: Mapping[str, Any], reader: Reader) -> dict[str, int]:
    """The figures of a party's statement from the reader's side."""
    side = seen_by(reader, payable_fen=row["payable_fen"], receivable_fen=row["receivable_fen"])
    earlier = net_seen_by(reader, row["earlier_fen"])
    return {
        "to_receive_fen": side.to_receive_fen,
        "to_pay_fen": side.to_pay_fen,
        "net_fen": side.to_receive_fen - side.to_pay_fen,
        "awaiting_payment_fen": row["awaiting_payment_fen"],
        "earlier_fen": earlier.to_receive_fen - earlier.to_pay_fen,
    }
