"""Views of lists: what somebody has chosen in one, kept under a name, and one of them as the usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

NOT_CHOSEN: Final = ("cursor", "before", "view")
"""What an address says of the page that is looked at, and not of what was chosen."""
ALL: Final = "all"
"""`view=all` in an address: the whole list, whatever the usual view is."""
LONGEST_NAME: Final = 40
LONGEST_QUERY: Final = 2000
MOST: Final = 100
"""Views of one person over all lists."""


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """A view. `institution` is its owner's: whoever is of it sees a shared one."""

    id: UUID
    list: str
    subject: str
    institution: str
    owner: str
    name: str
    query: str
    """As an address says it, of the list's words alone."""
    is_shared: bool
    saved_at: datetime
    is_usual: bool = False
    """For whoever looks."""


class ViewStore(Protocol):
    """Where views lie: `ViewsInDatabase`, or for trying out `ViewsInMemory`."""

    async def seen_by(self, subject: str, institution: str) -> list[KeptView]:
        """One's own views and those that colleagues share, by list and name."""

    async def save(self, view: KeptView) -> None:
        """Keep a view; one's own of the same list and name becomes this one."""

    async def rename(self, subject: str, view: UUID, *, name: str, is_shared: bool) -> bool:
        """Name and share one's own. False where there is none, or the name is taken."""

    async def remove(self, subject: str, view: UUID) -> bool:
        """Remove one's own. False where there is none."""

    async def make_usual(self, subject: str, listed: str, view: UUID | None) -> None:
        """What a list opens with for somebody; None: everything."""


class ViewsInMemory:
    """Views of one process that end with it: for trying out."""

    def __init__(self) -> None:
        self._views: dict[UUID, KeptView] = {}
        self._usual: dict[tuple[str, str], UUID] = {}

    async def seen_by(self, subject: str, institution: str) -> list[KeptView]:
        """See `ViewStore`; so are all others."""
        found = [
            replace(one, is_usual=self._usual.get((subject, one.list)) == one.id)
            for one in self._views.values()
            if one.subject == subject or (one.is_shared and one.institution == institution)
        ]
        return sorted(found, key=lambda one: (one.list, one.name))

    async def save(self, view: KeptView) -> None:
        same = next((one for one in self._views.values() if _same_name(one, view)), None)
        number = same.id if same else view.id
        self._views[number] = replace(view, id=number)

    async def rename(self, subject: str, view: UUID, *, name: str, is_shared: bool) -> bool:
        own = self._own(subject, view)
        if own is None:
            return False
        renamed = replace(own, name=name, is_shared=is_shared)
        if any(_same_name(one, renamed) and one.id != view for one in self._views.values()):
            return False
        self._views[view] = renamed
        return True

    async def remove(self, subject: str, view: UUID) -> bool:
        if self._own(subject, view) is None:
            return False
        del self._views[view]
        self._usual = {key: one for key, one in self._usual.items() if one != view}
        return True

    async def make_usual(self, subject: str, listed: str, view: UUID | None) -> None:
        self._usual.pop((subject, listed), None)
        if view is not None:
            self._usual[subject, listed] = view

    def _own(self, subject: str, view: UUID) -> KeptView | None:
        found = self._views.get(view)
        return found if found is not None and found.subject == subject else None


def _same_name(one: KeptView, other: KeptView) -> bool:
    return (one.subject, one.list, one.name) == (other.subject, other.list, other.name)


def chosen(query: Sequence[tuple[str, str]], words: Sequence[str]) -> str:
    """What of an address a view keeps: the words of its list, the order, columns and size."""
    kept = {*words, "sort", "columns", "limit"}
    return urlencode([one for one in query if one[0] in kept and one[1]])[:LONGEST_QUERY]


def is_same(view: KeptView, query: str) -> bool:
    """Whether a list shows just this view."""
    return sorted(parse_qsl(view.query)) == sorted(parse_qsl(query))


def usual_of(views: Sequence[KeptView], listed: str) -> KeptView | None:
    """What a list opens with."""
    return next((one for one in views if one.list == listed and one.is_usual), None)


def by_list(views: Sequence[KeptView]) -> Mapping[str, list[KeptView]]:
    """Each list with its views."""
    found: dict[str, list[KeptView]] = {}
    for one in views:
        found.setdefault(one.list, []).append(one)
    return found
