"""What earlier rows of a file have taken, or would take where it is only checked: a later row is judged
as if each of them had been filed before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.applications.domain.rank_held import RankHeld
from services.applications.domain.ranks import ranks_of, secured_by, together
from services.applications.domain.submission import RightKey, Submission, Surroundings
from services.applications.handlers.bulk_batch import Batch
from services.applications.handlers.judging import Judged
from services.applications.queries.surroundings import Known
from services.applications.tables import bulk_would_take
from services.applications.tables.bulk_would_take import WouldTake


@dataclass(frozen=True, slots=True)
class RowAbove:
    """A row that was judged fine, by the line it stands in and a hash of what it says."""

    line: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Above:
    """By what a later row knows the rows above it."""

    rows: dict[str, RowAbove] = field(default_factory=dict)
    """By the key that a row is known again by."""
    renewed: dict[UUID | None, int] = field(default_factory=dict)
    """The case that is renewed → the line of the row that does."""
    _ranks: dict[RightKey, list[tuple[RankHeld, str]]] = field(default_factory=dict)
    """Of each right the ranks that are taken, with the firm of whom takes it."""

    def take(self, key: str, row: RowAbove, judged: Judged) -> list[WouldTake]:
        """What this row takes, and how that is kept where the file is only checked."""
        case = judged.submission
        self.rows[key] = row
        kept = [WouldTake(f"row {key}", row.line, {"content": row.content.hex()})]
        if case.renews is not None:
            self.renewed[case.renews] = row.line
            kept.append(WouldTake(f"renews {case.renews}", row.line, {}))
        secured_fen, uscc = secured_by(case), case.borrower.uscc
        ranks = ranks_of(case, judged.around)
        for right, rank in zip(case.collateral, ranks, strict=True):
            self._hold(right.key, rank, secured_fen, uscc)
            said = {"rank": rank, "secured_fen": secured_fen, "uscc": uscc}
            kept.append(WouldTake(_of_right(right.key), row.line, said))
        return kept

    def around(self, case: Submission, known: Known) -> Surroundings:
        """What is known around a case, and beside it that these rows have its rights."""
        around = known.around
        assert around is not None, "asked of cases whose pool is known"
        held, earlier = set(around.held_rights), dict(around.earlier_ranks)
        for key in {item.key for item in case.collateral} & self._ranks.keys():
            own = known.own_ranks.get(key)
            taken = [
                replace(one, is_own=uscc == case.borrower.uscc) for one, uscc in self._ranks[key]
            ]
            before = [one for one in taken if own is None or one.rank < own]
            if before:
                earlier[key] = together([*earlier.get(key, ()), *before])
            if before or any(one.rank == own for one in taken):
                held.add(key)
        return replace(around, held_rights=frozenset(held), earlier_ranks=earlier)

    def _hold(self, key: RightKey, rank: int, secured_fen: int, uscc: str) -> None:
        # What is filed in this file stands in no register of pledges yet.
        one = RankHeld(rank, secured_fen, is_registered=False, is_own=False)
        self._ranks.setdefault(key, []).append((one, uscc))

    def remember(self, cases: Sequence[tuple[str, Submission]], rows: Sequence[Any]) -> None:
        """What earlier batches of a file that is only checked would take."""
        keys = {f"row {key}": key for key, _ in cases}
        renewed = {f"renews {case.renews}": case.renews for _, case in cases}
        rights = {_of_right(item.key): item.key for _, case in cases for item in case.collateral}
        for row in rows:
            what, said = row["what"], row["said"]
            if what in keys:
                self.rows[keys[what]] = RowAbove(row["line"], bytes.fromhex(said["content"]))
            elif what in renewed:
                self.renewed[renewed[what]] = row["line"]
            elif what in rights:
                self._hold(rights[what], said["rank"], said["secured_fen"], said["uscc"])


async def above_of(batch: Batch, cases: Sequence[tuple[str, Submission]]) -> Above:
    """What earlier batches of the file have taken that these cases, each with its key, ask for. Of a
    file that takes its rows the database itself knows."""
    above = Above()
    if batch.file.only_check:
        asked = {f"row {key}" for key, _ in cases}
        asked |= {f"renews {case.renews}" for _, case in cases if case.renews is not None}
        asked |= {_of_right(item.key) for _, case in cases for item in case.collateral}
        above.remember(cases, await bulk_would_take.of(batch.conn, batch.file.id, sorted(asked)))
    return above


def _of_right(key: RightKey) -> str:
    return f"right {key.kind} {key.number} {key.nice_class}"
