"""Programme files found by name and read once: those of this project, and of further folders.

A county's own programmes stay in a folder of the county, which the setting `ZHIDAI_SCHEMES`
names; nothing is copied into this source tree.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.schemes.problems import Problem, closest
from shared.schemes.publication import Publication
from shared.schemes.reading.reader import read_scheme
from shared.schemes.reading.yaml_text import read_yaml
from shared.schemes.scheme import NoSuchScheme, Scheme

PROGRAMMES = Path(__file__).parents[2] / "schemes"
"""The programme files of this project."""

_folders: list[Path] = [PROGRAMMES]


@dataclass(frozen=True)
class _Known:
    """What was read of a file, with its text and those of the common rules that it extends."""

    text: str
    common: Mapping[str, str | None]
    scheme: Scheme

    def common_stands(self) -> bool:
        """Whether the common rules are still those that were read."""
        return all(common_text(name) == text for name, text in self.common.items())


_known: dict[Path, _Known] = {}
"""To read a file takes a tenth of a second: where other folders are named, only what changed is."""


class SchemeFileWrong(Exception):
    """A scheme file that cannot be used, with everything that is to be mended in it."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{path.name}: {problem.text('en')}" for problem in problems))
        self.path = path
        self.problems = problems


class FoldersWrong(ValueError):
    """The folders cannot be used together; the message says which is to be mended, and how."""


def folders_of(setting: str) -> tuple[Path, ...]:
    """The folders that a path list names, `:` between them as in PATH. Raises FoldersWrong."""
    folders = tuple(Path(part.strip()) for part in setting.split(os.pathsep) if part.strip())
    _found((PROGRAMMES, *folders))
    return folders


def look_in(further: Sequence[Path]) -> None:
    """Besides this project's own, look into these folders: said once, when a process starts.

    Raises FoldersWrong.
    """
    _found((PROGRAMMES, *further))
    if _folders[1:] != list(further):
        _folders[1:] = further
        load.cache_clear()


def _found(folders: Sequence[Path]) -> dict[str, Path]:
    """Every programme's file by its name, which no two may have."""
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise FoldersWrong(f"there is no folder {folder} to look for programmes in")
        for path in sorted(folder.glob("*.yaml")):
            if path.stem.endswith(".cases"):
                continue
            if path.stem in found:
                raise FoldersWrong(
                    f"two programmes are named {path.stem}: {found[path.stem]} and {path}; "
                    "rename one, its file and its “programme:” alike"
                )
            found[path.stem] = path
    return found


def path_of(programme: str) -> Path:
    """The file of a programme. Raises NoSuchScheme, with the name that was probably meant."""
    found = _found(_folders)
    path = found.get(programme)
    if path is None:
        meant = closest(programme, tuple(found))
        raise NoSuchScheme(
            f"没有名为 {programme} 的方案文件" + (f"，是否要写 “{meant}”？" if meant else ""),
            f"There is no scheme file named {programme}"
            + (f"; did you mean “{meant}”?" if meant else "."),
        )
    return path


@cache
def load(programme: str) -> Scheme:
    """The scheme of a programme, read once.

    Raises NoSuchScheme; SchemeFileWrong if the file has mistakes.
    """
    path = path_of(programme)
    text = path.read_text(encoding="utf-8")
    known = _known.get(path)
    if known is not None and known.text == text and known.common_stands():
        return known.scheme
    asked: dict[str, str | None] = {}

    def common(name: str) -> str | None:
        asked[name] = common_text(name)
        return asked[name]

    scheme, problems = read_scheme(text, programme=programme, common=common)
    if scheme is None or problems:
        raise SchemeFileWrong(path, tuple(problems))
    _known[path] = _Known(text, asked, scheme)
    return scheme


def common_text(name: str) -> str | None:
    """The text of the common rules that programmes extend: `common/<name>.yaml` of a folder."""
    for folder in _folders:
        path = folder / "common" / f"{name}.yaml"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return None


def texts(programme: str) -> tuple[str, str]:
    """A programme's text and that of the common rules it extends, "" where it extends none.

    Together they are what is published. Raises NoSuchScheme, SchemeFileWrong.
    """
    text = path_of(programme).read_text(encoding="utf-8")
    return text, common_text(load(programme).extends) or ""


def programmes() -> tuple[str, ...]:
    """Every programme with a scheme file, by name."""
    return tuple(sorted(_found(_folders)))


def programmes_of_this_project() -> tuple[str, ...]:
    """Those whose files come with this project: what is published about it names no others."""
    return tuple(sorted(_found(_folders[:1])))


def publication_of(path: Path) -> Publication:
    """What is published of a file: its text with the common rules that it extends.

    Raises OSError and UnicodeDecodeError where it cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    return Publication(path.stem, text, extended_by(text, beside=path.parent))


def extended_by(text: str, *, beside: Path | None = None) -> str:
    """The text of the common rules that a measure's text names: of `common/` beside its file,
    else of the folders. "" where it extends none, or names what is not there: the reader says so.
    """
    node, _ = read_yaml(text)
    name = node.get("extends") if isinstance(node, Mapping) else None
    if not isinstance(name, str) or re.fullmatch(r"[a-z][a-z0-9_]*", name) is None:
        return ""
    folders: list[Path] = [beside, *_folders] if beside else _folders
    for folder in folders:
        path = folder / "common" / f"{name}.yaml"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return ""
