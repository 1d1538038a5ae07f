"""What the public reads of a case: one table, `for_public.yaml`, and its one enforcement.

What the table does not name stays in the house. What is read is frozen when a notice is prepared, so
that a second person approves exactly what everybody will see.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

HEAD: Final = 2
TAIL: Final = 4
"""Of a credit code (18 characters) so many stay at each end: enough to tell namesakes apart."""


@cache
def public_decisions() -> Mapping[str, Mapping[str, str]]:
    """Kind of case → field → told, masked, amounts or kept; by the names of the code."""
    text = (Path(__file__).parent / "for_public.yaml").read_text(encoding="utf-8")
    rows = YAML(typ="safe", pure=True).load(text)
    found: dict[str, dict[str, str]] = {}
    for kind, row in rows.items():
        derived = dict(row["derived"])
        columns = {
            name: which for which in ("told", "masked", "amounts", "kept") for name in row[which]
        }
        assert len(columns) == sum(
            len(row[which]) for which in ("told", "masked", "amounts", "kept")
        )
        found[kind] = columns | derived
    return found


def read_by_public(kind: str, fact: Mapping[str, Any], *, hides_amounts: bool) -> dict[str, Any]:
    """The part of a case that everybody may read, as JSON holds it (amounts in fen)."""
    read: dict[str, Any] = {}
    for name, which in public_decisions()[kind].items():
        if which == "kept" or name not in fact or (which == "amounts" and hides_amounts):
            continue
        value = fact[name]
        value = value.isoformat() if isinstance(value, date) else value
        read[name] = masked(str(value)) if which == "masked" else value
    return read


def masked(value: str) -> str:
    """A code of which the middle is hidden: `91120110MA06XYZ12K` → `91************Z12K`."""
    hidden = len(value) - HEAD - TAIL
    return value[:HEAD] + "*" * hidden + value[-TAIL:] if hidden > 0 else "*" * len(value)
