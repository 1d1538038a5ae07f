"""Which images are run is said in one file, by digest as soon as a registry was asked."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.images import LOCK, VARIABLES, NotPinned, exact, read
from tests.deploy.test_compose import ROOT, compose

DIGEST = f"sha256:{'ab' * 32}"


def test_every_image_of_others_is_named_by_a_variable_and_stands_in_the_file():
    named = re.findall(r"^ARG (\w+)=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for service in compose()["services"].values():
        named += re.findall(r"^\$\{(\w+):-([^}]+)\}$", service["image"])
    others = {tag: variable for variable, tag in named if variable != "ZHIDAI_IMAGE"}
    assert others == VARIABLES and read().keys() == VARIABLES.keys()
    assert {service["image"][0] for service in compose()["services"].values()} == {"$"}
    assert (ROOT / "Dockerfile").read_text().count("\nFROM ${PYTHON_IMAGE}") == 2


def test_a_looked_up_digest_goes_before_the_tag_and_a_line_that_is_neither_is_refused(tmp_path):
    lock = tmp_path / "images.sha256"
    lock.write_text(f"# head\n{DIGEST} postgres:18\n- python:3.13-slim\n")
    assert exact("postgres:18", lock) == f"postgres:18@{DIGEST}"
    assert exact("python:3.13-slim", lock) == "python:3.13-slim"
    for wrong in ("sha256:12 postgres:18", "postgres:18", f"{DIGEST} "):
        lock.write_text(f"{wrong}\n")
        with pytest.raises(NotPinned, match="line 1"):
            read(lock)


@pytest.mark.parametrize("answers", [True, False])
def test_one_command_asks_the_registry_and_writes_all_or_nothing(tmp_path: Path, answers: bool):
    docker = tmp_path / "docker"
    said = f"echo docker.io/library/x@{DIGEST}" if answers else "echo no such host >&2; exit 1"
    docker.write_text(f"#!/bin/sh\n{said}\n")
    docker.chmod(0o755)
    lock = tmp_path / "images.sha256"
    lock.write_text(LOCK.read_text())
    code = "from pathlib import Path; from deploy.images import write; import sys; write(Path(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(lock)], cwd=ROOT, capture_output=True, text=True,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    if answers:
        assert ran.returncode == 0, ran.stderr
        assert set(read(lock).values()) == {DIGEST} and lock.read_text().startswith("#")
    else:
        assert "no such host" in ran.stderr and lock.read_text() == LOCK.read_text()
