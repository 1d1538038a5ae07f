"""Drafts in PostgreSQL."""

from datetime import datetime

from services.console.drafts.kept import KEPT_FOR
from services.console.tables.own import OwnDatabase


class DraftsInDatabase:
    """The table `drafts` of the console's own database."""

    def __init__(self, database: OwnDatabase) -> None:
        self._database = database

    async def keep(self, subject: str, place: str, words: str, *, at: datetime) -> None:
        """See `DraftStore`; so is the other."""
        if words:
            await self._database.execute(
                """
                insert into drafts (subject, place, words, kept_at) values ($1, $2, $3, $4)
                on conflict (subject, place) do update set words = $3, kept_at = $4
                """,
                subject, place, words, at,
            )  # fmt: skip
        else:
            await self._database.execute(
                "delete from drafts where subject = $1 and place = $2", subject, place
            )
        await self._database.execute("delete from drafts where kept_at < $1", at - KEPT_FOR)

    async def find(self, subject: str, place: str) -> str:
        rows = await self._database.fetch(
            "select words from drafts where subject = $1 and place = $2", subject, place
        )
        return rows[0]["words"] if rows else ""
