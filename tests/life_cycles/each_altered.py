"""A pytest plugin: collect the tests once, then run them for each altered row, until one notices.

A test notices where it fails with the altered row and passes again without it: one that is red of
itself, or that another mutant has left red, proves nothing. So mutants can follow each other in
one process, on the pool that a walk shares; a process that a mutant has spoiled is given up. Where
the first mutant of a process spoils it, the test is tried without it in a process of its own.

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
    def done(self) -> int:
        """How many mutants it has told of."""
        return self.told.read_text().count("\n") if self.told.exists() else 0

    @property
    def red(self) -> Path:
        """The test that stayed red, where one did."""
        return self.folder / "red"

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
            if (pid := _forked()) == 0:
                _see(child, where, session.items)
                return True
            running[pid] = child
        else:
            pid, _ = os.wait()
            child = running.pop(pid)
            if not child.done and child.red.exists():
                if (pid := _forked()) == 0:
                    _see_without(child, session.items)
                    return True
                os.waitpid(pid, 0)
            if not child.done:
                raise RuntimeError(f"{child.names}\n{child.output.read_text()[-4000:]}")
            waiting = [*child.names[child.done :], *waiting]
    return True


def _forked() -> int:
    sys.stdout.flush()
    return os.fork()


def _see(child: Child, where: Mapping[str, str], tests: Sequence[pytest.Item]) -> None:
    """In the child: each mutant in turn, up to a test that stays red without it."""
    caller = _speaks_to(child.output)
    named = {one.name: one for one in all_mutants()}
    for name in child.names:
        own = [test for test in tests if test.nodeid.startswith(where[name])]
        by, stays_red = _noticed_by(named[name], _likely_first(own, named[name]))
        if stays_red:
            child.red.write_text(by)
            return
        _tell(child, caller, name, by)


def _see_without(child: Child, tests: Sequence[pytest.Item]) -> None:
    """In a fresh child: whether the test that the first mutant left red is green without it."""
    caller = _speaks_to(child.output)
    test = next(one for one in tests if one.nodeid == child.red.read_text())
    if _passes(test, None):
        _tell(child, caller, child.names[0], test.nodeid)


def _speaks_to(file: Path) -> int:
    """What is printed from here on goes to a file; answered is where it went before."""
    caller = os.dup(1)
    output = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    return caller


def _tell(child: Child, caller: int, name: str, by: str) -> None:
    line = f"{name}\t{by}\n".encode()
    os.write(caller, line)
    with child.told.open("ab") as told:
        told.write(line)


def _noticed_by(mutant: Mutant, tests: list[pytest.Item]) -> tuple[str, bool]:
    """The first test that fails with the mutant ("": none), and whether it stays red without."""
    for test, following in zip(tests, [*tests[1:], tests[0]], strict=True):
        apply(mutant)
        passed = _passes(test, following)
        restore(mutant)
        if not passed:
            return test.nodeid, not _passes(test, following)
    return "", False


def _passes(test: pytest.Item, following: pytest.Item | None) -> bool:
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
