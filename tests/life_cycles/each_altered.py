"""A pytest plugin: collect the tests once, then run them for each altered row, until one notices.

A test notices where it fails with the altered row and passes again without it: one that is red of
itself, or that another mutant has left red, proves nothing. So mutants can follow each other in
one process, on the pool that a walk shares; a process that a mutant has spoiled is given up.

`ZHIDAI_MUTANTS`: the mutants' names as a JSON list; `ZHIDAI_JOBS`: how many processes at a time.
Tells the caller, a line for each mutant: its name and the test, or nothing, with a tab between.
"""

import gc
import json
import os
import sys
from collections.abc import Sequence
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
AT_ONCE = 8
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
    waiting: list[str] = json.loads(os.environ["ZHIDAI_MUTANTS"])
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
                _see(child, session)
                return True
            running[pid] = child
        else:
            pid, _ = os.wait()
            waiting = [*_left(running.pop(pid)), *waiting]
    return True


def _left(child: Child) -> list[str]:
    """Pass on what a child has found; the mutants that it did not come to."""
    lines = child.told.read_text().splitlines() if child.told.exists() else []
    for line in lines:
        print(line, flush=True)  # noqa: T201
    if not lines:
        raise RuntimeError(f"{child.names}\n{child.output.read_text()[-4000:]}")
    return child.names[len(lines) :]


def _see(child: Child, session: pytest.Session) -> None:
    output = os.open(child.output, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    named = {one.name: one for one in all_mutants()}
    for name in child.names:
        tests = _likely_first(session.items, named[name])
        by = ""
        for test, following in zip(tests, [*tests[1:], tests[0]], strict=True):
            apply(named[name])
            passed = _passes(test, following)
            restore(named[name])
            if not passed:
                if not _passes(test, following):
                    return
                by = test.nodeid
                break
        with child.told.open("a") as told:
            told.write(f"{name}\t{by}\n")


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
