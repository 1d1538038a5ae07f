"""Events of a service's feed that are in the archive alone: read as the feed is, seen by the same eyes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from shared.archive.files import Block, Broken, Kept, Shelf
from shared.messaging.feed import Published

TABLE = "event_feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some events, and up to which number they were looked through."""

    events: list[Published]
    until: int


def shelf_of(folder: Path, service: str) -> Shelf:
    """Where a service's events lie."""
    return Shelf(folder, service, TABLE)


def read_archived(
    shelf: Shelf,
    *,
    after: int,
    limit: int,
    institution: str | None = None,
    party: str | None = None,
) -> Piece:
    """The events after a number, oldest first: of a bank (`institution`) its own, of another party what
    names it, else all. Looks through one block at most, so a piece may be empty and still lead on.

    Raises Broken where the archive does not have that number.
    """
    block, lines = _block_with(shelf, after + 1)
    events: list[Published] = []
    for line in lines:
        row = orjson.loads(line)["row"]
        if row["position"] <= after or not _sees(row, institution, party):
            continue
        events.append(_published(row))
        if len(events) == limit:
            return Piece(events=events, until=events[-1].position)
    return Piece(events=events, until=block.last)


def pages(shelf: Shelf, *, after: int, until: int) -> Iterator[list[Published]]:
    """All events after one number, up to another, by block. Raises Broken where one is not there."""
    for kept in (_kept(shelf, month) for month in shelf.months()):
        for block in kept.blocks:
            if block.last <= after or after >= until:
                continue
            if block.first > after + 1:
                raise _missing(shelf, after + 1)
            rows = (orjson.loads(line)["row"] for line in shelf.block(kept, block))
            yield [_published(row) for row in rows if after < row["position"] <= until]
            after = block.last
    if after < until:
        raise _missing(shelf, after + 1)


def _block_with(shelf: Shelf, number: int) -> tuple[Block, list[bytes]]:
    for month in shelf.months():
        kept = _kept(shelf, month)
        if kept.first <= number <= kept.last:
            block = next(one for one in kept.blocks if number <= one.last)
            return block, shelf.block(kept, block)
    raise _missing(shelf, number)


def _missing(shelf: Shelf, number: int) -> Broken:
    return Broken(f"no month of {shelf.place} has event {number}")


def _kept(shelf: Shelf, month: str) -> Kept:
    kept = shelf.kept(month)
    assert kept is not None
    return kept


def _sees(row: dict[str, Any], institution: str | None, party: str | None) -> bool:
    """As row-level security says it of the live feed."""
    if party is not None:
        return party in row["parties"]
    return institution is None or row["institution"] == institution


def _published(row: dict[str, Any]) -> Published:
    return Published(
        position=row["position"],
        id=UUID(row["event_id"]),
        type=row["type"],
        source=row["source"],
        time=datetime.fromisoformat(row["occurred_at"]),
        subject=row["subject"],
        key=row["key"],
        institution=row["institution"],
        body=bytes.fromhex(row["body"].removeprefix("\\x")),
        traceparent=row["traceparent"],
    )
