"""The demo's data, as the console asks for it: whoever builds the console brings the loader."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class DemoProgress:
    """How far the loading is. Before it begins nothing is done; after it nothing is running."""

    running: bool
    done: int
    total: int
    error: str = ""
    """Why it broke off; "" where it did not."""


class DemoLoader(Protocol):
    """Fills an empty installation with the demo's year. Only a sandbox has one."""

    def start(self) -> None:
        """Begin in the background; `progress` says that it runs as soon as this returns."""

    def progress(self) -> DemoProgress:
        """How far it is."""
