"""The banks' guide in Java, run as it stands on the page: its client offers HTTP/2, and nothing is lost."""

import asyncio
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.front_door.bank_guide import PAGES, ROOT, program
from tests.front_door.started import Up
from tests.front_door.test_bank_guide import ready

__all__ = ["ready"]

pytestmark = pytest.mark.timeout(600)


@pytest.mark.program("java.net.http.HttpClient", does="the banks' guide, from nothing to a webhook")
async def test_the_program_in_java_works_as_written(
    ready: Up, tmp_path: Path, record_property: Callable[[str, Any], None]
):
    (tmp_path / "FirstWebhook.java").write_text(program(PAGES[0], "java"), encoding="utf-8")
    said = await typed(["java", "-version"], tmp_path)
    record_property("version", re.findall(r'version "([^"]+)"', said)[0])

    answer = await typed(
        ["java", "-Dfile.encoding=UTF-8", str(tmp_path / "FirstWebhook.java")],
        ROOT,
        **ready.variables,
    )

    submitted, received, feed = answer.splitlines()
    assert submitted.startswith("submitted ") and submitted.endswith(" accepted")
    assert received == "webhook application.submitted.v1"
    assert feed == "feed names the case"


async def typed(command: list[str], folder: Path, **variables: str) -> str:
    """What a command prints."""
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=folder, env={**os.environ, **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout or done.stderr
