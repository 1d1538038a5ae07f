"""The fields of every form that a template writes by hand: which has no word of help beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.console.rendering.catalogue import Texts

SHARED = ("macros.html", "grid.html", "filters.html")
"""What other templates use; a form of theirs is counted where it stands."""
_INPUT = re.compile(r'm\.input\("([^"]+)",(.*?)\)\s*\}\}', re.S)
_FIELD = re.compile(r'<div class="field">(.*?)</div>', re.S)
_NAME = re.compile(r'\bname="([a-z_]+)"')
_CHOSEN = re.compile(
    r'<select|type="(?:checkbox|radio|file|date|month|search|time)"|kind="(?:date|month|time)"'
)


@dataclass(frozen=True)
class Typed:
    """A field that somebody types into, and the template it stands in."""

    name: str
    template: str
    has_help: bool


def typed_fields(folder: Path, texts: Texts) -> Iterator[Typed]:
    """Every field of a form into which words, numbers or amounts are typed. What is chosen, ticked, or a
    day speaks for itself; so does what a list is narrowed by."""
    for path in sorted(folder.glob("*.html")):
        if path.name in SHARED:
            continue
        source = path.read_text()
        for name, rest in _INPUT.findall(source):
            if not _CHOSEN.search(rest):
                yield Typed(name, path.name, "hint=" in rest or texts.knows(f"help.{name}"))
        for body in _FIELD.findall(source):
            found = _NAME.search(body)
            if found is None or _CHOSEN.search(body):
                continue
            name = found.group(1)
            yield Typed(name, path.name, "hint" in body or "m.help(" in body)
