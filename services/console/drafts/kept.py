"""What somebody has typed into a form and not sent yet: it is there again on any computer.

It stands encrypted by the console's secret, for an opinion that is not given yet is nobody else's.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol

KEPT_FOR: Final = timedelta(days=30)
LONGEST_PLACE: Final = 300


class DraftStore(Protocol):
    """Where drafts lie: `DraftsInDatabase`, or for trying out `DraftsInMemory`."""

    async def keep(self, subject: str, place: str, words: str, *, at: datetime) -> None:
        """Keep what stands at a place now; "" forgets it. What is older than `KEPT_FOR` goes, too."""

    async def find(self, subject: str, place: str) -> str:
        """What stands at a place; "" for nothing."""


class DraftsInMemory:
    """Drafts of one process that end with it: for trying out."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], str] = {}

    async def keep(self, subject: str, place: str, words: str, *, at: datetime) -> None:
        """See `DraftStore`; so is the other."""
        self._drafts.pop((subject, place), None)
        if words:
            self._drafts[subject, place] = words

    async def find(self, subject: str, place: str) -> str:
        return self._drafts.get((subject, place), "")
