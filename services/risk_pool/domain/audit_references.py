"""What is named twice among any number of names, found in little memory.

Of each name a fingerprint of 64 bits is kept, with its number, in a file without a name: in parts by their first
byte, of which one after the other is put in order. So a ledger of thirty million transfers needs no more
than one of three.
"""

import hashlib
import tempfile
from array import array
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

_PARTS: Final = 256
_AT_ONCE: Final = 1024
"""So many of a part are written together: four megabytes of memory in all."""
_BYTES: Final = 16


class Twins:
    """Takes names with their numbers, then tells which came twice."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed where it was read)
        self._waiting = [array("Q") for _ in range(_PARTS)]
        self._blocks: list[list[int]] = [[] for _ in range(_PARTS)]
        self._written = 0
        self.count = 0

    def add(self, name: str, number: int) -> None:
        """The next name; its number is above zero."""
        digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
        part = self._waiting[digest[0]]
        part.append(int.from_bytes(digest))
        part.append(number)
        self.count += 1
        if len(part) == 2 * _AT_ONCE:
            part.tofile(self._file)
            self._blocks[digest[0]].append(self._written)
            self._written += 1
            del part[:]

    def found(self) -> Iterator[tuple[int, int]]:
        """The numbers of two that have one name, the smaller first. Afterwards nothing is left."""
        for part, waiting in enumerate(self._waiting):
            kept = array("Q", waiting)
            for block in self._blocks[part]:
                self._file.seek(block * _AT_ONCE * _BYTES)
                kept.fromfile(self._file, 2 * _AT_ONCE)
            pairs = sorted(zip(kept[::2], kept[1::2], strict=True))
            for (one, first), (other, second) in pairwise(pairs):
                if one == other:
                    yield first, second
        self._file.close()
