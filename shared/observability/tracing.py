"""Which request, and which trace, the running code belongs to.

Kept in context variables, so that a log line, a problem and an event in the outbox can all name
the trace without anybody handing it down.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_traceparent: ContextVar[str] = ContextVar("traceparent", default="")


def is_traceparent(text: str) -> bool:
    """Whether the text is a W3C traceparent that may be continued (Trace Context, section 3.2)."""
    match = _TRACEPARENT.fullmatch(text)
    if match is None:
        return False
    version, trace, span, _, rest = match.groups()
    if version == "ff" or (version == "00" and rest):
        return False
    return trace.strip("0") != "" and span.strip("0") != ""


def continued(traceparent: str) -> str:
    """The traceparent of our own span in the same trace, or of a new trace if it is unusable."""
    if is_traceparent(traceparent):
        trace, flags = traceparent[3:35], traceparent[53:55]
    else:
        trace, flags = secrets.token_hex(16), "01"
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


def current_traceparent() -> str:
    """The traceparent to send on. Outside any request or event a new trace is begun."""
    return _traceparent.get() or continued("")


def current_trace_id() -> str:
    """The 32 hexadecimal digits of the trace, or "" outside any request or event."""
    return _traceparent.get()[3:35]


def current_request_id() -> str:
    """The id of the request in hand, or "" outside any request."""
    return _request_id.get()


@contextmanager
def tracing(traceparent: str, *, request_id: str = "") -> Iterator[str]:
    """Continue a trace for the length of the block: a request, an event, a run of a job."""
    mine = continued(traceparent)
    trace_token, request_token = _traceparent.set(mine), _request_id.set(request_id)
    try:
        yield mine
    finally:
        _traceparent.reset(trace_token)
        _request_id.reset(request_token)
