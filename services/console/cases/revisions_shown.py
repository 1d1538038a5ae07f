"""Fields of an application in words, by the JSON Pointer that names them."""

from typing import Any

from services.console.rendering.catalogue import Texts

_RIGHTS, _PAPERS = "collateral", "documents"


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


def said_words(value: Any, t: Texts) -> str:
    """A value that a bank said."""
    if isinstance(value, bool):
        return t("app.yes") if value else t("app.no")
    return "—" if value in (None, "") else str(value)
