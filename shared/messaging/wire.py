"""An envelope as it travels: CloudEvents 1.0 in Kafka's binary mode, read and written.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2. The trace goes out twice, as
`traceparent` and as `ce_traceparent`, because some SDKs hand their user only `ce_` headers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from uuid import UUID, uuid5

import orjson

from shared.contracts.envelope import Envelope
from shared.messaging.told import began_after

Headers = Sequence[tuple[str, bytes]]

_BROKEN = UUID("6f1c9f0e-6d0c-5a5e-9d0a-7b1f5b9a2f11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something on the wire that is no event of ours. It is parked as it came, never dropped."""

    id: UUID
    """Made from where it lay and what it said, so that a second delivery is the same."""
    key: str
    type: str
    headers: tuple[tuple[str, bytes], ...]
    body: bytes | None
    fault: str
    sequence: int = 0
    epoch: str = ""


Arrived = Envelope | Broken


def headers_of(envelope: Envelope) -> list[tuple[str, bytes]]:
    """The headers an envelope travels with. None of them is ever empty."""
    trace = envelope.traceparent.encode()
    return [
        *_same_for_many(envelope.type, envelope.source, envelope.institution),
        ("ce_id", str(envelope.id).encode()),
        ("ce_time", envelope.time.isoformat().encode()),
        ("ce_subject", envelope.subject.encode()),
        ("traceparent", trace),
        ("ce_traceparent", trace),
        *(
            (("ce_sequence", b"%d" % envelope.sequence), ("ce_epoch", envelope.epoch.encode()))
            if envelope.sequence
            else ()
        ),
    ]


@lru_cache(maxsize=10_000)
def _same_for_many(type_: str, source: str, institution: str) -> tuple[tuple[str, bytes], ...]:
    whose = (("ce_institution", institution.encode()),) if institution else ()
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", type_.encode()),
        ("ce_source", source.encode()),
        ("content-type", b"application/json"),
        *whose,
    )


def read(*, place: str, key: bytes | None, headers: Headers, body: bytes | None) -> Arrived:
    """What arrived at a place ("topic/partition/offset"): an envelope, or why it is none.

    Headers nobody knows are ignored: Debezium and others add their own.
    """
    said = dict(headers)
    sequence, epoch = _number(said)
    try:
        if key is None or not key:
            raise ValueError("the message has no key")
        if body is None:
            raise ValueError("the message has no body")
        if (version := said["ce_specversion"]) != b"1.0":
            raise ValueError(f"ce_specversion is {version!r}, not 1.0")
        trace = said.get("traceparent") or said.get("ce_traceparent") or b""
        subject = said.get("ce_subject") or key
        time = datetime.fromisoformat(said["ce_time"].decode())
        if time.tzinfo is None:
            raise ValueError("ce_time has no zone")
        return Envelope(
            id=UUID(said["ce_id"].decode()),
            type=said["ce_type"].decode(),
            source=said["ce_source"].decode(),
            time=time,
            subject=subject.decode(),
            key=storable(key.decode()),
            institution=(said.get("ce_institution") or b"").decode(),
            body=body,
            traceparent=trace.decode(),
            sequence=sequence,
            epoch=epoch,
        )
    except KeyError as error:
        fault = f"the header {error.args[0]} is missing"
    except (ValueError, AttributeError) as error:
        # A header without a value is None to aiokafka: decoding it is the AttributeError.
        fault = str(error)
    digest = sha256(body or b"").hexdigest()
    return Broken(
        id=uuid5(_BROKEN, f"{place} {digest}"),
        # Without a key nothing can be behind it, so it gets one of its own.
        key=storable(key.decode("utf-8", "backslashreplace")) if key else f"?{place}",
        type=storable((said.get("ce_type") or b"?").decode("utf-8", "backslashreplace")),
        headers=tuple((name, value or b"") for name, value in headers),
        body=body,
        fault=fault,
        sequence=sequence,
        epoch=epoch,
    )


def _number(said: Mapping[str, bytes]) -> tuple[int, str]:
    """Number and epoch of what arrived; none where they are not ours, for its body may be."""
    try:
        epoch = said["ce_epoch"].decode()
        sequence = int(said["ce_sequence"])
        after = began_after(epoch)
    except (KeyError, ValueError, AttributeError, TypeError):
        return 0, ""
    return (sequence, epoch) if after < sequence < 2**62 else (0, "")


def source_of(topic: str) -> str:
    """What the service that says things on a topic calls itself: `ce_source`."""
    return f"/zhidai/{topic}"


def storable(text: str) -> str:
    """The text without the one character that PostgreSQL cannot keep."""
    return text.replace("\x00", "\\x00")


def pack_headers(headers: Headers) -> str:
    """Headers as text for a table; any byte survives."""
    return orjson.dumps([(name, value.decode("latin-1")) for name, value in headers]).decode()


def unpack_headers(text: str) -> list[tuple[str, bytes]]:
    """The headers that `pack_headers` kept."""
    return [(name, value.encode("latin-1")) for name, value in orjson.loads(text)]
