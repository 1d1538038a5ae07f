"""A pytest plugin: collect the tests once, then run them in a child process for each altered row.

So the imports, and the migrated databases that every test's own is cloned from, are made once for
all mutants. The first child runs the tests unaltered: were one red of itself, it would "notice"
everything. Tells the caller, a line for each mutant: its name, the first test that failed or
nothing, and the seconds it took, with tabs between.

`ZHIDAI_MUTANTS`: the mutants' names as a JSON list; `ZHIDAI_JOBS`: how many at a time.
"""

import gc
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import hypothesis  # noqa: F401  (its plugin imports it at the end of every run: here, once for all)
import pytest

from shared.schemes import library
from shared.schemes.publication import Publication
from tests.life_cycles.cases import case_tables
from tests.life_cycles.mutants import Mutant, all_mutants, apply
from tests.life_cycles.page import noticed, row_of

UNALTERED = "unaltered"
USUAL = "dongli"
"""The programme of most walks; reading it takes longer than most moves."""


@dataclass(frozen=True)
class Child:
    """A process that runs the tests for one mutant."""

    name: str
    folder: Path
    began: float

    @property
    def output(self) -> Path:
        """What it prints."""
        return self.folder / "output"

    @property
    def failed(self) -> Path:
        """The first test that failed; no file where none has."""
        return self.folder / "failed"


_this_child: Child | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """True in the parent, once all children have ended; None in a child, where pytest goes on."""
    global _this_child
    # Made before the first child: all of them share it.
    shared: Path = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    Publication(USUAL, *library.texts(USUAL)).read()
    gc.freeze()
    running: dict[int, Child] = {}
    for name in [UNALTERED, *json.loads(os.environ["ZHIDAI_MUTANTS"])]:
        child = Child(name, shared / f"child-{name.replace('/', '-')}", time.monotonic())
        child.folder.mkdir()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _this_child = child
            _become(child, session.items)
            return None
        running[pid] = child
        while (name == UNALTERED and running) or len(running) >= int(os.environ["ZHIDAI_JOBS"]):
            _one_ends(running)
    while running:
        _one_ends(running)
    return True


def _become(child: Child, tests: list[pytest.Item]) -> None:
    """In the child: alter the row, and begin with the tests that most likely notice."""
    output = os.open(child.output, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if child.name == UNALTERED:
        return
    (mutant,) = (one for one in all_mutants() if one.name == child.name)
    last_time = noticed().get(row_of(mutant), "")
    words = _words(mutant)
    apply(mutant)
    tests.sort(
        key=lambda test: (
            not (last_time and test.nodeid.endswith(last_time)),
            -sum(word in test.name for word in words),
        )
    )


def _words(mutant: Mutant) -> set[str]:
    """What a test of this row would most likely have in its name."""
    move = case_tables()[mutant.cases].life_cycle.moves[mutant.row]
    named = (mutant.cases.rpartition("/")[2], move.source or "", move.action, move.target)
    return {move.action, *(word for name in named for word in name.split("_") if word)}


def _one_ends(running: dict[int, Child]) -> None:
    pid, status = os.wait()
    child = running.pop(pid)
    ended = os.waitstatus_to_exitcode(status)
    by = child.failed.read_text() if child.failed.exists() else ""
    if ended != bool(by) or (child.name == UNALTERED and by):
        raise RuntimeError(f"{child.name}: {by or ended}\n{child.output.read_text()[-3000:]}")
    if child.name != UNALTERED:
        print(child.name, by, f"{time.monotonic() - child.began:.1f}", sep="\t", flush=True)  # noqa: T201


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The first failure is all that is asked for."""
    if _this_child is not None and report.failed and not _this_child.failed.exists():
        _this_child.failed.write_text(report.nodeid)
