"""A page as a test reads it: its words, its links, its forms."""

from html.parser import HTMLParser
from typing import Any

import httpx

_UNSEEN = {"script", "style", "title", "dialog"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._form: dict[str, Any] | None = None
        self._hidden: list[str] = []
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag in _UNSEEN:
            self._hidden.append(tag)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self._form = {"action": given.get("action", ""), "fields": {}, "buttons": []}
            self.forms.append(self._form)
        if self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, fields = given.get("name", ""), self._form["fields"]
        if tag == "button" and name:
            self._form["buttons"].append((name, given.get("value", "")))
        elif tag == "input" and name:
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                _add(fields, name, given.get("value", ""))
        elif tag == "textarea" and name:
            fields[name], self._area = "", name
        elif tag == "select" and name:
            _add(fields, name, "")
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            _replace_last(fields, self._select, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[-1]:
            self._hidden.pop()
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form["fields"][self._area] += data
        elif not self._hidden and data.strip():
            self.words.append(data.strip())


def _add(fields: dict[str, Any], name: str, value: str) -> None:
    """A field that comes several times becomes a list, as a browser would send it."""
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def _replace_last(fields: dict[str, Any], name: str, value: str) -> None:
    if isinstance(fields[name], list):
        fields[name][-1] = value
    else:
        fields[name] = value


class Page:
    """An answer of the console."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self._read = _Reader()
        self._read.feed(self.html)

    @property
    def text(self) -> str:
        """All that one sees, in one line."""
        return " ".join(self._read.words)

    @property
    def links(self) -> list[str]:
        """Where one can go from here."""
        return self._read.links

    @property
    def tags(self) -> list[tuple[str, dict[str, str]]]:
        """Every element with its attributes."""
        return self._read.tags

    @property
    def forms(self) -> list[dict[str, Any]]:
        """Every form with its action and fields."""
        return self._read.forms

    @property
    def actions(self) -> list[str]:
        """Where its forms go."""
        return [form["action"] for form in self._read.forms]

    def buttons(self, action: str) -> list[tuple[str, str]]:
        """The named buttons of the forms that go to `action`: (name, value)."""
        return [
            button
            for one in self._read.forms
            if one["action"] == action
            for button in one["buttons"]
        ]

    def boxes(self, name: str) -> list[str]:
        """The values of every box of that name that can be ticked."""
        return [
            given["value"]
            for tag, given in self.tags
            if tag == "input" and given.get("type") == "checkbox" and given.get("name") == name
        ]

    def form(self, action: str) -> dict[str, Any]:
        """What the form that goes to `action` holds before anybody has typed; of two the one that
        acts, not the one that narrows a list."""
        there = [one for one in self._read.forms if one["action"] == action]
        found = max(there, key=lambda one: "_token" in one["fields"], default=None)
        assert found is not None, f"no form goes to {action}; there are {self.actions}: {self.text}"
        return dict(found["fields"])


def ticked(page: Page) -> list[str]:
    """Every row that a list lets one tick, or that a page hands on to be acted on."""
    return [told["value"] for _, told in page.tags if told.get("name") == "rows"]
