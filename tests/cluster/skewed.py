"""A service whose clock goes wrong: the module CLUSTER_MODULE as a process.

Its machine's time, as far as its work asks for it, is ahead by CLUSTER_SKEW_SECONDS, or behind.
"""

import os
import runpy
from datetime import UTC, datetime, timedelta

from shared.clock import SystemClock


def main() -> None:
    """Set the clock wrong, then be that module."""
    by = timedelta(seconds=float(os.environ["CLUSTER_SKEW_SECONDS"]))
    SystemClock.now = lambda self: datetime.now(UTC) + by  # type: ignore[method-assign]
    runpy.run_module(os.environ["CLUSTER_MODULE"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
