"""A pytest plugin: collect the tests once, then run them for each altered row, until one notices.

A test notices where it fails with the altered row and passes again without it: one that is red of
itself, or that another mutant has left red, proves nothing. So mutants can follow each other in
one process, on the pool that a walk shares; a process that a mutant has spoiled is given up.

`ZHIDAI_MUTANTS`: the mutants' names, and of each where its tests are, as JSON; `ZHIDAI_JOBS`: how
many processes at a time.
Tells the caller, a line for each mutant: its name and the test, or nothing, with a tab between.
"""

import gc
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis  # noqa: F401  (its plugin imports it at the end of every run: here, once for all)
import pytest

from shared.schemes import library
from shared.schemes.publication import Publication
from tests.life_cycles.cases import case_tables
from tests.life_cycles.mutants import Mutant, all_mutants, apply, restore
from tests.life_cycles.page import noticed, row_of

USUAL = "dongli"
"""The programme of most walks; reading it takes longer than most moves."""
AT_ONCE = 16
"""How many mutants a process takes on."""


@dataclass(frozen=True)
class Child:
    """A process that runs the tests for some mutants, one after the other."""

    names: list[str]
    folder: Path

    @property
    def told(self) -> Path:
        """A line for each mutant that it is done with."""
        return self.folder / "told"

    @property
    def output(self) -> Path:
        """What it prints."""
        return self.folder / "output"


_failed: list[str] = []
"""The tests that have failed in this process, in order."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what failed."""
    if report.failed:
        _failed.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """In the parent: until every mutant is told of. In a child: for its own."""
    # Made before the first child: all of them share it.
    shared: Path = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    Publication(USUAL, *library.texts(USUAL)).read()
    gc.freeze()
    where: dict[str, str] = json.loads(os.environ["ZHIDAI_MUTANTS"])
    waiting = list(where)
    running: dict[int, Child] = {}
    begun = 0
    while waiting or running:
        if waiting and len(running) < int(os.environ["ZHIDAI_JOBS"]):
            begun += 1
            child = Child(waiting[:AT_ONCE], shared / f"child-{begun}")
            waiting = waiting[AT_ONCE:]
            child.folder.mkdir()
            sys.stdout.flush()
            if (pid := os.fork()) == 0:
                _see(child, where, session.items)
                return True
            running[pid] = child
        else:
            pid, _ = os.wait()
            waiting = [*_left(running.pop(pid)), *waiting]
    return True


def _left(child: Child) -> list[str]:
    """The mutants that a child did not come to."""
    done = child.told.read_text().count("\n") if child.told.exists() else 0
    if not done:
        raise RuntimeError(f"{child.names}\n{child.output.read_text()[-4000:]}")
    return child.names[done:]


def _see(child: Child, where: Mapping[str, str], tests: Sequence[pytest.Item]) -> None:
    """In the child: each mutant in turn, up to a test that stays red without it."""
    caller = os.dup(1)
    output = os.open(child.output, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    named = {one.name: one for one in all_mutants()}
    for name in child.names:
        own = [test for test in tests if test.nodeid.startswith(where[name])]
        by = _noticed_by(named[name], _likely_first(own, named[name]))
        if by is None:
            return
        line = f"{name}\t{by}\n".encode()
        os.write(caller, line)
        with child.told.open("ab") as told:
            told.write(line)


def _noticed_by(mutant: Mutant, tests: list[pytest.Item]) -> str | None:
    """The first test that notices, "" where none does; None where one stays red."""
    for test, following in zip(tests, [*tests[1:], tests[0]], strict=True):
        apply(mutant)
        passed = _passes(test, following)
        restore(mutant)
        if not passed:
            return test.nodeid if _passes(test, following) else None
    return ""


def _passes(test: pytest.Item, following: pytest.Item) -> bool:
    before = len(_failed)
    test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
    return len(_failed) == before


def _likely_first(tests: Sequence[pytest.Item], mutant: Mutant) -> list[pytest.Item]:
    """The test that noticed last time, then those whose names have most of the row's words."""
    last_time = noticed().get(row_of(mutant), "")
    move = case_tables()[mutant.cases].life_cycle.moves[mutant.row]
    named = (mutant.cases.rpartition("/")[2], move.source or "", move.action, move.target)
    words = {move.action, *(word for name in named for word in name.split("_") if word)}

    def unlikely(test: pytest.Item) -> tuple[bool, int]:
        was_it = bool(last_time) and test.nodeid.endswith(last_time)
        return not was_it, -sum(word in test.name for word in words)

    return sorted(tests, key=unlikely)
