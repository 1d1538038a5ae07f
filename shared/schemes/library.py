"""The scheme files that come with the house, found by name and read once."""

from functools import cache
from pathlib import Path

from shared.schemes.problems import Problem
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import NoSuchScheme, Scheme

PROGRAMMES = Path(__file__).parents[2] / "schemes"


class SchemeFileWrong(Exception):
    """A scheme file that cannot be used, with everything that is to be mended in it."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{path.name}: {problem.text('en')}" for problem in problems))
        self.path = path
        self.problems = problems


@cache
def load(programme: str) -> Scheme:
    """The scheme of a programme, read once.

    Raises NoSuchScheme; SchemeFileWrong if the file has mistakes.
    """
    if programme not in programmes():
        raise NoSuchScheme(
            f"没有名为 {programme} 的方案文件", f"There is no scheme file named {programme}."
        )
    path = PROGRAMMES / f"{programme}.yaml"
    scheme, problems = read_scheme(path.read_text(encoding="utf-8"), programme=programme)
    if scheme is None or problems:
        raise SchemeFileWrong(path, tuple(problems))
    return scheme


def programmes() -> tuple[str, ...]:
    """Every programme with a scheme file, by name."""
    return tuple(
        sorted(
            path.stem
            for path in PROGRAMMES.glob("*.yaml")
            if not path.stem.endswith(".cases") and path.stem not in ("lpr",)
        )
    )
