"""The papers of the pool's cases as lines of a list: which can be opened, which are names only."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.optional import items, or_none

CASES = (
    "claims", "recoveries", "adjustments", "subsidies", "disputes", "agreements", "agreed-figures",
    "warnings", "disposals", "collections",
)  # fmt: skip
"""Kinds of cases of the pool that have papers, as in their addresses."""
_AT_ONCE = 100


def papers_of_case(kind: str, case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """All papers that a case of the pool refers to, wherever in it."""
    if kind == "claims":
        of_steps = [one for step in case["steps"] for one in step["papers"]]
        return [*case["documents"], *of_steps, *case["loss_papers"]]
    named: list[Mapping[str, Any]] = case["documents" if kind == "subsidies" else "papers"]
    return named


async def shown(page: PageContext, named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each paper as a line of a list. `document` is None where this person cannot open it, and
    `is_stored` tells whether anybody could: of before papers were stored only names and hashes are
    known."""
    hashes = sorted({one["sha256"] for one in named if one["sha256"]})[:_AT_ONCE]
    found = None
    if hashes:
        found = await or_none(page.applications.get("/documents", sha256=hashes))
    seen = items(found)
    by_id = {one["id"]: one for one in seen}
    by_hash = {one["sha256"]: one for one in seen}
    return [
        line_of(
            page.texts.term("document", one["kind"]),
            one["kind"],
            one,
            by_id.get(one.get("document")) or by_hash.get(one["sha256"]),
        )
        for one in named
    ]


def line_of(
    words: str, kind: str, one: Mapping[str, Any], stored: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A paper as a line of a list: what it is called there, and whether it can be opened."""
    is_stored = bool(stored or one.get("document"))
    paper = {
        "document": stored["id"] if stored else None,
        "filename": one["filename"],
        "sha256": one["sha256"],
    }
    return {
        "kind": kind,
        "zh": words,
        "en": words,
        "is_stored": is_stored,
        "standing": "there" if is_stored else "missing",
        "reason": "",
        "said_by": "",
        "papers": [paper | {"issued_on": None, "valid_until": None}],
    }
