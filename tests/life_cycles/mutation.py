"""Alter every row of every life cycle, and see whether a test of behaviour notices.

    python -m tests.life_cycles.mutation [risk_pool/claim ...] [--list] [--left] [--jobs N] [--write]

A mutant is killed by a test that goes over HTTP or hears events; the tests that compare the table
or its drawing are left out. First the walk over every move is run, then, where that stays green,
the tests beside it, then all tests of the service. `--write` keeps the result in MUTANTS.md.
"""

# ruff: noqa: T201  (a command speaks to the person who called it)

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.postgres.embedded import EmbeddedPostgres
from tests.life_cycles.mutants import Mutant, all_mutants
from tests.life_cycles.page import PAGE, Outcome, left, noticed, written

ROOT = Path(__file__).parents[2]
SECONDS = 120
"""A test that takes longer than this waits for something that an altered row keeps away."""
DRAWINGS = "not drawing and not diagram and not readme and not manual"
"""Tests that hold the table against its own picture prove nothing of behaviour."""


WALKS = {
    "applications/application": "tests/applications/test_every_move.py",
    "applications/cover_call": "tests/applications/rights/test_cover_calls.py",
    "applications/credit_repair": "tests/applications/lists/test_repairs.py",
    "applications/financing_demand": "tests/applications/demands/test_every_move.py",
    "applications/co_investment": "tests/applications/around/test_co_investments.py",
    "applications/enhancement": "tests/applications/around/test_enhancements.py",
    "applications/loan_change": "tests/applications/test_loan_changes.py",
    "applications/meeting": "tests/applications/test_meetings.py",
    "applications/pledge": "tests/applications/rights/test_pledges.py",
    "notifications/receiver": "tests/notifications/test_receivers.py",
    "notifications/template": "tests/notifications/test_templates.py",
    "risk_pool/account_booking": "tests/risk_pool/account/test_every_move.py",
    "risk_pool/adjustment": "tests/risk_pool/claims/test_adjustments.py",
    "risk_pool/agreed_figure": "tests/risk_pool/claims/test_agreed_figures.py",
    "risk_pool/agreement": "tests/risk_pool/agreements/test_every_move.py",
    "risk_pool/bank_breaker": "tests/risk_pool/core/test_every_move_of_breakers.py",
    "risk_pool/breaker_order": "tests/risk_pool/core/test_breaker_orders.py",
    "risk_pool/calendar_change": "tests/risk_pool/calendar/test_every_move.py",
    "risk_pool/pool_duty": "tests/risk_pool/people/test_every_move.py",
    "risk_pool/cash_entry": "tests/risk_pool/cash/test_two_persons.py",
    "risk_pool/claim": "tests/risk_pool/claims/test_life_cycles.py",
    "risk_pool/collection": "tests/risk_pool/bad_loans/test_collections.py",
    "risk_pool/coverage": "tests/risk_pool/core/test_every_move_of_coverages.py",
    "risk_pool/disposal": "tests/risk_pool/bad_loans/test_disposals.py",
    "risk_pool/dispute": "tests/risk_pool/disputes/test_every_move.py",
    "risk_pool/loan_package": "tests/risk_pool/packages/test_loan_packages.py",
    "risk_pool/objection": "tests/risk_pool/notices/test_every_move.py",
    "risk_pool/opening": "tests/risk_pool/openings/test_every_move.py",
    "risk_pool/party_account": "tests/risk_pool/payments/test_every_move.py",
    "risk_pool/payment_file": "tests/risk_pool/payments/test_every_move.py",
    "risk_pool/payment_order": "tests/risk_pool/payments/test_every_move.py",
    "risk_pool/pool_account": "tests/risk_pool/account/test_every_move.py",
    "risk_pool/pool_breaker": "tests/risk_pool/core/test_every_move_of_breakers.py",
    "risk_pool/programme_version": "tests/risk_pool/programmes/test_every_move.py",
    "risk_pool/public_notice": "tests/risk_pool/notices/test_every_move.py",
    "risk_pool/recovery": "tests/risk_pool/claims/test_life_cycles.py",
    "risk_pool/run_off": "tests/risk_pool/agreements/test_run_off.py",
    "risk_pool/settlement": "tests/risk_pool/claims/test_every_move_of_months.py",
    "risk_pool/subsidy": "tests/risk_pool/subsidies/test_every_move.py",
    "risk_pool/top_up_call": "tests/risk_pool/agreements/test_top_ups.py",
    "risk_pool/warning": "tests/risk_pool/bad_loans/test_warnings.py",
}
"""The tests that walk over every move of the cases of a table."""


def judged(mutants: list[Mutant], server_url: str, jobs: int) -> Iterator[Outcome]:
    """Run the tests with each altered row, until one notices."""
    alive = mutants
    for place_of in (_walk, _beside_the_walk, _all_of_the_service):
        where = {one: place_of(one) for one in alive}
        alive = []
        for mutant, by in _runs(where, server_url, jobs) if where else ():
            if by:
                yield Outcome(mutant, by)
            else:
                print(f"{mutant.name} is not noticed in {where[mutant]}", flush=True)
                alive.append(mutant)
    yield from (Outcome(one, "") for one in alive)


def _walk(mutant: Mutant) -> Path:
    return Path(WALKS[mutant.cases])


def _beside_the_walk(mutant: Mutant) -> Path:
    return _walk(mutant).parent


def _all_of_the_service(mutant: Mutant) -> Path:
    return Path("tests", mutant.cases.split("/")[0])


def _runs(where: Mapping[Mutant, Path], server_url: str, jobs: int) -> Iterator[tuple[Mutant, str]]:
    """Each mutant, and the first of its tests that noticed it ("": none)."""
    with tempfile.TemporaryDirectory(prefix="zhidai-mutants-", dir="/tmp") as folder:
        base = Path(folder) / Path(folder).name.replace("-", "_")
        places = sorted({str(place) for place in where.values()})
        command = [
            sys.executable, "-m", "pytest", "-p", "tests.life_cycles.each_altered", "-q", "-s",
            "-p", "no:cacheprovider", "--no-header", "--tb", "short", "--timeout", str(SECONDS),
            "--basetemp", str(base), "-k", DRAWINGS, *places,
        ]  # fmt: skip
        environment = os.environ | {
            "ZHIDAI_MUTANTS": json.dumps({one.name: str(place) for one, place in where.items()}),
            "ZHIDAI_JOBS": str(jobs),
            "DATABASE_URL": server_url,
        }
        named = {one.name: one for one in where}
        said = []
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as ran:
            assert ran.stdout is not None
            for line in ran.stdout:
                name, tab, by = line.rstrip("\n").partition("\t")
                if tab:
                    yield named.pop(name), by
                else:
                    said.append(line)
    if ran.returncode or named:
        raise RuntimeError(f"the tests did not run:\n{''.join(said)[-4000:]}")


def main() -> int:
    """Exit code 1 where a mutant survives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help="tables, or single mutants, by name")
    parser.add_argument("--list", action="store_true", help="say which mutants there are")
    parser.add_argument(
        "--left", action="store_true", help="only those that no test of today has noticed"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write MUTANTS.md")
    asked = parser.parse_args()
    chosen = [
        one
        for one in all_mutants()
        if not asked.cases or one.cases in asked.cases or one.name in asked.cases
    ]
    if asked.cases:
        chosen.sort(
            key=lambda one: asked.cases.index(one.cases) if one.cases in asked.cases else -1
        )
    if asked.left:
        known = left()
        chosen = [one for one in chosen if one in known]
    if asked.list:
        print("\n".join(one.name for one in chosen))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="zhidai-mutants-", dir="/tmp"))
    server = EmbeddedPostgres(folder / "postgres", durable=False).start()
    outcomes: list[Outcome] = []
    try:
        for one in judged(chosen, server.server_url, asked.jobs):
            outcomes.append(one)
            print(f"{one.mutant.name}  {one.by or 'SURVIVED'}", flush=True)
            if asked.write:
                PAGE.write_text(written([one], noticed()))
    finally:
        server.stop()
    alive = [one for one in outcomes if not one.by]
    print(f"{len(outcomes)} mutants, {len(outcomes) - len(alive)} killed, {len(alive)} alive")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
