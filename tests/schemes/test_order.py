"""The engine's steps stand in one order, and each imports only from those below it."""

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "shared" / "schemes"
ORDER = (
    "vocabulary", "problems", "rules", "readings", "sources", "terms", "facts", "stated", "facts_schema", "wording", "decide", "scheme",
    "completeness", "reading", "publication", "library", "cases", "tools",
)  # fmt: skip
"""From the bottom up, as shared/schemes/README.md tells it."""

FILES = sorted(str(path.relative_to(ENGINE)) for path in ENGINE.rglob("*.py"))


def upward(file: str, source: str) -> list[str]:
    """Every import in a file that does not lead down, also inside functions."""
    own = Path(file).with_suffix("").parts[0]
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or "").split(".")
            if parts[:2] == ["shared", "schemes"]:
                names = [parts[2]] if len(parts) > 2 else [name.name for name in node.names]
        elif isinstance(node, ast.Import):
            split = [name.name.split(".") for name in node.names]
            names = [parts[2] for parts in split if parts[:2] == ["shared", "schemes"]]
        found += [name for name in names if ORDER.index(name) > ORDER.index(own)]
    return found


def circles(imports: dict[str, set[str]]) -> set[str]:
    """The modules that reach themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for name in imports.get(waiting.pop(), set()) - seen:
                seen.add(name)
                waiting.append(name)
        return seen

    return {name for name in imports if name in reached(name)}


def imported(source: str) -> set[str]:
    return {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared.schemes.")
    }


@pytest.mark.parametrize("file", [file for file in FILES if file != "__init__.py"])
def test_a_step_imports_only_what_stands_below_it(file):
    assert upward(file, (ENGINE / file).read_text()) == []


def test_no_module_reaches_itself():
    modules = {
        "shared.schemes." + file.removesuffix(".py").replace("/", "."): imported(
            (ENGINE / file).read_text()
        )
        for file in FILES
    }

    assert len(modules) > 40
    assert circles(modules) == set()


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("terms.py", "from shared.schemes.reading.shape import Record"),
        ("rules/sharing.py", "from shared.schemes import terms"),
        ("decide/loss.py", "def f():\n    from shared.schemes.cases.cases import run"),
        ("reading/reader.py", "import shared.schemes.library"),
    ],
)
def test_an_arrow_that_runs_up_is_seen(file, line):
    assert upward(file, line)


def test_a_circle_is_seen():
    assert circles({"loss": {"told"}, "told": {"loss"}, "limits": {"loss"}}) == {"loss", "told"}
