"""The official parser finds nothing wrong with the document of our events."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import version_of_npm
from zhidai.commands.docs import asyncapi

PROGRAM = Path(__file__).parent / "asyncapi"


@pytest.mark.program("@asyncapi/parser", does="takes the document of all events")
def test_the_official_parser_takes_the_document_of_all_events(tmp_path, record_property):
    shutil.copytree(PROGRAM, tmp_path, dirs_exist_ok=True)
    (tmp_path / "events.json").write_text(json.dumps(asyncapi()))
    subprocess.run(["npm", "install", "--silent", "--no-audit"], cwd=tmp_path, check=True)
    record_property("version", version_of_npm(tmp_path, "@asyncapi/parser"))
    said = subprocess.run(
        ["node", "parse.mjs", "events.json"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(said.stdout)
    assert found == {
        "is_valid": True,
        "messages": len(asyncapi()["components"]["messages"]),
        "said": [],
    }
