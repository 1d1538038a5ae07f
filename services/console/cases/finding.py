"""One search over everything that a person may see: pages, cases, claims, recoveries, rights, firms."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.console.http.page_context import PageContext
from services.console.rendering.navigation import navigation
from services.console.upstream.optional import items, or_none
from shared import canonical

_OF_EACH: Final = 6
_LONGEST: Final = 100
_MORE_PAGES: Final = (("/loans", "list.loans"), ("/register/firms", "register.firms"))
"""Lists that stand beside one of the navigation, for whoever sees that one: its path is `cases`."""


@dataclass(frozen=True)
class Found:
    """Something found: where it is, what it is called, and what tells it from others."""

    href: str
    name: str
    more: str


@dataclass(frozen=True)
class Kind:
    """A kind of things: the key of its words, where it is asked for, and how a row is shown."""

    label: str
    service: str
    path: str
    shown: Callable[[Mapping[str, Any]], Found]


KINDS: Final = (
    Kind(
        "nav.cases", "applications", "/applications",
        lambda one: Found(f"/cases/{one['id']}", one["number"], one["borrower_name"]),
    ),
    Kind(
        "nav.claims", "risk_pool", "/claims",
        lambda one: Found(f"/claims/{one['id']}", one["number"] or "", one["borrower_name"]),
    ),
    Kind(
        "nav.recoveries", "risk_pool", "/recoveries",
        lambda one: Found(f"/recoveries/{one['id']}", one["number"], one["claim_number"]),
    ),
    Kind(
        "register.firms", "applications", "/firms",
        lambda one: Found(f"/register/firms/{one['uscc']}", one["name"], one["uscc"]),
    ),
    Kind(
        "register.rights", "applications", "/rights",
        lambda one: Found(f"/register/rights/{one['id']}", one["number"], one["name"] or ""),
    ),
)  # fmt: skip


async def find(page: PageContext, said: str) -> list[tuple[str, Sequence[Found]]]:
    """The key of each kind with what is found of it; kinds of which nothing is found are left out."""
    words = said.strip()[:_LONGEST]
    found: list[tuple[str, Sequence[Found]]] = [("find.pages", _pages(page, words))]
    # What is one sign long is in everything: only pages are named by it.
    if len(canonical.plain(words)) > 1:
        answers = await asyncio.gather(*(_of_kind(page, kind, words) for kind in KINDS))
        found += [(kind.label, rows) for kind, rows in zip(KINDS, answers, strict=True)]
    return [(label, rows) for label, rows in found if rows]


def _of_kind(page: PageContext, kind: Kind, words: str) -> Awaitable[list[Found]]:
    async def ask() -> list[Found]:
        answer = await or_none(page.apis[kind.service].get(kind.path, q=words, limit=_OF_EACH))
        return [kind.shown(one) for one in items(answer)]

    return ask()


def _pages(page: PageContext, words: str) -> list[Found]:
    assert page.person is not None
    entries = [
        (entry.path, page.texts(f"nav.{entry.name}")) for entry in navigation(page.person.roles)
    ]
    if any(path == "/cases" for path, _ in entries):
        entries += [(path, page.texts(key)) for path, key in _MORE_PAGES]
    looked_for = canonical.plain(words)
    return [
        Found(path, name, path) for path, name in entries if looked_for in canonical.plain(name)
    ]
