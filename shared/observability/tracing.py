"""Traces: which request, event or job the running code belongs to, and where its spans go.

OpenTelemetry's SDK keeps the current span in a context variable, so that a log line, a problem
and an event in the outbox can all name the trace without anybody handing it down. Spans leave by
OTLP over HTTP where the standard variables (`OTEL_EXPORTER_OTLP_ENDPOINT` and its kin) say so;
elsewhere nothing is recorded, and only the ids flow.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_SCOPE = "zhidai"

_UNRECORDED = TracerProvider(sampler=ALWAYS_OFF, shutdown_on_exit=False).get_tracer(_SCOPE)
"""Gives ids to what nobody records."""
_IDS = RandomIdGenerator()
_W3C = TraceContextTextMapPropagator()

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_exporting: TracerProvider | None = None
_tracer: trace.Tracer = _UNRECORDED


def configure_tracing(service: str) -> None:
    """Let this process's spans leave, if the environment names an endpoint.

    What waits to be sent is sent when the process ends. `OTEL_SERVICE_NAME` goes before `service`.
    """
    global _exporting, _tracer
    if _exporting is not None or not any(os.environ.get(name) for name in _ENDPOINTS):
        return
    name = os.environ.get("OTEL_SERVICE_NAME") or service
    _exporting = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    _exporting.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _exporting.get_tracer(_SCOPE)
    # A call of another service carries the trace on; it is a span of its own.
    HTTPXClientInstrumentor().instrument(tracer_provider=_exporting)


def stop_tracing() -> None:
    """Send what waits to be sent, and record nothing from here on."""
    global _exporting, _tracer
    if _exporting is not None:
        HTTPXClientInstrumentor().uninstrument()
        _exporting.shutdown()
    _exporting, _tracer = None, _UNRECORDED


def _read(traceparent: str) -> Context:
    """The context that a W3C traceparent names; an empty one, hence a new trace, if unusable."""
    return _W3C.extract({"traceparent": traceparent})


def _written(context: SpanContext) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def is_traceparent(text: str) -> bool:
    """Whether the text is a W3C traceparent that may be continued (Trace Context, section 3.2)."""
    return trace.get_current_span(_read(text)).get_span_context().is_valid


def new_span(
    name: str,
    *,
    parent: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, AttributeValue] | None = None,
) -> str:
    """The traceparent of a span that begins and ends here: below `parent`, else the current one."""
    if _exporting is None:
        return _unrecorded(_named_by(parent) if parent is not None else _current())
    context = None if parent is None else _read(parent)
    span = _tracer.start_span(name, context=context, kind=kind, attributes=attributes)
    span.end()
    return _written(span.get_span_context())


@lru_cache(maxsize=1024)
def _named_by(traceparent: str) -> SpanContext:
    """Asked for by every event that a request or a batch says."""
    return trace.get_current_span(_read(traceparent)).get_span_context()


def _current() -> SpanContext:
    return trace.get_current_span().get_span_context()


def _unrecorded(above: SpanContext) -> str:
    """The ids of a span that nobody records, as a tracer would give them that samples nothing."""
    is_random = above.trace_flags.random_trace_id if above.is_valid else True
    flags = TraceFlags.RANDOM_TRACE_ID if is_random else TraceFlags.DEFAULT
    trace_id = above.trace_id if above.is_valid else _IDS.generate_trace_id()
    return f"00-{trace_id:032x}-{_IDS.generate_span_id():016x}-{flags:02x}"


def current_traceparent() -> str:
    """The traceparent of the current span. Outside any request or event a new trace is begun."""
    current = _current()
    return _written(current) if current.is_valid else new_span("unasked")


def current_trace_id() -> str:
    """The 32 hexadecimal digits of the trace, or "" outside any request or event."""
    current = _current()
    return f"{current.trace_id:032x}" if current.is_valid else ""


def current_request_id() -> str:
    """The id of the request in hand, or "" outside any request."""
    return _request_id.get()


@contextmanager
def tracing(
    traceparent: str,
    *,
    name: str = "work",
    kind: SpanKind = SpanKind.INTERNAL,
    request_id: str = "",
    attributes: Mapping[str, AttributeValue] | None = None,
    recorded: bool = True,
) -> Iterator[str]:
    """Continue a trace for the length of the block: a request, an event, a run of a job."""
    tracer = _tracer if recorded else _UNRECORDED
    token = _request_id.set(request_id)
    try:
        with tracer.start_as_current_span(
            name, context=_read(traceparent), kind=kind, attributes=attributes
        ) as span:
            yield _written(span.get_span_context())
    finally:
        _request_id.reset(token)


@contextmanager
def tracing_each(
    traceparents: Mapping[str, str], *, name: str, kind: SpanKind
) -> Iterator[Mapping[str, str]]:
    """A span in every one of many traces while they are worked on together: theirs, by key.

    Where nothing is recorded there is no need of new ids: each trace is continued as it came.
    """
    if _exporting is None:
        yield traceparents
        return
    spans = {
        key: _tracer.start_span(name, context=_read(traceparent), kind=kind)
        for key, traceparent in traceparents.items()
    }
    try:
        yield {key: _written(span.get_span_context()) for key, span in spans.items()}
    except Exception as error:
        for span in spans.values():
            span.record_exception(error)
            span.set_status(StatusCode.ERROR, repr(error))
        raise
    finally:
        for span in spans.values():
            span.end()
