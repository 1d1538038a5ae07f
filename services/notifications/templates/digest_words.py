"""The words of a digest, as text and as HTML: templates/digest.yaml, filled."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML

from services.notifications.domain.digests import (
    NEAREST,
    Digest,
    Entry,
    Waiting,
    figures_of,
    grouped,
    shown_of,
)
from services.notifications.domain.messages import MessageText
from services.notifications.templates.words import EMAIL_WORDS

_HERE = Path(__file__).parent
_SOURCE = YAML(typ="safe").load((_HERE / "digest.yaml").read_text(encoding="utf-8"))
WORDS: Mapping[str, Mapping[str, Any]] = _SOURCE["words"]
KINDS: Mapping[str, Mapping[str, str]] = _SOURCE["kinds"]
_HTML = Environment(
    loader=FileSystemLoader(_HERE), undefined=StrictUndefined, autoescape=True
).get_template("digest.html.j2")


def kind_name(kind: str, language: str) -> str:
    """What people call a kind of event; one that is new to us stands for itself."""
    return KINDS.get(kind, {}).get(language, kind)


def digest_text(
    digest: Digest, entries: Sequence[Entry], waiting: Sequence[Waiting], *, today: date
) -> MessageText:
    """A digest as a message, in both languages."""
    zh, en = (_said(digest, entries, waiting, today, language) for language in ("zh", "en"))
    return MessageText(title_zh=zh[0], text_zh=zh[1], title_en=en[0], text_en=en[1])


def _said(
    digest: Digest, entries: Sequence[Entry], waiting: Sequence[Waiting], today: date, language: str
) -> tuple[str, str]:
    parts = _parts(entries, waiting, today, language)
    words = WORDS[language]
    lines = [parts["happened"]]
    for group in parts["groups"]:
        lines += ["", f"[{group['name']}]", *(f"· {one.title[language]}" for one in group["shown"])]
        lines += [f"  {group['more']}"] if group["more"] else []
    lines += [
        "",
        parts["to_do"],
        *(f"· {one['line']}" for one in parts["nearest"]),
        words["source"],
    ]
    title = words[digest.value].format(count=len(entries), open=len(waiting))
    return title, "\n".join(lines)


def digest_html(
    title: str,
    entries: Sequence[Entry],
    waiting: Sequence[Waiting],
    *,
    today: date,
    language: str,
    console: str,
) -> str:
    """The letter's HTML, every line of it a link."""
    return _HTML.render(
        title=title,
        language=language,
        console=console,
        words=EMAIL_WORDS[language],
        source=WORDS[language]["source"],
        **_parts(entries, waiting, today, language),
    )


def _parts(
    entries: Sequence[Entry], waiting: Sequence[Waiting], today: date, language: str
) -> dict[str, Any]:
    words = WORDS[language]
    groups = []
    for group in grouped(entries):
        shown = shown_of(group, all_of=len(entries))
        left = len(group.entries) - len(shown)
        pool = group.pool_code or words["no_pool"]
        groups.append(
            {
                "name": f"{pool} · {kind_name(group.kind, language)} {len(group.entries)}",
                "shown": shown,
                "more": words["more"].format(count=left) if left else "",
            }
        )
    counts = figures_of(waiting, today=today)
    to_do = words["to_do"].format(
        open=counts.open, overdue=counts.overdue, this_week=counts.this_week
    )
    nearest = sorted(waiting, key=lambda one: (one.due_on, one.number))[:NEAREST]
    return {
        "happened": words["happened" if entries else "nothing_new"].format(count=len(entries)),
        "groups": groups,
        "to_do": to_do if waiting else words["none"],
        "nearest": [{"line": _line(one, today, language), "page": one.page} for one in nearest],
    }


def _line(one: Waiting, today: date, language: str) -> str:
    words = WORDS[language]
    day = words["overdue" if one.due_on < today else "due"].format(due_on=one.due_on)
    between = "：" if language == "zh" else ": "
    return f"{day} {one.noun[language]} {one.number}{between}{done_by(one, language)}"


def done_by(one: Waiting, language: str) -> str:
    """What is to be done, and for whom it is where they are away."""
    for_whom = WORDS[language]["stands_for"].format(name=one.stands_for) if one.stands_for else ""
    return one.what[language] + for_whom
