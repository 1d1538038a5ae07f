"""What `zhidai scheme` prints: the steps of a case, rules that differ, who pays more or less."""

import sys

from rich.console import Console
from rich.table import Table

from shared.money import group_fen
from shared.schemes.cases.answers import Answer
from shared.schemes.cases.cases import Case, Outcome
from shared.schemes.scheme import Scheme
from shared.schemes.terms import RULES, Terms
from shared.schemes.tools.comparison import Totals, differing_rules
from shared.schemes.tools.describe import described
from shared.schemes.vocabulary import party_name


def console() -> Console:
    """Wide where nobody looks at a terminal, so that a table in a file is not cut."""
    return Console() if sys.stdout.isatty() else Console(width=160)


def show_list(schemes: list[Scheme], lang: str) -> None:
    """Programmes by name."""
    table = Table("id", "名称" if lang == "zh" else "name", "状态" if lang == "zh" else "status")
    for one in schemes:
        table.add_row(one.programme, one.name.said(lang), one.status)
    console().print(table)


def show_outcome(one: Scheme, number: int, item: Case, outcome: Outcome, lang: str) -> None:
    """Every answer to a case, and every difference from what was expected."""
    screen = console()
    screen.print(f"[bold]{one.name.said(lang)}[/bold] · {number}. {item.name}", highlight=False)
    for answer in outcome.answers:
        screen.print(_answer_table(answer, lang))
    for difference in outcome.differences:
        screen.print(f"✗ {difference}", highlight=False)


def _answer_table(answer: Answer, lang: str) -> Table:
    zh = lang == "zh"
    if answer.explanation is not None and answer.explanation.steps:
        heads = ("步骤", "输入", "结果", "依据") if zh else ("step", "inputs", "result", "source")
        table = Table(*heads, title=f"{answer.question} · {answer.explanation.version}")
        for row in answer.explanation.rows(lang):
            table.add_row(*row)
        return table
    table = Table(title=answer.question, show_header=False)
    for key, value in answer.data.items():
        if key not in ("findings", "reasons"):
            table.add_row(key, str(value))
    if "reasons" in answer.data and not answer.data["reasons"]:
        table.add_row("✓", "没有不符之处" if zh else "nothing stands against it")
    for finding in answer.data.get("findings", ()):
        table.add_row(finding["code"], f"{finding[lang]} ({finding['source']})")
    return table


def show_rules(before: Terms, after: Terms, lang: str) -> None:
    """The rules that are not the same."""
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
    console().print(table)


def show_costs(old: Totals, new: Totals, lang: str) -> None:
    """What each party bears of the same claims under one measure and the other."""
    zh = lang == "zh"
    heads = ("承担方", "原", "新", "增减") if zh else ("who", "old", "new", "more or less")
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
    change = new.refused_fen - old.refused_fen
    table.add_row(
        "不予受理的本金（计入受偿方）" if zh else "principal refused (borne by the bearer)",
        group_fen(old.refused_fen),
        group_fen(new.refused_fen),
        f"{'+' if change > 0 else ''}{group_fen(change)}",
    )
    for code in sorted({*old.refused.values(), *new.refused.values()}):
        counts = [sum(one == code for one in totals.refused.values()) for totals in (old, new)]
        table.add_row(f"  {code}", *(str(count) for count in counts), "")
    console().print(table)
