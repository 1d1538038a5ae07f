"""Views of lists in PostgreSQL."""

from dataclasses import fields
from typing import Final
from uuid import UUID

import asyncpg

from services.console.tables.own import OwnDatabase
from services.console.views.kept import KeptView

_COLUMNS: Final = tuple(one.name for one in fields(KeptView) if one.name != "is_usual")
_SEEN: Final = f"""
    select {", ".join(f"v.{name}" for name in _COLUMNS)}, u.view_id is not null as is_usual
    from list_views v
    left join usual_views u on u.view_id = v.id and u.subject = $1
    where v.subject = $1 or v.is_shared and v.institution = $2
    order by v.list, v.name
"""
_SAVE: Final = f"""
    insert into list_views ({", ".join(_COLUMNS)})
    values ({", ".join(f"${at}" for at in range(1, len(_COLUMNS) + 1))})
    on conflict on constraint list_views_named_once do update
    set query = excluded.query, is_shared = excluded.is_shared, saved_at = excluded.saved_at
"""


class ViewsInDatabase:
    """The tables `list_views` and `usual_views` of the console's own database."""

    def __init__(self, database: OwnDatabase) -> None:
        self._database = database

    async def seen_by(self, subject: str, institution: str) -> list[KeptView]:
        """See `ViewStore`; so are all others."""
        return [KeptView(**row) for row in await self._database.fetch(_SEEN, subject, institution)]

    async def save(self, view: KeptView) -> None:
        await self._database.execute(_SAVE, *(getattr(view, name) for name in _COLUMNS))

    async def rename(self, subject: str, view: UUID, *, name: str, is_shared: bool) -> bool:
        try:
            done = await self._database.execute(
                "update list_views set name = $3, is_shared = $4 where subject = $1 and id = $2",
                subject, view, name, is_shared,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            return False
        return done == "UPDATE 1"

    async def remove(self, subject: str, view: UUID) -> bool:
        done = await self._database.execute(
            "delete from list_views where subject = $1 and id = $2", subject, view
        )
        return done == "DELETE 1"

    async def make_usual(self, subject: str, listed: str, view: UUID | None) -> None:
        if view is None:
            await self._database.execute(
                "delete from usual_views where subject = $1 and list = $2", subject, listed
            )
            return
        await self._database.execute(
            """
            insert into usual_views (subject, list, view_id) values ($1, $2, $3)
            on conflict (subject, list) do update set view_id = excluded.view_id
            """,
            subject, listed, view,
        )  # fmt: skip
