"""How a browser is found or got, and that none is not passed over in silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.depth import depth

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser."""
    monkeypatch.delenv("ZHIDAI_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path


def an_executable(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("#!/bin/sh\n")
    place.chmod(0o755)
    return place


def test_a_named_browser_goes_before_the_path_and_that_before_playwrights(bare, monkeypatch):
    assert chromium.find() is None
    own = an_executable(bare / "playwright" / "chromium-1200" / "chrome-linux" / "chrome")
    assert chromium.find() == str(own)
    on_path = an_executable(bare / "chromium-browser")
    assert chromium.find() == str(on_path)
    monkeypatch.setenv("ZHIDAI_CHROMIUM", "/opt/mine")
    assert chromium.find() == "/opt/mine"


def test_ways_are_tried_in_turn_and_each_that_fails_says_why(bare, capsys):
    fails = [sys.executable, "-c", "import sys; sys.exit('no index here')"]
    works = [
        sys.executable,
        "-c",
        f"import pathlib; p = pathlib.Path({str(bare / 'chromium')!r}); p.touch(); p.chmod(0o755)",
    ]

    assert chromium.get([fails, works]) == str(bare / "chromium")
    assert "that did not work: exit code 1: no index here" in capsys.readouterr().err


def test_where_nothing_works_it_says_what_to_do_and_fails_only_where_one_is_required(
    bare, monkeypatch, capsys
):
    monkeypatch.setattr(chromium, "ways_to_get_one", lambda: [[str(bare / "no-such-command")]])
    monkeypatch.delenv(chromium.REQUIRED, raising=False)

    assert chromium.main() == 0
    assert "name it in ZHIDAI_CHROMIUM" in capsys.readouterr().out
    monkeypatch.setenv(chromium.REQUIRED, "required")
    assert chromium.main() == 1


# Each is a run of its own, which reads all of the house first.
@pytest.mark.parametrize(("required", "code"), depth([("required", 1)], [("", 0), ("required", 1)]))
def test_a_skipped_browser_test_fails_where_browsers_are_required(bare, required, code):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         "tests/browser/test_review.py", "-k", "double_click"],
        cwd=ROOT,
        env={**os.environ, chromium.REQUIRED: required, "PYTEST_XDIST_WORKER": ""},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == code, done.stdout
