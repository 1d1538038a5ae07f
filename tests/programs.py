"""Other people's programs, and what each has shown: the table at the end of `make interop`.

A test that another's program carries out is marked `program(name, does=…)`, with `package=` where the
program is a Python package; other versions the test tells by the property `version`. A test of the
table that is skipped has shown nothing, and the run fails.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from importlib.metadata import version

import pytest

INTEROP = "ZHIDAI_OUTSIDE"


class Table:
    """What the marked tests of a run have said, one row for a program and what it did."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[str, str, str]] = {}
        self._rows: dict[tuple[str, str], tuple[str, set[str]]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Learn which tests are whose."""
        for item in items:
            for mark in item.iter_markers("program"):
                package = mark.kwargs.get("package", "")
                known = version(package) if package else mark.kwargs.get("version", "")
                self._marks[item.nodeid] = (mark.args[0], mark.kwargs["does"], known)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test came to, and which version it met."""
        mark = self._marks.get(report.nodeid)
        if mark is None or (report.when != "call" and report.passed):
            return
        name, does, known = mark
        said = dict(report.user_properties)
        name = str(said.get("program", name))
        known = str(said.get("version", known))
        _, results = self._rows.setdefault((name, does), (known, set()))
        self._rows[name, does] = (known or self._rows[name, does][0], results | {report.outcome})

    def lines(self) -> Iterator[str]:
        """The table as text: program, version, what it did, result."""
        rows = [("program", "version", "what it did", "result")]
        for (name, does), (known, results) in sorted(self._rows.items()):
            rows.append((name, known or "?", does, _worst(results)))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            yield "  ".join([*(row[n].ljust(widths[n]) for n in range(3)), row[3]])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print it."""
        if self._rows:
            terminalreporter.section("what other people's programs have shown")
            for line in self.lines():
                terminalreporter.write_line(line)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """What was skipped was not shown."""
        skipped = any("skipped" in results for _, results in self._rows.values())
        if skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _worst(results: set[str]) -> str:
    return next(one for one in ("failed", "skipped", "passed") if one in results)


def pytest_configure(config: pytest.Config) -> None:
    """Keep the table where it was asked for."""
    config.addinivalue_line(
        "markers", "program(name, *, does, package, version): another's program"
    )
    if os.environ.get(INTEROP):
        config.pluginmanager.register(Table(), "programs")


def first_line(*command: str) -> str:
    """The first line that a command prints, such as its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]


def version_of_npm(folder: os.PathLike[str], package: str) -> str:
    """Which version of a package npm has installed there."""
    with open(os.path.join(folder, "node_modules", package, "package.json")) as file:
        return str(json.load(file)["version"])
