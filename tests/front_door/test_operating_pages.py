"""The operators' pages name every variable and every exit code that the code knows."""

import re
from pathlib import Path

import pytest

from zhidai import access
from zhidai.commands import events, settle

ROOT = Path(__file__).parents[2]
PAGES = ("docs/operating.zh-CN.md", "docs/operating.md")
WHERE = ("zhidai", "shared", "services", "deploy", "tests/browser", "docker-compose.yml",
         "Makefile", ".ci/run")  # fmt: skip
VARIABLE = re.compile(r"\bZHIDAI_[A-Z_]*[A-Z]\b")


def variables_of_the_code() -> set[str]:
    found: set[str] = set()
    for place in (ROOT / where for where in WHERE):
        files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
        for path in files:
            if path.suffix in (".py", ".yml", ".yaml", ".sh", "") and path.name != "README":
                found |= set(VARIABLE.findall(path.read_text(errors="ignore")))
    return found


def test_there_are_variables_to_look_for():
    assert {"ZHIDAI_TOKEN", "ZHIDAI_STATE", "ZHIDAI_RISK_POOL_URL"} <= variables_of_the_code()


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_is_on_the_page_and_none_that_the_code_does_not_know(page):
    assert set(VARIABLE.findall((ROOT / page).read_text())) == variables_of_the_code()


@pytest.mark.parametrize("page", PAGES)
def test_every_exit_code_is_on_the_page(page):
    told = {int(code) for code in re.findall(r"^\| (\d) \|", (ROOT / page).read_text(), re.M)}

    codes = {access.REFUSED, access.NO_INSTANCE, access.WRONG_INSTANCE, access.TOKEN_REFUSED}
    assert told == codes | {0, 2, events.WAITING, settle.INCOMPLETE}
