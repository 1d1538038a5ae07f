"""What one person did with the cases of a service, the latest first, as the histories have it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.life_cycle import SYSTEM_ROLE
from shared.transitions import CaseTable
from shared.waits.declared import named_sql

STEPS: Final = (
    # What the machine moves is nobody's, and is most of a history.
    f"""
    create index case_moves_of_person on case_moves (subject, at desc, case_id desc, version desc)
    where role <> '{SYSTEM_ROLE}'
    """,
)
"""The index that finds a person's moves, in a migration."""

_MOVES: Final = f"""
    select case_kind, case_id, version, action, target, role, reason, at from case_moves
    where role <> '{SYSTEM_ROLE}' and subject = $1 and case_kind = any ($2::text[])
      and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
      and ($5::timestamptz is null or (at, case_id, version) < ($5, $6::uuid, $7::integer))
    order by at desc, case_id desc, version desc limit $8
"""

After = tuple[datetime, UUID, int]
"""Where a page ended: moment, case and version of its last move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose moves are asked for, of which time (None: any), and which part of them."""

    subject: str
    since: datetime | None
    before: datetime | None
    after: After | None
    limit: int


class CasesMoved:
    """The kinds of cases that people move in a service, by what the history calls them."""

    def __init__(self, tables: Sequence[CaseTable]) -> None:
        self._tables = {one.kind: one for one in tables if one.waits is not None}

    async def of_person(self, conn: asyncpg.Connection, asked: Asked) -> list[dict[str, Any]]:
        """The moves with what their cases are called; a case that the reader may not see any more has
        no number and leads nowhere."""
        at, case_id, version = asked.after or (None, None, None)
        moves = await conn.fetch(
            _MOVES, asked.subject, list(self._tables), asked.since, asked.before,
            at, case_id, version, asked.limit,
        )  # fmt: skip
        ids: dict[str, list[UUID]] = defaultdict(list)
        for move in moves:
            ids[move["case_kind"]].append(move["case_id"])
        named: dict[UUID, Mapping[str, Any]] = {}
        for kind, some in ids.items():
            named |= {row["case_id"]: row for row in await conn.fetch(self._named(kind), some)}
        return [self._told(move, named.get(move["case_id"], {})) for move in moves]

    def _named(self, kind: str) -> str:
        table = self._tables[kind]
        assert table.waits is not None
        return named_sql(table=table.table, key=table.key, waits=table.waits)

    def _told(self, move: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
        life_cycle = self._tables[move["case_kind"]].life_cycle
        done, state = life_cycle.actions[move["action"]], life_cycle.states[move["target"]]
        return {
            **move,
            "noun_zh": life_cycle.noun.zh,
            "noun_en": life_cycle.noun.en,
            "what_zh": done.zh,
            "what_en": done.en,
            "state_zh": state.zh,
            "state_en": state.en,
            "number": case.get("number", ""),
            "firm": case.get("firm", ""),
            "amount_fen": case.get("amount_fen"),
            "page": case.get("page", ""),
        }
