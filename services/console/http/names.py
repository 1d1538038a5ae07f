"""What banks, pools and parties are called: pages show names, and whatever a service answers has codes."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from services.console.upstream.client import Api, Problem
from services.console.upstream.optional import items

_KEPT_SECONDS: Final = 60.0
_MOST: Final = 2_000
"""People whose names are kept at once."""


class Names:
    """Code → name, as each person may know them; asked for once a minute. Where a service does not
    answer, codes stay codes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Mapping[str, str]]] = {}

    async def known_to(self, subject: str, applications: Api, risk_pool: Api) -> Mapping[str, str]:
        """The names that somebody may know."""
        until, names = self._known.get(subject, (0.0, {}))
        if time.monotonic() < until:
            return names
        found = await asyncio.gather(
            _asked(risk_pool, "/party-names"),
            _asked(applications, "/banks"),
            _asked(applications, "/pools"),
        )
        names = {code: name for each in found for code, name in each.items()}
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[subject] = (time.monotonic() + _KEPT_SECONDS, names)
        return names


async def _asked(api: Api, path: str) -> dict[str, str]:
    try:
        return {one["code"]: one["name"] for one in items(await api.get(path))}
    except Problem:
        return {}
