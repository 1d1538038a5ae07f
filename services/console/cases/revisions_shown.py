"""Fields of an application in words, by the JSON Pointer that names them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import NOTHING, figures

_RIGHTS, _PAPERS = "collateral", "documents"
_KINDS: Final = {
    "purpose": "purpose",
    "repayment": "repayment",
    "mode": "mode",
    "method": "valuation_method",
    "kind": "ip_kind",
    "risk_class": "risk_class",
}
"""Fields whose values are codes, and the kind of words that have their names."""


def place_words(pointer: str, t: Texts) -> str:
    """ "/collateral/0/valuation/amount" → "right 1 · valuation · amount"."""
    parts = pointer.removeprefix("#").strip("/").split("/")
    words: list[str] = []
    for above, part in zip(["", *parts], parts, strict=False):
        if part.isdigit():
            words[-1] = f"{words[-1]} {int(part) + 1}"
        elif part == _RIGHTS:
            words.append(t("ip.right"))
        elif part == _PAPERS:
            words.append(t("field.paper-of-case"))
        elif above in ("attributes", "parties"):
            words.append(t.term("input" if above == "attributes" else "party", part))
        elif part not in ("attributes", "parties"):
            words.append(t.term("field", part))
    return " · ".join(words)


def said_words(value: Any, t: Texts, field: str = "") -> str:
    """A value that a bank said: a code by its name, an amount grouped."""
    if isinstance(value, bool):
        return t("app.yes") if value else t("app.no")
    if value in (None, ""):
        return NOTHING
    key = f"{_KINDS.get(field, '')}.{value}"
    return t(key) if t.knows(key) else figures(value, t)


def told_changes(
    differences: Sequence[Mapping[str, Any]], t: Texts
) -> Iterator[tuple[str, str, str]]:
    """What was changed as (place, old, new) in words; a paper is one line, told by its kind and name."""
    for (place, is_paper), group in groupby(differences, _of_paper):
        changes = list(group)
        if not is_paper:
            for one in changes:
                field = one["field"].rpartition("/")[2]
                yield (
                    place_words(one["field"], t),
                    said_words(one["old"], t, field),
                    said_words(one["new"], t, field),
                )
            continue
        old, new = (_paper(changes, side, t) for side in ("old", "new"))
        yield place_words(place, t), old, new if new != old else t("revision.other-content")


def _of_paper(change: Mapping[str, Any]) -> tuple[str, bool]:
    parts = change["field"].removeprefix("#").strip("/").split("/")
    is_paper = parts[0] == _PAPERS and len(parts) > 2
    return ("/".join(parts[:2]), True) if is_paper else (change["field"], False)


def _paper(changes: Sequence[Mapping[str, Any]], side: str, t: Texts) -> str:
    said = {one["field"].rpartition("/")[2]: one[side] for one in changes}
    kind = t.term("document", said["kind"]) if said.get("kind") else ""
    return " · ".join(filter(None, (kind, said.get("filename")))) or NOTHING
