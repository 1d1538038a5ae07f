"""Redocly's and Spectral's recommended rules find nothing in the descriptions of our services."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.programs import version_of_npm
from zhidai.commands.docs import SERVICES, openapi

PROGRAMS = Path(__file__).parent / "openapi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The linters, and the documents as the services serve them."""
    place = tmp_path_factory.mktemp("openapi")
    shutil.copytree(PROGRAMS, place, dirs_exist_ok=True)
    subprocess.run(["npm", "install", "--silent", "--no-audit"], cwd=place, check=True)
    for service in SERVICES:
        (place / f"{service.name}.json").write_text(json.dumps(openapi(service)))
    (place / "bad.json").write_text('{"openapi": "3.1.0", "info": {"title": "t"}, "paths": {}}')
    return place


def found(folder: Path, *command: str) -> list[str]:
    """What a linter says; its last line of JSON holds all of it."""
    run = subprocess.run(["npx", *command], cwd=folder, capture_output=True, text=True, check=False)
    said, _ = json.JSONDecoder().raw_decode(run.stdout)
    problems = said["problems"] if isinstance(said, dict) else said
    return [f"{one.get('ruleId') or one['code']}: {one['message']}" for one in problems]


LINTERS = {
    "@redocly/cli": ("redocly", "lint", "--format=json", "--max-problems=1000"),
    "@stoplight/spectral-cli": ("spectral", "lint", "--format=json"),
}


@pytest.mark.program("linters of OpenAPI", does="recommended rules over the three descriptions")
@pytest.mark.parametrize("program", LINTERS)
def test_the_recommended_rules_find_nothing_but_what_is_wrong(program, folder, record_property):
    record_property("program", program)
    record_property("version", version_of_npm(folder, program))
    linter = LINTERS[program]
    for service in SERVICES:
        assert found(folder, *linter, f"{service.name}.json") == []
    assert found(folder, *linter, "bad.json")
