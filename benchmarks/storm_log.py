"""What came to the receivers of a storm, as `storm_receivers` writes it down."""

from collections.abc import Mapping
from pathlib import Path

Arrivals = Mapping[tuple[int, str], list[float]]
"""By receiver and webhook-id: when it came, each time."""


class Log:
    """What came to the receivers so far. Read on from where it was read last: a storm is long."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_bytes = 0
        self._found: dict[tuple[int, str], list[float]] = {}

    def read(self) -> Arrivals:
        """Everything that came until now."""
        with self._file.open("rb") as file:
            file.seek(self._read_bytes)
            whole, end, _ = file.read().rpartition(b"\n")
        self._read_bytes += len(whole) + len(end)
        for line in whole.decode().splitlines():
            receiver, webhook_id, at = line.split()
            self._found.setdefault((int(receiver), webhook_id), []).append(float(at))
        return self._found
