"""Codes that stand on a page where a name belongs."""

import re
from collections.abc import Collection
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"script", "style", "title", "dialog", "template", "textarea"})
_VOID: Final = frozenset(
    {"input", "br", "img", "meta", "link", "hr", "col", "wbr", "source", "use"}
)
_OF_CODES: Final = re.compile(r"代码|code", re.IGNORECASE)


class _Shown(HTMLParser):
    """Texts that people see, but for those that say of themselves that they are codes: of the class
    `code`, or in a column or a fact that is headed so."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._heads: list[str] = []
        self._cell = -1
        self._fact = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            return
        if tag == "table":
            self._heads = []
        if tag == "tr":
            self._cell = -1
        if tag in ("td", "th"):
            self._cell += 1
        if tag == "dt":
            self._fact = ""
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        self._open.append((tag, tag in _UNSEEN or "code" in classes))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        inside = [tag for tag, _ in self._open]
        if not words or any(is_hidden for _, is_hidden in self._open):
            return
        if "thead" in inside:
            self._heads += [""] * (self._cell + 1 - len(self._heads))
            self._heads[self._cell] += words
        elif "tbody" in inside and _OF_CODES.search("".join(self._heads[self._cell :][:1])):
            return
        if "dt" in inside:
            self._fact += words
        elif "dd" in inside and _OF_CODES.search(self._fact):
            return
        self.texts.append(words)


def bare_codes(html: str, codes: Collection[str]) -> list[str]:
    """Texts of a page in which one of these codes stands alone."""
    reader = _Shown()
    reader.feed(html)
    some = "|".join(re.escape(one) for one in sorted(codes, key=len, reverse=True))
    alone = re.compile(rf"(?<![\w/@.-])(?:{some})(?![\w/@-])")
    return [text for text in reader.texts if alone.search(text)]
