"""Words of a trail that the page and its PDF share."""

from collections.abc import Mapping
from typing import Any

from services.console.rendering.catalogue import Texts
from services.console.rendering.explanations import steps_of, version_of
from services.console.rendering.formats import figure_lines, figures, version_words, whole_moment


def role_of(move: Mapping[str, Any], t: Texts) -> str:
    """In which role a move was made."""
    return t("trail.system") if move["role"] == "system" else t.term("role", move["role"])


def house_of(look: Mapping[str, Any], t: Texts) -> str:
    """Of which institution somebody who looked was."""
    return t("looks.of-bureau") if look["institution"] == "*" else str(look["institution"])


def seen_of(look: Mapping[str, Any], t: Texts) -> str:
    """What somebody looked at on a day."""
    return t("app.comma").join(t.term("look_kind", kind) for kind in look["kinds"])


def when_of(look: Mapping[str, Any]) -> str:
    """From when to when, on the one day."""
    first, last = whole_moment(look["first_at"]), whole_moment(look["last_at"])
    return first if first == last else f"{first} – {last[11:]}"


def reason_of(move: Mapping[str, Any], t: Texts) -> str:
    """Why somebody did it; where the house itself did, the limit that bound, or what let a cover go, by
    its name."""
    said = str(move.get("reason") or "")
    keys = (f"limit.{said}", f"cover_let_go.{said}")
    return next((t(key) for key in keys if said and t.knows(key)), said)


def why_of(transfer: Mapping[str, Any], t: Texts, names: Mapping[str, str]) -> list[str]:
    """Why a transfer was as much: each step of its decision in a line, with the version of the terms
    by the names that the reader knows; nothing where it has none."""
    lines: list[str] = []
    for step in steps_of(transfer["explanation"]):
        inputs = "，".join(
            f"{figures(t.term('input', name), t)} {figures(value, t)}"
            for name, value in (step.get("inputs") or {}).items()
        )
        result = "，".join(figure_lines(step.get("result"), t))
        lines.append(
            f"{step.get(t.language) or t.term('rule', step.get('rule', ''))}：{inputs} → {result}"
        )
    known = version_of(transfer["explanation"])
    return (
        [*lines, t("explain.version", version=version_words(known, t, names))] if known else lines
    )
