"""What is set up here: banks, pools, and the lines of banks in pools. Asked of the services."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.console.upstream.client import Api
from services.console.upstream.optional import items
from services.console.upstream.programmes import opening_pools, read_programmes

LOOKED_INTO: Final = 20
"""Pools whose parties are asked for. Where there are more, what an installation needs has long been there."""


@dataclass(frozen=True)
class Installation:
    """The banks, programmes and pools that there are, and who takes part in each pool."""

    banks: list[dict[str, Any]]
    programmes: list[dict[str, Any]]
    pools: list[dict[str, Any]]
    parties: Mapping[str, list[dict[str, Any]]]
    """Pool → its parties with their lines, of the first `LOOKED_INTO` pools."""
    taking_applications: frozenset[str]
    """Pools that `applications` has been told of; a moment after they were opened."""

    @property
    def looked_into(self) -> list[dict[str, Any]]:
        """The pools of which the parties are known here."""
        return [pool for pool in self.pools if pool["code"] in self.parties]

    @property
    def is_empty(self) -> bool:
        """Whether nobody has set anything up, nor loaded the demo."""
        return not self.banks and not self.pools

    @property
    def open_programmes(self) -> list[dict[str, Any]]:
        """Those under which a pool may be opened."""
        return opening_pools(self.programmes)

    @property
    def proposed_version(self) -> dict[str, Any] | None:
        """A version that waits for a second person; None where none does."""
        return next(
            (
                version
                for programme in self.programmes
                for version in programme["versions"]
                if version["state"] == "proposed"
            ),
            None,
        )

    @property
    def lines(self) -> list[tuple[str, dict[str, Any]]]:
        """(pool, party) for every registered bank that has a line in a pool."""
        registered = {bank["code"] for bank in self.banks}
        return [
            (pool, party)
            for pool, parties in self.parties.items()
            for party in parties
            if party["lines"] and party["code"] in registered
        ]

    @property
    def has_money(self) -> bool:
        """Whether money was paid into some pool; without it no capacity is reserved."""
        return any(pool.get("available") not in (None, "0.00") for pool in self.pools)

    @property
    def is_ready(self) -> bool:
        """Whether a bank can submit: it has a line in a pool that takes applications."""
        return any(pool in self.taking_applications for pool, _ in self.lines)


async def read_installation(apis: Mapping[str, Api]) -> Installation:
    """What is set up, as somebody of the bureau sees it. Raises Problem."""
    applications, risk_pool = apis["applications"], apis["risk_pool"]
    banks, programmes, pools, known = await asyncio.gather(
        applications.get("/banks"),
        read_programmes(risk_pool),
        risk_pool.get("/pools"),
        applications.get("/pools"),
    )
    codes = [pool["code"] for pool in items(pools)[:LOOKED_INTO]]
    parties = await asyncio.gather(*(risk_pool.get(f"/pools/{code}/parties") for code in codes))
    return Installation(
        banks=items(banks),
        programmes=programmes,
        pools=items(pools),
        parties=dict(zip(codes, (items(found) for found in parties), strict=True)),
        taking_applications=frozenset(pool["code"] for pool in items(known)),
    )
