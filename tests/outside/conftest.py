"""Other people's programs read what we send: `make interop`, with Node.js, Go and Maven at hand.

They are installed from their languages' own registries, so these tests are no part of `make test`.
"""

import os

from tests.notifications.conftest import notifier, notifying, receiver

__all__ = ["notifier", "notifying", "receiver"]

collect_ignore_glob = [] if os.environ.get("ZHIDAI_OUTSIDE") else ["test_*.py"]
