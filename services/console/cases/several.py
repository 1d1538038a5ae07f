"""Several rows of a list acted on at once: read again and shown first, then done one by one.

Each row is done or refused by itself, under the version that was shown; who sends the same form again
is answered the same.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from starlette.datastructures import FormData

from services.console.cases.grid import MOST_AT_ONCE, Listing, SeveralAct, is_offered
from services.console.http.addresses import key_at
from services.console.http.forms import once, text
from services.console.rendering.catalogue import Texts
from services.console.upstream.client import Api, Problem
from shared.money import format_fen, parse_fen

MOST: Final = MOST_AT_ONCE
_AT_A_TIME: Final = 5
_LOOKED_THROUGH: Final = 200
"""Rows of a filter in which those are looked for that can be acted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A row that was chosen, as it stands now."""

    at: str
    row: Mapping[str, Any] = field(default_factory=dict)
    etag: str = ""
    has_moved: bool = False
    """Somebody has changed it since the list was shown."""
    is_possible: bool = False
    problem: Problem | None = None
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one row: where it stands now, or why it was not moved."""

    ticked: Ticked
    state: str = ""
    refused: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return not self.refused


def act_of(listing: Listing, name: str) -> SeveralAct | None:
    """What a list declares under a name."""
    return next((one for one in listing.several if one.name == name), None)


def chosen(listing: Listing, form: FormData) -> dict[str, str]:
    """Address at the service → the version that was seen; what is no row of this list is left out."""
    found = {}
    for one in form.getlist("rows"):
        at, _, version = str(one).rpartition("@")
        if key_at(listing.at, at):
            found[at] = version.strip('"')
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows to look at before one acts: address at the service → the version that was seen."""

    rows: Mapping[str, str]
    is_first_part: bool = False
    """More match the filter: these are the first of them."""


async def matching(
    api: Api, listing: Listing, act: SeveralAct, roles: Collection[str], form: FormData
) -> Chosen:
    """All rows of the page that the form comes from, or of all that its filter matches, to which the act
    can be done; of the filter no more than `MOST`, the first in the list's order. Raises Problem."""
    query = parse_qsl(text(form, "query"))
    said = dict(query)
    pages = {"cursor": said.get("cursor", ""), "before": said.get("before", "")}
    if whole := text(form, "which") == "filter":
        pages = {}
    answer = await api.get(
        listing.source,
        **listing.asked(query),
        **pages,
        limit=str(_LOOKED_THROUGH) if whole else said.get("limit", ""),
    )
    fits = [one for one in answer["items"] if is_offered(act, one, roles)]
    rows = {listing.at.format_map(one): str(one["version"]) for one in fits[:MOST]}
    return Chosen(rows, whole and (len(fits) > MOST or bool(answer.get("next_cursor"))))


async def read_again(api: Api, act: SeveralAct, wanted: Mapping[str, str]) -> list[Ticked]:
    """The chosen rows as they stand now, in the order of the list."""
    gate = asyncio.Semaphore(_AT_A_TIME)

    async def one(at: str, seen: str) -> Ticked:
        async with gate:
            try:
                answer = await api.read(at)
            except Problem as problem:
                return Ticked(at=at, problem=problem)
        return Ticked(
            at=at,
            row=answer.body,
            etag=answer.etag,
            has_moved=answer.etag.strip('"') != seen,
            is_possible=act.name in answer.body.get("pending_actions", ()),
        )

    return await asyncio.gather(*(one(at, seen) for at, seen in wanted.items()))


def sums_of(listing: Listing, rows: Iterable[Ticked]) -> list[tuple[str, str]]:
    """The key of the words of each sum of the list, and what the rows come to."""
    told = [one.row for one in rows if one.is_possible]
    return [
        (words, format_fen(sum(parse_fen(str(row[name])) for row in told)))
        for name, words in listing.sums.items()
        if told and all(row.get(name) for row in told)
    ]


async def act_on(
    api: Api, act: SeveralAct, rows: Sequence[Ticked], form: FormData, texts: Texts
) -> list[Verdict]:
    """Act on the rows, each under the version that its form names. What is wrong with what was said
    is wrong for every row: then the first refusal is raised, and nothing was done. Raises Problem."""
    said = {name: text(form, name) for name in act.asks}
    if act.together:
        return await _together(api, act, rows, said, key=once(form), texts=texts)
    verdicts: list[Verdict] = []
    for one in rows:
        key = str(uuid5(UUID(once(form)), one.at))
        try:
            answer = await api.post(
                f"{one.at}/{act.path}", said or None, key=key, if_match=one.etag
            )
        except Problem as problem:
            if not verdicts and (problem.status == 401 or any(problem.at(f"/{n}") for n in said)):
                raise
            verdicts.append(Verdict(ticked=one, refused=problem.detail or problem.code))
        else:
            verdicts.append(Verdict(ticked=one, state=answer["state"]))
    return verdicts


async def _together(
    api: Api,
    act: SeveralAct,
    rows: Sequence[Ticked],
    said: Mapping[str, str],
    *,
    key: str,
    texts: Texts,
) -> list[Verdict]:
    by_id = {one.at.rpartition("/")[2]: one for one in rows}
    versions = {name: int(one.etag.strip('"')) for name, one in by_id.items()}
    answer = await api.post(
        act.together, {"cases": list(by_id), "versions": versions, **said}, key=key
    )
    return [
        Verdict(ticked=by_id[one["id"]], state=one["state"] or "", refused=texts.of(one))
        for one in answer["verdicts"]
    ]
