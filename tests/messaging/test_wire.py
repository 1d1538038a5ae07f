"""Headers as CloudEvents' Kafka binding has them, read by its own SDK, and broken ones."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from cloudevents.core.bindings import kafka as binding
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.envelope import Envelope
from shared.messaging.wire import Broken, headers_of, pack_headers, read, unpack_headers

ENVELOPE = Envelope(
    id=UUID("0198f3c0-0000-7000-8000-000000000001"),
    type="sample.counted.v1",
    source="/zhidai/samples",
    time=datetime(2026, 3, 2, 1, 30, 0, 123456, tzinfo=UTC),
    subject="DL-2026-000123",
    key="loan-1",
    institution="ICBC-TJ",
    body='{"name":"知贷"}'.encode(),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_every_attribute_travels_and_none_is_empty():
    headers = dict(headers_of(ENVELOPE))

    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": b"0198f3c0-0000-7000-8000-000000000001",
        "ce_type": b"sample.counted.v1",
        "ce_source": b"/zhidai/samples",
        "ce_time": b"2026-03-02T01:30:00.123456+00:00",
        "ce_subject": b"DL-2026-000123",
        "ce_institution": b"ICBC-TJ",
        "content-type": b"application/json",
        "traceparent": ENVELOPE.traceparent.encode(),
        "ce_traceparent": ENVELOPE.traceparent.encode(),
    }


def test_what_was_written_is_read_again():
    arrived = read(place="t/0/0", key=b"loan-1", headers=headers_of(ENVELOPE), body=ENVELOPE.body)

    assert arrived == ENVELOPE


def test_the_cloudevents_sdk_reads_what_we_send():
    message = binding.KafkaMessage(
        headers=dict(headers_of(ENVELOPE)), key=b"loan-1", value=ENVELOPE.body
    )

    event = binding.from_binary_event(message)

    assert event.get_id() == str(ENVELOPE.id)
    assert event.get_type() == ENVELOPE.type
    assert event.get_subject() == ENVELOPE.subject
    assert event.get_time() == ENVELOPE.time
    assert event.get_data() == {"name": "知贷"}


def test_headers_of_others_are_ignored():
    headers = [*headers_of(ENVELOPE), ("id", b"9"), ("__debezium.context.task", b"0")]

    assert read(place="t/0/0", key=b"loan-1", headers=headers, body=ENVELOPE.body) == ENVELOPE


def test_times_of_other_writers_are_understood():
    headers = [(n, v) for n, v in headers_of(ENVELOPE) if n != "ce_time"]

    arrived = read(
        place="t/0/0",
        key=b"loan-1",
        headers=[*headers, ("ce_time", b"2026-03-02T01:30:00.123Z")],
        body=b"{}",
    )

    assert isinstance(arrived, Envelope)
    assert arrived.time == datetime(2026, 3, 2, 1, 30, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"ce_id": None}, "ce_id is missing"),
        ({"ce_type": None}, "ce_type is missing"),
        ({"ce_specversion": b"1"}, "not 1.0"),
        ({"ce_id": b"7"}, "UUID"),
        ({"ce_time": b"yesterday"}, "isoformat"),
        ({"ce_time": b"2026-03-02T01:30:00"}, "no zone"),
        ({"ce_source": b"\xff"}, "utf-8"),
    ],
)
def test_a_header_that_is_missing_or_wrong_makes_it_broken(change, fault):
    headers = {**dict(headers_of(ENVELOPE)), **change}

    arrived = read(
        place="t/0/0",
        key=b"loan-1",
        headers=[(name, value) for name, value in headers.items() if value is not None],
        body=b"{}",
    )

    assert isinstance(arrived, Broken)
    assert fault in arrived.fault
    assert arrived.key == "loan-1"


def test_without_a_key_a_broken_message_has_one_of_its_own():
    one = read(place="t/0/1", key=None, headers=[], body=b"x")
    two = read(place="t/0/2", key=None, headers=[], body=b"x")

    assert isinstance(one, Broken) and isinstance(two, Broken)
    assert one.key != two.key
    assert one.id != two.id
    assert one == read(place="t/0/1", key=None, headers=[], body=b"x")


raw_headers = st.lists(
    st.tuples(st.sampled_from(["ce_id", "ce_type", "ce_time", "ce_specversion", "x"]), st.binary())
)


@given(st.none() | st.binary(), raw_headers, st.none() | st.binary())
def test_nothing_on_the_wire_can_raise_and_everything_can_be_kept(key, headers, body):
    arrived = read(place="t/0/0", key=key, headers=headers, body=body)

    assert arrived.key
    assert "\x00" not in arrived.key + arrived.type
    assert unpack_headers(pack_headers(headers)) == headers
