"""What events say beside what they tell: which banks a pool has, what it is called, what waits until when.

Kept so that later notices can be worded and sent to whom they concern.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
from ruamel.yaml import YAML

from services.notifications.tables import (
    names_by_code,
    open_deadlines,
    pool_banks,
    pool_programmes,
)
from services.notifications.templates.filters import PROGRAMME
from shared.contracts.audiences import BY_LINES
from shared.contracts.risk_pool import PoolOpenedV1, SchemePublishedV1
from shared.messaging.inbox import Received


async def learn(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Keep what is said of pools, banks, names and deadlines, in the order told; tell nobody."""
    facts = [one.event.model_dump(mode="python", by_alias=False) for one in received]
    await remember(conn, received, facts)


async def remember(
    conn: asyncpg.Connection, received: Sequence[Received], facts: Sequence[dict[str, Any]]
) -> None:
    """The same, where the facts of these events are read already."""
    await pool_banks.remember(conn, _pairs(facts))
    await open_deadlines.remember(conn, received)
    await pool_programmes.remember(conn, _opened(received))
    await names_by_code.remember(conn, _named(received, facts))


def _opened(received: Sequence[Received]) -> list[tuple[str, str]]:
    opened = [one.event for one in received if isinstance(one.event, PoolOpenedV1)]
    return [(pool.pool_code, pool.programme) for pool in opened]


def _named(received: Sequence[Received], facts: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What these events call pools and parties."""
    opened = [one.event for one in received if isinstance(one.event, PoolOpenedV1)]
    lines = [line for one in facts for name in BY_LINES for line in one.get(name) or ()]
    parties = [(one.get("party_code"), one.get("party_name")) for one in (*facts, *lines)]
    parties += [(party.code, party.name) for pool in opened for party in pool.parties]
    return (
        {str(code): str(name) for code, name in parties if code and name}
        | {pool.pool_code: pool.name for pool in opened}
        | _programmes(received)
    )


def _programmes(received: Sequence[Received]) -> dict[str, str]:
    """What published texts call their programmes; one that says nothing is called by its code."""
    found = {}
    for one in received:
        if isinstance(one.event, SchemePublishedV1):
            read = YAML(typ="safe").load(one.event.text)
            name = read.get("name") if isinstance(read, Mapping) else None
            if isinstance(name, Mapping) and name.get("zh"):
                found[f"{PROGRAMME}{one.event.programme}"] = str(name["zh"])
    return found


def _pairs(facts: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    pairs = {(fact.get("pool_code"), fact.get("bank_code")) for fact in facts}
    return sorted((str(pool), str(bank)) for pool, bank in pairs if pool and bank)
