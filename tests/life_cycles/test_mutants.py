"""The run over altered life cycles alters what it says, and leaves no row out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.life_cycles.cases import case_tables
from tests.life_cycles.mutants import all_mutants, apply, restore
from tests.life_cycles.page import NOBODY, Outcome, left, noticed, row_of, written

ROOT = Path(__file__).parents[2]


def test_every_life_cycle_of_the_house_is_found():
    assert set(case_tables()) >= {
        "applications/application",
        "risk_pool/claim",
        "risk_pool/coverage",
        "risk_pool/recovery",
        "risk_pool/settlement",
    }


def test_every_row_is_altered_in_target_and_roles_and_in_each_guard_and_event():
    made = all_mutants()

    for cases, table in case_tables().items():
        for row, move in enumerate(table.life_cycle.moves):
            whats = [one.what for one in made if (one.cases, one.row) == (cases, row)]
            assert any(what.startswith("target=") for what in whats), (cases, move)
            assert any(what.startswith("roles") for what in whats), (cases, move)
            assert {f"guards-{name}" for name in move.guards} <= set(whats)
            assert {f"tells-{name}" for name in move.tells} <= set(whats)
    assert all(one.altered != _row(one) for one in made)


def _row(mutant):
    return case_tables()[mutant.cases].life_cycle.moves[mutant.row]


def test_names_are_unique():
    names = [one.name for one in all_mutants()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("cases", ["applications/application", "risk_pool/settlement"])
def test_an_altered_row_is_what_the_tests_then_see(cases):
    mutant = next(one for one in all_mutants() if one.cases == cases and "target=" in one.what)
    look = (
        "from tests.life_cycles import altered; altered.pytest_configure();"
        "from tests.life_cycles.cases import case_tables;"
        f"print(case_tables()[{cases!r}].life_cycle.moves[{mutant.row}].target)"
    )

    seen = subprocess.run(
        [sys.executable, "-c", look],
        cwd=ROOT,
        env=os.environ | {"ZHIDAI_MUTANT": mutant.name},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert seen == mutant.altered.target


def test_a_row_is_put_back_as_it_was():
    mutant = next(one for one in all_mutants() if one.cases == "risk_pool/claim")
    life_cycle = case_tables()[mutant.cases].life_cycle
    before = life_cycle.moves

    apply(mutant)
    altered = life_cycle.moves
    restore(mutant)

    assert altered[mutant.row] == mutant.altered != before[mutant.row]
    assert life_cycle.moves == before


def test_the_page_keeps_what_it_told_of_others_and_drops_what_is_no_row_any_more():
    first, second = all_mutants()[:2]
    gone = ("risk_pool/claim", "draft → burn", "`roles=nobody`")
    before = {row_of(second): "test_a.py::test_b", gone: "test_a.py::test_c"}

    text = written([Outcome(first, "tests/x/test_d.py::test_e[a|b]")], before)

    assert f"| {' | '.join(row_of(first))} | test_d.py::test_e[a\\|b] |" in text
    assert f"| {' | '.join(row_of(second))} | test_a.py::test_b |" in text
    assert "burn" not in text
    assert f"| {first.cases} | 2 | 2 |" in text
    assert f"| {NOBODY} |" in written([Outcome(first, "")], before)


def test_the_page_tells_of_every_alteration_of_todays_tables_and_which_test_noticed_it():
    page = noticed()

    wanted = [row_of(one) for one in all_mutants()]
    assert sorted(page) == sorted(wanted), "run `python -m tests.life_cycles.mutation --write`"
    assert [one.name for one in left()] == [], "run it with --left --write"
