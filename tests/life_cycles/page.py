"""MUTANTS.md: of every altered row, the test that noticed it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.life_cycles.cases import case_tables
from tests.life_cycles.mutants import Mutant, all_mutants

PAGE = Path(__file__).with_name("MUTANTS.md")
NOBODY = "**nobody**"

Row = tuple[str, str, str]
"""Table, move and alteration: the first three columns."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant. `by` is the first test that noticed, "" where none did."""

    mutant: Mutant
    by: str


def row_of(mutant: Mutant) -> Row:
    """What stands of a mutant on the page, whichever number its row has in the table now."""
    move = case_tables()[mutant.cases].life_cycle.moves[mutant.row]
    return mutant.cases, f"{move.source or 'begins'} → {move.action}", f"`{mutant.what}`"


def noticed() -> dict[Row, str]:
    """What the page says: for each row, the test that noticed, or NOBODY."""
    if not PAGE.exists():
        return {}
    found: dict[Row, str] = {}
    for line in PAGE.read_text().splitlines():
        if line.count(" | ") == 3 and "→" in line:
            cases, move, what, by = line.strip("| ").split(" | ")
            found[cases, move, what] = by
    return found


def left() -> list[Mutant]:
    """Those of which the page does not name a test that there is today."""
    page, tests = noticed(), _tests()
    return [one for one in all_mutants() if page.get(row_of(one), "").split("[")[0] not in tests]


def _tests() -> set[str]:
    """Every test as the page names it: `test_file.py::test_name`."""
    return {
        f"{file.name}::{name}"
        for file in PAGE.parents[1].rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }


def written(outcomes: Iterable[Outcome], before: Mapping[Row, str]) -> str:
    """The page with these outcomes. What stands there of other alterations of today is kept."""
    by = {**before, **{row_of(one.mutant): _short(one.by) for one in outcomes}}
    rows = [row for row in map(row_of, all_mutants()) if row in by]
    lines = [
        "# Every row of every life cycle, altered",
        "",
        "Made by `python -m tests.life_cycles.mutation --write`: each move's target, roles, guards",
        "and events altered one by one, and the test of behaviour that noticed first.",
        "",
        "| table | mutants | killed |",
        "|---|---|---|",
    ]
    for cases in case_tables():
        own = [by[row] for row in rows if row[0] == cases]
        lines.append(f"| {cases} | {len(own)} | {len(own) - own.count(NOBODY)} |")
    lines += ["", "| life cycle | move | alteration | noticed by |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} | {by[row]} |" for row in rows]
    return "\n".join(lines) + "\n"


def _short(test: str) -> str:
    return test.split("/")[-1].replace("|", "\\|") or NOBODY
