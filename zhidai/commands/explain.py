"""`zhidai explain`: open a figure down to its transfers, rule, article and people."""

from typing import Annotated, Any, Literal

import typer

from zhidai.access import Access
from zhidai.commands.options import StateFolder
from zhidai.environment import STATE


def mount(app: typer.Typer) -> None:
    """Put `explain` under the front door."""
    app.command()(explain)


def explain(
    address: Annotated[
        str,
        typer.Argument(help="e.g. claim/DL-C-2026-0001/shares/pool; a wrong one lists them all."),
    ],
    language: Annotated[Literal["zh", "en"], typer.Option("--lang")] = "zh",
    person: Annotated[
        str | None,
        typer.Option("--as", help="In whose name, with the development issuer's tokens."),
    ] = None,
    state: StateFolder = STATE,
    url: Annotated[
        str, typer.Option("--url", help="risk_pool's root, where no instance of ours runs.")
    ] = "",
) -> None:
    """这个数字从何而来:组成、流水、规则、条文、经手人。Where a figure comes from."""
    access = Access("risk_pool", roles=("auditor",), subject=person, state=state, url=url)
    for line in told(access.get(f"/explanations/{address}"), language):
        typer.echo(line)


_ZH = {
    "parts": "组成", "steps": "规则", "transfers": "流水", "people": "经手人", "scheme": "方案",
    "text": "条文", "gist": "要旨（非原文）", "reported": "转述，未见原文", "citation": "仅知出处，未录条文",
    "unseen": "条文未见", "published": "发布", "from": "起施行", "version": "第 {} 版", "of": "共 {} 笔",
}  # fmt: skip
_EN = {
    "parts": "made of", "steps": "rules", "transfers": "transfers", "people": "people",
    "scheme": "scheme", "text": "text", "gist": "what it comes to (not the wording)",
    "reported": "as reported; the text was not seen", "citation": "only the citation is known",
    "unseen": "text not seen", "published": "published by", "from": "in force from",
    "version": "version {}", "of": "{} in all",
}  # fmt: skip


def told(figure: dict[str, Any], language: str) -> list[str]:
    """A figure opened, line by line."""
    words = _ZH if language == "zh" else _EN
    found = [f"{figure[language]}: {figure['amount']} CNY"]
    if figure["parts"]:
        found.append(f"{words['parts']}:")
        found += [
            f"  {one['amount']:>18}  {one[language]}"
            + (f"  [{one['address']}]" if one["address"] else "")
            for one in figure["parts"]
        ]
    if (scheme := figure["scheme"]) is not None:
        number = words["version"].format(scheme["number"])
        found.append(
            f"{words['scheme']}: {scheme[f'name_{language}']} · {scheme[f'mode_{language}']} · {number}"
            f"，{scheme['in_force_from']} {words['from']}，{words['published']} "
            f"{scheme['proposed_by']} / {scheme['published_by']}\n  sha256 {scheme['sha256']}"
        )
    if figure["steps"]:
        found.append(f"{words['steps']}:")
    for step in figure["steps"]:
        found += _step(step, words, language)
    if figure["transfers"]:
        found.append(f"{words['transfers']} ({words['of'].format(figure['transfers_in_all'])}):")
        debit, credit = f"debit_{language}", f"credit_{language}"
        found += [
            f"  {one['seq']:>6}  {one['business_date']}  {one[debit]} ← {one[credit]}  "
            f"{one['amount']:>16}  {one['reference']}"
            for one in figure["transfers"]
        ]
    if figure["people"]:
        found.append(f"{words['people']}:")
        found += [
            f"  {one['at'][:16]}  {one['name']} ({one['role']}) {one[f'action_{language}']}"
            for one in figure["people"]
        ]
    return found


def _step(step: dict[str, Any], words: dict[str, str], language: str) -> list[str]:
    mark = "▶" if step["is_this"] else " "
    inputs = "; ".join(f"{name} {value}" for name, value in step["inputs"].items())
    note = f"（{step[f'note_{language}']}）" if step[f"note_{language}"] else ""
    found = [f" {mark} {step[language]}: {inputs} → {step['result']}{note}"]
    for one in step["sources"]:
        title = one[f"title_{language}"] or one["title_zh"]
        found.append(
            f"      {' '.join(part for part in (title, one['article'], one['link']) if part)}"
        )
        if one["known"] == "text":
            kind = words["text"] if one["verbatim"] else words["gist"]
            found.append(f"        {kind}: {one[f'text_{language}'] or one['text_zh']}")
        else:
            found.append(f"        {words[one['known']]}")
    return found
