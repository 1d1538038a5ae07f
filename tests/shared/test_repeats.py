"""A library that repeats itself does not drown what else is logged."""

import io
import json
import logging

from shared.observability.logs import configure_logging
from shared.observability.repeats import EVERY_SECONDS, OnceInAWhile


def _line(of: logging.Logger, attempt: int) -> None:
    of.warning("Unable to connect to %s: attempt %d", "broker-1:9093", attempt)


def test_what_a_library_says_of_a_broker_that_is_away_is_heard_once_in_a_while_and_counted():
    seconds = [0.0]
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(
        logging.Formatter("%(name)s %(message)s %(repeated)s", defaults={"repeated": ""})
    )
    handler.addFilter(OnceInAWhile("aiokafka", monotonic=lambda: seconds[0]))
    theirs, ours = logging.getLogger("aiokafka.conn"), logging.getLogger("aiokafkas.ours")
    for logger in (theirs, ours):
        logger.addHandler(handler)
        logger.propagate = False
    try:
        for attempt in range(10_000):
            _line(theirs, attempt)
        theirs.error("Something else")
        for _ in range(3):
            _line(ours, 0)
        seconds[0] = EVERY_SECONDS
        _line(theirs, 10_000)
    finally:
        for logger in (theirs, ours):
            logger.removeHandler(handler)
            logger.propagate = True

    lines = [line.strip() for line in told.getvalue().splitlines()]
    assert lines == [
        "aiokafka.conn Unable to connect to broker-1:9093: attempt 0",
        "aiokafka.conn Something else",
        *["aiokafkas.ours Unable to connect to broker-1:9093: attempt 0"] * 3,
        "aiokafka.conn Unable to connect to broker-1:9093: attempt 10000 9999",
    ]


def test_every_process_logs_so(tmp_path):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure_logging("applications", file=tmp_path / "log")
        for attempt in range(1000):
            _line(logging.getLogger("aiokafka.client"), attempt)
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    (line,) = (tmp_path / "log").read_text().splitlines()
    assert json.loads(line)["logger"] == "aiokafka.client"
