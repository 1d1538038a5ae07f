"""What comes after a case that was just worked on: the next of its list, or of all that waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx

from services.console.cases.grid import Listing
from services.console.cases.known_lists import listing_at
from services.console.http.addresses import key_at
from services.console.http.page_context import LISTS, PageContext
from services.console.upstream.optional import items, or_none
from services.console.upstream.to_do import read_to_do

TO_DO: Final = "/to-do"
_LOOKED_THROUGH: Final = 200
"""Rows of a list among which a case is looked for."""
_OF_ALL_THAT_WAITS: Final = 20


@dataclass(frozen=True, slots=True)
class Following:
    """Where the next one is and what it is called; nothing waits where `href` is empty. `list` is
    where it was looked for."""

    href: str
    words: str
    list: str


async def following(page: PageContext, path: str) -> Following:
    """What comes after the case at this address, for the person who has just acted on it."""
    kept = page.request.session.get(LISTS, {})
    listing = listing_at(kept.get("last", ""))
    if listing is not None and is_of(listing, path):
        found = await or_none(rows_of(page, listing))
        after, _ = beside(found or [], listing, path)
        if after is not None:
            address = page.list_of(listing.path)
            return Following(address_of(listing, after), _words(after), address)
    return await _of_all_that_waits(page, path, kept.get(TO_DO, ""))


def is_of(listing: Listing, path: str) -> bool:
    """Whether the rows of a list lead to such a page."""
    return bool(key_at(listing.leads_to, path))


async def rows_of(page: PageContext, listing: Listing) -> list[Mapping[str, Any]]:
    """The first rows of a list as this person has last filtered it. Raises Problem."""
    kept = page.request.session.get(LISTS, {}).get(listing.path, "")
    found = await page.apis[listing.service].get(
        listing.source, **listing.asked(parse_qsl(kept)), limit=_LOOKED_THROUGH
    )
    return items(found)


def address_of(listing: Listing, row: Mapping[str, Any]) -> str:
    """The page of a row."""
    return listing.leads_to.format_map(row)


def beside(
    rows: Sequence[Mapping[str, Any]], listing: Listing, path: str
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The row after the one of a page, and the row before it. Where the page's own row is gone from
    the list, its first one comes next."""
    pages = [address_of(listing, one) for one in rows]
    if path not in pages:
        return (rows[0] if rows else None), None
    # A case may have several rows of a list: the next one is of another case.
    at, last = pages.index(path), len(pages) - 1 - pages[::-1].index(path)
    return (
        rows[last + 1] if last + 1 < len(rows) else None,
        rows[at - 1] if at else None,
    )


async def _of_all_that_waits(page: PageContext, path: str, kept: str) -> Following:
    wanted = {
        name: value
        for name, value in httpx.QueryParams(kept).items()
        if name in ("whose", "kind", "overdue")
    }
    wanted["whose"] = wanted.get("whose") or "mine"
    if wanted.get("overdue"):
        wanted["overdue"] = "true"
    address = page.list_of(TO_DO)
    found = await or_none(read_to_do(page, limit=_OF_ALL_THAT_WAITS, **wanted))
    for one in found.rows if found else []:
        if one["page"].split("#")[0] != path:
            noun = one[f"noun_{page.texts.language}"]
            words = " ".join(part for part in (noun, one["number"], one["firm"]) if part)
            return Following(one["page"], words, address)
    return Following("", "", address)


def _words(row: Mapping[str, Any]) -> str:
    return " ".join(
        str(row[name]) for name in ("number", "borrower_name", "month") if row.get(name)
    )
