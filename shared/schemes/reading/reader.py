"""Reads the text of a scheme file into a `Scheme`, or says everything that is wrong with it."""

from dataclasses import replace
from typing import Any

from shared.schemes.problems import At, Problem, shown, unknown
from shared.schemes.reading.common import CALLED, NOTHING, ExtendedText, extended, over
from shared.schemes.reading.consistency import inconsistencies
from shared.schemes.reading.derived import NAME, record_of
from shared.schemes.reading.entries import read_rules
from shared.schemes.reading.scalars import Choice, Day, Text
from shared.schemes.reading.shape import Field, Named, Record, is_mapping
from shared.schemes.reading.yaml_text import read_yaml
from shared.schemes.scheme import Mode, Scheme, Status
from shared.schemes.sources import Document

STATUS = Choice(("complete", "draft", "template", "incomplete"))

_VALID = Record(
    {"from": Field(Day(), required=True, zh="施行日", en="first day"), "to": Field(Day())}
)

HEAD = {
    "programme": Field(
        CALLED,
        required=True,
        zh="方案代号，与文件名相同",
        en="the name, as the file's",
    ),
    "name": Field(NAME, required=True, zh="方案名称", en="its title"),
    "place": Field(NAME, required=True, zh="地区", en="where"),
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
        zh="complete 可运行 / draft 草稿 / incomplete 有未公开数值 / template 模板",
        en="status",
    ),
    "extends": Field(
        CALLED,
        default="",
        zh="采用的通用规则；本方案另有规定的从其规定",
        en="the common rules under its own, which win",
    ),
    "valid": Field(_VALID, required=True, zh="有效期", en="validity"),
    "documents": Field(
        Named(record_of(Document), least=1), required=True, zh="依据文件", en="sources"
    ),
    "readings": Field(Named(Text()), default={}, zh="采用的解释", en="readings leaned on"),
}


def _extends_nothing(name: str) -> str | None:
    return None


def read_scheme(
    text: str, *, programme: str | None = None, common: ExtendedText = _extends_nothing
) -> tuple[Scheme | None, list[Problem]]:
    """The scheme, or None and every problem found, in the order of the file.

    `programme` is the name that the file must carry, its own file name; `common` gives the text of
    the file of common rules that it extends.
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
    under = NOTHING
    if head and head["extends"]:
        under = extended(at.child("extends"), common, problems)
    rules = read_rules(at.child("rules"), problems) if "rules" in node else {}
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
        documents={**under.documents, **head["documents"]},
        extends=head["extends"],
        readings=head["readings"],
        common=over(rules, under.rules),
        modes={
            code: replace(mode, rules=over(mode.rules, under.rules, only=True))
            for code, mode in modes.items()
        },
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
        name = NAME.read(mode_at.child("name"), problems)
        own = STATUS.read(mode_at.child("status"), problems) if "status" in mode_at.node else status
        rules = read_rules(mode_at.child("rules"), problems) if "rules" in mode_at.node else {}
        found[str(code)] = Mode(code=str(code), name=name, status=own or status, rules=rules)  # type: ignore[arg-type]
    return found
