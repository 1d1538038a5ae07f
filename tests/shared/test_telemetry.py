"""Each request leaves its ids, a log line and a metric."""

import asyncio
import json
import logging
import re
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from shared.http import problems
from shared.observability import telemetry
from shared.observability.logs import JsonFormatter
from shared.observability.tracing import (
    current_request_id,
    current_trace_id,
    current_traceparent,
    is_traceparent,
    new_span,
    tracing,
)

INCOMING = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = INCOMING[3:35]


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    inner = APIRouter(prefix="/loans")

    @inner.get("/{loan_id}")
    async def loan(loan_id: int) -> dict[str, str]:
        await asyncio.sleep(0)
        return {
            "request_id": current_request_id(),
            "traceparent": current_traceparent(),
        }

    @inner.get("/{loan_id}/crash")
    async def crash(loan_id: int) -> None:
        raise RuntimeError("broken")

    outer = APIRouter()
    outer.include_router(inner)
    telemetry.install(app, service="telemetry-test")
    app.include_router(outer, prefix="/api/v1")
    problems.install(app)
    return app


@pytest.fixture
async def client(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


async def test_a_trace_is_continued_with_a_span_of_our_own(client):
    answer = await client.get("/api/v1/loans/7", headers={"traceparent": INCOMING})
    inside = answer.json()

    assert inside["traceparent"][3:35] == TRACE
    assert inside["traceparent"] != INCOMING
    assert inside["traceparent"] == answer.headers["traceparent"]


@pytest.mark.parametrize("header", ["", "nonsense", INCOMING.upper(), INCOMING.replace("1", "é")])
async def test_an_unusable_trace_is_replaced_by_a_new_one(client, header):
    answer = await client.get("/api/v1/loans/7", headers={"traceparent": header.encode()})

    assert is_traceparent(answer.headers["traceparent"])
    assert TRACE not in answer.headers["traceparent"]


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        (INCOMING, True),
        (INCOMING + "-more", False),
        ("cc" + INCOMING[2:] + "-more-to-come", True),
        ("ff" + INCOMING[2:], False),
        ("00-" + "0" * 32 + INCOMING[35:], False),
        (INCOMING[:36] + "0" * 16 + "-01", False),
        (INCOMING[:-1], False),
        ("", False),
    ],
)
def test_traceparents_are_read_as_the_w3c_says(text, usable):
    assert is_traceparent(text) is usable


@given(st.text())
def test_whatever_comes_in_a_good_traceparent_goes_out(text):
    assert is_traceparent(new_span("x", parent=text))


def test_what_nobody_records_is_not_called_sampled():
    assert new_span("x", parent=INCOMING).endswith("-00")
    assert new_span("x", parent=INCOMING[:-2] + "00").endswith("-00")


def test_outside_any_request_each_trace_is_new_and_inside_it_is_one():
    assert current_trace_id() == current_request_id() == ""
    assert current_traceparent() != current_traceparent()

    with tracing(INCOMING, request_id="r-1") as mine:
        assert current_traceparent() == mine
        assert (current_trace_id(), current_request_id()) == (TRACE, "r-1")
        with tracing(""):
            assert current_trace_id() != TRACE
        assert current_trace_id() == TRACE

    assert current_trace_id() == ""


async def test_a_request_id_is_kept_and_given_back(client):
    answer = await client.get("/api/v1/loans/7", headers={"X-Request-Id": "bank-2026/7"})

    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "bank-2026/7"


@pytest.mark.parametrize("bad", ["", "x" * 65, "two words", "<script>", "{{7*7}}"])
async def test_an_unusable_request_id_is_replaced(client, bad):
    answer = await client.get("/api/v1/loans/7", headers={"X-Request-Id": bad})

    assert UUID(answer.headers["x-request-id"])


async def test_requests_side_by_side_keep_their_own_ids(client):
    names = [f"r-{i}" for i in range(20)]
    answers = await asyncio.gather(
        *(client.get("/api/v1/loans/7", headers={"X-Request-Id": name}) for name in names)
    )

    assert [answer.json()["request_id"] for answer in answers] == names


def count(route: str, status: str, method: str = "GET") -> float:
    labels = {
        "service": "telemetry-test",
        "method": method,
        "route": route,
        "status": status,
    }
    return REGISTRY.get_sample_value("zhidai_http_requests_total", labels) or 0.0


async def test_requests_are_counted_by_route_and_not_by_path(client):
    loan, crash = "/api/v1/loans/{loan_id}", "/api/v1/loans/{loan_id}/crash"
    before = [
        count(loan, "200"),
        count(loan, "422"),
        count(crash, "500"),
        count(loan, "200", "HEAD"),
    ]

    await client.get("/api/v1/loans/7")
    await client.get("/api/v1/loans/8")
    await client.get("/api/v1/loans/x")
    await client.get("/api/v1/loans/7/crash")
    await client.head("/api/v1/loans/7")

    after = [
        count(loan, "200"),
        count(loan, "422"),
        count(crash, "500"),
        count(loan, "200", "HEAD"),
    ]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 1, 1]


async def test_invented_paths_and_methods_do_not_become_labels(client):
    unmatched, other = count("unmatched", "404"), count("unmatched", "404", "other")

    await client.get("/invented/1")
    await client.get("/invented/2")
    await client.request("BREW", "/invented/3")

    assert count("unmatched", "404") == unmatched + 2
    assert count("unmatched", "404", "other") == other + 1
    shown = (await client.get("/metrics")).text
    assert "zhidai_http_request_seconds_bucket" in shown
    assert "invented" not in shown and "BREW" not in shown


@pytest.fixture
def lines(caplog):
    """The JSON lines that were logged."""
    formatter = JsonFormatter("telemetry-test")
    said: list[dict] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(json.loads(formatter.format(record)))

    listener = Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    with caplog.at_level(logging.INFO):
        yield said
    root.removeHandler(listener)


async def test_a_request_is_one_line_with_its_ids(client, lines):
    await client.get(
        "/api/v1/loans/7?token=secret", headers={"X-Request-Id": "r-7", "traceparent": INCOMING}
    )

    [line] = [line for line in lines if line["logger"] == "zhidai.access"]
    assert line["message"] == "GET /api/v1/loans/7 200"
    assert (line["request_id"], line["trace_id"]) == ("r-7", TRACE)
    assert (line["route"], line["status"]) == ("/api/v1/loans/{loan_id}", 200)
    assert line["service"] == "telemetry-test" and line["about"] == {"loan_id": "7"}
    assert line["milliseconds"] >= 0
    assert "secret" not in json.dumps(line)


async def test_a_crash_is_logged_with_the_ids_of_its_request(client, lines):
    await client.get("/api/v1/loans/7/crash", headers={"X-Request-Id": "r-8"})

    [line] = [line for line in lines if line["level"] == "error"]
    assert line["request_id"] == "r-8"
    assert "RuntimeError: broken" in line["exception"]


async def test_probes_are_not_logged(client, lines):
    await client.get("/metrics")

    assert [line for line in lines if line["logger"] == "zhidai.access"] == []


@given(st.text(st.characters(exclude_categories=[])), st.integers() | st.floats() | st.binary())
def test_whatever_is_logged_is_one_line_of_json(words, value):
    record = logging.makeLogRecord({"msg": "said %s", "args": (words,), "value": value})

    line = JsonFormatter("s").format(record)

    assert not re.search(r"[\r\n]", line)
    assert json.loads(line)["service"] == "s"
