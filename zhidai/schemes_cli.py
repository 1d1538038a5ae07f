"""`zhidai scheme`: write a measure down, check it, try it on cases, compare it, explain a figure."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from shared.money import group_fen, parse_fen
from shared.refusals import Refused
from shared.schemes.cases.cases import Case, Outcome, cases_beside, read_cases, run
from shared.schemes.library import PROGRAMMES, programmes
from shared.schemes.problems import Problem
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import Scheme
from shared.schemes.terms import RULES, Terms
from shared.schemes.tools.comparison import SAMPLE_BOOK, Totals, cost_of, differing_rules, read_book
from shared.schemes.tools.describe import described
from shared.schemes.tools.drafting import Answers, draft, draft_cases
from shared.schemes.tools.json_schema import cases_schema, scheme_schema, written
from shared.schemes.tools.pages import index, page
from shared.schemes.vocabulary import party_name

scheme = typer.Typer(
    help="Schemes: check, test, explain, compare and draft a county's measure.",
    no_args_is_help=True,
)

Language = Annotated[Literal["zh", "en"], typer.Option("--lang", help="zh or en")]
Source = Annotated[str, typer.Argument(help="a programme, or the path of a scheme file")]

WRONG = 1
"""The exit code when something is to be mended."""


def mount(app: typer.Typer) -> None:
    """Put `scheme` under the front door."""
    app.add_typer(scheme, name="scheme")


@scheme.command("list")
def list_programmes(lang: Language = "zh") -> None:
    """The schemes that come with the house."""
    table = Table("id", "名称" if lang == "zh" else "name", "状态" if lang == "zh" else "status")
    for name in programmes():
        one = _read(name, lang)
        table.add_row(name, one.name.said(lang), one.status)
    _console().print(table)


@scheme.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="scheme files, cases beside them included")],
    lang: Language = "zh",
) -> None:
    """Say everything that is wrong in a file: line, column, and what would be right."""
    wrong = 0
    for path in files:
        text = _text(path, lang)
        if path.stem.endswith(".cases"):
            problems = read_cases(text)[1]
        else:
            problems = read_scheme(text, programme=path.stem)[1]
            beside = cases_beside(path)
            if beside.is_file():
                wrong += _tell(beside, read_cases(_text(beside, lang))[1], lang)
        wrong += _tell(path, problems, lang)
        if not problems:
            typer.echo(f"{path}: {'没有发现错误' if lang == 'zh' else 'nothing wrong'}")
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
    for source in sources or list(programmes()):
        one, cases = _read(source, lang), _cases(source, lang)
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
    one, cases = _read(source, lang), _cases(source, lang)
    if case is None:
        for number, item in enumerate(cases, start=1):
            typer.echo(f"{number:3} {item.day} {item.mode or '':10} {item.name}")
        return
    number, item = _chosen(cases, case)
    _show(one, number, item, run(item, one), lang)


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
        before = _read(old, lang).terms(_day(old_on) or day, old_mode, live=False)
        after = _read(new, lang).terms(day, mode, live=False)
    except Refused as refusal:
        typer.echo(refusal.zh if lang == "zh" else refusal.en, err=True)
        raise typer.Exit(WRONG) from None
    claims = SAMPLE_BOOK
    if book is not None:
        claims, problems = read_book(_text(book, lang))
        if _tell(book, problems, lang):
            raise typer.Exit(WRONG)
    figures = {"pool_available": _amount(available)} if available else {}
    _show_rules(before, after, lang)
    _show_costs(
        (before, cost_of(claims, before, figures)), (after, cost_of(claims, after, figures)), lang
    )


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
    template: Annotated[str, typer.Option(help="a template of `zhidai scheme list`")] = (
        "template_pool_bank"
    ),
    mode: Annotated[str | None, typer.Option(help="a mode of the template")] = None,
    folder: Annotated[Path, typer.Option(help="where to write")] = Path(),
    lang: Language = "zh",
) -> None:
    """Draft a measure from a template by answering questions, with a first case to correct."""
    first = _day(valid_from)
    assert first is not None
    source = _read(template, lang)
    answers = Answers(
        programme=programme, zh=zh, en=en, place_zh=place_zh, place_en=place_en, measure=measure,
        valid_from=first, mode=mode or next(iter(source.modes)), shares=_shares(shares),
        article=article, loan_cap=loan_cap, loan_cap_article=loan_cap_article,
    )  # fmt: skip
    text = draft(_text(PROGRAMMES / f"{template}.yaml", lang), answers)
    path = folder / f"{programme}.yaml"
    if path.exists():
        typer.echo(f"{path} {'已存在' if lang == 'zh' else 'exists already'}", err=True)
        raise typer.Exit(WRONG)
    path.write_text(text, encoding="utf-8")
    cases_beside(path).write_text(draft_cases(answers), encoding="utf-8")
    typer.echo(f"{path}\n{cases_beside(path)}")
    raise typer.Exit(WRONG if _tell(path, read_scheme(text, programme=programme)[1], lang) else 0)


@scheme.command()
def docs(
    folder: Annotated[Path, typer.Option(help="where to write")] = Path("docs/schemes"),
    check_only: Annotated[bool, typer.Option("--check", help="only say what is stale")] = False,
) -> None:
    """Write the page of every programme, and the JSON Schemas for editors."""
    stale = 0
    for name, text in generated().items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        typer.echo(f"{'out of date' if check_only else 'written'}: {path}")
        if not check_only:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    raise typer.Exit(WRONG if check_only and stale else 0)


def generated() -> dict[str, str]:
    """Every generated file of docs/schemes with its text."""
    files = {
        "scheme.schema.json": written(scheme_schema()),
        "cases.schema.json": written(cases_schema()),
    }
    listed = []
    for name in programmes():
        one, cases = _read(name, "en"), _cases(name, "en")
        files[f"{name}.md"] = page(one, cases)
        listed.append((one, len(cases)))
    files["README.md"] = index(listed)
    return files


def _console() -> Console:
    """Wide where nobody looks at a terminal, so that a table in a file is not cut."""
    return Console() if sys.stdout.isatty() else Console(width=160)


def _path(source: str) -> Path:
    path = Path(source)
    if path.suffix in (".yaml", ".yml"):
        return path
    return PROGRAMMES / f"{source}.yaml"


def _text(path: Path, lang: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        zh, en = f"读不了文件 {path}(须存在，UTF-8 编码)", f"{path} cannot be read (as UTF-8)"
        typer.echo(zh if lang == "zh" else en, err=True)
        raise typer.Exit(2) from None


def _tell(path: Path, problems: list[Problem], lang: str) -> int:
    for problem in problems:
        typer.echo(f"{path}: {problem.text(lang)}")
    return len(problems)


def _read(source: str, lang: str) -> Scheme:
    path = _path(source)
    found, problems = read_scheme(_text(path, lang), programme=path.stem)
    if found is None or problems:
        _tell(path, problems, lang)
        raise typer.Exit(WRONG)
    return found


def _cases(source: str, lang: str) -> tuple[Case, ...]:
    path = cases_beside(_path(source))
    cases, problems = read_cases(_text(path, lang))
    if _tell(path, problems, lang):
        raise typer.Exit(WRONG)
    return cases


def _chosen(cases: tuple[Case, ...], wanted: str) -> tuple[int, Case]:
    if wanted.isdigit() and 1 <= int(wanted) <= len(cases):
        return int(wanted), cases[int(wanted) - 1]
    for number, item in enumerate(cases, start=1):
        if wanted in item.name:
            return number, item
    typer.echo(f"没有这个案例 / no such case: {wanted}", err=True)
    raise typer.Exit(2)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        typer.echo(f"{text}: YYYY-MM-DD", err=True)
        raise typer.Exit(2) from None


def _amount(text: str) -> int:
    try:
        return parse_fen(text)
    except ValueError:
        typer.echo(f"{text}: 1000000.00", err=True)
        raise typer.Exit(2) from None


def _shares(text: str) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for pair in text.replace("\uff0c", ",").split(","):
        party, _, percent = pair.strip().partition("=")
        number = percent.strip().rstrip("%")
        found[party.strip()] = int(number) if number.isdigit() else f"{number}%"
    return found


def _show(one: Scheme, number: int, item: Case, outcome: Outcome, lang: str) -> None:
    console = _console()
    console.print(f"[bold]{one.name.said(lang)}[/bold] · {number}. {item.name}", highlight=False)
    for answer in outcome.answers:
        heads = (
            ("步骤", "输入", "结果", "依据")
            if lang == "zh"
            else ("step", "inputs", "result", "source")
        )
        if answer.explanation is not None and answer.explanation.steps:
            table = Table(*heads, title=f"{answer.question} · {answer.explanation.version}")
            for row in answer.explanation.rows(lang):
                table.add_row(*row)
            console.print(table)
            continue
        table = Table(title=answer.question, show_header=False)
        for key, value in answer.data.items():
            if key not in ("findings", "reasons"):
                table.add_row(key, str(value))
        if "reasons" in answer.data and not answer.data["reasons"]:
            table.add_row("✓", "没有不符之处" if lang == "zh" else "nothing stands against it")
        for finding in answer.data.get("findings", ()):
            table.add_row(finding["code"], f"{finding[lang]} ({finding['source']})")
        console.print(table)
    for difference in outcome.differences:
        console.print(f"✗ {difference}", highlight=False)


def _show_rules(before: Terms, after: Terms, lang: str) -> None:
    heads = ("规则", "原", "新") if lang == "zh" else ("rule", "old", "new")
    table = Table(*heads, title=f"{before.version} → {after.version}")
    for difference in differing_rules(before, after):
        rule = RULES[difference.rule]
        table.add_row(
            rule.zh if lang == "zh" else rule.en,
            *(
                "—" if value is None else "\n".join(described(difference.rule, value, lang))
                for value in (difference.old, difference.new)
            ),
        )
    _console().print(table)


def _show_costs(before: tuple[Terms, Totals], after: tuple[Terms, Totals], lang: str) -> None:
    zh = lang == "zh"
    heads = ("承担方", "原", "新", "增减") if zh else ("who", "old", "new", "more or less")
    old, new = before[1], after[1]
    table = Table(*heads, title="同一批申请，各方承担（元）" if zh else "the same claims, in yuan")
    for party in [*new.shares, *(name for name in old.shares if name not in new.shares)]:
        was, will = old.shares.get(party, 0), new.shares.get(party, 0)
        change = will - was
        sign = "+" if change > 0 else ""
        table.add_row(
            party_name(party, lang), group_fen(was), group_fen(will), f"{sign}{group_fen(change)}"
        )
    table.add_section()
    table.add_row(
        "案件 / 受上限削减 / 不予受理" if zh else "claims / cut by a cap / refused",
        f"{old.claims} / {old.cut} / {len(old.refused)}",
        f"{new.claims} / {new.cut} / {len(new.refused)}",
        "",
    )
    _console().print(table)
