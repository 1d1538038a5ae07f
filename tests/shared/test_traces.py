"""Spans really leave: from a request over the outbox and the relay to the handler, by OTLP/HTTP."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from shared.messaging import outbox
from shared.messaging.consumer import Consumer
from shared.messaging.local import LocalTransport
from shared.messaging.runtime import messaging
from shared.observability import telemetry
from shared.observability.tracing import configure_tracing, current_trace_id, stop_tracing, tracing
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, QUICK, Counted, Noted, envelope

NOW = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)


class Collector:
    """A small OTLP/HTTP receiver, as any tracing backend has one."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/v1/traces"
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing: the test speaks for itself."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self, trace_id: str = "") -> list[Span]:
        """What has arrived, of one trace or of all."""
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
            if trace_id in ("", span.trace_id.hex())
        ]

    def services(self) -> set[str]:
        """Who says it is the sender."""
        return {
            attribute.value.string_value
            for request in self.requests
            for resource in request.resource_spans
            for attribute in resource.resource.attributes
            if attribute.key == "service.name"
        }


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that this process sends its spans to."""
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.url)
    configure_tracing("loans")
    yield made
    stop_tracing()
    made.server.shutdown()
    thread.join()
    made.server.server_close()


class Desk:
    """A service that says a number over HTTP, hears it, and answers with a note."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard: list[str] = []
        self.failures = 0
        self.app = FastAPI()
        telemetry.install(self.app, service="loans")

        @self.app.post("/loans/{loan_id}")
        async def count(loan_id: UUID) -> None:
            async with database.begin(EVERYWHERE) as conn:
                await outbox.append(conn, [Counted(loan_id=loan_id, number=1)], now=NOW)

    async def note(self, received: Any, /, *, conn: Any, now: datetime) -> None:
        """The handler: fails as often as it is told to, then appends an event of its own."""
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not yet")
        self.heard.append(current_trace_id())
        notes = [Noted(loan_id=one.event.loan_id, number=one.event.number) for one in received]
        await outbox.append(conn, notes, now=now)

    def consumer(self) -> Consumer:
        return Consumer(
            self.database, {Counted: self.note}, service="loans", now=lambda: NOW, patience=QUICK
        )

    async def said(self) -> dict[str, str]:
        """The traceparent of each event in the outbox, by its key."""
        async with self.database.looking(EVERYWHERE) as conn:
            return dict(await conn.fetch("select aggregateid, traceparent from outbox"))


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
async def open_desk(desk: Desk, served) -> AsyncIterator[tuple[Desk, str]]:
    """The desk and its URL on a real socket, with its relay and its consumer."""
    url = await served(desk.app)
    async with messaging(
        desk.database, LocalTransport(["loans"]), service="loans",
        routes={Counted: desk.note}, now=lambda: NOW, patience=QUICK, pace=BRISK,
    ):  # fmt: skip
        yield desk, url


async def until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the relay offers no event to wait for
            await asyncio.sleep(0.02)


async def test_one_trace_leads_from_the_request_over_the_outbox_to_the_handler(
    collector: Collector, open_desk: tuple[Desk, str]
):
    desk, url = open_desk

    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{url}/loans/{uuid4()}?secret=1")
        await client.get(f"{url}/metrics")
    await until(lambda: desk.heard)
    await asyncio.sleep(0.3)  # the relay goes on to publish the note
    await asyncio.to_thread(stop_tracing)

    trace_id = answer.headers["traceparent"].split("-")[1]
    assert desk.heard == [trace_id]
    spans = {span.name: span for span in collector.spans(trace_id)}
    parents = {
        name: next((other for other, it in spans.items() if it.span_id == span.parent_span_id), "")
        for name, span in spans.items()
        if not name.startswith("publish")
    }
    assert parents == {
        "POST": "",  # the caller: httpx, by OpenTelemetry's own instrumentation
        "POST /loans/{loan_id}": "POST",
        "create sample.counted.v1": "POST /loans/{loan_id}",
        "process sample.counted.v1": "create sample.counted.v1",
        "create sample.noted.v1": "process sample.counted.v1",
    }
    published = {
        span.parent_span_id for span in collector.spans(trace_id) if span.name == "publish samples"
    }
    assert spans["create sample.counted.v1"].span_id in published
    assert spans["POST /loans/{loan_id}"].kind == Span.SPAN_KIND_SERVER
    assert collector.services() == {"loans"}
    ours = [span for span in collector.spans(trace_id) if span.kind != Span.SPAN_KIND_CLIENT]
    assert "secret" not in str(ours)
    assert not [span for span in collector.spans() if "metrics" in span.name]


FIRST, OTHER = "0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319d"


def sampled(trace_id: str) -> str:
    return f"00-{trace_id}-b7ad6b7169203331-01"


async def test_events_handled_together_keep_each_its_own_trace(collector: Collector, desk: Desk):
    events = [Counted(loan_id=uuid4(), number=1), Counted(loan_id=uuid4(), number=1)]
    batch = [
        replace(envelope(event), traceparent=sampled(trace_id))
        for event, trace_id in zip(events, (FIRST, OTHER), strict=True)
    ]

    await desk.consumer().receive("samples", batch)
    said = await desk.said()
    await asyncio.to_thread(stop_tracing)

    for event, trace_id in zip(events, (FIRST, OTHER), strict=True):
        process, create = sorted(collector.spans(trace_id), key=lambda span: -len(span.name))
        assert (process.name, process.parent_span_id.hex()) == (
            "process sample.counted.v1", "b7ad6b7169203331",
        )  # fmt: skip
        assert (create.name, create.parent_span_id) == ("create sample.noted.v1", process.span_id)
        assert said[event.key] == f"00-{trace_id}-{create.span_id.hex()}-01"


@pytest.mark.parametrize("together", [1, 2])
async def test_a_handler_that_fails_is_a_span_that_says_so(
    collector: Collector, desk: Desk, together: int
):
    desk.failures = 1
    batch = [
        replace(envelope(Counted(loan_id=uuid4(), number=1)), traceparent=sampled(FIRST))
        for _ in range(together)
    ]

    await desk.consumer().receive("samples", batch)
    await asyncio.to_thread(stop_tracing)

    spans = [span for span in collector.spans(FIRST) if span.name.startswith("process")]
    failed = [span for span in spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert (len(failed), len(spans)) == (together, 2 * together)
    assert all("not yet" in str(span.events) for span in failed)


async def test_what_a_caller_does_not_sample_is_not_sent(collector: Collector, desk: Desk):
    with tracing(sampled(FIRST)[:-2] + "00", name="unsampled"):
        pass
    with tracing(sampled(OTHER), name="sampled"):
        pass
    await asyncio.to_thread(stop_tracing)

    assert [span.name for span in collector.spans()] == ["sampled"]


async def test_without_an_endpoint_nothing_is_recorded_and_the_ids_flow(
    monkeypatch: pytest.MonkeyPatch, open_desk: tuple[Desk, str]
):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    configure_tracing("loans")
    desk, url = open_desk

    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{url}/loans/{uuid4()}", headers={"traceparent": sampled(FIRST)}
        )
    await until(lambda: desk.heard)

    assert answer.headers["traceparent"].startswith(f"00-{FIRST}-")
    assert answer.headers["traceparent"].endswith("-00"), "nobody may think it was recorded"
    assert desk.heard == [FIRST]
