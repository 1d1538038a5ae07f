"""A county's first draft: a template with its own name, days, ratios and articles put in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a county says about its measure."""

    programme: str
    zh: str
    en: str
    place_zh: str
    place_en: str
    measure: str
    """The title of the document, as it is cited."""
    valid_from: date
    mode: str
    shares: Mapping[str, int | str]
    """Party → percent, as the measure says."""
    article: str
    """The article that states the ratio."""
    loan_cap: str = ""
    loan_cap_article: str = ""
    region_code: str = ""
    """GB/T 2260, six digits."""


def draft(template: str, answers: Answers) -> str:
    """The text of a scheme file: the template's rules under the county's name and first day.

    The ratio and the loan cap get the article that was named; every other value keeps the mark
    `assumed`, because nobody has read it in this county's measure yet. As long as one does, the
    file is a draft and binds no loan.
    """
    yaml = YAML(typ="rt")
    yaml.width = 4096
    node = yaml.load(template)
    node["programme"] = answers.programme
    node["name"] = _flow({"zh": answers.zh, "en": answers.en})
    node["place"] = _flow({"zh": answers.place_zh, "en": answers.place_en})
    if answers.region_code:
        node.insert(
            list(node).index("place") + 1,
            "region_code",
            DoubleQuotedScalarString(answers.region_code),
        )
    node["valid"] = _flow({"from": _day(answers.valid_from)})
    node["documents"] = CommentedMap({"M": _flow({"zh": answers.measure})})
    node["modes"] = CommentedMap({answers.mode: node["modes"][answers.mode]})
    rules = node.get("rules", CommentedMap())
    mode_rules = node["modes"][answers.mode]["rules"]
    mode_rules.pop("subsidies", None)
    for group in (rules, mode_rules):
        for name in list(group):
            group[name] = _redated(group[name], answers.valid_from)
    first = answers.valid_from
    sharing = mode_rules["sharing"][first]
    sharing["value"] = _flow({"shares": _flow(dict(answers.shares))})
    _cite(sharing, answers.article)
    mode_rules["parties"] = CommentedMap(
        {_day(first): _flow({"value": list(answers.shares), "source": answers.article})}
    )
    if answers.loan_cap:
        group = mode_rules if "loan_cap" in mode_rules else rules
        entry = _flow({"value": answers.loan_cap, "source": answers.loan_cap_article or "?"})
        if not answers.loan_cap_article:
            entry["mark"] = "assumed"
        group["loan_cap"] = CommentedMap({_day(first): entry})
    node["status"] = "draft" if _has_assumed(rules, mode_rules) else "complete"
    out = StringIO()
    yaml.dump(node, out)
    body = out.getvalue()
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    return (
        f"# {answers.zh}\n# 依据：{answers.measure}。mark: assumed 的数值取自模板，"
        "逐条核对后写明条款并删去该标记，\n# 再把 status: draft 改为 complete。\n"
        + "\n".join(lines)
        + "\n"
    )


def draft_cases(answers: Answers) -> str:
    """A first case to correct by hand, and the names of those that still have to be written."""
    shares = ", ".join(
        f'{party}: "{_of_hundred(percent)}"' for party, percent in answers.shares.items()
    )
    return (
        f"# 案例：请按办法逐条核对金额，至少写六个（普通、上限两侧、每条上限、取整、不予受理）。\n"
        f"programme: {answers.programme}\n"
        "cases:\n"
        "  - name: 普通：损失 100 元\n"
        f"    day: {answers.valid_from}\n"
        '    loss: {outstanding_principal: "100.00"}\n'
        f"    expect: {{shares: {{{shares}}}}}\n"
        "  - name: 组合贷款没有约定知识产权占比，不予补偿\n"
        f"    day: {answers.valid_from}\n"
        '    loss: {outstanding_principal: "100.00", combined_collateral: true}\n'
        "    expect: {refused: ip-share-not-stated}\n"
    )


def _of_hundred(percent: int | str) -> str:
    """The share of 100.00 yuan, where the percentage has at most two decimals."""
    whole, _, decimals = str(percent).rstrip("%").partition(".")
    return f"{int(whole)}.{decimals:0<2}"


def _has_assumed(*groups: Any) -> bool:
    return any(
        entry.get("mark") == "assumed"
        for group in groups
        for entries in group.values()
        for entry in entries.values()
    )


def _redated(entries: Any, first: date) -> Any:
    """The template's youngest value, from the county's first day, marked as assumed."""
    youngest = entries[max(entries)]
    youngest["source"] = "模板"
    youngest["mark"] = "assumed"
    for key in ("to", "note"):
        youngest.pop(key, None)
    return CommentedMap({_day(first): youngest})


def _day(day: date) -> date:
    """A day of its own: the writer would make an anchor of one that stands in many places."""
    return date.fromordinal(day.toordinal())


def _cite(entry: Any, article: str) -> None:
    entry["source"] = article
    entry.pop("mark", None)
    entry.pop("note", None)


def _flow(pairs: Mapping[str, Any]) -> CommentedMap:
    node = CommentedMap(pairs)
    node.fa.set_flow_style()
    return node
