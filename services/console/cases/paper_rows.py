"""Papers as rows of a form: each file is stored as soon as it is chosen, and the form refers to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

COLUMNS = ("kind", "filename", "reference")
_HASH_LENGTH = 64


def papers_typed(form: FormData) -> list[dict[str, str]]:
    """The rows in which something stands, as the services take them: a paper's id, or its hash."""
    columns = [[str(value).strip() for value in form.getlist(f"paper_{name}")] for name in COLUMNS]
    return [
        {"kind": kind, "filename": name, **_named(reference)}
        for kind, name, reference in zip(*columns, strict=False)
        if name or reference
    ]


def _named(reference: str) -> dict[str, str]:
    if not reference:
        return {}
    return {"sha256" if len(reference) == _HASH_LENGTH else "document": reference}


def paper_rows(
    form: FormData, kinds: Sequence[str], given: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, str]]:
    """A row per kind with what was typed, else with what a case has already.

    A paper that nobody has stored is not offered again: it has to be sent.
    """
    there = papers_typed(form) if form else [one for one in given if one.get("document")]
    by_kind = {one["kind"]: one for one in there}
    return [
        {
            "kind": kind,
            "filename": by_kind.get(kind, {}).get("filename", ""),
            "reference": _reference(by_kind.get(kind, {})),
        }
        for kind in kinds
    ]


def _reference(one: Mapping[str, Any]) -> str:
    return str(one.get("document") or one.get("sha256") or "")
