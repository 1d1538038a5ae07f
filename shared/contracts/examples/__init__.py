"""What was once sent, one file per event type, only ever added to."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def of(event_type: str) -> list[Any]:
    """The examples of an event type, the oldest first."""
    place = FOLDER / f"{event_type}.json"
    return list(json.loads(place.read_text())) if place.exists() else []
