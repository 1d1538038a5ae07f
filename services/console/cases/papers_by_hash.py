"""Papers that a claim names by their hashes: which of them are stored, so that they can be opened."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.optional import items, or_none


async def stored_of(page: PageContext, named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each paper as a line of a list, `document` None where nobody has stored it."""
    hashes = sorted({one["sha256"] for one in named})
    found = None
    if hashes:
        found = await or_none(page.applications.get("/documents", sha256=hashes))
    ids = {one["sha256"]: one["id"] for one in items(found or [])}
    return [_line(page, one, ids.get(one["sha256"])) for one in named]


def _line(page: PageContext, one: Mapping[str, Any], document: str | None) -> dict[str, Any]:
    words = page.texts.term("document", one["kind"])
    paper = {"document": document, "filename": one["filename"], "sha256": one["sha256"]}
    return {
        "kind": one["kind"],
        "zh": words,
        "en": words,
        "standing": "there" if document else "missing",
        "reason": "",
        "said_by": "",
        "papers": [paper | {"issued_on": None, "valid_until": None}],
    }
