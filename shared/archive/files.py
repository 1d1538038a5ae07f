"""A month of a table as files: lines of JSON, compressed, and beside them what is known of them.

    FOLDER/applications/event_feed/2023-01.ndjson.gz
    FOLDER/applications/event_feed/2023-01.json       (`Kept`)

The lines lie in blocks of some thousands, each a gzip member of its own: `zcat` reads the whole, and
whoever looks for one number opens one block. A month is there once its second file is: that one is
written last, after the first was read back from the disk. It names the hash of the second file of the
month before, so that no month can be exchanged or left out unseen.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

BLOCK_LINES = 5_000
FORMAT = "zhidai-archive-1"


class Broken(Exception):
    """A file of the archive is not what it was when it was written; says which and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where a block lies in the file, and the first and last key in it."""

    first: int
    last: int
    at: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a month of a table."""

    origin: str
    """The database that it is from, by its first epoch of events; the same after any restore."""
    service: str
    table: str
    month: str
    rows: int
    first: int
    """The key of the first row, 0 where there is none."""
    last: int
    sha256: str
    """Of the compressed file."""
    lines_sha256: str
    """Of the lines in it, each with its end: what the database is held against."""
    blocks: tuple[Block, ...]
    heads: Mapping[str, Any] = field(default_factory=dict)
    """Of the ledger: how far each pool's chain has come, by pool."""
    before: str = ""
    """The hash of the same of the month before; "" for the first."""
    format: str = FORMAT

    def sealed(self) -> bytes:
        """As it is written."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The months of one table of one service in a folder."""

    folder: Path
    service: str
    table: str

    @property
    def place(self) -> Path:
        return self.folder / self.service / self.table

    def lines_of(self, month: str) -> Path:
        """The path of a month's lines."""
        return self.place / f"{month}.ndjson.gz"

    def months(self) -> list[str]:
        """Those that are there, in order."""
        return sorted(path.stem for path in self.place.glob("*-*.json"))

    def kept(self, month: str) -> Kept | None:
        """What is known of a month; None where it is not there. Raises Broken."""
        path = self.place / f"{month}.json"
        if not path.exists():
            return None
        try:
            found = orjson.loads(path.read_bytes())
            blocks = tuple(Block(**one) for one in found.pop("blocks"))
            kept = Kept(**found, blocks=blocks)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Broken(f"{path}: {error}") from error
        if (kept.format, kept.service, kept.table, kept.month) != (
            FORMAT, self.service, self.table, month,
        ):  # fmt: skip
            raise Broken(f"{path} speaks of another month, table or service")
        return kept

    def seal_of(self, month: str) -> str:
        """The hash of what is known of a month."""
        return hashlib.sha256((self.place / f"{month}.json").read_bytes()).hexdigest()

    def before(self, month: str) -> str:
        """The seal of the newest month before; "" where there is none."""
        earlier = [one for one in self.months() if one < month]
        return self.seal_of(earlier[-1]) if earlier else ""

    def last_before(self, month: str) -> int:
        """The greatest key of the months before; 0 where there is none. Raises Broken."""
        earlier = (self.kept(one) for one in self.months() if one < month)
        return max((one.last for one in earlier if one is not None), default=0)

    def lines(self, month: str) -> Iterator[bytes]:
        """A month's lines, from the disk. Raises Broken."""
        try:
            with gzip.open(self.lines_of(month)) as file:
                yield from file
        except (OSError, EOFError, zlib.error) as error:
            raise Broken(f"{self.lines_of(month)}: {error}") from error

    def block(self, kept: Kept, block: Block) -> list[bytes]:
        """The lines of one block. Raises Broken."""
        path = self.lines_of(kept.month)
        try:
            with path.open("rb") as file:
                file.seek(block.at)
                return gzip.decompress(file.read(block.size)).splitlines()
        except (OSError, EOFError, zlib.error) as error:
            raise Broken(f"{path}: {error}") from error

    def look_at(self, kept: Kept) -> None:
        """Read a month from the disk and hold it against what is known of it. Raises Broken."""
        path = self.lines_of(kept.month)
        if not path.exists() or _sha256(path) != kept.sha256:
            raise Broken(f"{path} is not there, or is not what was written")
        digest, rows = hashlib.sha256(), 0
        for line in self.lines(kept.month):
            digest.update(line)
            rows += 1
        if (digest.hexdigest(), rows) != (kept.lines_sha256, kept.rows):
            raise Broken(f"{path} has other lines than were written")
        for block in kept.blocks:
            lines = self.block(kept, block)
            keys = [orjson.loads(line)["key"] for line in (lines[0], lines[-1])]
            if keys != [block.first, block.last]:
                raise Broken(f"{path}: the block at {block.at} does not hold what it should")


class Writing:
    """A month's lines as they are written. What a crash leaves behind is written over."""

    def __init__(self, shelf: Shelf, month: str) -> None:
        shelf.place.mkdir(parents=True, exist_ok=True)
        self._shelf = shelf
        self._month = month
        self._part = shelf.place / f"{month}.part"
        self._file = self._part.open("wb")
        self._hash, self._lines_hash = hashlib.sha256(), hashlib.sha256()
        self._lines: list[bytes] = []
        self._keys: list[int] = []
        self._blocks: list[Block] = []
        self._at = 0
        self._rows = 0

    def add(self, key: int, line: bytes) -> None:
        """One row, with a line's end."""
        self._lines_hash.update(line)
        self._lines.append(line)
        self._keys.append(key)
        self._rows += 1
        if len(self._lines) == BLOCK_LINES:
            self._end_block()

    def _end_block(self) -> None:
        if not self._lines:
            return
        packed = gzip.compress(b"".join(self._lines), compresslevel=6, mtime=0)
        self._file.write(packed)
        self._hash.update(packed)
        first, last = self._keys[0], self._keys[-1]
        self._blocks.append(Block(first=first, last=last, at=self._at, size=len(packed)))
        self._at += len(packed)
        self._lines, self._keys = [], []

    def end(self, *, origin: str, heads: Mapping[str, Any]) -> Kept:
        """Bring the lines to the disk under their name; what is to be known of them."""
        self._end_block()
        _to_disk(self._file)
        _renamed(self._part, self._shelf.lines_of(self._month))
        return Kept(
            origin=origin,
            service=self._shelf.service,
            table=self._shelf.table,
            month=self._month,
            rows=self._rows,
            first=self._blocks[0].first if self._blocks else 0,
            last=self._blocks[-1].last if self._blocks else 0,
            sha256=self._hash.hexdigest(),
            lines_sha256=self._lines_hash.hexdigest(),
            blocks=tuple(self._blocks),
            heads=heads,
            before=self._shelf.before(self._month),
        )


def seal(shelf: Shelf, kept: Kept) -> None:
    """Write what is known of a month: from now on it is there. Call it after `look_at`."""
    part = shelf.place / f"{kept.month}.seal"
    with part.open("wb") as file:
        file.write(kept.sealed())
        _to_disk(file)
    _renamed(part, shelf.place / f"{kept.month}.json")


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


def _renamed(part: Path, path: Path) -> None:
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
