"""A library that says the same again and again while something is away is heard once in a while.

While a broker is away, aiokafka writes a line for each try of each connection, tens of thousands in an
hour, and whatever else happens is lost among them.
"""

import logging
import time
from collections.abc import Callable

EVERY_SECONDS = 30.0
MOST = 500
"""So many different lines are told apart; one more begins anew, and all are heard again."""


class OnceInAWhile(logging.Filter):
    """Lets a line of a library pass, and the same again only after a while, saying how often it was
    said meanwhile. The same: of one place in the code and one level, whatever figures it names.

    `monotonic` gives seconds.
    """

    def __init__(self, *libraries: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._libraries = tuple(f"{library}." for library in libraries)
        self._monotonic = monotonic
        self._said: dict[tuple[str, int, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written. One that is gets `repeated`, if others were left out."""
        if not f"{record.name}.".startswith(self._libraries):
            return True
        now = self._monotonic()
        which = (record.pathname, record.lineno, record.levelno)
        said_at, left_out = self._said.get(which, (float("-inf"), 0))
        if now - said_at < EVERY_SECONDS:
            self._said[which] = (said_at, left_out + 1)
            return False
        if which not in self._said and len(self._said) >= MOST:
            self._said.clear()
        self._said[which] = (now, 0)
        if left_out:
            record.repeated = left_out
        return True
