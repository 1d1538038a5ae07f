"""The whole trail of a loan in one service: every move of every case that is about it."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from shared.transitions import CaseTable

_MOVES: Final = """
    select case_kind, case_id, version, action, source, target, role, subject, name, reason, at
    from case_moves where case_kind = $1 and case_id = any ($2::uuid[])
"""


class CasesOfLoans:
    """The kinds of cases that are about a loan. `itself` are those whose key is the loan's id."""

    def __init__(self, tables: Sequence[CaseTable], itself: CaseTable) -> None:
        self._itself = itself
        self._tables = [
            one for one in tables if one is not itself and one.waits and one.waits.loan != "null"
        ]

    async def named(self, conn: asyncpg.Connection, loan_id: UUID) -> list[dict[str, Any]]:
        """Every case that the reader may see: `kind`, `case_id`, `number`, `page`."""
        found = []
        for table in self._tables:
            waits = table.waits
            assert waits is not None
            rows = await conn.fetch(
                f"""select k.{table.key} as case_id, {waits.number} as number, {waits.page} as page
                    from {table.table} k {waits.joined} where ({waits.loan})::uuid = $1""",
                loan_id,
            )
            found += [{"kind": table.kind, **row} for row in rows]
        return found

    async def moves(
        self, conn: asyncpg.Connection, loan_id: UUID, cases: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """The moves of the loan's own case and of these, the first one first, in words."""
        itself = {
            "kind": self._itself.kind, "case_id": loan_id, "number": "",
            "page": f"/cases/{loan_id}",
        }  # fmt: skip
        named = {(one["kind"], one["case_id"]): one for one in [itself, *cases]}
        rows: list[asyncpg.Record] = []
        for table in (self._itself, *self._tables):
            ids = [case_id for kind, case_id in named if kind == table.kind]
            if ids:
                rows += await conn.fetch(_MOVES, table.kind, ids)
        rows.sort(key=lambda row: (row["at"], row["case_kind"], row["version"]))
        return [self._told(row, named[row["case_kind"], row["case_id"]]) for row in rows]

    def _told(self, row: asyncpg.Record, case: dict[str, Any]) -> dict[str, Any]:
        table = next(one for one in (self._itself, *self._tables) if one.kind == row["case_kind"])
        life_cycle = table.life_cycle
        done, state = life_cycle.actions[row["action"]], life_cycle.states[row["target"]]
        return {
            **row,
            "number": case["number"],
            "page": case["page"],
            "noun_zh": life_cycle.noun.zh,
            "noun_en": life_cycle.noun.en,
            "what_zh": done.zh,
            "what_en": done.en,
            "state_zh": state.zh,
            "state_en": state.en,
        }
