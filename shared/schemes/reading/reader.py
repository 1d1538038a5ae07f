"""Reads the text of a scheme file into a `Scheme`, or says everything that is wrong with it."""

import itertools
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError

from shared.schemes.reading.conditions import WORDS
from shared.schemes.reading.consistency import inconsistencies
from shared.schemes.reading.rules import RULES
from shared.schemes.reading.scalars import Choice, Day, Text, as_day
from shared.schemes.reading.shape import (
    At,
    Field,
    Named,
    Problem,
    Record,
    is_mapping,
    shown,
    unknown,
)
from shared.schemes.scheme import Document, Entry, Mode, Scheme, Status
from shared.schemes.terms import Stated
from shared.schemes.vocabulary import MARKS, Words

STATUS = Choice(("complete", "template", "incomplete"))

_NAME = Record(WORDS, make=Words)
_DOCUMENT = Record(
    {
        "zh": Field(Text(), required=True),
        "en": Field(Text(), default=""),
        "where": Field(Text(), default=""),
    },
    make=Document,
)
_VALID = Record(
    {"from": Field(Day(), required=True, zh="施行日", en="first day"), "to": Field(Day())}
)

ENTRY_KEYS = ("value", "source", "mark", "note", "to")

HEAD = {
    "programme": Field(
        Text(
            pattern=r"[a-z][a-z0-9_]*",
            hint_zh="小写英文字母、数字和下划线",
            hint_en="lower case letters, digits and _",
        ),
        required=True,
        zh="方案代号，与文件名相同",
        en="the name, as the file's",
    ),
    "name": Field(_NAME, required=True, zh="方案名称", en="its title"),
    "place": Field(_NAME, required=True, zh="地区", en="where"),
    "region_code": Field(
        Text(
            pattern=r"[1-9][0-9]{5}",
            hint_zh="六位行政区划代码（GB/T 2260），加引号",
            hint_en="six digits (GB/T 2260), quoted",
        ),
        default="",
        zh="行政区划代码；填写后，企业所在地据此核对",
        en="region code; where stated, a firm's region is held against it",
    ),
    "status": Field(
        STATUS,
        required=True,
        zh="complete 可运行 / incomplete 有未公开数值 / template 模板",
        en="status",
    ),
    "valid": Field(_VALID, required=True, zh="有效期", en="validity"),
    "documents": Field(Named(_DOCUMENT, least=1), required=True, zh="依据文件", en="sources"),
    "readings": Field(Named(Text()), default={}, zh="采用的解释", en="readings leaned on"),
}


class _DaysAsText(RoundTripConstructor):
    """Leaves days as they were written, so that a wrong one can be told with its place."""


_DaysAsText.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node)
)


def read_yaml(text: str) -> tuple[Any, list[Problem]]:
    """The nodes of a YAML 1.2 text with their places, or why it cannot be read."""
    try:
        yaml = YAML(typ="rt")
        yaml.Constructor = _DaysAsText
        return yaml.load(text), []
    except DuplicateKeyError as error:
        mark = error.problem_mark
        name = str(error.problem).split('"')[1] if '"' in str(error.problem) else ""
        return None, [
            Problem(
                mark.line + 1,
                mark.column + 1,
                "",
                f"“{name}” 写了两次，只能保留一个",
                f"“{name}” stands twice; keep one",
            )
        ]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        began = error.context_mark.line + 1 if error.context_mark else line
        from_zh = f"（这一段从第 {began} 行开始）" if began != line else ""
        from_en = f" (it began on line {began})" if began != line else ""
        return None, [
            Problem(
                line,
                column,
                "",
                f"YAML 格式有误{from_zh}，请检查缩进（只用空格）、冒号后的空格和引号、括号是否成对",
                f"this is not YAML: {error.problem}{from_en}; check indentation (spaces only), the "
                "space after each colon, and that quotes come in pairs",
            )
        ]
    except (ValueError, TypeError) as error:
        return None, [
            Problem(1, 1, "", f"文件无法读取：{error}", f"the file cannot be read: {error}")
        ]


def read_scheme(text: str, *, programme: str | None = None) -> tuple[Scheme | None, list[Problem]]:
    """The scheme, or None and every problem found, in the order of the file.

    `programme` is the name that the file must carry, its own file name.
    """
    node, problems = read_yaml(text)
    if problems:
        return None, problems
    at = At(node, "", 1, 1)
    if not is_mapping(at, problems):
        return None, problems
    head_node = {key: node[key] for key in node if key not in ("rules", "modes")}
    head = _head(at, head_node, problems)
    if head and programme is not None and head["programme"] != programme:
        place = at.child("programme")
        problems.append(
            place.problem(
                f"方案代号 {shown(place.node)} 与文件名 {programme} 不一致",
                f"the programme {shown(place.node)} is not the file's name {programme}",
            )
        )
    valid = head["valid"] if head else None
    if valid and valid["to"] is not None and valid["to"] < valid["from"]:
        problems.append(
            at.child("valid").problem(
                "有效期的止日早于起日", "the last day of validity lies before the first"
            )
        )
    common = read_rules(at.child("rules"), problems) if "rules" in node else {}
    modes = _modes(at, head["status"] if head else "complete", problems)
    if problems or head is None:
        return None, sorted(problems, key=lambda problem: (problem.line, problem.column))
    scheme = Scheme(
        programme=head["programme"],
        name=head["name"],
        place=head["place"],
        region_code=head["region_code"],
        status=head["status"],
        valid_from=head["valid"]["from"],
        valid_to=head["valid"]["to"],
        documents=head["documents"],
        readings=head["readings"],
        common=common,
        modes=modes,
    )
    problems = inconsistencies(scheme, at)
    return scheme, sorted(problems, key=lambda problem: (problem.line, problem.column))


def _head(at: At, head_node: dict[str, Any], problems: list[Problem]) -> dict[str, Any] | None:
    known = (*HEAD, "rules", "modes")
    before = len(problems)
    found: dict[str, Any] = {}
    for key in head_node:
        if key not in HEAD:
            problems.append(unknown(at.key(key), known))
    for name, spec in HEAD.items():
        if name in head_node:
            found[name] = spec.shape.read(at.child(name), problems)
        elif spec.required:
            problems.append(
                at.problem(f"缺少 “{name}”（{spec.zh}）", f"“{name}” is missing ({spec.en})")
            )
        else:
            found[name] = spec.default
    return found if len(problems) == before else None


def _modes(at: At, status: Status, problems: list[Problem]) -> dict[str, Mode]:
    if "modes" not in at.node:
        problems.append(
            at.problem(
                "缺少 “modes”：至少写一种分担模式，如 modes: {direct: {name: …, rules: …}}",
                "“modes” is missing: write at least one, e.g. modes: {direct: {name: …, rules: …}}",
            )
        )
        return {}
    place = at.child("modes")
    if not is_mapping(place, problems):
        return {}
    if not place.node:
        problems.append(place.problem("至少要有一种模式", "there must be at least one mode"))
    found = {}
    for code in place.node:
        mode_at = place.child(code)
        if not is_mapping(mode_at, problems):
            continue
        for key in mode_at.node:
            if key not in ("name", "status", "rules"):
                problems.append(unknown(mode_at.key(key), ("name", "status", "rules")))
        if "name" not in mode_at.node:
            problems.append(mode_at.problem("缺少 “name”（模式名称）", "“name” is missing"))
            continue
        name = _NAME.read(mode_at.child("name"), problems)
        own = STATUS.read(mode_at.child("status"), problems) if "status" in mode_at.node else status
        rules = read_rules(mode_at.child("rules"), problems) if "rules" in mode_at.node else {}
        found[str(code)] = Mode(code=str(code), name=name, status=own or status, rules=rules)  # type: ignore[arg-type]
    return found


def read_rules(at: At, problems: list[Problem]) -> dict[str, tuple[Entry, ...]]:
    """Rule name → its dated values, oldest first."""
    if not is_mapping(at, problems):
        return {}
    found = {}
    for name in at.node:
        if name not in RULES:
            problems.append(unknown(at.key(name), tuple(RULES)))
            continue
        entries = _entries(str(name), at.child(name), problems)
        if entries:
            found[str(name)] = entries
    return found


def _entries(name: str, at: At, problems: list[Problem]) -> tuple[Entry, ...]:
    example = f"{name}: {{2026-01-01: {{value: …, source: 第五条}}}}"
    if not hasattr(at.node, "items") or not at.node:
        problems.append(
            at.problem(
                f"规则 “{name}” 的值要写在生效日之下，如 {example}",
                f"the value of “{name}” stands under the day from which it holds, e.g. {example}",
            )
        )
        return ()
    found = []
    for key in at.node:
        since = as_day(key)
        if since is None:
            problems.append(
                at.key(key).problem(
                    f"{shown(key)} 不是生效日；规则写作 {example}",
                    f"{shown(key)} is not a day; a rule is written {example}",
                )
            )
            continue
        entry = _entry(name, since, at.child(key), problems)
        if entry:
            found.append(entry)
    found.sort(key=lambda entry: entry.since)
    for before, after in itertools.pairwise(found):
        if before.until is not None and before.until >= after.since:
            problems.append(
                Problem(
                    after.at.line,
                    after.at.column,
                    f"{at.path}/{after.since}",
                    f"日期重叠：上一条有效至 {before.until}，这一条从 {after.since} 开始；"
                    f"请把上一条的 to 改为 {date.fromordinal(after.since.toordinal() - 1)} 或删去",
                    f"the dates overlap: the entry before holds to {before.until}, this one from "
                    f"{after.since}; set its “to” to "
                    f"{date.fromordinal(after.since.toordinal() - 1)} or leave it out",
                )
            )
    return tuple(found)


def _entry(name: str, since: date, at: At, problems: list[Problem]) -> Entry | None:
    if not is_mapping(at, problems):
        return None
    before = len(problems)
    for key in at.node:
        if key not in ENTRY_KEYS:
            problems.append(unknown(at.key(key), ENTRY_KEYS))
    if "value" not in at.node:
        problems.append(at.problem("缺少 “value”（数值）", "“value” is missing"))
        return None
    mark = Choice(tuple(MARKS)).read(at.child("mark"), problems) if "mark" in at.node else ""
    source = Text().read(at.child("source"), problems) if "source" in at.node else ""
    if "source" not in at.node and mark != "assumed":
        problems.append(
            at.problem(
                "缺少 “source”（依据哪一条）；没有依据的数值请写 mark: assumed",
                "“source” (which article) is missing; a value without one carries mark: assumed",
            )
        )
    until = Day().read(at.child("to"), problems) if "to" in at.node else None
    if until is not None and until < since:
        problems.append(
            at.child("to").problem("止日早于起日", "the last day lies before the first")
        )
    note = Text().read(at.child("note"), problems) if "note" in at.node else ""
    value = RULES[name].shape.read(at.child("value"), problems)
    if len(problems) > before:
        return None
    return Entry(
        since=since,
        until=until,
        value=value,
        stated=Stated(source=source or "", mark=mark or "", since=since, note=note or ""),
        at=at,
    )
