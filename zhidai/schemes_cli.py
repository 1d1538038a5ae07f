"""`zhidai scheme`: write a measure down, check it, try it on cases, compare it, explain a figure."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from shared.money import parse_fen
from shared.refusals import Refused
from shared.schemes import library
from shared.schemes.cases.cases import run
from shared.schemes.tools.book import SAMPLE_BOOK, read_book
from shared.schemes.tools.comparison import cost_of
from shared.schemes.tools.drafting import Answers, draft
from shared.schemes.tools.pages import generated, pages
from zhidai.commands import scheme_publish
from zhidai.scheme_files import (
    CANNOT,
    WRONG,
    book_text,
    cases_of,
    check_file,
    chosen,
    path_of,
    scheme_of,
    tell,
    text_of,
    write_draft,
)
from zhidai.scheme_tables import show_costs, show_list, show_outcome, show_rules

scheme = typer.Typer(
    help="Schemes: check, test, explain, compare and draft a county's measure.",
    no_args_is_help=True,
)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en")]
Source = Annotated[str, typer.Argument(help="a programme, or the path of a scheme file")]


def mount(app: typer.Typer) -> None:
    """Put `scheme` under the front door."""
    scheme_publish.mount(scheme)
    app.add_typer(scheme, name="scheme")


@scheme.callback()
def further_folders(
    schemes: Annotated[
        list[Path] | None,
        typer.Option(
            envvar="ZHIDAI_SCHEMES", help="further folders of programme files, found by name"
        ),
    ] = None,
) -> None:
    """Schemes: check, test, explain, compare and draft a county's measure."""
    try:
        library.look_in(schemes or ())
    except library.FoldersWrong as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(CANNOT) from None


@scheme.command("list")
def list_programmes(lang: Language = "zh") -> None:
    """Every programme that is known by name: this project's, and those of further folders."""
    show_list([scheme_of(name, lang) for name in library.programmes()], lang)


@scheme.command()
def check(
    sources: Annotated[
        list[str], typer.Argument(help="programmes or files, cases beside them included")
    ],
    lang: Language = "zh",
) -> None:
    """Say everything that is wrong in a file: line, column, and what would be right."""
    wrong = sum(check_file(path_of(source, lang), lang) for source in sources)
    raise typer.Exit(WRONG if wrong else 0)


@scheme.command("test")
def test_cases(
    sources: Annotated[
        list[str] | None, typer.Argument(help="programmes or files; without one, all")
    ] = None,
    lang: Language = "zh",
) -> None:
    """Put the cases beside each scheme to it; a difference is told to the fen."""
    failed = total = 0
    for source in sources or library.programmes():
        one, cases = scheme_of(source, lang), cases_of(source, lang)
        for case in cases:
            outcome = run(case, one)
            total += 1
            if not outcome.passed:
                failed += 1
                typer.echo(f"✗ {one.programme} · {case.name} ({case.line})")
                for difference in outcome.differences:
                    typer.echo(f"    {difference}")
    zh, en = f"{total} 个案例，{failed} 个不符", f"{total} cases, {failed} failed"
    typer.echo(zh if lang == "zh" else en)
    raise typer.Exit(WRONG if failed or not total else 0)


@scheme.command()
def explain(
    source: Source,
    case: Annotated[
        str | None, typer.Option(help="number or part of the name of a case; without, a list")
    ] = None,
    lang: Language = "zh",
) -> None:
    """Every step to the figures of a case: rule, what went in, result, source."""
    one, cases = scheme_of(source, lang), cases_of(source, lang)
    if case is None:
        for number, item in enumerate(cases, start=1):
            typer.echo(f"{number:3} {item.day} {item.mode or '':10} {item.name}")
        return
    number, item = chosen(cases, case)
    show_outcome(one, number, item, run(item, one), lang)


@scheme.command()
def diff(
    old: Source,
    new: Source,
    on: Annotated[str | None, typer.Option(help="the day of approval, YYYY-MM-DD")] = None,
    old_on: Annotated[str | None, typer.Option(help="another day for the old one")] = None,
    mode: Annotated[str | None, typer.Option(help="a mode of the new one")] = None,
    old_mode: Annotated[str | None, typer.Option(help="a mode of the old one")] = None,
    book: Annotated[Path | None, typer.Option(help="claims as CSV; without, a sample")] = None,
    available: Annotated[str | None, typer.Option(help="the pool's balance, in yuan")] = None,
    lang: Language = "zh",
) -> None:
    """Which rules differ, and who pays more or less on a book of claims."""
    day = _day(on) or date.today()
    try:
        before = scheme_of(old, lang).terms(_day(old_on) or day, old_mode, live=False)
        after = scheme_of(new, lang).terms(day, mode, live=False)
    except Refused as refusal:
        typer.echo(refusal.zh if lang == "zh" else refusal.en, err=True)
        raise typer.Exit(WRONG) from None
    claims = SAMPLE_BOOK
    if book is not None:
        claims, problems = read_book(book_text(book, lang))
        if tell(book, problems, lang):
            raise typer.Exit(WRONG)
    figures = {"pool_available": _amount(available)} if available else {}
    show_rules(before, after, lang)
    show_costs(cost_of(claims, before, figures), cost_of(claims, after, figures), lang)


@scheme.command()
def new(
    programme: Annotated[str, typer.Option(prompt="方案代号（小写英文，如 wuxi）/ id")],
    zh: Annotated[str, typer.Option(prompt="方案名称（中文）/ name in Chinese")],
    en: Annotated[str, typer.Option(prompt="方案名称（英文）/ name in English")],
    place_zh: Annotated[str, typer.Option(prompt="地区（中文）/ place in Chinese")],
    place_en: Annotated[str, typer.Option(prompt="地区（英文）/ place in English")],
    measure: Annotated[str, typer.Option(prompt="依据的办法名称和文号 / title of the measure")],
    valid_from: Annotated[str, typer.Option(prompt="施行日 YYYY-MM-DD / first day")],
    shares: Annotated[str, typer.Option(prompt="分担比例，如 pool=40,bank=60 / shares in percent")],
    article: Annotated[str, typer.Option(prompt="比例写在第几条 / article of the ratio")],
    loan_cap: Annotated[
        str, typer.Option(prompt="单笔贷款上限（元，没有则留空）/ largest loan")
    ] = "",
    loan_cap_article: Annotated[
        str, typer.Option(prompt="上限写在第几条（没有则留空）/ article of the cap")
    ] = "",
    region_code: Annotated[
        str, typer.Option(prompt="行政区划代码六位（没有则留空）/ region code")
    ] = "",
    template: Annotated[str, typer.Option(help="a template of `zhidai scheme list`")] = (
        "template_pool_bank"
    ),
    mode: Annotated[str | None, typer.Option(help="a mode of the template")] = None,
    folder: Annotated[Path, typer.Option(help="where to write")] = Path(),
    lang: Language = "zh",
) -> None:
    """Draft a measure from a template by answering questions, with a first case to correct.

    Nothing is written unless all answers fit.
    """
    first = _day(valid_from)
    assert first is not None
    source = scheme_of(template, lang)
    chosen_mode = mode or next(iter(source.modes))
    if chosen_mode not in source.modes:
        typer.echo(f"{template}: {', '.join(source.modes)}", err=True)
        raise typer.Exit(CANNOT)
    answers = Answers(
        programme=programme, zh=zh, en=en, place_zh=place_zh, place_en=place_en, measure=measure,
        valid_from=first, mode=chosen_mode, shares=_shares(shares), article=article,
        loan_cap=loan_cap, loan_cap_article=loan_cap_article, region_code=region_code,
    )  # fmt: skip
    text = draft(text_of(path_of(template, lang), lang), answers)
    write_draft(folder / f"{programme}.yaml", text, answers, lang)


@scheme.command()
def docs(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="programmes or files; without one, this project's and the schemas"),
    ] = None,
    folder: Annotated[Path, typer.Option(help="where to write")] = Path("docs/schemes"),
    check_only: Annotated[bool, typer.Option("--check", help="only say what is stale")] = False,
) -> None:
    """Write the pages of programmes, and the JSON Schemas for editors."""
    named = sources or library.programmes_of_this_project()
    documents = [(scheme_of(name, "en"), cases_of(name, "en")) for name in named]
    stale = 0
    for name, text in (pages(documents) if sources else generated(documents)).items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        typer.echo(f"{'out of date' if check_only else 'written'}: {path}")
        if not check_only:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    raise typer.Exit(WRONG if check_only and stale else 0)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        typer.echo(f"{text}: YYYY-MM-DD", err=True)
        raise typer.Exit(CANNOT) from None


def _amount(text: str) -> int:
    try:
        return parse_fen(text)
    except ValueError:
        typer.echo(f"{text}: 1000000.00", err=True)
        raise typer.Exit(CANNOT) from None


def _shares(text: str) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for pair in text.replace("\uff0c", ",").split(","):
        party, _, percent = pair.strip().partition("=")
        number = percent.strip().rstrip("%")
        if not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", number):
            typer.echo(f"{pair.strip()}: pool=40,bank=60", err=True)
            raise typer.Exit(CANNOT)
        found[party.strip()] = int(number) if number.isdigit() else f"{number}%"
    return found
