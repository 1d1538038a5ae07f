"""Alter every row of every life cycle, and see whether a test of behaviour notices.

    python -m tests.life_cycles.mutation [risk_pool/claim ...] [--list] [--jobs N] [--write]

A mutant is killed by a test that goes over HTTP or hears events; the tests that compare the table
or its drawing are left out. First the walk over every move is run, then, where that stays green,
all tests of the service. `--write` keeps the result in MUTANTS.md.
"""

# ruff: noqa: T201  (a command speaks to the person who called it)

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from shared.postgres.embedded import EmbeddedPostgres
from tests.life_cycles.cases import case_tables
from tests.life_cycles.mutants import Mutant, all_mutants

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_name("MUTANTS.md")
SECONDS = 300
DRAWINGS = "not drawing and not diagram and not readme and not manual"
"""Tests that hold the table against its own picture prove nothing of behaviour."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant. `by` is the first test that noticed, "" where none did."""

    mutant: Mutant
    by: str
    seconds: float


WALKS = {
    "applications/application": "tests/applications/test_every_move.py",
    "applications/loan_change": "tests/applications/test_loan_changes.py",
    "notifications/receiver": "tests/notifications/test_receivers.py",
    "risk_pool/adjustment": "tests/risk_pool/claims/test_adjustments.py",
    "risk_pool/agreed_figure": "tests/risk_pool/claims/test_agreed_figures.py",
    "risk_pool/bank_breaker": "tests/risk_pool/core/test_every_move_of_breakers.py",
    "risk_pool/breaker_order": "tests/risk_pool/core/test_breaker_orders.py",
    "risk_pool/cash_entry": "tests/risk_pool/cash/test_two_persons.py",
    "risk_pool/claim": "tests/risk_pool/claims/test_life_cycles.py",
    "risk_pool/coverage": "tests/risk_pool/core/test_every_move_of_coverages.py",
    "risk_pool/pool_breaker": "tests/risk_pool/core/test_every_move_of_breakers.py",
    "risk_pool/programme_version": "tests/risk_pool/programmes/test_every_move.py",
    "risk_pool/recovery": "tests/risk_pool/claims/test_life_cycles.py",
    "risk_pool/settlement": "tests/risk_pool/claims/test_life_cycles.py",
    "risk_pool/subsidy": "tests/risk_pool/subsidies/test_every_move.py",
}
"""The tests that walk over every move of the cases of a table."""


def judged(mutant: Mutant, database_url: str) -> Outcome:
    """Run the tests with the altered row."""
    began = time.monotonic()
    by = _first_failure(mutant, database_url, [WALKS[mutant.cases]])
    if not by:
        by = _first_failure(mutant, database_url, [f"tests/{mutant.cases.split('/')[0]}"])
    return Outcome(mutant, by, time.monotonic() - began)


def _first_failure(mutant: Mutant, database_url: str, where: list[str]) -> str:
    command = [
        sys.executable, "-m", "pytest", "-p", "tests.life_cycles.altered", "-x", "-q",
        "-p", "no:cacheprovider", "--no-header", "-k", DRAWINGS, *where,
    ]  # fmt: skip
    environment = os.environ | {"ZHIDAI_MUTANT": mutant.name, "DATABASE_URL": database_url}
    try:
        ran = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "a test that never ended"
    if ran.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", ran.stdout, re.MULTILINE)
    if failed is None:
        raise RuntimeError(f"the tests did not run:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return failed[1]


def main() -> int:
    """Exit code 1 where a mutant survives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help="tables, or single mutants, by name")
    parser.add_argument("--list", action="store_true", help="say which mutants there are")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write MUTANTS.md")
    asked = parser.parse_args()
    chosen = [
        one
        for one in all_mutants()
        if not asked.cases or one.cases in asked.cases or one.name in asked.cases
    ]
    if asked.list:
        print("\n".join(one.name for one in chosen))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="zhidai-mutants-", dir="/tmp"))
    server = EmbeddedPostgres(folder / "postgres", durable=False).start()
    outcomes = []
    try:
        with ThreadPoolExecutor(asked.jobs) as pool:
            for outcome in pool.map(lambda one: judged(one, server.server_url), chosen):
                outcomes.append(outcome)
                print(f"{outcome.mutant.name}  {outcome.by or 'SURVIVED'}", flush=True)
    finally:
        server.stop()
    alive = [one for one in outcomes if not one.by]
    print(f"{len(outcomes)} mutants, {len(outcomes) - len(alive)} killed, {len(alive)} alive")
    if asked.write:
        PAGE.write_text(page(outcomes))
    return 1 if alive else 0


def page(outcomes: list[Outcome]) -> str:
    """The result as a table. What stands there of tables that were not asked for is kept."""
    asked = {one.mutant.cases for one in outcomes}
    before = PAGE.read_text().splitlines() if PAGE.exists() else []
    rows = [
        line
        for line in before
        if line.count(" | ") == 3 and "→" in line and line.split(" | ")[0].strip("| ") not in asked
    ]
    for one in outcomes:
        move = case_tables()[one.mutant.cases].life_cycle.moves[one.mutant.row]
        by = one.by.split("/")[-1].replace("|", "\\|") or "**nobody**"
        rows.append(
            f"| {one.mutant.cases} | {move.source or 'begins'} → {move.action} | "
            f"`{one.mutant.what}` | {by} |"
        )
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
        own = [row for row in rows if row.startswith(f"| {cases} |")]
        killed = sum("**nobody**" not in row for row in own)
        lines.append(f"| {cases} | {len(own)} | {killed} |")
    lines += ["", "| life cycle | move | alteration | noticed by |", "|---|---|---|---|"]
    return "\n".join([*lines, *sorted(rows, key=lambda row: row.split(" | ")[0])]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
