"""Scheme files by name or path, for `zhidai scheme`; whatever is wrong in one is told and ends it."""

from pathlib import Path

import typer

from shared.refusals import Refused
from shared.schemes import library
from shared.schemes.cases.cases import Case, cases_beside, read_cases
from shared.schemes.problems import Problem
from shared.schemes.reading.common import read_common
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import Scheme
from shared.schemes.tools.drafting import Answers, draft_cases

WRONG = 1
"""The exit code when something is to be mended."""

CANNOT = 2
"""The exit code when what is asked for is not there or cannot be read."""


def path_of(source: str, lang: str) -> Path:
    """The file of a programme by its name, or the path itself."""
    path = Path(source)
    if path.suffix in (".yaml", ".yml"):
        return path
    try:
        return library.path_of(source)
    except Refused as refusal:
        typer.echo(refusal.zh if lang == "zh" else refusal.en, err=True)
        raise typer.Exit(CANNOT) from None


def text_of(path: Path, lang: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        zh, en = f"读不了文件 {path}(须存在，UTF-8 编码)", f"{path} cannot be read (as UTF-8)"
        typer.echo(zh if lang == "zh" else en, err=True)
        raise typer.Exit(CANNOT) from None


def tell(path: Path, problems: list[Problem], lang: str) -> int:
    """Say every problem of a file; how many there are."""
    for problem in problems:
        typer.echo(f"{path}: {problem.text(lang)}")
    return len(problems)


def scheme_of(source: str, lang: str) -> Scheme:
    path = path_of(source, lang)
    found, problems = read_scheme(
        text_of(path, lang), programme=path.stem, common=library.common_text
    )
    if found is None or problems:
        tell(path, problems, lang)
        raise typer.Exit(WRONG)
    return found


def cases_of(source: str, lang: str) -> tuple[Case, ...]:
    """The cases beside a scheme's file."""
    path = cases_beside(path_of(source, lang))
    cases, problems = read_cases(text_of(path, lang))
    if tell(path, problems, lang):
        raise typer.Exit(WRONG)
    return cases


def chosen(cases: tuple[Case, ...], wanted: str) -> tuple[int, Case]:
    """A case by its number or a part of its name."""
    if wanted.isdigit() and 1 <= int(wanted) <= len(cases):
        return int(wanted), cases[int(wanted) - 1]
    for number, item in enumerate(cases, start=1):
        if wanted in item.name:
            return number, item
    typer.echo(f"没有这个案例 / no such case: {wanted}", err=True)
    raise typer.Exit(CANNOT)


def check_file(path: Path, lang: str) -> int:
    """Tell what is wrong in a file and in the cases beside it; how much it is."""
    text, wrong = text_of(path, lang), 0
    if path.stem.endswith(".cases"):
        problems = read_cases(text)[1]
    elif path.parent.name == "common":
        problems = read_common(text, name=path.stem)[1]
    else:
        problems = read_scheme(text, programme=path.stem, common=library.common_text)[1]
        beside = cases_beside(path)
        if beside.is_file():
            wrong += tell(beside, read_cases(text_of(beside, lang))[1], lang)
    wrong += tell(path, problems, lang)
    if not problems:
        typer.echo(f"{path}: {'没有发现错误' if lang == 'zh' else 'nothing wrong'}")
    return wrong


def write_draft(path: Path, text: str, answers: Answers, lang: str) -> None:
    """Write a drafted measure and its first cases: both, and only where nothing is wrong in it."""
    zh = lang == "zh"
    if path.exists() or path.stem in library.programmes():
        typer.echo(f"{path} {'已存在' if zh else 'exists already'}", err=True)
        raise typer.Exit(WRONG)
    if tell(path, read_scheme(text, programme=path.stem, common=library.common_text)[1], lang):
        typer.echo("没有写入任何文件" if zh else "nothing was written", err=True)
        raise typer.Exit(WRONG)
    path.write_text(text, encoding="utf-8")
    cases_beside(path).write_text(draft_cases(answers), encoding="utf-8")
    typer.echo(f"{path}\n{cases_beside(path)}")


def book_text(path: Path, lang: str) -> str:
    """A table as spreadsheets save it: UTF-8 with or without its mark (BOM), or GBK."""
    try:
        data = path.read_bytes()
    except OSError:
        typer.echo(f"读不了文件 {path}" if lang == "zh" else f"{path} cannot be read", err=True)
        raise typer.Exit(CANNOT) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    typer.echo(f"{path}: UTF-8 / GBK", err=True)
    raise typer.Exit(CANNOT)
