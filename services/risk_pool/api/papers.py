"""The papers that a request of a case names: waited for, referred to, and shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import BaseModel, Field

from services.risk_pool.domain.papers import as_kept
from services.risk_pool.handlers import stored_papers as handlers
from services.risk_pool.settings import Settings
from services.risk_pool.tables import stored_papers as tables
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.named_papers import NamedPaper
from shared.http.requests import RequestBody, ShortText


class CasePaper(NamedPaper):
    """A paper of a case, which your institution has stored (`POST /documents` of applications)."""

    kind: ShortText = Field("evidence", examples=["minutes"])


SOME_PAPER = [[{"kind": "report", "document": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10"}]]
"""An example of a field that lists papers and has one at least."""


class PaperShown(BaseModel):
    """A paper that a case refers to."""

    kind: str
    document: UUID | None = Field(
        None, description="The stored paper's `id`; none where only its name was ever told."
    )
    sha256: str = ""
    filename: str


@dataclass
class Papers:
    """The papers that a request names, by field; once referred to, as the case keeps them."""

    caller: Identity
    named: dict[str, list[Any]]
    kept: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def _each(self) -> list[tuple[str, Any, Any]]:
        return [
            (name, paper, paper.named((name, index)))
            for name, papers in self.named.items()
            for index, paper in enumerate(papers)
        ]

    def _keep(self, found: list[Any]) -> None:
        self.kept = {name: [] for name in self.named}
        for (name, paper, _), row in zip(self._each(), found, strict=True):
            self.kept[name].append(as_kept(paper.kind, row))

    async def wait(self, context: Context) -> None:
        """Let what was stored a moment ago be heard of, before the transaction begins."""
        assert isinstance(context.settings, Settings)
        await handlers.wait_for(
            context.database,
            [one for _, _, one in self._each()],
            bank_code=self.caller.institution,
            seconds=context.settings.paper_wait_seconds,
        )

    async def look(self, conn: asyncpg.Connection) -> None:
        """Find them, and refer to none. Raises FieldsWrong, PaperNotYetKnown."""
        named = [one for _, _, one in self._each()]
        self._keep(await handlers.known(conn, named, bank_code=self.caller.institution))

    async def refer(self, conn: asyncpg.Connection, *, place: str, now: datetime) -> None:
        """Refer to them, first in the transaction. Raises FieldsWrong, PaperNotYetKnown."""
        named = [one for _, _, one in self._each()]
        found = await handlers.refer_to(
            conn, named, bank_code=self.caller.institution, place=place, now=now
        )
        self._keep(found)

    async def add_to(
        self, conn: asyncpg.Connection, case_id: UUID, *, bank_code: str, now: datetime
    ) -> None:
        """They are papers of a case that keeps its papers in rows of their own."""
        papers = [one for kept in self.kept.values() for one in kept]
        await tables.add_to_case(
            conn, case_id, papers, bank_code=bank_code, by=self.caller, now=now
        )


def papers_of(body: RequestBody | None, caller: Identity) -> Papers:
    """The papers that a request names: its fields that list any."""
    fields = {} if body is None else dict(body)
    return Papers(
        caller,
        {
            name: value
            for name, value in fields.items()
            if isinstance(value, list) and value and isinstance(value[0], NamedPaper)
        },
    )
