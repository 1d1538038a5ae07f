"""One list of the console: which columns it shows, by which it is ordered, by what it is narrowed.

What is chosen stands in the address; the words of the address are those of the service beneath.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from services.console.rendering.catalogue import Texts
from services.console.rendering.formats import yuan
from services.console.views.kept import ALL, NOT_CHOSEN, KeptView, chosen, is_same, usual_of
from shared.divisions import division_name

PAGE_SIZES: Final = ("20", "50", "100", "200")
USUAL_SIZE: Final = "50"
MOST_AT_ONCE: Final = 50
"""Rows of a list acted on at once: more than anybody reads before they act."""
_OF_THE_PAGE: Final = NOT_CHOSEN


@dataclass(frozen=True)
class Column:
    """A column: the member of an answer, the key of its heading, and how its cells are written.

    `form` is a macro of grid_cells.html; `of` tells it more: a kind of words, or where a link leads.
    `sort` is the service's word for the order by it; "" for none.
    """

    name: str
    label: str
    form: str = "plain"
    of: str = ""
    sort: str = ""
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """What a list can be narrowed by. `form`: search, choice, pool, bank, park, event, person, amount,
    day, month, area, text, yes_no, only (a tick) or hidden; `of` names the words of a choice. `more`: folded away until it is used."""

    name: str
    label: str
    form: str = "choice"
    of: str = ""
    more: bool = True


@dataclass(frozen=True, kw_only=True)
class SeveralAct:
    """What can be done to several rows of a list. A row is acted on by itself, at its own address of
    the service and the act's name there, or all that are chosen in one request `together`."""

    name: str
    """As `pending_actions` names it."""
    words: str
    """The key of its name."""
    step: str = ""
    """The last part of its address, where that is not its name."""
    together: str = ""
    asks: Sequence[str] = ()
    """What is said with it: opinion, reason, person."""
    role: str = ""
    """Who is shown it, where the rows of the list do not say what can be done to them."""

    @property
    def path(self) -> str:
        """The last part of its address."""
        return self.step or self.name


_UNSEEN: Final = ("hidden", "account", "division")
"""Forms of filters that only a link chooses: they stand among the chips alone."""
_KINDS_OF_DIVISION: Final = {
    "mode": ("mode",), "ip_kind": ("right_kind", "ip_kind"), "industry": ("industry",),
    "inclusive_ip_kind": ("right_kind", "ip_kind"), "class": ("risk_class",),
}  # fmt: skip


def division_words(by: str, value: str, names: Mapping[str, str], texts: Texts) -> str:
    """What a value of a report's division is called."""
    if by in ("area", "province", "city"):
        return division_name(value)
    for kind in _KINDS_OF_DIVISION.get(by, ()):
        if texts.knows(f"{kind}.{value}"):
            return texts.term(kind, value)
    return names.get(value, texts.term(f"of_{by}", value))


def is_offered(act: SeveralAct, row: Mapping[str, Any], roles: Collection[str]) -> bool:
    """Whether an act is offered on a row to somebody with these roles."""
    return act.role in roles if act.role else act.name in row["pending_actions"]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list. `service` and `source`: whose it is, and at which path of the service.

    A list of one pool has {pool} in its path, and in what it asks for; see `in_pool`.
    """

    path: str
    title: str
    service: str
    source: str
    columns: Sequence[Column]
    filters: Sequence[Filter]
    sums: Mapping[str, str] = field(default_factory=dict)
    """The service's name of a sum → the key of its words."""
    none: str
    leads_to: str = ""
    """The page of a row, with members of it in braces: /cases/{id}; for *next case*."""
    at: str = ""
    """A row at its service, as `leads_to` is written; "" where nothing is done to several rows."""
    several: Sequence[SeveralAct] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    """What the service is asked for beside the filters, whatever the address says."""
    fixed: Sequence[str] = ()
    """Words of the address that say which list it is: no filter takes them away."""
    checked: Sequence[Column] = ()
    """What of a row is shown before one acts, where that is not its columns."""
    columns_fixed: bool = False
    """Its page writes the rows itself: no columns to choose."""

    @property
    def words(self) -> tuple[str, ...]:
        """What of the address goes on to the service."""
        return (*self.fixed, *(one.name for one in self.filters))

    def asked(self, query: Sequence[tuple[str, str]]) -> dict[str, str | list[str]]:
        """What the service is asked for, by the address; what is said several times of what is fixed, is
        asked for so."""
        said = dict(query)
        found: dict[str, str | list[str]] = {
            name: said.get(name, "") for name in (*self.words, "sort")
        }
        for name in self.fixed:
            found[name] = [value for one, value in query if one == name and value]
        return found | dict(self.given)

    def in_pool(self, code: str) -> "Listing":
        """The same of one pool."""
        return replace(
            self,
            path=self.path.format(pool=code),
            source=self.source.format(pool=code),
            given={name: value.format(pool=code) for name, value in self.given.items()},
        )


@dataclass(frozen=True)
class Chip:
    """One thing by which the list is narrowed, in words, and the address without it."""

    label: str
    words: str
    without: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A list as it is shown."""

    listing: Listing
    query: Sequence[tuple[str, str]]
    """What the address says."""
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any] | None
    next_cursor: str
    previous_cursor: str
    pools: Sequence[Mapping[str, Any]]
    banks: Sequence[Mapping[str, Any]]
    people: Sequence[Mapping[str, Any]]
    roles: frozenset[str]
    texts: Texts
    named: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Form of a filter → its choices, each with its name, where they are read from a service."""
    views: Sequence[KeptView] = ()
    """Those of this list that the person sees."""

    @property
    def names(self) -> dict[str, str]:
        """What pools, banks and what else is chosen by its name are called, by code."""
        known = {one["code"]: one["name"] for one in (*self.pools, *self.banks)}
        return known | {code: name for some in self.named.values() for code, name in some}

    @property
    def chosen(self) -> dict[str, str]:
        """Filter → what is chosen, "" for nothing."""
        said = dict(self.query)
        return {one.name: said.get(one.name, "") for one in self.listing.filters}

    @property
    def sort(self) -> str:
        """By which column, with - before it downwards."""
        return dict(self.query).get("sort", "")

    @property
    def size(self) -> str:
        """How many rows a page has."""
        return dict(self.query).get("limit", USUAL_SIZE)

    def address(self, **changed: str) -> str:
        """The list with something else chosen, from its first page; "" chooses nothing."""
        left_out = (*_OF_THE_PAGE, *changed)
        kept = [one for one in self.query if one[0] not in left_out and one[1]]
        kept += [(name, value) for name, value in changed.items() if value]
        if kept:
            return f"{self.listing.path}?{urlencode(kept)}"
        return self.whole if usual_of(self.views, self.listing.path) else self.listing.path

    @property
    def whole(self) -> str:
        """The list with nothing chosen, whatever it opens with."""
        return f"{self.listing.path}?{urlencode([*self.fixed, ('view', ALL)])}"

    @property
    def fixed(self) -> list[tuple[str, str]]:
        """What of the address says which list it is."""
        return [one for one in self.query if one[0] in self.listing.fixed and one[1]]

    @property
    def said(self) -> str:
        """What is chosen, as a view keeps it."""
        return chosen(self.query, self.listing.words)

    @property
    def ways(self) -> list[tuple[KeptView, str, bool]]:
        """Each view with its address, and whether the list shows it."""
        return [
            (one, f"{self.listing.path}?{one.query}" if one.query else self.whole,
             is_same(one, self.said))
            for one in self.views
        ]  # fmt: skip

    @property
    def sizes(self) -> Sequence[str]:
        """How many rows a page may have."""
        return PAGE_SIZES

    @property
    def usual_size(self) -> str:
        """How many it has where nothing is said."""
        return USUAL_SIZE

    @property
    def first(self) -> str:
        """The first page."""
        return self.address()

    @property
    def is_further(self) -> bool:
        """Whether it is another page than the first."""
        said = dict(self.query)
        return any(said.get(name) for name in ("cursor", "before"))

    @property
    def next(self) -> str:
        """The next page; "" after the last."""
        return self._beside("cursor", self.next_cursor)

    @property
    def previous(self) -> str:
        """The page before; "" before the first."""
        return self._beside("before", self.previous_cursor)

    def _beside(self, name: str, cursor: str) -> str:
        if not cursor:
            return ""
        first = self.address()
        return f"{first}{'&' if '?' in first else '?'}{urlencode({name: cursor})}"

    @property
    def cleared(self) -> str:
        """The list with nothing chosen, in the same order."""
        return self.address(**{one.name: "" for one in self.listing.filters})

    def choices(self, form: str) -> list[tuple[str, str]]:
        """The codes and names of pools, of banks, or of what else is read from a service."""
        if form in self.named:
            return list(self.named[form])
        found = self.pools if form == "pool" else self.banks
        return [(one["code"], one["name"]) for one in found]

    def by(self, column: Column) -> str:
        """The list ordered by a column: upwards, then downwards, then as usual again."""
        following = {column.sort: f"-{column.sort}", f"-{column.sort}": ""}
        return self.address(sort=following.get(self.sort, column.sort))

    def way(self, column: Column) -> str:
        """How the list is ordered by a column now, as `aria-sort` says it."""
        ways = {column.sort: "ascending", f"-{column.sort}": "descending"}
        return ways.get(self.sort, "none") if column.sort else ""

    @property
    def columns_said(self) -> list[str]:
        """The names of the columns that the address chooses."""
        return [value for name, value in self.query if name == "columns" and value]

    @property
    def without_columns(self) -> list[tuple[str, str]]:
        """All else that the address says, for the form that chooses columns."""
        left_out = (*_OF_THE_PAGE, "columns")
        return [one for one in self.query if one[0] not in left_out and one[1]]

    @property
    def columns(self) -> Sequence[Column]:
        """Those that are chosen, and always the first; all where none is."""
        said = self.columns_said
        first, *others = self.listing.columns
        return [first, *(one for one in others if one.name in said or not said)]

    @property
    def several(self) -> list[SeveralAct]:
        """What can be done to several of the rows shown, by whoever looks."""
        return [
            act
            for act in self.listing.several
            if any(is_offered(act, one, self.roles) for one in self.rows)
        ]

    def ticked(self, row: Mapping[str, Any]) -> str:
        """How a row is named where it is ticked: its address, and the version that was seen; "" where
        nothing can be done to it."""
        if not any(is_offered(act, row, self.roles) for act in self.listing.several):
            return ""
        return f"{self.listing.at.format_map(row)}@{row['version']}"

    @property
    def chips(self) -> list[Chip]:
        """By what the list is narrowed."""
        return [
            Chip(self.texts(one.label), self._words(one, value), self.address(**{one.name: ""}))
            for one in self.listing.filters
            if (value := self.chosen[one.name])
        ]

    def _words(self, one: Filter, value: str) -> str:
        if one.form in ("pool", "bank", "park", "event", "party", "account"):
            return self.names.get(value, value)
        if one.form == "division":
            return division_words(dict(self.query).get("by", ""), value, self.names, self.texts)
        if one.form == "person":
            return next((who["name"] for who in self.people if who["subject"] == value), value)
        if one.form == "only":
            return self.texts("app.yes")
        if one.form == "yes_no":
            return self.texts("app.yes" if value == "true" else "app.no")
        if one.form == "area":
            return division_name(value)
        return self.texts.term(one.of, value) if one.of else value

    @property
    def uses_more(self) -> bool:
        """Whether something is chosen that is folded away else."""
        return any(
            self.chosen[one.name]
            for one in self.listing.filters
            if one.more and one.form not in _UNSEEN
        )

    def file(self, form: str) -> str:
        """Where all that matches is had as a file."""
        kept = [one for one in self.query if one[0] in (*self.listing.words, "sort") and one[1]]
        return f"/lists{self.listing.path}/export.{form}?{urlencode(kept)}"

    @property
    def most_at_once(self) -> int:
        """How many rows are acted on at once."""
        return MOST_AT_ONCE

    @property
    def whole_query(self) -> str:
        """All that the address says, for a form that acts on this page or on all that matches."""
        return urlencode([one for one in self.query if one[1]])

    @property
    def sums(self) -> list[tuple[str, str]]:
        """The words of each sum, and its yuan."""
        told = (self.totals or {}).get("sums", {})
        return [
            (self.texts(label), told[name])
            for name, label in self.listing.sums.items()
            if name in told and yuan(told[name]) != "—"
        ]
