"""What lies in the databases, read past all doors as their superuser: rows, never counters."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from tests.cluster.history import Command, History, Notice, Parked, Told, Transfer
from tests.cluster.house import NAMES, House
from tests.cluster.story import Plan
from tests.cluster.tap import Tap


@dataclass
class Looking:
    """One connection to each database, and the feeds as far as they were read."""

    house: House
    conns: dict[str, asyncpg.Connection] = field(default_factory=dict)

    async def conn(self, service: str) -> asyncpg.Connection:
        """A connection that is open: a fault may have ended the one before."""
        kept = self.conns.get(service)
        if kept is None or kept.is_closed():
            kept = await asyncpg.connect(self.house.url_of(service))
            self.conns[service] = kept
        return kept

    async def close(self) -> None:
        """Let go of the databases."""
        for conn in self.conns.values():
            await conn.close()

    async def fetch(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of a service's database."""
        return list(await (await self.conn(service)).fetch(sql, *arguments))

    async def last_told(self) -> dict[str, int]:
        """Topic → the number its feed ends with."""
        found = {}
        for name in NAMES:
            rows = await self.fetch(name, "select coalesce(max(position), 0) as n from event_feed")
            found[name] = rows[0]["n"]
        return found

    async def history(
        self,
        *,
        pool: str,
        plans: list[Plan],
        commands: list[Command],
        since: dict[str, int],
        tap: Tap,
        strangers: frozenset[str],
    ) -> History:
        """A run as it stands now; of feeds and topics what came after `since`."""
        cases = await self.fetch(
            "applications", "select id, state, borrower_uscc from applications where pool_code = $1",
            pool,
        )  # fmt: skip
        firms = {
            plan.ref: [str(row["id"]) for row in cases if row["borrower_uscc"] == plan.firm.uscc]
            for plan in plans
        }
        covers = await self.fetch(
            "risk_pool", "select loan_id, state from coverages where pool_code = $1", pool
        )
        positions = await self.fetch(
            "risk_pool", "select loan_id from positions where pool_code = $1", pool
        )
        return History(
            pool=pool,
            commands=tuple(commands),
            records=[r for r in tap.records if r.sequence > since.get(r.topic, 0)],
            feed=await self._feed(since),
            read_from={topic: number + 1 for topic, number in since.items()},
            transfers=await self._transfers(pool),
            cases={str(row["id"]): row["state"] for row in cases},
            covers={str(row["loan_id"]): row["state"] for row in covers},
            firms=firms,
            positions=[str(row["loan_id"]) for row in positions],
            notices=await self._notices(pool),
            hooks=self._hooks(),
            parked=await self._parked(),
            strangers=strangers,
            waiting=await self._waiting(),
        )

    async def _feed(self, since: dict[str, int]) -> list[Told]:
        found = []
        for name in NAMES:
            rows = await self.fetch(
                name, "select position, event_id, topic, type, key, body from event_feed"
                " where position > $1 order by position", since.get(name, 0),
            )  # fmt: skip
            found += [
                Told(
                    topic=row["topic"], position=row["position"], event_id=str(row["event_id"]),
                    type=row["type"], key=row["key"], data=orjson.loads(row["body"]),
                )
                for row in rows
            ]  # fmt: skip
        return found

    async def _transfers(self, pool: str) -> list[Transfer]:
        rows = await self.fetch(
            "risk_pool", "select seq, debit, credit, amount_fen, kind, loan_id from transfers"
            " where pool_code = $1 order by seq", pool,
        )  # fmt: skip
        return [
            Transfer(
                seq=row["seq"], debit=row["debit"], credit=row["credit"], kind=row["kind"],
                amount_fen=row["amount_fen"], loan_id=str(row["loan_id"] or ""),
            )
            for row in rows
        ]  # fmt: skip

    async def _notices(self, pool: str) -> list[Notice]:
        rows = await self.fetch(
            "notifications", "select event_id, institution from messages where pool_code = $1", pool
        )
        return [
            Notice(event_id=str(row["event_id"]), institution=row["institution"]) for row in rows
        ]

    def _hooks(self) -> list[tuple[str, str]]:
        """What the banks' receiver got."""
        return [
            (str(orjson.loads(one.body)["event_id"]), one.headers["webhook-id"])
            for one in self.house.receiver.got
        ]

    async def _parked(self) -> list[Parked]:
        found = []
        for name in NAMES:
            rows = await self.fetch(name, "select event_id, key, error from parked")
            found += [
                Parked(listener=name, event_id=str(row["event_id"]), key=row["key"], error=row["error"])
                for row in rows
            ]  # fmt: skip
        return found

    async def _waiting(self) -> dict[str, int]:
        found = {}
        for name in NAMES:
            rows = await self.fetch(name, "select count(*) as n from outbox")
            found[name] = rows[0]["n"]
        return found
