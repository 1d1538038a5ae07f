"""What the server itself takes to serve one database: the private memory of its processes, at its most.

Shared buffers are not in it: they are one block of a size that is set, for all databases together.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass
class ServerMemory:
    """The most seen so far; 0 where the system does not tell (it does on Linux)."""

    peak_mb: float = 0.0


@contextmanager
def watched(database: str, *, every_seconds: float = 0.1) -> Iterator[ServerMemory]:
    """Look at the server's processes for this database again and again, until the block ends."""
    seen, done = ServerMemory(), threading.Event()

    def watch() -> None:
        while not done.wait(every_seconds):
            seen.peak_mb = max(seen.peak_mb, _private_mb(database))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def _private_mb(database: str) -> float:
    """All processes together: parallel workers, too."""
    return round(sum(_anonymous_kb(process) for process in _processes(database)) / 1024, 1)


def _processes(database: str) -> Iterator[Path]:
    for process in PROC.glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
        except OSError:  # It has ended meanwhile.
            continue
        if title.startswith(b"postgres:") and f" {database} ".encode() in title:
            yield process


def _anonymous_kb(process: Path) -> int:
    try:
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), 0)
