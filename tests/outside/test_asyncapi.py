"""The official parser finds nothing wrong with the document of our events."""

import json
import shutil
import subprocess
from pathlib import Path

from zhidai.commands.docs import asyncapi

PROGRAM = Path(__file__).parent / "asyncapi"


def test_the_official_parser_takes_the_document_of_all_events(tmp_path):
    shutil.copytree(PROGRAM, tmp_path, dirs_exist_ok=True)
    (tmp_path / "events.json").write_text(json.dumps(asyncapi()))
    subprocess.run(["npm", "install", "--silent", "--no-audit"], cwd=tmp_path, check=True)
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
