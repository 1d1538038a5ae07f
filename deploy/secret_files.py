"""Files that hold secrets: written once, and read by their owner alone from the first byte on."""

import os
from pathlib import Path


def keep(place: Path, content: str | bytes) -> Path:
    """Write a new file. Raises FileExistsError, having touched nothing."""
    data = content.encode() if isinstance(content, str) else content
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    return place
