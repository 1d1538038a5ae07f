"""What banks, pools and parties are called, and up to when working days are known: pages show names,
whatever a service answers has codes, and deadlines may be assumed."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from services.console.rendering.formats import PROGRAMME
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
        self._calendar: tuple[float, str] = (0.0, "")

    async def known_to(self, subject: str, applications: Api, risk_pool: Api) -> Mapping[str, str]:
        """The names that somebody may know."""
        until, names = self._known.get(subject, (0.0, {}))
        if time.monotonic() < until:
            return names
        found = await asyncio.gather(
            _asked(risk_pool, "/party-names"),
            _asked(applications, "/banks"),
            _asked(applications, "/pools"),
            _programmes(risk_pool),
        )
        names = {code: name for each in found for code, name in each.items()}
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[subject] = (time.monotonic() + _KEPT_SECONDS, names)
        return names

    async def calendar_known_until(self, risk_pool: Api) -> str:
        """The last day, YYYY-MM-DD, up to which working days are published; "" where nobody answers."""
        until, day = self._calendar
        if time.monotonic() < until:
            return day
        try:
            day = str((await risk_pool.get("/calendar"))["known_until"])
        except Problem:
            day = ""
        self._calendar = (time.monotonic() + _KEPT_SECONDS, day)
        return day

    def calendar_has_changed(self) -> None:
        """Somebody has just changed it here."""
        self._calendar = (0.0, "")


async def _programmes(risk_pool: Api) -> dict[str, str]:
    try:
        found = items(await risk_pool.get("/programmes"))
    except Problem:
        return {}
    return {f"{PROGRAMME}{one['programme']}": one["name"]["zh"] for one in found}


async def _asked(api: Api, path: str) -> dict[str, str]:
    try:
        return {one["code"]: one["name"] for one in items(await api.get(path))}
    except Problem:
        return {}
