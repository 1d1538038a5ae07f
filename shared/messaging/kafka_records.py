"""Reads whatever a broker holds: also a record with a header whose name is no UTF-8.

aiokafka's fast reader gives such a record up, and a listener would meet it again at every try, for good. A
batch that it gives up is read once more by aiokafka's slow one, with what is no UTF-8 written out
(`\\xff`). Such a header is none of ours; what the record says besides counts, or is parked.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Name(bytearray):
    """Bytes of which each part can be decoded."""

    def __getitem__(self, place: Any) -> Any:
        part = super().__getitem__(place)
        return _Name(part) if isinstance(part, bytearray) else part

    def decode(self, encoding: str = "utf-8", errors: str = "") -> str:
        return super().decode(encoding, "backslashreplace")


class _Slow(_DefaultRecordBatchPy):  # type: ignore[misc]
    def __iter__(self) -> "_Slow":
        self._maybe_uncompress()
        self._buffer: bytearray = _Name(self._buffer)
        return self


class _Batch:
    """A batch of records: what it is, is asked of the fast reader."""

    def __init__(self, fast: Any, written: memoryview) -> None:
        self._fast = fast
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fast, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._fast))
        except UnicodeDecodeError:
            return iter(_Slow(bytearray(self._written)))


class AnyRecords(_MemoryRecordsPy):  # type: ignore[misc]
    """What came in one fetch of a partition, batch by batch."""

    def next_batch(self) -> Any:
        """The next batch; None after the last. Raises what aiokafka raises where a batch is no batch."""
        written = self._next_slice
        batch = super().next_batch()
        return None if batch is None else _Batch(batch, written)


def read_any_record() -> None:
    """From now on every consumer of this process reads this way."""
    fetcher.MemoryRecords = AnyRecords
